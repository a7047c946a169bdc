"""What a browser sends, as turns. Pure: a form's body in, a Turn out."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from urllib.parse import parse_qsl

from bot.actions import Action, ActionError, Handle, decode, encode
from bot.people import PersonId
from bot.persistence.outbox import thread_of
from bot.turn import Activity, Press, Submission, Turn, TurnId, Utterance
from knowledge.matching import clean

CHANNEL = "web"
FIELD = "f."
"""What the names of a reply's own fields begin with, apart from ours."""

MOST_FIELDS = 24
MOST_VALUE = 20_000
"""Characters of one field; the bot's own limits are tighter, and told politely."""
MOST_SHOWN = 2000

PAGES = ("/", "/inbox", "/asked")
"""Where a press may lead back to."""

_TOKEN = re.compile(r"^[A-Za-z0-9_-]{16,64}$")
_NAME = re.compile(r"^[a-z][a-z0-9-]{0,30}$")


class BadRequestError(ValueError):
    """The form is not one of ours."""


class TooLongError(BadRequestError):
    """The form holds more than anybody would type."""


def fields(body: bytes) -> dict[str, str]:
    """The fields of a form's body, with readable text in them.

    Raises:
        BadRequestError: It is not UTF-8, or holds too many fields, or one twice.
        TooLongError: A field is too long.

    """
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError as error:
        raise BadRequestError("the form cannot be read") from error
    found = {name: _readable(value) for name, value in pairs}
    if len(found) != len(pairs):
        raise BadRequestError("the form has a field twice")
    if any(len(value) > MOST_VALUE for value in found.values()):
        raise TooLongError("the form is too long")
    return found


def _readable(text: str) -> str:
    """Lines as typed, without what no keyboard writes and no database keeps."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) != "Cc")


def activity(form: Mapping[str, str]) -> Activity:
    """What a submitted form stands for: words, a button, or a form of the bot's.

    Raises:
        BadRequestError: A field is missing or was tampered with.

    """
    pressed = form.get("action")
    if pressed is None:
        if "question" not in form:
            raise BadRequestError("the form has no question")
        return Utterance(form["question"])
    action = _action(pressed)
    values = tuple(
        (name.removeprefix(FIELD), value)
        for name, value in form.items()
        if name.startswith(FIELD)
    )
    if not all(_NAME.match(name) for name, _ in values):
        raise BadRequestError("the form has a field that is not one of ours")
    return Submission(action, values) if values else Press(action)


def _action(text: str) -> Action:
    try:
        return decode(text)
    except ActionError as error:
        raise BadRequestError("the button is not one of ours") from error


def turn_from_form(
    form: Mapping[str, str], person: PersonId, labels: Mapping[str, str]
) -> Turn:
    """The turn that a submitted form stands for.

    Args:
        form: Its fields.
        person: Who sent it.
        labels: The words on the buttons that the person may have seen, by action.

    Raises:
        BadRequestError: A field is missing or was tampered with.

    """
    token = form.get("turn", "")
    if not _TOKEN.match(token):
        raise BadRequestError("the form has no valid turn")
    did = activity(form)
    return Turn(
        id=_id(person, token, did),
        person=person,
        address=thread_of(person),
        activity=did,
        shown=shown(did, labels),
    )


def _id(person: PersonId, token: str, did: Activity) -> TurnId:
    """The same for the same button on the same page, however often it is pressed."""
    what = "words" if isinstance(did, Utterance) else encode(did.action)
    return TurnId(hashlib.sha256(f"{person}|{token}|{what}".encode()).hexdigest()[:40])


def shown(did: Activity, labels: Mapping[str, str]) -> str:
    """What the person's thread shows for what they did."""
    match did:
        case Utterance(text):
            return clean(text[:MOST_SHOWN]) or "(nothing)"
        case Press(action):
            return _label(action, labels)
        case Submission(action):
            # What is drafted is shown in its preview; what is sent at once, here.
            words = did.value("words") if isinstance(action, Handle) else ""
            return words.strip() or _label(action, labels)


def _label(action: Action, labels: Mapping[str, str]) -> str:
    return labels.get(encode(action), "An earlier button")


def back(form: Mapping[str, str]) -> str:
    """The page where something was pressed; the start where it names none of ours."""
    wanted = form.get("back", "")
    return wanted if wanted in PAGES else PAGES[0]
