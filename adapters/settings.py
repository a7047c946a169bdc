"""What an installation sets: read once, from the environment.

Every name begins with `HEADNOTE_`. The people of the schools are in a file of their
own, which `HEADNOTE_SETTINGS` names (`adapters.school_file`). Where the knowledge is
and is kept, `adapters.library` reads: `HEADNOTE_CONTENT`, `_CACHE`, `_MEANING`.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import SplitResult, quote, urlsplit

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "HEADNOTE_"
ELSEWHERE = frozenset({"HEADNOTE_CONTENT", "HEADNOTE_CACHE", "HEADNOTE_MEANING"})
"""The settings that `adapters.library` reads."""
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
LONGEST = 3650
_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]{2,45}")
_EMAIL = re.compile(
    r"(?=.{6,254}\Z)[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)


class SettingsError(Exception):
    """Settings that cannot be used.

    Attributes:
        problems: One sentence each; it names the variable, never its value.

    """

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class Settings(BaseSettings):
    """The installation's settings.

    Attributes:
        settings: The file that names the schools' people.
        data: The folder of the SQLite file, where no database is named.
        database: A URL; `sqlite:///file` or `postgresql://user:password@host/name`.
        public_url: Where staff reach Headnote, without a path; empty if nowhere.
        log: How log lines are written.
        keep_words_days: How long questions' words are kept; 0: never stored.
        keep_settled_days: How long the words of settled escalations are kept.
        smtp: `smtp://` or `smtps://`, `user:password@host:port`.
        mail_from: The sender's e-mail address.
        slack_signing_secret: Verifies what Slack sends by HTTP.
        slack_bot_token: Of the one workspace; for several the three below instead.
        slack_app_token: Connects to Slack by Socket Mode.
        slack_client_id: With its secret, for workspaces that install Headnote.
        slack_client_secret: See `slack_client_id`.
        slack_key: Encrypts the workspaces' tokens in the database.

    Raises:
        SettingsError: Values are off; all of them are told.

    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    settings: Path | None = None
    data: Path = Field(
        default_factory=lambda: user_data_path("headnote", appauthor=False)
    )
    database: str = Field(default="", repr=False)  # it may hold a password
    public_url: str = ""
    log: Literal["plain", "json"] = "plain"
    keep_words_days: int = Field(default=30, ge=0, le=LONGEST)
    keep_settled_days: int = Field(default=365, ge=1, le=LONGEST)
    smtp: SecretStr | None = None
    mail_from: str = ""
    slack_signing_secret: SecretStr = SecretStr("")
    slack_bot_token: SecretStr = SecretStr("")
    slack_app_token: SecretStr = SecretStr("")
    slack_client_id: str = ""
    slack_client_secret: SecretStr = SecretStr("")
    slack_key: SecretStr = SecretStr("")

    def __init__(self, **values: Any) -> None:  # noqa: ANN401 - pydantic types them
        try:
            super().__init__(**values)
        except ValidationError as error:
            told = (_told(each) for each in error.errors(include_input=False))
            raise SettingsError(tuple(dict.fromkeys(told))) from None

    @model_validator(mode="before")
    @classmethod
    def _with_database(cls, values: dict[str, Any]) -> dict[str, Any]:
        if values.get("database"):
            return values
        folder = values.get("data") or user_data_path("headnote", appauthor=False)
        file = Path(folder).expanduser().absolute() / "headnote.db"
        return values | {"database": f"sqlite:///{quote(file.as_posix())}"}

    @field_validator("database")
    @classmethod
    def _a_database(cls, url: str) -> str:
        if not url.startswith(("sqlite://", "postgresql://")):
            raise ValueError(
                "use sqlite:/// and a file, or postgresql://user:password@host/name"
            )
        return url

    @field_validator("public_url")
    @classmethod
    def _an_origin(cls, url: str) -> str:
        return origin(url) if url else ""

    @field_validator("smtp")
    @classmethod
    def _a_mail_server(cls, url: SecretStr | None) -> SecretStr | None:
        parts = _split(url.get_secret_value()) if url else None
        fits = parts and parts.scheme in {"smtp", "smtps"} and parts.path in {"", "/"}
        if url and not fits:
            raise ValueError(
                "write it as smtp://user:password@host:587 or smtps://…:465, with "
                "special characters of the password as %40 and the like"
            )
        return url

    @field_validator("mail_from")
    @classmethod
    def _a_sender(cls, sender: str) -> str:
        if sender and not is_email(sender):
            raise ValueError("write a bare e-mail address")
        return sender

    @model_validator(mode="after")
    def _mail_is_whole(self) -> Self:
        if self.smtp and not self.mail_from:
            raise ValueError(
                "HEADNOTE_MAIL_FROM: HEADNOTE_SMTP is set, so the sender's address "
                "is needed too."
            )
        return self

    @property
    def stands_alone(self) -> bool:
        """Whether the database is a file that only one process may have open."""
        return self.database.startswith("sqlite:")


def origin(url: str) -> str:
    """Where Headnote is reached, in its plain form.

    Raises:
        ValueError: It is no such address; says how to write it.

    """
    parts = _split(url.rstrip("/"))
    if parts is None or parts.username or parts.path or parts.query:
        raise ValueError("write it as https://headnote.school.example")
    secure = parts.scheme == "https"
    if not secure and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ValueError("it has to begin with https:// (http only on 127.0.0.1)")
    return url.rstrip("/").lower()


def is_email(text: str) -> bool:
    """Whether text is one plain e-mail address, fit to stand in a header."""
    return _EMAIL.fullmatch(text) is not None and ".." not in text


def misspelt(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Names in the environment that look like settings and are none."""
    known = {PREFIX + name.upper() for name in Settings.model_fields} | ELSEWHERE
    named = (name for name in environment if name.upper().startswith(PREFIX))
    return tuple(sorted(name for name in named if name.upper() not in known))


def _split(url: str) -> SplitResult | None:
    """The parts of a URL that has a host; None where it is none."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    named = parts.hostname is not None and _HOST.fullmatch(parts.hostname)
    return parts if named and not parts.fragment else None


_SAID = {
    "int_parsing": "write a whole number",
    "greater_than_equal": "the number is too small",
    "less_than_equal": f"the number is too large; at most {LONGEST:,}",
    "literal_error": "use plain or json",
    "extra_forbidden": "there is no such setting",
}


def _told(error: ErrorDetails) -> str:
    """A problem without the value, which may be a secret."""
    what = error["msg"].removeprefix("Value error, ")
    if not error["loc"]:
        return what
    said = _SAID.get(error["type"], what).rstrip(".")
    return f"{PREFIX}{str(error['loc'][0]).upper()}: {said}."
