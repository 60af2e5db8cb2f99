"""What goes wrong at the offline phone company: by a seed and rates, or by a script, and the same again every time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from domain.errors import BadInput

REQUESTS = ("busy", "broken", "broken_taken", "silent", "unreached", "unsubscribed")
WEBHOOKS = ("twice", "late")
CALLS = {"unanswered": "no-answer", "engaged": "busy", "given_up": "canceled"}
STAFF = {"voicemail": "voicemail", "staff_away": "no-answer", "staff_busy": "busy"}
LINES = ("relay_drop", "relay_lost", "relay_cut")
RATES = (*REQUESTS, *WEBHOOKS, "dropped", "filtered", "unreachable", *CALLS, *STAFF, *LINES)
LONGEST_CUT = 3  # sentences; a shorter answer is heard whole
CODES = {"filtered": "30007", "unreachable": "30003"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """How often each thing goes wrong, from 0 to 1.

    Requests to send: `busy` is answered 429 and `broken` 500 with nothing taken, `broken_taken` 500 although it was
    taken, `silent` not at all although it was taken, `unreached` finds no connection (in one process only),
    `unsubscribed` is refused with 21610. Webhooks: `twice` comes two times, `late` after what follows it; of status
    callbacks a part is `dropped`. What was taken ends as `filtered` (30007) or `unreachable` (30003). Calls: nobody
    takes it (`unanswered`), the line is `engaged`, the caller has `given_up` while it rang; a ring at staff's ends at
    their `voicemail`, `staff_away` or `staff_busy`; before something is said the relay's connection is lost and made
    again (`relay_drop`) or not (`relay_lost`, so that the call goes on by TwiML); in the middle of a sentence of the
    answer it is lost and made again (`relay_cut`). `script` names what happens to the first requests, in order ("" for
    nothing); after it the rates count.
    """

    seed: int = 0
    busy: float = 0.0
    broken: float = 0.0
    broken_taken: float = 0.0
    silent: float = 0.0
    unreached: float = 0.0
    unsubscribed: float = 0.0
    twice: float = 0.0
    late: float = 0.0
    dropped: float = 0.0
    filtered: float = 0.0
    unreachable: float = 0.0
    unanswered: float = 0.0
    engaged: float = 0.0
    given_up: float = 0.0
    voicemail: float = 0.0
    staff_away: float = 0.0
    staff_busy: float = 0.0
    relay_drop: float = 0.0
    relay_lost: float = 0.0
    relay_cut: float = 0.0
    script: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, float) and not 0 <= value <= 1:
                raise BadInput(f"{one.name}={value}: a rate is a number from 0 to 1")
        if unknown := [name for name in self.script if name and name not in REQUESTS]:
            raise BadInput(f"script: {unknown[0]!r} is none of {', '.join(REQUESTS)}")

    def request(self, n: int) -> str:
        """What happens to the request number `n` (from 0), or an empty text."""
        return self.script[n] if n < len(self.script) else self._drawn(REQUESTS, f"request:{n}")

    def webhook(self, n: int) -> str:
        """What happens to the webhook number `n`."""
        return self._drawn(WEBHOOKS, f"webhook:{n}")

    def drops(self, n: int) -> bool:
        """Whether the status callback number `n` is lost."""
        return bool(self._drawn(("dropped",), f"callback:{n}"))

    def code(self, n: int) -> str:
        """Twilio's error code with which the text number `n` ends, or an empty text."""
        return CODES.get(self._drawn(tuple(CODES), f"text:{n}"), "")

    def call(self, n: int) -> str:
        """How the call number `n` ends before anybody speaks, in Twilio's words; an empty text where it is taken."""
        return CALLS.get(self._drawn(tuple(CALLS), f"call:{n}"), "")

    def staff(self, n: int) -> str:
        """What becomes of a ring at staff's on the call number `n`; an empty text where the call itself says it."""
        return STAFF.get(self._drawn(tuple(STAFF), f"staff:{n}"), "")

    def line(self, n: int) -> str:
        """What happens to the relay's connection before the thing number `n` is said."""
        return self._drawn(LINES, f"line:{n}")

    def cut(self, n: int) -> int:
        """In which of the answer's sentences, from 1, to the thing number `n` the connection is lost."""
        return 1 + int(draw(self.seed, f"cut:{n}") * LONGEST_CUT)

    def _drawn(self, names: tuple[str, ...], what: str) -> str:
        left = draw(self.seed, what)
        for name in names:
            left -= getattr(self, name)
            if left < 0:
                return name
        return ""


def draw(seed: int, what: str) -> float:
    """A number from 0 to 1 (exclusive) that depends on the seed and the name alone."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{what}".encode()).digest()[:7], "big") / (1 << 56)


def faults_from(rates: Mapping[str, str], *, seed: int) -> Faults:
    """Faults from words like busy=0.1; `BadInput` names a word that is none."""
    found: dict[str, Any] = {}
    for name, value in rates.items():
        if name not in RATES:
            raise BadInput(f"--fault {name}: it is none of {', '.join(RATES)}")
        try:
            found[name] = float(value)
        except ValueError as problem:
            raise BadInput(f"--fault {name}={value}: write a number from 0 to 1") from problem
    return replace(Faults(seed=seed), **found)
