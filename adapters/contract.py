"""The JSON that other programs rely on: one reply of `headnote ask --json`."""

from typing import Any

from bot.actions import NoneOfThese
from bot.plain_text import plain
from bot.reply import Finding, Reply


def to_json(finding: Finding, reply: Reply) -> dict[str, Any]:
    """A reply in the form that DESIGN.md section 4 fixes."""
    why = finding.why
    second = finding.second.citations if finding.second else ()
    seen = {citation.clause for citation in finding.citations}
    more = tuple(citation for citation in second if citation.clause not in seen)
    return {
        "kind": str(finding.kind),
        "verdict": str(finding.verdict) if finding.verdict else None,
        "text": plain(reply),
        "citations": [
            {
                "clause": citation.clause,
                "section": citation.section,
                "text": citation.text,
                "wording": str(citation.wording),
            }
            for citation in (*finding.citations, *more)
        ],
        "question": finding.question,
        "choices": [
            button.label
            for button in finding.buttons
            if not isinstance(button.action, NoneOfThese)
        ],
        "escalation": {"offered": finding.offer.offered, "to": finding.offer.to},
        "why": {
            "topic": why.topic,
            "score": why.score,
            "because": list(why.because),
            "taken_as_said": dict(why.taken_as_said),
        },
    }
