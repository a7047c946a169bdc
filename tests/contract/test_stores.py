"""What every store promises. Each implementation subclasses and supplies itself."""

import pytest

from bot.conversation import Conversation
from bot.decision import Decision, Message
from bot.persistence.memory import MOST_PEOPLE, MemoryStore
from bot.ports import Store
from bot.reply import Paragraph, Reply
from bot.turn import Address, PersonId, Turn, TurnId, Utterance
from knowledge.model import SchoolId

ANN = PersonId("ann")
HERE = Address("test", "ann")
TALK = Conversation(SchoolId("oakfield"))


def a_turn(name: str = "1") -> Turn:
    return Turn(id=TurnId(name), person=ANN, address=HERE, activity=Utterance("hi"))


def saying(*texts: str) -> Decision:
    messages = tuple(Message(HERE, Reply((Paragraph(t),), "")) for t in texts)
    return Decision(TALK, messages, ())


class StoreContract:
    @pytest.fixture
    def store(self) -> Store:
        raise NotImplementedError

    async def test_a_conversation_begun_is_found(self, store: Store) -> None:
        assert await store.conversation(ANN) is None

        await store.begin(ANN, TALK)

        assert await store.conversation(ANN) == TALK

    async def test_a_committed_turn_is_known_again(self, store: Store) -> None:
        assert not await store.seen(TurnId("1"))

        await store.commit(a_turn(), saying())

        assert await store.seen(TurnId("1"))

    async def test_messages_wait_in_order_until_done(self, store: Store) -> None:
        await store.commit(a_turn("1"), saying("one", "two"))
        await store.commit(a_turn("2"), saying("three"))

        first, *rest = await store.waiting()
        await store.tried(first.id, done=True)

        assert [d.message.reply.parts[0] for d in await store.waiting()] == [
            Paragraph("two"),
            Paragraph("three"),
        ]
        assert len(rest) == 2

    async def test_a_failed_try_is_counted_and_keeps_its_place(
        self, store: Store
    ) -> None:
        await store.commit(a_turn(), saying("one", "two"))
        first = (await store.waiting())[0]

        await store.tried(first.id, done=False)

        again = (await store.waiting())[0]
        assert (again.id, again.tries) == (first.id, 1)


class TestMemoryStore(StoreContract):
    @pytest.fixture
    def store(self) -> Store:
        return MemoryStore()

    async def test_it_forgets_the_oldest_people_rather_than_grow(self) -> None:
        store = MemoryStore()

        for n in range(MOST_PEOPLE + 1):
            await store.begin(PersonId(str(n)), TALK)

        assert await store.conversation(PersonId("0")) is None
        assert await store.conversation(PersonId("1")) == TALK
