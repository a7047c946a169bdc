"""Questions on a terminal, each answer checked before the next is asked."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from adapters import fields

MOST_CLOSURES = 100
KIND: dict[str, TypeAdapter[Any]] = {
    "line": TypeAdapter(fields.Line),
    "phone": TypeAdapter(fields.Phone),
    "email": TypeAdapter(fields.Email),
    "slack": TypeAdapter(fields.Slack),
    "teams": TypeAdapter(fields.Teams),
    "time": TypeAdapter(fields.Time),
    "date": TypeAdapter(fields.Date),
    "domains": TypeAdapter(list[fields.Domain]),
    "days": TypeAdapter(list[fields.Day]),
}
CLEAR = "-"


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks, and asks again until the answer will do.

    Attributes:
        read: Shows a prompt and returns the line typed.
        say: Shows a line.

    """

    read: Callable[[str], str]
    say: Callable[[str], None]

    def one(
        self, prompt: str, kind: str = "line", now: str = "", *, needed: bool = False
    ) -> str:
        """One value; empty for none. Enter keeps what is there, "-" clears it."""
        while True:
            typed = self.read(f"{prompt}{f' [{now}]' if now else ''}: ").strip() or now
            if typed in {"", CLEAR}:
                if not needed:
                    return ""
                self.say("  This one is needed.")
                continue
            found = self._checked(kind, typed)
            if found is not None:
                return str(found)

    def several(self, prompt: str, kind: str, now: list[str]) -> list[str]:
        """Several values, written with commas or spaces between them."""
        shown = ", ".join(now)
        while True:
            typed = self.read(f"{prompt}{f' [{shown}]' if shown else ''}: ").strip()
            if typed == CLEAR:
                return []
            words = typed.replace(",", " ").split() if typed else now
            found = self._checked(kind, words)
            if found is not None:
                return [str(each) for each in found]

    def choice(self, prompt: str, options: tuple[str, ...], now: str = "") -> str:
        """One of a few words."""
        while True:
            shown = f"{prompt} ({', '.join(options)}){f' [{now}]' if now else ''}: "
            typed = self.read(shown).strip().lower() or now
            if typed in options:
                return typed
            self.say("  Please type one of these.")

    def sure(self, prompt: str) -> bool:
        """Yes or no; Enter means yes."""
        return self.read(f"{prompt} [Y/n]: ").strip().lower() in {"", "y", "yes"}

    def closures(self) -> Iterator[dict[str, str]]:
        """Holidays and INSET days, until an empty first day."""
        for _ in range(MOST_CLOSURES):
            first = self.one("  First day, as 2026-10-26 (empty: no more)", "date")
            if not first:
                return
            last = self.one("  Last day", "date", first)
            while last < first:
                self.say("  That is before the first day.")
                last = self.one("  Last day", "date", first)
            name = self.one("  What it is", now="Holiday", needed=True)
            if last == first:
                yield {"on": first, "name": name}
            else:
                yield {"from": first, "to": last, "name": name}

    def _checked(self, kind: str, typed: object) -> Any:  # noqa: ANN401 - any kind's
        try:
            return KIND[kind].validate_python(typed)
        except ValidationError as error:
            first = error.errors()[0]
            fix = first.get("ctx", {}).get("fix", "")
            self.say(f"  {first['msg'][:1].upper()}{first['msg'][1:]}. {fix}".rstrip())
            return None
