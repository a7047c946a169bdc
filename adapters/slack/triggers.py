"""What opens a form for a person who has just pressed something, for a few seconds."""

import datetime as dt

from bot.ports import Clock
from bot.turn import TurnId

LIVES = dt.timedelta(seconds=2.8)
"""Slack takes a trigger for three seconds, and once."""
MOST = 1000


class Triggers:
    """Triggers by the turn that they came with."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._held: dict[TurnId, tuple[str, dt.datetime]] = {}

    def hold(self, turn: TurnId, trigger: str) -> None:
        """Keep a trigger for as long as Slack takes it."""
        now = self._clock()
        if len(self._held) >= MOST:
            self._held = {t: held for t, held in self._held.items() if now < held[1]}
        if trigger:
            self._held[turn] = (trigger, now + LIVES)

    def take(self, turn: TurnId) -> str:
        """A turn's trigger, once; empty where there is none any more."""
        trigger, until = self._held.pop(turn, ("", self._clock()))
        return trigger if self._clock() < until else ""
