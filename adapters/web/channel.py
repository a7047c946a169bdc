"""Where replies to the browser go: into the thread that the page shows."""

from collections import OrderedDict, deque
from dataclasses import dataclass

from bot.decision import Message
from bot.ports import DeliveryError
from bot.reply import Reply
from bot.turn import PersonId

MOST_THREADS = 2000
MOST_ENTRIES = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """What the person typed or pressed, as shown back to them."""

    text: str


Entry = Asked | Reply


class Threads:
    """The latest threads; a channel that delivers by adding to one."""

    def __init__(self) -> None:
        self._threads: OrderedDict[PersonId, deque[Entry]] = OrderedDict()

    def open(self, person: PersonId) -> None:
        """Start a person's thread anew; the least recent ones are dropped."""
        self._threads[person] = deque(maxlen=MOST_ENTRIES)
        self._threads.move_to_end(person)
        while len(self._threads) > MOST_THREADS:
            self._threads.popitem(last=False)

    def entries(self, person: PersonId) -> tuple[Entry, ...]:
        """What the page shows, oldest first."""
        return tuple(self._threads.get(person, ()))

    def asked(self, person: PersonId, text: str) -> None:
        """Show what the person did."""
        if person in self._threads:
            self._threads[person].append(Asked(text))
            self._threads.move_to_end(person)

    async def send(self, message: Message) -> None:
        """Deliver a reply.

        Raises:
            DeliveryError: The thread is gone.

        """
        thread = self._threads.get(PersonId(message.address.id))
        if thread is None:
            raise DeliveryError("the thread is gone", retryable=False)
        thread.append(message.reply)
