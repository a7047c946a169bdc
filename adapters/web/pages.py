"""The pages: what surrounds them, and what fills each."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from adapters.web.cases import Case
from adapters.web.channel import Shown
from adapters.web.render import Setting, to_html
from bot.reply import Reply
from knowledge.model import Pack

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Somebody whom the demo can be seen as.

    Attributes:
        key: A holder's id; empty for staff.
        now: Whether it is seen as them already.

    """

    key: str
    called: str
    now: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What surrounds a page.

    Attributes:
        here: The page's path.
        csrf: What its forms must carry.
        holds: Whether the person holds a role, and so has an inbox.
        pack: The policy of the person's school, if there is one.
        identities: Whom the demo can be seen as.
        newest: The newest entry of the thread that the page shows, or knows of.
        seen: How much had happened to what the inbox shows; see `cases.happened`.

    """

    demo: bool
    here: str
    csrf: str
    name: str
    signed_in: bool
    holds: bool
    packs: tuple[Pack, ...]
    pack: Pack | None
    identities: tuple[Identity, ...]
    newest: int
    seen: int = 0


@dataclass(frozen=True, slots=True)
class Notice:
    """The reply to a press, shown where it was pressed: in a case, or on top."""

    on: str
    reply: Reply


def _token() -> str:
    """What a page's next turn is known by."""
    return secrets.token_urlsafe(18)


def start(frame: Frame) -> str:
    """The demo's first page: the choice of a school."""
    return _templates.get_template("start.html").render(frame=frame)


def conversation(frame: Frame, thread: Sequence[Shown]) -> str:
    """The chat."""
    turn = _token()
    entries = [
        {
            "id": each.entry.id,
            "mine": each.entry.mine,
            "latest": each.latest,
            "html": to_html(
                each.entry.reply,
                Setting(
                    prefix=f"e{each.entry.id}",
                    live=each.live,
                    csrf=frame.csrf,
                    turn=turn,
                    back="/",
                ),
            ),
        }
        for each in thread
    ]
    return _templates.get_template("conversation.html").render(
        frame=frame, entries=entries, starters=STARTERS, turn=turn
    )


def asked(frame: Frame, cases: Sequence[Case], notice: Notice | None) -> str:
    """What somebody has asked people."""
    return _listing("asked.html", frame, cases, notice)


def inbox(
    frame: Frame, cases: Sequence[Case], notice: Notice | None, *, away: Reply
) -> str:
    """What somebody was sent; `away` is about their absence."""
    return _listing("inbox.html", frame, cases, notice, away=away)


def _listing(
    template: str,
    frame: Frame,
    cases: Sequence[Case],
    notice: Notice | None,
    **more: Reply,
) -> str:
    turn = _token()

    def html(reply: Reply, prefix: str, *, live: bool = False) -> Markup:
        setting = Setting(
            prefix=prefix, live=live, csrf=frame.csrf, turn=turn, back=frame.here
        )
        return to_html(reply, setting)

    on = notice.on if notice else ""
    here = on if any(case.id == on for case in cases) else ""
    shown = [
        {
            "case": case,
            "html": html(case.card, f"c{case.id}"),
            "notice": bool(here) and case.id == here,
        }
        for case in cases
    ]
    return _templates.get_template(template).render(
        frame=frame,
        waiting=[one for one, case in zip(shown, cases, strict=True) if case.open],
        settled=[one for one, case in zip(shown, cases, strict=True) if not case.open],
        notice=html(notice.reply, "n", live=True) if notice else "",
        on=on,
        on_top=notice is not None and not here,
        turn=turn,
        **{name: html(reply, name) for name, reply in more.items()},
    )


def sign_in(frame: Frame, *, mail: bool, sent: bool) -> str:
    """The form that asks for a link; `mail`: whether one can be sent at all."""
    return _templates.get_template("sign_in.html").render(
        frame=frame, mail=mail, sent=sent
    )


def link(frame: Frame, token: str) -> str:
    """What a good link leads to: a button, since programs follow links too."""
    return _templates.get_template("link.html").render(frame=frame, token=token)


def trouble(title: str, text: str, *, demo: bool) -> str:
    """A page that says, civilly, what went wrong and what to do."""
    nobody = Frame(
        demo=demo,
        here="",
        csrf="",
        name="",
        signed_in=False,
        holds=False,
        packs=(),
        pack=None,
        identities=(),
        newest=0,
    )
    return _templates.get_template("trouble.html").render(
        frame=nobody, title=title, text=text
    )
