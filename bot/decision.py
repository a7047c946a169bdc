"""What a turn leads to. Nothing has happened yet: the shell carries it out."""

from dataclasses import dataclass

from bot.conversation import Conversation
from bot.reply import Finding, Reply
from bot.turn import Address


@dataclass(frozen=True, slots=True)
class Message:
    """A reply with the address it goes to."""

    address: Address
    reply: Reply


@dataclass(frozen=True, slots=True)
class Answered:
    """The record that a question was answered, and how."""

    finding: Finding


@dataclass(frozen=True, slots=True)
class Decision:
    """The next conversation, messages to deliver, and facts to keep."""

    conversation: Conversation
    messages: tuple[Message, ...]
    records: tuple[Answered, ...]
