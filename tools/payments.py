"""The payment provider to start with: a file of refunds, which can be told to fail."""

from __future__ import annotations

import json
from pathlib import Path

from domain.message import Delivery, Refused, Sent, Unknown

FAILURES: dict[str, Delivery] = {
    "declined": Refused("the card was declined", "declined"),
    "silent": Unknown("the provider did not answer"),
}


class FilePayments:
    """Keeps each refund as a line of a file, once per key.

    A file `payments.fail` beside it makes the next refunds fail: its text is `declined` or `silent`.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "payments.jsonl"
        self._fail = folder / "payments.fail"

    async def refund(self, *, key: str, charge: str, amount_cents: int) -> Delivery:
        """Pay back once per key."""
        known = await self.find_refund(key)
        if isinstance(known, Sent):
            return known
        if self._fail.exists() and (failure := FAILURES.get(self._fail.read_text().strip())):
            return failure
        refund = f"re_{key[-12:]}"
        line = json.dumps({"key": key, "charge": charge, "cents": amount_cents, "refund": refund})
        with self._file.open("a") as file:
            file.write(line + "\n")
        return Sent({"refund": refund})

    async def find_refund(self, key: str) -> Delivery:
        """The refund with this key."""
        for line in self._file.read_text().splitlines() if self._file.exists() else ():
            entry = json.loads(line)
            if entry["key"] == key:
                return Sent({"refund": entry["refund"]})
        return Refused("there is no such refund", "absent")
