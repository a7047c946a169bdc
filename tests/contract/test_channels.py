"""What every place that people read promises, on each of the databases."""

import re
from collections.abc import AsyncIterator
from html import unescape

import pytest

from adapters.web.render import Setting, to_html
from bot.actions import ChooseTopic
from bot.decision import Message
from bot.people import Address
from bot.persistence.opening import open_store
from bot.persistence.store import Store
from bot.plain_text import plain
from bot.reply import Button, Choices, Notice, Paragraph, Quotation, Reply, Tone
from knowledge import School
from knowledge.model import Citation, ClauseId, TopicId, Wording
from tests.fakes import Rig
from tests.slack.reading import words as shown_on_slack
from tests.slack.rig import SlackRig

HOSTILE = "<!channel> <@U1> <script>x</script> *b* _i_ `c` [l](http://x) &lt; :smile:"
LONG = "A rule that goes on. " * 400
CLAUSE = Citation(ClauseId("5.3"), "5.3 Friends", LONG, Wording.SUMMARY)


class Place:
    """Where one person reads, and a way to get messages there."""

    async def deliver(self, *messages: Message) -> None:
        raise NotImplementedError

    async def seen(self) -> list[str]:
        """The words of each message that the person sees, oldest first."""
        raise NotImplementedError

    address: Address


def words(text: str) -> str:
    """Words without regard to how they are laid out."""
    return " ".join(text.split())


class ChannelContract:
    @pytest.fixture
    def place(self) -> Place:
        raise NotImplementedError

    def saying(self, place: Place, key: str, *texts: str) -> Message:
        parts = tuple(Paragraph(text) for text in texts)
        return Message(key=key, address=place.address, reply=Reply(parts, "News"))

    async def test_all_words_of_a_reply_arrive_in_order(self, place: Place) -> None:
        button = Button("Parents", ChooseTopic(TopicId("parents")))
        parts = (
            Notice(Tone.NO, "No"),
            Paragraph("Do not."),
            Quotation(CLAUSE),
            Choices("Which?", (button,)),
        )
        message = Message(
            key="one", address=place.address, reply=Reply(parts, "An answer")
        )
        await place.deliver(message)
        shown = words(" ".join(await place.seen()))

        at = [shown.find(words(each)) for each in ("No", "Do not.", LONG, "Which?")]
        assert -1 not in at
        assert at == sorted(at)
        assert "Parents" in shown

    async def test_words_that_look_like_markup_stay_words(self, place: Place) -> None:
        await place.deliver(self.saying(place, "one", HOSTILE))

        assert words(HOSTILE) in words(" ".join(await place.seen()))

    async def test_messages_are_seen_in_the_order_in_which_they_were_put(
        self, place: Place
    ) -> None:
        await place.deliver(
            *(self.saying(place, f"{n}", f"message {n}") for n in range(5))
        )
        shown = words(" ".join(await place.seen()))

        assert re.findall(r"message (\d)", shown) == list("01234")

    async def test_a_message_put_twice_is_seen_once(self, place: Place) -> None:
        await place.deliver(self.saying(place, "one", "only once"))
        await place.deliver(self.saying(place, "one", "only once"))

        assert words(" ".join(await place.seen())).count("only once") == 1


class FakePlace(Place):
    address = Address("test", "ann")

    def __init__(self, school: School, store: Store) -> None:
        self._rig = Rig(school, store)

    async def deliver(self, *messages: Message) -> None:
        now = self._rig.clock()
        await self._rig.store.tx(lambda desk: desk.outbox.put(messages, now))
        await self._rig.courier.drain()

    async def seen(self) -> list[str]:
        return [plain(each.reply) for each in self._rig.channel.to("ann")]


class WebPlace(Place):
    address = Address("web", "ann")

    def __init__(self, school: School, store: Store) -> None:
        self._rig = Rig(school, store)

    async def deliver(self, *messages: Message) -> None:
        now = self._rig.clock()
        await self._rig.store.tx(lambda desk: desk.outbox.put(messages, now))

    async def seen(self) -> list[str]:
        thread = await self._rig.store.tx(lambda desk: desk.outbox.thread(self.address))
        setting = Setting(prefix="e", live=True, csrf="c", turn="t", back="/")
        marked = (str(to_html(entry.reply, setting)) for entry in thread)
        return [unescape(re.sub(r"<[^>]+>", " ", html)) for html in marked]


class SlackPlace(Place):
    address = Address("slack", "T1/UANN")

    def __init__(self, rig: SlackRig) -> None:
        self._rig = rig
        self._ann = rig.staff("ann")

    async def deliver(self, *messages: Message) -> None:
        now = self._rig.clock()
        await self._rig.store.tx(lambda desk: desk.outbox.put(messages, now))
        await self._rig.settle()

    async def seen(self) -> list[str]:
        return [shown_on_slack(message) for message in self._rig.seen(self._ann)]


class TestFakeChannel(ChannelContract):
    @pytest.fixture
    async def place(self, oakfield: School, url: str) -> AsyncIterator[Place]:
        store = open_store(url)
        yield FakePlace(oakfield, store)
        await store.close()


class TestWeb(ChannelContract):
    @pytest.fixture
    async def place(self, oakfield: School, url: str) -> AsyncIterator[Place]:
        store = open_store(url, pulled=frozenset({"web"}))
        yield WebPlace(oakfield, store)
        await store.close()


class TestSlack(ChannelContract):
    @pytest.fixture
    async def place(self, oakfield: School, url: str) -> AsyncIterator[Place]:
        async with SlackRig(oakfield, store=open_store(url)) as rig:
            yield SlackPlace(rig)
