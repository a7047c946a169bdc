"""The last answer explained, rated, shared; and whose policy is meant."""

import pytest

from bot import aftercare, welcome
from bot.actions import ChooseSchool, Explain, Rate, Share
from bot.adviser import Handled
from bot.people import Address
from bot.persistence.desk import Desk
from bot.plain_text import plain
from bot.turn import Activity, Press, Turn, TurnId, Utterance
from knowledge import School
from knowledge.model import SchoolId
from tests.fakes import ANN, OAKFIELD, Rig, a_roster

BIO = Utterance("school name in my bio")
CHANNEL = Address("test", "everybody")
TWO = (OAKFIELD, SchoolId("ashfield"))


def a_turn(rig: Rig, number: int, activity: Activity, **more: object) -> Turn:
    return Turn(
        id=TurnId(f"turn{number}"),
        person=rig.person("ann"),
        address=ANN,
        activity=activity,
        **more,  # type: ignore[arg-type]
    )


async def handle(rig: Rig, turn: Turn) -> Handled:
    handled = await rig.adviser.handle(turn)
    await rig.courier.drain()
    return handled


async def test_an_answer_is_explained_on_request(oakfield: School) -> None:
    rig = Rig(oakfield)
    await rig.begin("ann")
    await rig.act("ann", BIO)
    await rig.act("ann", Press(Explain()))

    assert "Read as:" in rig.read("ann")


@pytest.mark.parametrize("action", [Explain(), Rate(helpful=True), Share()])
async def test_without_an_answer_there_is_nothing_to_do_with_it(
    oakfield: School, action: Explain | Rate | Share
) -> None:
    rig = Rig(oakfield)
    await rig.begin("ann")
    await rig.act("ann", Press(action))

    assert rig.read("ann") == aftercare.NOTHING


async def test_a_rating_is_kept_with_its_question_and_the_last_word_counts(
    oakfield: School,
) -> None:
    rig = Rig(oakfield, roster=a_roster())
    await rig.begin("ann")
    await rig.act("ann", BIO, turn="asked")
    await rig.act("ann", Press(Rate(helpful=True)))
    await rig.act("ann", Press(Rate(helpful=False)))

    def look(desk: Desk) -> list[tuple[object, ...]]:
        connection = desk.talks._connection  # noqa: SLF001 - looked at from outside
        rows = connection.exec_driver_sql("SELECT id, helpful FROM question")
        return [tuple(row) for row in rows]

    assert await rig.store.tx(look) == [("asked", 0)]
    assert rig.labels("ann") == ["Ask the headteacher"]


async def test_a_question_asked_where_others_read_is_answered_in_private(
    oakfield: School,
) -> None:
    rig = Rig(oakfield)
    await rig.begin("ann")
    await handle(rig, a_turn(rig, 1, BIO, place=CHANNEL))

    public, private = rig.channel.to("everybody"), rig.channel.to("ann")
    assert [plain(d.reply) for d in public] == [
        "I have answered you in our private messages."
    ]
    assert "Clause 2.10" in plain(private[0].reply)


async def test_an_answer_is_shared_only_when_asked_and_without_the_question(
    oakfield: School,
) -> None:
    rig = Rig(oakfield)
    await rig.begin("ann")
    asked = Utterance("school name in my bio, my name is zanzibar")
    await handle(rig, a_turn(rig, 1, asked, place=CHANNEL))
    offered = rig.labels("ann")
    await rig.press("ann", "Show the answer there")

    assert "Show the answer there" in offered
    shared = plain(rig.channel.to("everybody")[-1].reply)
    assert "Clause 2.10" in shared
    assert "zanzibar" not in shared


async def test_an_answer_given_in_private_cannot_be_shared(oakfield: School) -> None:
    rig = Rig(oakfield)
    await rig.begin("ann")
    await rig.act("ann", BIO)
    await rig.act("ann", Press(Share()))

    assert rig.read("ann") == aftercare.NOT_SHARED


async def test_somebody_new_at_the_only_school_just_asks(oakfield: School) -> None:
    rig = Rig(oakfield)

    assert await handle(rig, a_turn(rig, 1, BIO, schools=(OAKFIELD,))) is Handled.DONE
    assert "Clause 2.10" in rig.read("ann")
    assert await handle(rig, a_turn(rig, 2, BIO)) is Handled.DONE


async def test_somebody_new_where_there_are_several_is_asked_which(
    oakfield: School,
) -> None:
    rig = Rig(oakfield, more={SchoolId("ashfield"): oakfield})
    await handle(rig, a_turn(rig, 1, BIO, schools=TWO))
    asked = rig.read("ann")
    await handle(rig, a_turn(rig, 2, Press(ChooseSchool(OAKFIELD)), schools=TWO))
    chosen = rig.read("ann")
    await handle(rig, a_turn(rig, 3, BIO, schools=TWO))

    assert welcome.ASKS in asked
    assert "You are asking about Oakfield School" in chosen
    assert "Clause 2.10" in rig.read("ann")


async def test_an_emergency_does_not_wait_for_the_choice_of_a_school(
    oakfield: School,
) -> None:
    rig = Rig(oakfield, more={SchoolId("ashfield"): oakfield})
    emergency = Utterance("a pupil told me she is going to kill herself tonight")
    await handle(rig, a_turn(rig, 1, emergency, schools=TWO))

    said = " ".join(plain(d.reply) for d in rig.channel.to("ann"))
    assert "call 999 now" in said
    assert welcome.ASKS in said


async def test_a_school_that_is_not_offered_cannot_be_chosen(oakfield: School) -> None:
    rig = Rig(oakfield)
    other = Press(ChooseSchool(OAKFIELD))

    assert await handle(rig, a_turn(rig, 1, other)) is Handled.NO_SCHOOL
