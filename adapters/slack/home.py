"""The Home tab: my own questions, and what I was sent.

Built anew each time that it is looked at, and after whatever its owner did that may
have changed it. It is a view, not a message: one that is not shown costs nothing.
"""

import datetime as dt
from collections.abc import Sequence

import structlog

from adapters.slack.clients import FAILURES, Clients, code
from adapters.slack.render import home
from adapters.slack.scene import Scene
from bot import cards, filing
from bot.actions import Away
from bot.calendar import DAYS, MONTHS
from bot.escalation import SETTLED, Escalation, World
from bot.people import Holder, PersonId
from bot.persistence.desk import Desk
from bot.persistence.store import Store
from bot.ports import Clock, DeliveryError, StaffDirectory
from bot.reply import Button, Choices, Notice, Paragraph, Part, Reply, Tone
from knowledge.model import SchoolId

MOST_SHOWN = 10
"""Cards in a section, the newest first."""
WELCOME = (
    "Ask me what your school's policy says: send me a message, mention me in a "
    "channel, or type /headnote and your question anywhere. Answers are for your eyes "
    "only, and each names its clause."
)
NONE_ASKED = "You have no question open with anybody."
NONE_SENT = "Nothing waits for you."

Section = tuple[str, Sequence[Reply]]

_log = structlog.get_logger()


class Home:
    """Publishes people's Home tabs."""

    def __init__(
        self,
        store: Store,
        clients: Clients,
        directory: StaffDirectory,
        schools: Sequence[SchoolId],
        clock: Clock,
    ) -> None:
        self._store = store
        self._clients = clients
        self._directory = directory
        self._schools = tuple(schools)
        self._clock = clock

    async def publish(self, scene: Scene) -> None:
        """Show somebody their Home tab as it is now."""
        now = self._clock()
        sections = await self._store.tx(
            lambda desk: self._sections(desk, scene.person, now)
        )
        try:
            client = await self._clients.of(scene.team)
            await client.views_publish(user_id=scene.user, view=home(sections))
        except (*FAILURES, DeliveryError) as error:
            why = code(error) or type(error).__name__
            _log.warning("slack.home_not_shown", why=why)

    def _sections(
        self, desk: Desk, person: PersonId, now: dt.datetime
    ) -> Sequence[Section]:
        asked = [each for each in desk.cases.asked_by(person) if _is_open(each)]
        worlds: dict[SchoolId, World | None] = {}

        def world(school: SchoolId) -> World | None:
            if school not in worlds:
                worlds[school] = filing.world(desk, self._directory, school, now)
            return worlds[school]

        mine = [
            cards.card(each, there, asker=True)
            for each in asked[:MOST_SHOWN]
            if (there := world(each.school))
        ]
        sections: list[Section] = [
            ("Headnote", (_words(WELCOME),)),
            ("Your questions", mine or (_words(NONE_ASKED),)),
        ]
        for school in self._schools:
            roster = self._directory.roster(school)
            holder = roster.holder_at(person) if roster else None
            there = world(school) if holder else None
            if holder and there:
                sections += self._inbox(desk, holder, there)
        return sections

    def _inbox(self, desk: Desk, holder: Holder, world: World) -> Sequence[Section]:
        school = world.roster.school
        sent = [e for e in desk.cases.sent_to(school, holder.id) if _is_open(e)]
        shown = [cards.card(e, world, asker=False) for e in sent[:MOST_SHOWN]]
        several = f" ({school})" if len(self._schools) > 1 else ""
        return (
            (f"Sent to you{several}", shown or (_words(NONE_SENT),)),
            (f"Absence{several}", (absence(world.away.get(holder.id)),)),
        )


def _is_open(escalation: Escalation) -> bool:
    return escalation.status not in SETTLED


def _words(text: str) -> Reply:
    return Reply((Paragraph(text),), text[:60])


def absence(until: dt.date | None) -> Reply:
    """Whether somebody is away, and the buttons to say so."""
    away, back = Away(back=False), Away(back=True)
    if until is None:
        parts: tuple[Part, ...] = (Choices("", (Button("I will be away", away),)),)
    else:
        day = f"{DAYS[until.weekday()]} {until.day} {MONTHS[until.month - 1]}"
        text = f"You are marked as away up to and including {day}"
        buttons = (Button("I am back", back), Button("Change the day", away))
        parts = (Notice(Tone.INFO, text), Choices("", buttons))
    return Reply(parts, "Absence")
