"""The one page: school, conversation, question."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from adapters.web.channel import Asked, Entry
from adapters.web.render import to_html
from bot.actions import encode
from bot.reply import Choices, Reply
from knowledge.model import Pack, SchoolId

STARTERS = (
    "Can I accept a friend request from a parent?",
    "Someone has posted nasty things about me. Who do I tell?",
    "Am I allowed to say where I work on my profile?",
)

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry of the thread as the template needs it."""

    mine: bool
    html: Markup
    latest: bool


def conversation(
    packs: Sequence[Pack], chosen: SchoolId | None, entries: Sequence[Entry], csrf: str
) -> str:
    """The page with a conversation, or with the choice of a school."""
    pack = next((pack for pack in packs if pack.school == chosen), None)
    return _templates.get_template("conversation.html").render(
        packs=packs,
        pack=pack,
        entries=_shown(entries),
        starters=STARTERS,
        csrf=csrf,
        turn=secrets.token_urlsafe(18),
    )


def trouble(title: str, text: str) -> str:
    """A page that says, civilly, what went wrong and what to do."""
    return _templates.get_template("trouble.html").render(title=title, text=text)


def _shown(entries: Sequence[Entry]) -> list[Shown]:
    last = len(entries) - 1
    return [_show(entry, latest=at == last) for at, entry in enumerate(entries)]


def _show(entry: Entry, *, latest: bool) -> Shown:
    match entry:
        case Asked(text):
            return Shown(
                mine=True, html=Markup("<p>{}</p>").format(text), latest=latest
            )
        case Reply():
            html = to_html(entry, live=latest)
            return Shown(mine=False, html=html, latest=latest)


def label_of(entries: Sequence[Entry], pressed: str) -> str:
    """The words on the button that was pressed, as the latest reply showed them."""
    for entry in reversed(entries):
        if isinstance(entry, Reply):
            for part in entry.parts:
                for button in part.buttons if isinstance(part, Choices) else ():
                    if encode(button.action) == pressed:
                        return button.label
            break
    return "An earlier button"
