"""What a browser sends, as turns. Pure: form fields in, a Turn out."""

import re
from collections.abc import Mapping

from bot.actions import ActionError, decode
from bot.turn import Address, PersonId, Press, Turn, TurnId, Utterance

CHANNEL = "web"
_TOKEN = re.compile(r"^[A-Za-z0-9_-]{16,64}$")


class BadRequestError(ValueError):
    """The form is not one of ours."""


def turn_from_form(form: Mapping[str, object], person: PersonId) -> Turn:
    """The turn that a submitted form stands for.

    Raises:
        BadRequestError: A field is missing or was tampered with.

    """
    token = form.get("turn")
    if not isinstance(token, str) or not _TOKEN.match(token):
        raise BadRequestError("the form has no valid turn")
    action, text = form.get("action"), form.get("question")
    activity: Press | Utterance
    if isinstance(action, str):
        try:
            activity = Press(decode(action))
        except ActionError as error:
            raise BadRequestError("the button is not one of ours") from error
    elif isinstance(text, str):
        activity = Utterance(text)
    else:
        raise BadRequestError("the form has no question")
    return Turn(
        id=TurnId(f"{person}:{token}"),
        person=person,
        address=Address(CHANNEL, person),
        activity=activity,
    )
