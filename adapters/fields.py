"""The single values that people write about a school: their shapes, with remedies.

Whatever is typed into a file, at a question of `headnote setup` or in JSON passes here.
"""

import datetime as dt
import re
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError

from adapters.settings import is_email

DAYS = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_PHONE = re.compile(r"\+?[0-9(][0-9 ()-]{1,24}[0-9](?: ?(?:ext\.?|x) ?[0-9]{1,6})?")
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SLACK = re.compile(r"[TE][A-Z0-9]{2,20}/[UW][A-Z0-9]{2,20}")


def _shaped(
    pattern: re.Pattern[str], what: str, fix: str, *, lower: bool = False
) -> AfterValidator:
    """Text of a pattern; else a problem with its remedy."""

    def check(text: str) -> str:
        text = text.lower() if lower else text
        if not pattern.fullmatch(text):
            raise PydanticCustomError("shape", what, {"fix": fix})
        return text

    return AfterValidator(check)


def _email(text: str) -> str:
    if not is_email(text):
        fix = "Write it as head@school.example."
        raise PydanticCustomError("shape", "not an e-mail address", {"fix": fix})
    return text.lower()


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except (TypeError, ValueError):
        fix = "Write it as 2026-10-26."
        raise PydanticCustomError(
            "shape", "not a date of the calendar", {"fix": fix}
        ) from None


def _one_line(text: str) -> str:
    if not text.isprintable():
        fix = "Write it on one line, without control characters."
        raise PydanticCustomError("shape", "odd characters", {"fix": fix})
    return text


Line: TypeAlias = Annotated[
    str,
    StringConstraints(min_length=1, max_length=120, strip_whitespace=True),
    AfterValidator(_one_line),
]
HolderKey: TypeAlias = Annotated[
    str,
    StringConstraints(max_length=40),
    _shaped(
        re.compile("[a-z0-9][a-z0-9-]*"),
        "not a short name",
        "Use lower-case letters, digits and hyphens.",
    ),
]
Email: TypeAlias = Annotated[str, AfterValidator(_email)]
Phone: TypeAlias = Annotated[
    str,
    _shaped(
        _PHONE,
        "not a phone number",
        "Write it as 020 7946 0000, if need be with ext 12.",
    ),
]
Time: TypeAlias = Annotated[
    str, _shaped(_TIME, "not a time of day", "Write it as 08:00.")
]
Domain: TypeAlias = Annotated[
    str,
    _shaped(
        _DOMAIN,
        "not a domain of e-mail addresses",
        "Write what stands after the @: school.example.",
        lower=True,
    ),
]
Slack: TypeAlias = Annotated[
    str,
    _shaped(
        _SLACK,
        "not a Slack address",
        "Write workspace and member: T012ABC/U034DEF.",
    ),
]
SlackTeam: TypeAlias = Annotated[
    str,
    _shaped(
        re.compile("[TE][A-Z0-9]{2,20}"),
        "not a workspace of Slack",
        "Write its id: T012ABC.",
    ),
]
SlackGroup: TypeAlias = Annotated[
    str,
    _shaped(
        re.compile("S[A-Z0-9]{2,20}"),
        "not a user group of Slack",
        "Write its id: S012ABC.",
    ),
]
SlackChannel: TypeAlias = Annotated[
    str,
    _shaped(
        re.compile("[CG][A-Z0-9]{2,20}"),
        "not a channel of Slack",
        "Write its id: C012ABC.",
    ),
]
Teams: TypeAlias = Annotated[
    str,
    _shaped(
        _UUID,
        "not a directory object id",
        "Copy the user's object id from the directory: 8-4-4-4-12 digits.",
        lower=True,
    ),
]
Date: TypeAlias = Annotated[dt.date, BeforeValidator(_date)]
Day: TypeAlias = Annotated[
    str,
    _shaped(
        re.compile("|".join(DAYS)),
        "not a day of the week",
        "Write monday, tuesday and so on.",
        lower=True,
    ),
]
