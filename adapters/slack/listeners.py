"""What becomes of what Slack sends: heard, committed, and only then acknowledged.

Few listeners, each for many things, since Bolt tries them one after the other. They
are the same whether a payload came by HTTP or by a socket.
"""

import asyncio
import datetime as dt
import re
from collections.abc import Coroutine, Mapping
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.response import BoltResponse

from adapters.slack import inbound
from adapters.slack.clients import FAILURES
from adapters.slack.inbound import Aside, Heard, Noticed
from adapters.slack.installations import Installations
from adapters.slack.manners import Manners
from adapters.slack.names import Names
from adapters.slack.scene import NOWHERE, Scene, scene
from adapters.slack.schools import Schools
from adapters.slack.triggers import Triggers
from bot.actions import Action, Away, Draft, Drafting, Handle, Step
from bot.adviser import Adviser, Handled
from bot.decision import Message
from bot.persistence.store import Store
from bot.ports import Clock, DeliveryError
from bot.reply import Paragraph, Reply
from bot.turn import Activity, Utterance
from knowledge.model import SchoolId

EVENTS = frozenset(
    {"app_home_opened", "app_mention", "app_uninstalled", "message", "tokens_revoked"}
)
COMMANDS = frozenset({"/headnote"})
CHECK, ASK = "check_message", "ask_policy"
SHORTCUTS = frozenset({CHECK, ASK})

ANSWERED = "I have answered you in our private messages."
TWICE = 2.0
"""Seconds in which a second press of the same button is taken for a double click."""
NAMED_WITHIN = 1.0
"""Seconds that a press waits for a name that is about to be passed on."""
_ANY = re.compile(".*")
_DONE = BoltResponse(status=200, body="")
_CHANGES = frozenset({Drafting.SEND_MASKED, Drafting.SEND_TYPED, Drafting.PING})
_ONLY_SHOW = frozenset(
    {Step.WRITE, Step.WRITE_MORE, Step.WRITE_AGAIN, Step.CHOOSE, Step.LOOK}
)

_log = structlog.get_logger()


class Listeners:
    """Hands what Slack sends to the adviser."""

    def __init__(
        self,
        *,
        adviser: Adviser,
        store: Store,
        schools: Schools,
        names: Names,
        manners: Manners,
        triggers: Triggers,
        installations: Installations,
        clock: Clock,
    ) -> None:
        self._adviser = adviser
        self._store = store
        self._schools = schools
        self._names = names
        self._manners = manners
        self._triggers = triggers
        self._installations = installations
        self._clock = clock
        self._pressed: dict[str, float] = {}
        self._aside: set[asyncio.Task[None]] = set()

    def register(self, app: AsyncApp) -> None:
        """Listen to everything; what is not for us is acknowledged."""
        app.event(_ANY)(self._event)
        app.action(_ANY)(self._press)
        app.view(_ANY)(self._form)
        app.command(_ANY)(self._command)
        app.shortcut(_ANY)(self._shortcut)
        app.error(self._failed)

    async def finish(self) -> None:
        """Wait for what was begun and nobody waits for."""
        while self._aside:
            await asyncio.wait(self._aside)

    async def _event(
        self, body: dict[str, Any], context: AsyncBoltContext
    ) -> BoltResponse:
        event, team = body.get("event") or {}, str(body.get("team_id") or "")
        match event.get("type"):
            case "message" | "app_mention":
                own = context.bot_user_id or ""
                await self._hear(inbound.from_message(body, own=own))
            case "app_home_opened":
                self._opened(team, event)
            case "app_uninstalled":
                await self._installations.drop(team, _moment(body))
            case "tokens_revoked" if (event.get("tokens") or {}).get("bot"):
                await self._installations.drop(team, _moment(body))
            case _:
                pass
        return _DONE

    def _opened(self, team: str, event: Mapping[str, Any]) -> None:
        """Somebody looks at us: show them what there is."""
        who = scene(
            team=team, channel=NOWHERE, user=event.get("user"), what="home-opened"
        )
        channel = event.get("channel")
        if who and event.get("tab") == "messages" and isinstance(channel, str):
            self._begin(self._manners.suggest(who, channel))
        elif who:
            self._begin(self._manners.publish(who))

    async def _press(self, body: dict[str, Any]) -> BoltResponse:
        named = inbound.pressed_at(body)
        if named is None:
            return _DONE
        button, at = named
        if abs(at - self._pressed.get(button, 0.0)) < TWICE:
            return _DONE
        self._pressed = {b: t for b, t in self._pressed.items() if at - t < TWICE}
        self._pressed[button] = at
        try:
            await self._hear(inbound.from_press(body))
        except BaseException:
            self._pressed.pop(button, None)  # it may well be pressed again
            raise
        return _DONE

    async def _form(self, body: dict[str, Any], ack: AsyncAck) -> BoltResponse:
        await self._hear(inbound.from_form(body))
        return await ack()

    async def _command(self, body: dict[str, Any], ack: AsyncAck) -> BoltResponse:
        """A command is answered where it was typed, for its author's eyes only."""
        text = ""
        match inbound.from_command(body):
            case Heard() as heard:
                found = await self._handle(heard)
                text = inbound.NO_SCHOOL if found is Handled.NO_SCHOOL else ANSWERED
            case Aside(_, words):
                text = words
            case None:
                pass
        return await ack(response_type="ephemeral", text=text)

    async def _shortcut(self, body: dict[str, Any], ack: AsyncAck) -> BoltResponse:
        match body.get("callback_id"):
            case "check_message":
                await self._hear(inbound.from_shortcut(body))
            case "ask_policy":
                team = (body.get("team") or {}).get("id")
                trigger = body.get("trigger_id")
                if isinstance(team, str) and isinstance(trigger, str):
                    await self._manners.ask(team, trigger)
            case _:
                pass
        return await ack()

    async def _hear(self, noticed: Noticed) -> None:
        match noticed:
            case Heard():
                if await self._handle(noticed) is Handled.NO_SCHOOL:
                    await self._say(noticed.scene, inbound.NO_SCHOOL)
            case Aside(where, text):
                await self._say(where, text)
            case None:
                pass

    async def _handle(self, heard: Heard) -> Handled:
        """Hand a turn in; back only once it is committed."""
        where = heard.scene
        schools = await self._schools.offered(where)
        if not self._names.knows(where):
            await self._learn(heard, schools)
        turn = inbound.turn(heard, schools)
        self._triggers.hold(turn.id, heard.trigger)
        handled = await self._adviser.handle(turn)
        if handled is Handled.DONE:
            self._after(heard)
        return handled

    async def _learn(self, heard: Heard, schools: tuple[SchoolId, ...]) -> None:
        """Learn what a person is called; waited for only if it is about to be told."""
        learning = self._names.learn(heard.scene, schools, heard.called)
        if not isinstance(_action(heard.activity), Draft):
            self._begin(learning)
            return
        try:
            await asyncio.wait_for(learning, NAMED_WITHIN)
        except TimeoutError:
            _log.warning("slack.name_late")

    def _after(self, heard: Heard) -> None:
        """What is nice to have once a turn is done."""
        where = heard.scene
        if changes(_action(heard.activity)):
            self._begin(self._manners.publish(where))
        begins = where.direct and where.what == where.thread
        if begins and isinstance(heard.activity, Utterance):
            self._begin(self._manners.entitle(where, heard.activity.text))

    async def _say(self, where: Scene, text: str) -> None:
        """A word back to somebody, by the way that all messages go."""
        said = Message(
            key=f"reply:{where.turn}",
            address=where.home,
            reply=Reply((Paragraph(text),), "A word from Headnote"),
        )
        now = self._clock()
        await self._store.tx(lambda desk: desk.outbox.put((said,), now))
        self._manners.wake()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something that nobody waits for."""
        task = asyncio.create_task(self._quietly(work))
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)

    async def _quietly(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except (*FAILURES, DeliveryError) as error:
            _log.warning("slack.left_out", why=type(error).__name__)
        except Exception:  # noqa: BLE001 - the task's boundary
            _log.exception("slack.aside_failed")

    async def _failed(self, error: Exception) -> BoltResponse:
        """Nothing was committed as far as is known: Slack shall try again."""
        if isinstance(error, BoltUnhandledRequestError):
            return _DONE
        _log.error("slack.failed", exc_info=error)
        return BoltResponse(status=503, body="")


def changes(action: Action | None) -> bool:
    """Whether a button may change what its owner's Home tab shows."""
    match action:
        case Draft(step):
            return step in _CHANGES
        case Handle(_, _, done, _):
            return done not in _ONLY_SHOW
        case Away():
            return True
        case _:
            return False


def _action(activity: Activity) -> Action | None:
    return None if isinstance(activity, Utterance) else activity.action


def _moment(body: Mapping[str, Any]) -> dt.datetime:
    """When an event happened: by Slack's clock, which the installation was not."""
    try:
        return dt.datetime.fromtimestamp(float(body.get("event_time") or 0), dt.UTC)
    except (OverflowError, TypeError, ValueError):
        return dt.datetime.fromtimestamp(0, dt.UTC)
