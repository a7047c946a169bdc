"""`headnote proposals`: replies that their writers want added to the answers.

Adding one is an author's work: the words are edited into the school's answers.yaml,
and only then published, which tells everybody who asked the same.
"""

import argparse
import asyncio
import datetime as dt
import sys
from collections.abc import Iterator

import yaml

import knowledge
from adapters.cli.link import WHILE_RUNNING
from adapters.library import UnknownSchoolError, content_folders
from adapters.settings import Settings
from bot.actions import EscalationId
from bot.decision import Message
from bot.people import Address
from bot.persistence.cases import Proposal
from bot.persistence.checkup import look
from bot.persistence.desk import Desk
from bot.persistence.opening import StoreError, open_store
from bot.reply import Paragraph, Reply
from knowledge.model import Bank, Pack, SchoolId, Silent

_HEAD = """\
# {school}: {count} proposed. Edit into answers.yaml: take out whatever tells of one
# person, choose the verdict (yes, no, depends, info) and the clauses, restart; then
# headnote proposals {school} --publish ID
"""


class NotOpenError(Exception):
    """There is no open proposal of that id at the school."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "proposals",
        help="replies proposed for the answers",
        description="List the replies that are proposed for a school's answers, ready "
        "to edit into answers.yaml; or publish or decline one.",
        epilog="example: headnote proposals polymat --publish 8f3a2c91",
    )
    parser.add_argument("school", help="the school's short name")
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--publish", metavar="ID", help="it is in the answers: tell those who asked"
    )
    what.add_argument("--decline", metavar="ID", help="it will not be added")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    topics, packs = content_folders()
    if args.school not in knowledge.schools(packs):
        raise UnknownSchoolError(args.school, knowledge.schools(packs))
    school, settings = SchoolId(args.school), Settings()
    try:
        if args.publish or args.decline:
            bank = knowledge.load_bank(topics)
            pack = knowledge.load_pack(packs / school, bank)
            closing = _Closing(school, bank, pack, dt.datetime.now(dt.UTC))
            return asyncio.run(
                closing.carry_out(
                    settings.database,
                    EscalationId(args.publish or args.decline),
                    publish=bool(args.publish),
                )
            )
        found = look(settings.database, lambda desk: desk.cases.proposals(school))
    except NotOpenError:
        print(
            f"headnote proposals: {school} has no open proposal of that id. "
            f"headnote proposals {school} lists them.",
            file=sys.stderr,
        )
        return 1
    except _StillSilentError as error:
        print(f"headnote proposals: {error}", file=sys.stderr)
        return 1
    except StoreError as error:
        hint = f" {WHILE_RUNNING}" if args.publish or args.decline else ""
        print(f"headnote proposals: {error}{hint}", file=sys.stderr)
        return 1
    _list(school, found, knowledge.load_bank(topics) if found else None)
    return 0


def _list(school: SchoolId, found: tuple[Proposal, ...], bank: Bank | None) -> None:
    if bank is None:
        print(f"# {school}: nothing is proposed.")
        return
    print(_HEAD.format(school=school, count=len(found)))
    for each in found:
        print(_entry(each, bank))


def _entry(proposal: Proposal, bank: Bank) -> str:
    topic = bank.topics.get(proposal.topic) if proposal.topic else None
    entry: list[dict[str, object]] = [
        {
            "topic": proposal.topic or "choose-a-topic",
            "verdict": "info",
            "say": " ".join(proposal.words.split()),
            "clauses": [],
        }
    ]
    text = yaml.safe_dump(entry, sort_keys=False, allow_unicode=True, width=88)
    about = topic.title if topic else "no topic was matched"
    return (
        f"# {proposal.id}: {about}; proposed on {proposal.at:%Y-%m-%d} by "
        f"{proposal.holder}\n{text}"
    )


class _StillSilentError(Exception):
    """The answers do not cover the topic yet; says what to do."""


class _Closing:
    """Publishes or declines a proposal."""

    def __init__(
        self, school: SchoolId, bank: Bank, pack: Pack, now: dt.datetime
    ) -> None:
        self._school = school
        self._bank = bank
        self._pack = pack
        self._now = now

    async def carry_out(
        self, database: str, wanted: EscalationId, *, publish: bool
    ) -> int:
        store = open_store(database, pulled=frozenset({"web"}))
        try:
            told = await store.tx(lambda desk: self._close(desk, wanted, publish))
        finally:
            await store.close()
        if publish:
            print(f"{wanted}: published; {told} told who asked the same.")
        else:
            print(f"{wanted}: declined.")
        return 0

    def _close(self, desk: Desk, wanted: EscalationId, publish: bool) -> int:  # noqa: FBT001
        mine = (each.id for each in desk.cases.proposals(self._school))
        status = "published" if publish else "declined"
        found = desk.cases.close_proposal(wanted, status) if wanted in mine else None
        if found is None:
            raise NotOpenError
        messages = list(self._messages(desk, found)) if publish else []
        desk.outbox.put(messages, self._now)
        desk.ledger.note(
            at=self._now, actor="headnote", action=f"proposal.{status}", about=wanted
        )
        return len(messages)

    def _messages(self, desk: Desk, proposal: Proposal) -> Iterator[Message]:
        """One for everybody who asked, without doubles."""
        asked = list[Address]()
        if escalation := desk.cases.get(proposal.id):
            asked.append(escalation.reply_to)
        about = "something you asked about"
        if proposal.topic and (topic := self._bank.topics.get(proposal.topic)):
            if isinstance(self._pack.positions.get(topic.id), Silent):
                raise _StillSilentError(
                    f"{self._school}'s answers still say nothing on {topic.id}, so "
                    "nobody is told. Add it to answers.yaml first."
                )
            asked += desk.talks.who_asked(self._school, topic.id)
            about = f"{about}: {topic.title}"
        summary = "The answers now cover something you asked about"
        text = f"The answers now cover {about}. Ask again to see it."
        for address in dict.fromkeys(asked):
            yield Message(
                key=f"published:{proposal.id}:{address.channel}:{address.id}",
                address=address,
                reply=Reply((Paragraph(text),), summary),
            )
