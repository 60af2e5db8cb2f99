"""What Twilio's statuses and error codes mean to us, from the dated table."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any

from domain.live import Rate
from domain.message import ALARM, Refused, Remedy, Report

_TABLE: dict[str, Any] = tomllib.loads(resources.files("channels").joinpath("data/twilio.toml").read_text("utf-8"))
_ERRORS: dict[str, tuple[str, Remedy]] = {
    code: (row["meaning"], row["remedy"]) for row in _TABLE["error"] for code in row["codes"]
}
MOST_MEDIA: int = _TABLE["limits"]["media"]
SHORTEST_S, LONGEST_S = 6, 36_000  # Twilio takes 1 to 36000 seconds and advises more than 5
LONGEST_CODE = 12
SHORT = 8
TOLL_FREE = {f"+1{code}" for code in (800, 833, 844, 855, 866, 877, 888)}


def remedy_of(code: str) -> tuple[str, Remedy]:
    """What an error code means, and what may help; codes that nobody listed are for staff."""
    return _ERRORS.get(code, ("Twilio's error " + code if code else "no reason was given", "staff"))


def refused(status: int, code: str) -> Refused:
    """The refusal of a request that Twilio answered with an error code of its own, or with 429."""
    meaning, remedy = remedy_of(code)
    if status == 429:
        remedy = "later"
    return Refused(f"Twilio answered {status} ({code}): {meaning}", code, remedy)


def reported(provider_id: str, status: str, code: str, *, action: str = "") -> Report:
    """What a status callback says; an unknown status has no state, and codes that are no numbers are dropped."""
    word = status.strip().lower()[:40]
    known = _TABLE["status"].get(word, {"rank": -1, "state": ""})
    error = code if code.isascii() and code.isdecimal() and len(code) <= LONGEST_CODE and code.strip("0") else ""
    meaning, remedy = remedy_of(error)
    return Report(
        provider="twilio", provider_id=provider_id[:64], status=word, rank=known["rank"], state=known["state"],
        code=error, meaning=meaning, remedy=remedy, action=action[:64],
    )  # fmt: skip


def alarm(code: str, about: str) -> Report:
    """An error that Twilio met at our end, or we at its: nobody's message, and for whoever runs this."""
    error = code if code.isascii() and code.isdecimal() and len(code) <= LONGEST_CODE else "0"
    meaning, _ = _ERRORS.get(error, (f"Twilio met the error {error}", "operator"))
    return Report(
        provider="twilio", provider_id=about[:64], status=ALARM, rank=-1, state="", code=error, meaning=meaning,
        remedy="operator",
    )  # fmt: skip


def rate_of(number: str, *, service: bool) -> Rate:
    """How many parts of texts a second a sender may send, by what kind of number it is."""
    table = _TABLE["sender"]
    kind = "short_code" if len(number) < SHORT else "toll_free" if number[:5] in TOLL_FREE else "long_code"
    per_s: float = table["service" if service else kind]
    return Rate(per_s, per_s * table["burst_s"])


def intent_of(purpose: str) -> str:
    """Twilio's word for what a message is for."""
    return str(_TABLE["purpose"][purpose]["intent"])


def validity_of(purpose: str, left_s: float | None) -> int:
    """How many seconds a message may wait at Twilio: by its purpose, and not beyond the end of its window."""
    most: int = _TABLE["purpose"][purpose]["validity_s"]
    return max(SHORTEST_S, min(most, LONGEST_S, most if left_s is None else int(left_s)))
