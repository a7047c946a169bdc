"""Two questions in one message: "can I post it, and who has to agree first?".

Only where a new question begins in so many words; "my class and I" is one matter,
and what leads up to a question belongs to it.
"""

import re

FEWEST_WORDS = 4
"""A part of fewer words ("and how fast?") lives on what was said before it."""
MOST_PARTS = 3

_ASKS = (
    "who|whose|whom|what|how|where|which|why|can|could|do|does|did|is|are|am|"
    "should|must|will|would|may|shall"
)
_JOINED = "(?:oh and|and also|and|also|plus|&)"
_NEXT = re.compile(
    rf"(?:(?<=[?!.])\s+(?:{_JOINED}\s+)?|[,;]?\s+{_JOINED}\s+)(?=(?:{_ASKS})\b)",
    re.IGNORECASE,
)
_QUESTION = re.compile(rf"(?:{_ASKS})\b|.*\?$", re.IGNORECASE | re.DOTALL)


def parts(text: str) -> tuple[str, ...]:
    """The questions of a message, in order; empty where it asks but one."""
    found: list[str] = []
    led_up = ""
    for piece in _NEXT.split(text):
        part = f"{led_up} {piece}".strip()
        if _QUESTION.match(piece.strip()):
            found.append(part)
            led_up = ""
        else:
            led_up = part
    long = [part for part in found if len(part.split()) >= FEWEST_WORDS]
    return tuple(long[:MOST_PARTS]) if len(long) > 1 else ()
