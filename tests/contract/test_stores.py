"""What a store promises: in memory, in an SQLite file, in PostgreSQL."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from bot import escalating
from bot.actions import EscalationId
from bot.conversation import Conversation
from bot.decision import About, Message
from bot.escalation import Acknowledge, Change, Escalation, Purpose, Sent, Status, World
from bot.people import Address, Concern, HolderId, PersonId, chain
from bot.persistence import tables
from bot.persistence.cases import ConflictError
from bot.persistence.desk import Desk
from bot.persistence.opening import StoreError, open_store
from bot.persistence.outbox import Entry
from bot.persistence.register import Person
from bot.persistence.store import Store
from bot.persistence.talks import Asked
from bot.reply import Paragraph, Reply
from bot.turn import TurnId
from knowledge.model import SchoolId, TopicId
from tests.fakes import ANN, DEPUTY, HEAD, MONDAY_NOON, OAKFIELD, a_roster

NOW = MONDAY_NOON
WHO = PersonId("test:ann")
TALK = Conversation(OAKFIELD)
LEASE = dt.timedelta(seconds=30)


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    opened = open_store(url, pulled=frozenset({"web"}))
    yield opened
    await opened.close()


def later(**more: float) -> dt.datetime:
    return NOW + dt.timedelta(**more)


def words(text: str, key: str = "", **more: object) -> Message:
    message = Message(key=key or text, address=ANN, reply=Reply((Paragraph(text),), ""))
    return replace(message, **more)  # type: ignore[arg-type]


async def put(store: Store, *messages: Message) -> None:
    await store.tx(lambda desk: desk.outbox.put(messages, NOW))


async def claim(
    store: Store, at: dt.datetime = NOW, owner: str = "one", most: int = 20
) -> list[str]:
    taken = await store.tx(
        lambda desk: desk.outbox.claim(owner=owner, now=at, lease=LEASE, most=most)
    )
    return [each.key for each in taken]


async def claim_ids(store: Store, at: dt.datetime = NOW) -> dict[str, int]:
    taken = await store.tx(
        lambda desk: desk.outbox.claim(owner="one", now=at, lease=LEASE, most=20)
    )
    return {each.key: each.id for each in taken}


def an_escalation(name: str = "k7m2q9xw") -> Escalation:
    roster = a_roster()
    return Escalation(
        id=EscalationId(name),
        school=OAKFIELD,
        version=1,
        round=1,
        status=Status.RAISED,
        urgent=False,
        asker=WHO,
        reply_to=ANN,
        name="Ann",
        concern=Concern.QUESTION,
        excluded=(),
        chain=chain(roster, Concern.QUESTION, ()),
        holder=None,
        pinged=(),
        reached=(),
        reminders=0,
        due=None,
        raised_at=NOW,
        question="May I?",
        given="It depends.",
        topic=TopicId("say-where-i-work"),
    )


WORLD = World(a_roster(), {}, NOW)


def a_raise() -> Change:
    return escalating.raised(an_escalation(), WORLD)


async def raised(store: Store) -> Escalation:
    change = a_raise()
    await store.tx(lambda desk: desk.cases.keep(change, NOW))
    return change.escalation


async def moved(store: Store, move: Sent | Acknowledge) -> Change:
    def work(desk: Desk) -> Change:
        now = desk.cases.get(EscalationId("k7m2q9xw"))
        assert now is not None
        change = escalating.advance(now, move, WORLD)
        assert isinstance(change, Change)
        desk.cases.keep(change, NOW)
        return change

    return await store.tx(work)


# Conversations and turns


async def test_a_conversation_kept_is_found_with_its_person_s_name(
    store: Store,
) -> None:
    person = Person(WHO, OAKFIELD, "Ann Example")
    await store.tx(lambda desk: desk.register.admit(person, NOW))
    await store.tx(lambda desk: desk.talks.keep({WHO: TALK}, NOW))

    found = await store.tx(lambda desk: desk.talks.of([WHO, PersonId("x")]))

    assert list(found) == [WHO]
    assert (found[WHO].conversation, found[WHO].name) == (TALK, "Ann Example")


async def test_a_turn_is_received_once(store: Store) -> None:
    turns = [TurnId("b"), TurnId("a")]

    first = await store.tx(lambda desk: desk.talks.receive(turns, NOW))
    again = await store.tx(lambda desk: desk.talks.receive([*turns, TurnId("c")], NOW))

    assert first == {"a", "b"}
    assert again == {"c"}
    assert await store.tx(lambda desk: desk.talks.seen(TurnId("a")))


async def test_work_that_fails_leaves_nothing_behind(store: Store) -> None:
    def work(desk: Desk) -> None:
        desk.talks.receive([TurnId("a")], NOW)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await store.tx(work)

    assert not await store.tx(lambda desk: desk.talks.seen(TurnId("a")))


async def test_work_that_fails_does_not_harm_work_beside_it(store: Store) -> None:
    def bad(_: Desk) -> None:
        raise ZeroDivisionError

    def good(name: str) -> Callable[[Desk], object]:
        return lambda desk: desk.talks.receive([TurnId(name)], NOW)

    results = await asyncio.gather(
        store.tx(good("a")), store.tx(bad), store.tx(good("b")), return_exceptions=True
    )

    assert isinstance(results[1], ZeroDivisionError)
    assert [results[0], results[2]] == [{"a"}, {"b"}]


async def test_who_asked_in_vain_is_known_once_each(store: Store) -> None:
    asked = [
        Asked(
            turn=TurnId(str(n)),
            school=OAKFIELD,
            person=WHO,
            address=Address("test", who),
            topic=TopicId("t"),
            kind=kind,
            words="may I",
            at=NOW,
        )
        for n, (who, kind) in enumerate(
            [("ann", "silent"), ("ann", "silent"), ("bob", "silent"), ("cy", "answer")]
        )
    ]
    await store.tx(lambda desk: desk.talks.log(asked))

    told = await store.tx(lambda desk: desk.talks.who_asked(OAKFIELD, TopicId("t")))

    assert told == (Address("test", "ann"), Address("test", "bob"))


# The outbox


async def test_messages_to_one_address_go_one_after_the_other(store: Store) -> None:
    await put(store, words("one"), words("two"))

    first = await claim_ids(store)
    nothing_more = await claim(store)
    await store.tx(lambda desk: desk.outbox.sent(first["one"], "ref"))

    assert list(first) == ["one"]
    assert nothing_more == []
    assert await claim(store) == ["two"]


async def test_messages_to_different_addresses_go_together(store: Store) -> None:
    await put(store, words("one"), words("two", address=Address("test", "bob")))

    assert await claim(store) == ["one", "two"]


async def test_an_urgent_message_passes_what_waits(store: Store) -> None:
    await put(store, words("one"), words("two"), words("now", urgent=True))

    assert await claim(store) == ["now", "one"]


async def test_a_message_is_put_once_however_often(store: Store) -> None:
    await put(store, words("one"))
    await put(store, words("changed", key="one"))

    assert await store.tx(lambda desk: desk.outbox.waiting()) == 1


async def test_a_message_held_back_does_not_hold_up_others(store: Store) -> None:
    await put(store, words("morning", not_before=later(hours=20)), words("now"))

    assert await claim(store) == ["now"]
    assert "morning" in await claim(store, later(hours=21))


async def test_a_claim_lasts_as_long_as_its_lease(store: Store) -> None:
    await put(store, words("one"))
    await claim(store, owner="dead")

    assert await claim(store, later(seconds=29)) == []
    assert await claim(store, later(seconds=31)) == ["one"]


async def test_attempts_count_claims(store: Store) -> None:
    await put(store, words("one"))
    await claim(store)
    taken = await store.tx(
        lambda desk: desk.outbox.claim(
            owner="two", now=later(minutes=1), lease=LEASE, most=1
        )
    )

    assert taken[0].attempts == 2


async def test_a_message_is_sent_once_and_its_words_dropped(store: Store) -> None:
    await put(store, words("one"))
    ids = await claim_ids(store)

    assert await store.tx(lambda desk: desk.outbox.sent(ids["one"], "ref"))
    assert not await store.tx(lambda desk: desk.outbox.sent(ids["one"], "ref"))
    assert await store.tx(lambda desk: desk.outbox.thread(ANN)) == ()


async def test_a_message_let_go_waits_for_its_time(store: Store) -> None:
    await put(store, words("one"))
    ids = await claim_ids(store)
    at = later(seconds=5)
    await store.tx(lambda desk: desk.outbox.later(ids["one"], "one", at))

    assert await claim(store, later(seconds=4)) == []
    assert await store.tx(lambda desk: desk.outbox.next_due()) == at
    assert await claim(store, at) == ["one"]


async def test_only_the_owner_of_a_lease_can_let_go(store: Store) -> None:
    await put(store, words("one"))
    ids = await claim_ids(store)
    await store.tx(lambda desk: desk.outbox.later(ids["one"], "other", NOW))

    assert await claim(store) == []


async def test_a_message_given_up_no_longer_waits(store: Store) -> None:
    await put(store, words("one"))
    ids = await claim_ids(store)

    assert await store.tx(lambda desk: desk.outbox.give_up(ids["one"]))
    assert await store.tx(lambda desk: desk.outbox.waiting()) == 0


async def test_on_a_pulled_channel_being_there_is_being_delivered(
    store: Store,
) -> None:
    web = Address("web", "ann")
    await store.tx(lambda desk: desk.outbox.said("s", web, "hello", NOW))
    await put(store, words("hi", address=web))

    assert await claim(store) == []
    assert await store.tx(lambda desk: desk.outbox.thread(web)) == (
        Entry(mine=True, reply=Reply((Paragraph("hello"),), "")),
        Entry(mine=False, reply=Reply((Paragraph("hi"),), "")),
    )


async def test_on_a_pulled_channel_what_is_held_is_seen_when_its_time_has_come(
    store: Store,
) -> None:
    web = Address("web", "ann")
    morning = later(hours=20)
    await put(store, words("later", address=web, not_before=morning))
    hidden = await store.tx(lambda desk: desk.outbox.thread(web))
    ids = await claim_ids(store, morning)
    await store.tx(lambda desk: desk.outbox.sent(ids["later"], ""))
    shown = await store.tx(lambda desk: desk.outbox.thread(web))

    assert hidden == ()
    assert [entry.reply.parts for entry in shown] == [(Paragraph("later"),)]


async def test_a_thread_can_be_emptied(store: Store) -> None:
    web = Address("web", "ann")
    await put(store, words("hi", address=web))
    await store.tx(lambda desk: desk.outbox.clear(web))

    assert await store.tx(lambda desk: desk.outbox.thread(web)) == ()


async def test_pings_that_wait_are_taken_back_and_nothing_else(store: Store) -> None:
    name = EscalationId("k7m2q9xw")
    ping = About(name, Purpose.REMIND, HEAD.id)
    news = About(name, Purpose.ADDED, HEAD.id)
    bob = Address("test", "bob")
    await put(store, words("ping", about=ping), words("news", about=news, address=bob))
    await store.tx(lambda desk: desk.outbox.cancel_pings(name))

    assert await claim(store) == ["news"]


async def test_two_claim_at_once_and_no_message_goes_to_both(store: Store) -> None:
    await put(
        store, *(words(str(n), address=Address("test", str(n))) for n in range(30))
    )
    taken = await asyncio.gather(
        *(claim(store, owner=str(owner), most=10) for owner in range(4))
    )

    keys = [key for each in taken for key in each]
    assert len(keys) == len(set(keys))


# Escalations


async def test_an_escalation_is_found_as_it_was_kept(store: Store) -> None:
    kept = await raised(store)

    assert await store.tx(lambda desk: desk.cases.get(kept.id)) == kept


async def test_an_outdated_change_is_refused(store: Store) -> None:
    kept = await raised(store)
    await moved(store, Sent(HEAD.id))
    stale = escalating.advance(kept, Acknowledge(HEAD.id), WORLD)
    assert isinstance(stale, Change)

    with pytest.raises(ConflictError):
        await store.tx(lambda desk: desk.cases.keep(stale, NOW))


async def test_what_is_due_is_found_when_its_time_has_come(store: Store) -> None:
    await raised(store)
    change = await moved(store, Sent(HEAD.id))
    due = change.escalation.due
    assert due is not None

    early = await store.tx(
        lambda desk: desk.cases.due(due - dt.timedelta(seconds=1), 10)
    )
    assert early == ()
    assert await store.tx(lambda desk: desk.cases.due(due, 10)) == (change.escalation,)


async def test_a_holder_sees_what_they_were_sent_and_nothing_else(
    store: Store,
) -> None:
    kept = await raised(store)

    async def listed(school: SchoolId, holder: HolderId) -> int:
        found = await store.tx(lambda desk: desk.cases.sent_to(school, holder))
        return len(found)

    assert await listed(OAKFIELD, HEAD.id) == 1
    assert await listed(OAKFIELD, DEPUTY.id) == 0
    assert await listed(SchoolId("other"), HEAD.id) == 0
    assert await store.tx(lambda desk: desk.cases.asked_by(WHO)) == (kept,)
    assert await store.tx(lambda desk: desk.cases.asked_by(PersonId("x"))) == ()


async def test_history_is_kept_in_order_with_its_words(store: Store) -> None:
    await raised(store)
    await moved(store, Sent(HEAD.id))
    await moved(store, Acknowledge(HEAD.id))

    told = await store.tx(lambda desk: desk.cases.history(EscalationId("k7m2q9xw")))

    assert [(each.kind, each.actor) for each in told] == [
        ("raised", "asker"),
        ("delivered", "headnote"),
        ("acknowledged", "hana"),
    ]


async def test_a_proposal_is_closed_once(store: Store) -> None:
    await raised(store)
    proposed = replace(a_raise(), proposal="Yes, if in writing.", was=1)
    change = replace(
        proposed, escalation=replace(proposed.escalation, version=2, holder=HEAD.id)
    )
    await store.tx(lambda desk: desk.cases.keep(change, NOW))

    waiting = await store.tx(lambda desk: desk.cases.proposals(OAKFIELD))
    name = waiting[0].id
    closed = await store.tx(lambda desk: desk.cases.close_proposal(name, "published"))
    again = await store.tx(lambda desk: desk.cases.close_proposal(name, "declined"))

    assert [p.words for p in waiting] == ["Yes, if in writing."]
    assert closed is not None
    assert again is None


# Who is who


async def test_a_one_time_link_works_once(store: Store) -> None:
    person = Person(PersonId("web:ann"), OAKFIELD, "Ann")
    await store.tx(
        lambda desk: desk.register.invite("secret", person, later(minutes=15))
    )

    first = await store.tx(lambda desk: desk.register.redeem("secret", NOW))
    again = await store.tx(lambda desk: desk.register.redeem("secret", NOW))

    assert (first, again) == (person, None)


async def test_a_link_expires(store: Store) -> None:
    person = Person(PersonId("web:ann"), OAKFIELD, "Ann")
    await store.tx(
        lambda desk: desk.register.invite("secret", person, later(minutes=15))
    )
    late = later(minutes=15)

    assert await store.tx(lambda desk: desk.register.invited("secret", NOW)) == person
    assert await store.tx(lambda desk: desk.register.invited("secret", late)) is None
    assert await store.tx(lambda desk: desk.register.redeem("secret", late)) is None


async def test_a_session_ends_by_time_and_by_hand(store: Store) -> None:
    person = Person(PersonId("web:ann"), OAKFIELD, "Ann")
    await store.tx(lambda desk: desk.register.admit(person, NOW))
    for token in ("one", "two"):
        await store.tx(
            lambda desk, token=token: desk.register.open_session(  # type: ignore[misc]
                token, person.id, later(hours=12)
            )
        )
    await store.tx(lambda desk: desk.register.close_session("two"))

    async def found(token: str, at: dt.datetime) -> Person | None:
        return await store.tx(lambda desk: desk.register.in_session(token, at))

    assert await found("one", NOW) == person
    assert await found("one", later(hours=12)) is None
    assert await found("two", NOW) is None


async def test_no_secret_is_stored_as_it_is(store: Store) -> None:
    person = Person(PersonId("web:ann"), OAKFIELD, "Ann")
    await store.tx(
        lambda desk: desk.register.invite("secret-a", person, later(minutes=15))
    )
    await store.tx(
        lambda desk: desk.register.open_session("secret-b", person.id, later(hours=1))
    )

    def dump(desk: Desk) -> str:
        connection = desk.register._connection  # noqa: SLF001 - looked at from outside
        rows = [
            connection.execute(select(table)).all()
            for table in (tables.sign_in, tables.session)
        ]
        return str(rows)

    assert "secret" not in await store.tx(dump)


async def test_an_absence_is_noted_changed_and_ended(store: Store) -> None:
    async def note(until: dt.date | None) -> list[dt.date]:
        await store.tx(lambda desk: desk.register.away(OAKFIELD, HEAD.id, until))
        found = await store.tx(lambda desk: desk.register.absences(OAKFIELD))
        return [each.until for each in found]

    day = NOW.date()
    assert await note(day) == [day]
    assert await note(day + dt.timedelta(days=1)) == [day + dt.timedelta(days=1)]
    assert await note(None) == []


# The audit


async def test_the_audit_is_a_chain(store: Store) -> None:
    for number in range(3):
        about = str(number)
        await store.tx(
            lambda desk, about=about: desk.ledger.note(  # type: ignore[misc]
                at=NOW, actor="a", action="x.y", about=about
            )
        )

    assert await store.tx(lambda desk: desk.ledger.entries()) == 3
    assert await store.tx(lambda desk: desk.ledger.broken()) is None


@pytest.mark.parametrize(
    "statement", ["UPDATE audit SET actor='b'", "DELETE FROM audit"]
)
async def test_the_audit_cannot_be_changed(store: Store, statement: str) -> None:
    await store.tx(
        lambda desk: desk.ledger.note(at=NOW, actor="a", action="x.y", about="1")
    )

    def tamper(desk: Desk) -> None:
        desk.ledger._connection.execute(text(statement))  # noqa: SLF001

    with pytest.raises(DBAPIError, match="append-only"):
        await store.tx(tamper)


async def test_a_forged_entry_breaks_the_chain(store: Store) -> None:
    def forge(desk: Desk) -> None:
        desk.ledger.note(at=NOW, actor="a", action="x.y", about="1")
        row = {"seq": 2, "at": 1, "actor": "a", "action": "z", "object": "1"}
        made = tables.audit.insert().values(previous="0", hash="0", **row)
        desk.ledger._connection.execute(made)  # noqa: SLF001

    await store.tx(forge)

    assert await store.tx(lambda desk: desk.ledger.broken()) == 2


async def test_entries_made_side_by_side_still_follow_each_other(
    store: Store,
) -> None:
    def note(number: int) -> Callable[[Desk], None]:
        return lambda desk: desk.ledger.note(
            at=NOW, actor="a", action="x.y", about=str(number)
        )

    await asyncio.gather(*(store.tx(note(number)) for number in range(20)))

    assert await store.tx(lambda desk: desk.ledger.entries()) == 20
    assert await store.tx(lambda desk: desk.ledger.broken()) is None


# Forgetting


async def test_words_are_forgotten_and_counts_are_kept(store: Store) -> None:
    asked = Asked(
        turn=TurnId("1"),
        school=OAKFIELD,
        person=WHO,
        address=ANN,
        topic=TopicId("t"),
        kind="silent",
        words="zanzibar",
        at=NOW,
    )
    await store.tx(lambda desk: desk.talks.log([asked]))
    await store.tx(lambda desk: desk.talks.keep({WHO: TALK}, NOW))
    await store.tx(
        lambda desk: desk.talks.forget(words=later(days=1), turns=later(days=1))
    )

    def look(desk: Desk) -> tuple[str | None, str]:
        connection = desk.talks._connection  # noqa: SLF001
        row = connection.execute(select(tables.question)).one()
        return row.words, row.topic

    assert await store.tx(look) == (None, "t")
    assert await store.tx(lambda desk: desk.talks.of([WHO])) == {}


async def test_a_settled_escalation_s_words_are_forgotten_in_time(
    store: Store,
) -> None:
    await raised(store)

    def settle(desk: Desk) -> None:
        desk.cases._connection.execute(  # noqa: SLF001
            update(tables.escalation).values(settled_at=1)
        )

    await store.tx(settle)

    assert await store.tx(lambda desk: desk.cases.forget(NOW)) == 1
    assert await store.tx(lambda desk: desk.cases.forget(NOW)) == 0
    bare = await store.tx(lambda desk: desk.cases.get(EscalationId("k7m2q9xw")))
    assert bare is not None
    assert "May I" not in str(bare)
    assert "Ann" not in str(bare.name)


# Opening


async def test_a_store_opened_again_has_what_was_kept(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    url = f"sqlite:///{tmp_path_factory.mktemp('again') / 'headnote.db'}"
    first = open_store(url)
    await first.tx(lambda desk: desk.talks.keep({WHO: TALK}, NOW))
    await first.close()
    second = open_store(url)

    found = await second.tx(lambda desk: desk.talks.of([WHO]))
    await second.close()

    assert found[WHO].conversation == TALK


async def test_a_second_process_is_refused_the_file(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    url = f"sqlite:///{tmp_path_factory.mktemp('two') / 'headnote.db'}"
    first = open_store(url)
    try:
        with pytest.raises(StoreError, match="Another Headnote"):
            open_store(url)
    finally:
        await first.close()


@pytest.mark.parametrize("url", ["mysql://x/y", "no url at all", ""])
def test_a_database_of_another_kind_is_refused_civilly(url: str) -> None:
    with pytest.raises(StoreError):
        open_store(url)
