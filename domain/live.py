"""What the processes of one business share fast and may lose: news, rates, and who holds a call's socket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Rate:
    """So many units a second on average, and at most `burst` of them (1 or more) at once."""

    per_s: float
    burst: float

    @classmethod
    def per(cls, units: float, seconds: float) -> Rate:
        """So many units in so many seconds, all of them at once if need be."""
        return cls(units / seconds, units)

    @property
    def halved(self) -> Rate:
        """What a process allows itself while it does not see the others."""
        return Rate(self.per_s / 2, self.burst)

    def needed(self, units: float, *, urgent: bool) -> float:
        """The level at which a bucket gives: what is not urgent leaves one half of the burst to what is.

        What is larger than half a burst is given into debt, so that it neither waits for ever nor is starved.
        """
        half = self.burst / 2
        return min(units, max(1.0, half)) if urgent else half + min(units, half)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many (1 or more) within any so many seconds."""

    units: int
    seconds: int

    @property
    def halved(self) -> Limit:
        """What a process allows while it does not see the others."""
        return Limit(max(1, self.units // 2), self.seconds)


@dataclass(frozen=True, slots=True)
class Health:
    """Where the shared state lives, and why it does not at present; `lost` is empty while all is well."""

    kind: str
    lost: str = ""


class Live(Protocol):
    """The port. Nothing in it raises while the shared state is away: waiters look by themselves, processes count alone.

    News are commits: about a contact's id, or about a name that two processes agree on, or about anything (None).
    """

    @property
    def news(self) -> int:
        """How many news this process has seen."""
        ...

    def notify(self, about: str | None = None) -> None:
        """Tell everybody, in every process, that something changed; to be called on the event loop."""
        ...

    async def wait(self, seen: int, timeout_s: float, *, about: str | None = None) -> int:
        """Return when there are news after `seen`, at the latest after `timeout_s`.

        With `about`, only news about that, or about nothing in particular, count.
        """
        ...

    async def take(self, bucket: str, units: float, rate: Rate, *, urgent: bool = True) -> float:
        """Take units out of a bucket that all processes share: 0.0 when they were there, else how many seconds to wait.

        For what is put off and not refused: a sender's texts, by their segments.
        """
        ...

    async def allow(self, name: str, limit: Limit) -> float:
        """Count one more of something: 0.0 where the limit allows it, else in how many seconds to ask again.

        For what is refused: a visitor's requests, the mails of one address.
        """
        ...

    async def hold(self, name: str) -> None:
        """Hold a name (a call's socket) from now on; who held it before is told by news about the name."""
        ...

    async def holds(self, name: str) -> bool:
        """Whether this process still holds a name."""
        ...

    async def release(self, name: str) -> None:
        """Let go of a name; one that another process took over meanwhile stays there."""
        ...

    def health(self) -> Health:
        """How it is."""
        ...

    async def open(self) -> None:
        """Connect; what does not answer now is tried again by itself."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
