"""Every sentence the adviser itself says, built into Replies.

What a policy says is in the packs; what the adviser says about it is here: civil,
brief, no persona, and nothing that only a colour or a picture would tell.
"""

import datetime as dt
from typing import assert_never

from bot.conversation import Contact
from bot.reply import (
    Choices,
    Finding,
    Kind,
    Notice,
    Paragraph,
    Part,
    Quotation,
    Reply,
    Sources,
    Tone,
)
from knowledge import School
from knowledge.model import Guided, OptionId, QuestionId, TopicId, Verdict

VERDICTS = {
    Verdict.YES: (Tone.YES, "Yes"),
    Verdict.NO: (Tone.NO, "No"),
    Verdict.DEPENDS: (Tone.DEPENDS, "It depends"),
    Verdict.INFO: (Tone.INFO, "What the policy says"),
}
DANGER = (
    "This may be an emergency. If anyone is in immediate danger, call 999 now. "
    "Do not wait for a reply here."
)
NOT_A_RECORD = (
    "This chat is not the place to report it and keeps no safeguarding record. "
    "Do not promise to keep it secret, and do not investigate."
)
NO_NUMBERS = (
    "Their names and numbers are not set up in Headnote yet: "
    "use the list on display in school."
)


def reply(
    finding: Finding,
    school: School,
    contacts: tuple[Contact, ...],
    today: dt.date,
    offered: tuple[Part, ...] = (),
) -> Reply:
    """A finding put into words; what else is offered stands before the footer."""
    notes: list[Part] = [Paragraph(note) for note in finding.notes]
    parts = [*notes, *_body(finding, school, contacts)]
    if finding.second:
        parts += _second(finding.second, school, contacts)
    parts.extend(offered)
    if finding.kind in (Kind.ANSWER, Kind.SILENT):
        parts.extend(_footer(school, today))
    ratable = finding.kind in (Kind.ANSWER, Kind.SILENT)
    why = _why(finding, school)
    return Reply(tuple(parts), _summary(finding, school), why, ratable)


def _why(finding: Finding, school: School) -> tuple[str, ...]:
    """The short form of why: what it was read as, by which words, what came next."""
    why, topics = finding.why, school.bank.topics
    told: list[str] = []
    if why.topic and finding.kind is not Kind.OFF_TOPIC:
        told.append(f"Read as: {topics[why.topic].title}.")
    if why.nearest:
        nearest = "; ".join(f"“{phrasing}”" for phrasing in why.nearest)
        told.append(f"Nearest wordings that Headnote knows: {nearest}.")
    said = [
        _option(question, option, finding, school)
        for question, option in why.taken_as_said
    ]
    if said:
        told.append(f"Taken from your words: {'; '.join(said)}.")
    if why.runner_up and why.runner_up != why.topic:
        told.append(f"Next nearest: {topics[why.runner_up].title}.")
    return tuple(told)


def _option(
    question: QuestionId, option: OptionId, finding: Finding, school: School
) -> str:
    """The label of an option of the tree that the topic is answered by."""
    position = school.pack.positions.get(finding.why.topic or TopicId(""))
    if isinstance(position, Guided):
        found = school.pack.trees[position.tree].questions.get(question)
        if found and option in found.options:
            return found.options[option].label
    return option


def _body(
    finding: Finding, school: School, contacts: tuple[Contact, ...]
) -> list[Part]:
    match finding.kind:
        case Kind.ANSWER:
            return _answer(finding)
        case Kind.CLARIFY:
            return _question(finding)
        case Kind.SILENT:
            return _silence(finding, school)
        case Kind.OFF_TOPIC:
            return _elsewhere(school)
        case Kind.URGENT:
            return _emergency(finding, school, contacts)
        case _:
            assert_never(finding.kind)


def _answer(finding: Finding) -> list[Part]:
    parts: list[Part] = []
    if finding.verdict:
        tone, words = VERDICTS[finding.verdict]
        parts.append(Notice(tone, words))
    parts.append(Paragraph(finding.say))
    parts += [Quotation(citation) for citation in finding.citations]
    if finding.see_also:
        parts.append(Sources("See also", finding.see_also))
    if finding.buttons or finding.undo:
        parts += _question(finding)
    if finding.offer.offered:
        to = finding.offer.to
        parts.append(Paragraph(f"If that does not settle it, ask the {to}."))
    return parts


def _second(
    finding: Finding, school: School, contacts: tuple[Contact, ...]
) -> list[Part]:
    """The answer to the other thing asked; its verdict stands in its words."""
    title = school.bank.topics[finding.why.topic or TopicId("")].title
    lead = Paragraph(f"You also asked about this: {title}.")
    notes = [Paragraph(note) for note in finding.notes]
    return [lead, *_body(finding, school, contacts), *notes]


def _question(finding: Finding) -> list[Part]:
    buttons = finding.buttons + ((finding.undo,) if finding.undo else ())
    return [Choices(finding.question or "", buttons)]


def _silence(finding: Finding, school: School) -> list[Part]:
    title = school.pack.policy.title
    to = finding.offer.to
    if finding.why.topic is None:
        return [
            Notice(Tone.SILENT, "No match found"),
            Paragraph(
                f"I could not match this to anything in the {title}, so I cannot "
                f"say what it says. Try other words, or ask the {to} before you act."
            ),
        ]
    asked = school.bank.topics[finding.why.topic].title
    parts: list[Part] = [
        Notice(Tone.SILENT, "The policy does not say"),
        Paragraph(
            f"The {title} does not settle what you asked, taken to be about: {asked}. "
            f"Ask the {to} before you act; saying nothing is not permission."
        ),
    ]
    if finding.citations:
        parts.append(Sources("Nearest clauses checked", finding.citations))
    if finding.undo:
        parts.append(Choices("", (finding.undo,)))
    return parts


def _elsewhere(school: School) -> list[Part]:
    pack = school.pack
    return [
        Notice(Tone.INFO, "Not something I can help with"),
        Paragraph(
            f"I answer questions about {pack.name}'s {pack.policy.title}: what staff "
            "may do online, and what the policy asks of them. The school office can "
            "help with other matters."
        ),
    ]


def _emergency(
    finding: Finding, school: School, contacts: tuple[Contact, ...]
) -> list[Part]:
    parts: list[Part] = [Notice(Tone.URGENT, DANGER)]
    if contacts:
        names = "; ".join(f"{c.role}: {c.name}, {c.phone}" for c in contacts)
        parts.append(
            Paragraph(
                f"Tell one of these people at once, in person or by phone. {names}."
            )
        )
    else:
        parts.append(
            Paragraph(
                "Tell the school's designated safeguarding lead or a deputy at once, "
                f"in person or by phone. {NO_NUMBERS}"
            )
        )
    parts.append(Paragraph(NOT_A_RECORD))
    if finding.say:
        title = school.pack.policy.title
        parts.append(Paragraph(f"What the {title} adds: {finding.say}"))
    parts += [Quotation(citation) for citation in finding.citations]
    return parts


def _footer(school: School, today: dt.date) -> list[Part]:
    policy = school.pack.policy
    text = f"{school.pack.name}, {policy.title}, {policy.version}."
    if policy.overdue(today):
        text += (
            f" It was due for review by {policy.review_due}: "
            "check that it is still the current one."
        )
    return [Notice(Tone.FOOTER, text)]


def _summary(finding: Finding, school: School) -> str:
    title = school.pack.policy.title
    match finding.kind:
        case Kind.ANSWER:
            return f"An answer from the {title}"
        case Kind.CLARIFY:
            return "A question before the answer"
        case Kind.SILENT:
            return f"The {title} does not settle this"
        case Kind.OFF_TOPIC:
            return "Not something Headnote can help with"
        case Kind.URGENT:
            return "This may be an emergency: act now"
        case _:
            assert_never(finding.kind)
