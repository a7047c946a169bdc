"""What the environment sets, and how it is told what is off."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from adapters.settings import Settings, SettingsError, is_email, misspelt, origin
from bot.persistence.opening import open_store


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"HEADNOTE_{name.upper()}", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))


def test_without_anything_set_there_is_a_file_in_the_users_data_folder() -> None:
    settings = Settings()

    assert settings.database == f"sqlite:///{settings.data}/headnote.db"
    assert settings.stands_alone
    assert (settings.public_url, settings.log, settings.smtp) == ("", "plain", None)
    assert (settings.keep_words_days, settings.keep_settled_days) == (30, 365)


async def test_a_data_folder_with_odd_characters_is_the_one_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "50%25 of what? ü"
    monkeypatch.setenv("HEADNOTE_DATA", str(folder))

    await open_store(Settings().database).close()

    assert (folder / "headnote.db").is_file()


def test_an_empty_value_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.setenv(f"HEADNOTE_{name.upper()}", "")

    assert Settings().settings is None
    assert Settings().keep_words_days == 30


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("DATABASE", "mysql://u:hunter2@h/d", "use sqlite:/// and a file"),
        ("PUBLIC_URL", "http://headnote.school.example", "begin with https://"),
        ("PUBLIC_URL", "https://u:hunter2@h.example", "write it as https://"),
        ("PUBLIC_URL", "https://h.example/path", "write it as https://"),
        ("PUBLIC_URL", "https://h.example:hunter2", "write it as https://"),
        ("PUBLIC_URL", "javascript:hunter2", "write it as https://"),
        ("LOG", "hunter2", "use plain or json"),
        ("KEEP_WORDS_DAYS", "hunter2", "write a whole number"),
        ("KEEP_WORDS_DAYS", "-1", "too small"),
        ("KEEP_SETTLED_DAYS", "0", "too small"),
        ("KEEP_SETTLED_DAYS", "4000", "too large"),
        ("SMTP", "https://u:hunter2@h", "write it as smtp://"),
        ("SMTP", "smtp://u:p@ss/hunter2@", "write it as smtp://"),
        ("SMTP", "smtp://u:hunter2@h", "HEADNOTE_MAIL_FROM"),
        ("MAIL_FROM", "A <a@b.example>", "bare e-mail address"),
    ],
)
def test_a_bad_value_is_told_by_its_name_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(f"HEADNOTE_{name}", value)

    with pytest.raises(SettingsError) as refused:
        Settings()

    (problem,) = refused.value.problems
    assert told in problem
    assert f"HEADNOTE_{name}" in problem
    assert "hunter2" not in problem


def test_all_bad_values_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADNOTE_LOG", "xml")
    monkeypatch.setenv("HEADNOTE_KEEP_WORDS_DAYS", "many")

    with pytest.raises(SettingsError) as refused:
        Settings()

    assert len(refused.value.problems) == 2


def test_secrets_are_not_shown() -> None:
    settings = Settings(
        smtp="smtp://u:hunter2@h",
        mail_from="a@b.example",
        database="postgresql://u:hunter2@h/d",
    )

    assert "hunter2" not in repr(settings)
    assert not settings.stands_alone


def test_settings_stay_as_they_are() -> None:
    settings = Settings()

    with pytest.raises(ValidationError):
        settings.log = "json"


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("https://Headnote.School.example/", "https://headnote.school.example"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_an_origin_is_put_plainly(typed: str, plain: str) -> None:
    assert origin(typed) == plain


@pytest.mark.parametrize(
    "text",
    [
        "a@b",
        "a b@c.example",
        "a@c.example\nBcc: x@y.example",
        "a..b@c.example",
        "@",
        "",
    ],
)
def test_what_is_no_address_cannot_get_into_a_header(text: str) -> None:
    assert not is_email(text)


def test_a_misspelt_name_is_found() -> None:
    environment = {"HEADNOTE_SMPT": "x", "HEADNOTE_SMTP": "x", "HEADNOTE_CACHE": "x"}

    assert misspelt(environment) == ("HEADNOTE_SMPT",)
