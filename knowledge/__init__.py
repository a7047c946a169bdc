"""What the schools' policies say, and which part of it a question is about.

Imports nothing of ours; reads its own files; knows no clock, network or database.
"""

from knowledge.errors import PackError, Problem, StaleAnswerError
from knowledge.loader import PACKS, TOPICS, content_hash, load_bank, load_pack, schools
from knowledge.school import School

__all__ = [
    "PACKS",
    "TOPICS",
    "PackError",
    "Problem",
    "School",
    "StaleAnswerError",
    "content_hash",
    "load_bank",
    "load_pack",
    "schools",
]
