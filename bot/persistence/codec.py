"""Values to text and back: what a column holds of a conversation or a reply.

Unions are told apart by a `_type`; buttons travel as the same text as on platforms.
"""

import datetime as dt
from typing import Any, TypeAlias, TypeVar

import cattrs
from cattrs.preconf.json import JsonConverter, make_converter
from cattrs.strategies import configure_tagged_union

from bot import actions
from bot.conversation import Conversation, Open
from bot.escalation import Escalation
from bot.reply import Part, Reply

_MaybeOpen: TypeAlias = Open | None
_OPEN: Any = Open
_T = TypeVar("_T", Conversation, Escalation, Reply)


class StoredFormError(ValueError):
    """A stored value is of no form that this version reads."""


def _converter() -> JsonConverter:
    made = make_converter(omit_if_default=True)
    made.register_unstructure_hook(actions.Action, actions.encode)
    made.register_structure_hook(
        actions.Action, lambda text, _: actions.decode(str(text))
    )
    made.register_unstructure_hook(dt.datetime, lambda at: at.isoformat())
    made.register_structure_hook(
        dt.datetime, lambda text, _: dt.datetime.fromisoformat(text)
    )
    configure_tagged_union(Part, made)
    configure_tagged_union(Open, made)
    made.register_unstructure_hook(
        _MaybeOpen,
        lambda value: None if value is None else made.unstructure(value, Open),
    )
    made.register_structure_hook(
        _MaybeOpen,
        lambda value, _: None if value is None else made.structure(value, _OPEN),
    )
    return made


_values = _converter()


def dump(value: Conversation | Escalation | Reply) -> str:
    """The value as text."""
    return _values.dumps(value)


def load(text: str, kind: type[_T]) -> _T:
    """The value that a text stands for.

    Raises:
        StoredFormError: The text is of another version's form.

    """
    try:
        return _values.loads(text, kind)
    except (ValueError, TypeError, KeyError, cattrs.BaseValidationError) as error:
        raise StoredFormError(f"a stored {kind.__name__} cannot be read") from error
