"""The shell: once for each turn, nothing said that was not kept first."""

import asyncio

import pytest
import structlog
from structlog.testing import capture_logs

from bot.adviser import Handled
from bot.persistence.desk import Desk
from bot.persistence.talks import Talks
from bot.turn import Turn, TurnId, Utterance
from knowledge import School
from tests.fakes import ANN, Rig, a_roster

PHONE = Utterance("phone in class")


def a_turn(rig: Rig, number: int, who: str = "ann") -> Turn:
    return Turn(
        id=TurnId(f"turn{number}"),
        person=rig.person(who),
        address=ANN,
        activity=PHONE,
    )


async def test_a_turn_is_answered_on_its_channel(oakfield: School) -> None:
    rig = Rig(oakfield)
    await rig.begin("ann")

    sent = await rig.act("ann", Utterance("school name in my bio"))

    assert [each.address for each in sent] == [ANN]


async def test_the_same_turn_twice_is_answered_once(oakfield: School) -> None:
    rig = Rig(oakfield)
    await rig.begin("ann")
    turn = a_turn(rig, 1)

    handled = await asyncio.gather(rig.adviser.handle(turn), rig.adviser.handle(turn))
    later = await rig.adviser.handle(turn)
    await rig.courier.drain()

    assert list(handled) == [Handled.DONE, Handled.REPEATED]
    assert later is Handled.REPEATED
    assert len(rig.channel.sent) == 1


async def test_many_turns_at_once_are_each_answered(oakfield: School) -> None:
    rig = Rig(oakfield)
    people = [f"p{number}" for number in range(40)]
    for who in people:
        await rig.begin(who)

    handled = await asyncio.gather(
        *(rig.adviser.handle(a_turn(rig, n, who)) for n, who in enumerate(people))
    )
    await rig.courier.drain()

    assert set(handled) == {Handled.DONE}
    assert len(rig.channel.sent) == 40


async def test_without_a_school_there_is_no_answer(oakfield: School) -> None:
    rig = Rig(oakfield)

    assert await rig.adviser.handle(a_turn(rig, 1)) is Handled.NO_SCHOOL
    await rig.begin("ann")
    assert await rig.adviser.handle(a_turn(rig, 1)) is Handled.DONE


async def test_a_turn_that_breaks_does_not_harm_those_beside_it(
    oakfield: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = Rig(oakfield)
    for who in ("ann", "bob"):
        await rig.begin(who)
    receive = Talks.receive

    def picky(talks: Talks, turns: list[TurnId], at: object) -> set[TurnId]:
        wanted = list(turns)
        if TurnId("turn1") in wanted:
            raise ZeroDivisionError
        return receive(talks, wanted, at)  # type: ignore[arg-type]

    monkeypatch.setattr(Talks, "receive", picky)

    outcomes = await asyncio.gather(
        rig.adviser.handle(a_turn(rig, 1)),
        rig.adviser.handle(a_turn(rig, 2, "bob")),
        return_exceptions=True,
    )

    assert isinstance(outcomes[0], ZeroDivisionError)
    assert outcomes[1] is Handled.DONE


async def test_a_question_is_logged_with_its_topic_and_words(oakfield: School) -> None:
    rig = Rig(oakfield)
    await rig.begin("ann")
    await rig.act("ann", PHONE)

    def count(desk: Desk) -> int:
        connection = desk.talks._connection  # noqa: SLF001 - looked at from outside
        return len(
            connection.exec_driver_sql(
                "SELECT 1 FROM question WHERE words='phone in class'"
            ).all()
        )

    assert await rig.store.tx(count) == 1


async def test_no_word_of_a_whole_escalation_is_logged(oakfield: School) -> None:
    structlog.reset_defaults()
    rig = Rig(oakfield, roster=a_roster())
    await rig.begin("ann", "Ann Zanzibar")
    await rig.begin("hana")

    with capture_logs() as logs:
        await rig.escalate("ann", "zanzibar asks about my phone in class")
        await rig.answer("hana", "a zanzibar reply")

    assert {log["event"] for log in logs} >= {"question.answered", "escalation.changed"}
    assert "zanzibar" not in str(logs).lower()
