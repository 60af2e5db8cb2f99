"""Many texts at once: how soon each is acknowledged, and how long until all are answered."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
from twilio.request_validator import RequestValidator

from bench.served import Served, free_port, process, serving, until_listening
from bench.wire import Answers, at_rate, form_request, percentile

PER_S, SECONDS = 200, 10
PEOPLE = 1000
LONGEST_S = 900.0
OURS = "+15185550100"


async def measure(per_s: int = PER_S, seconds: int = SECONDS) -> dict[str, Any]:
    """The empty route and the product under the same load, one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        empty = await _empty(Path(folder), per_s, seconds)
        with serving(Path(folder) / "home") as served:
            ours = await _texts(served, per_s, seconds)
    return {"per_s": per_s, "seconds": seconds, "people": PEOPLE, "empty_route": empty, "ours": ours}


async def _empty(folder: Path, per_s: int, seconds: int) -> dict[str, Any]:
    port = free_port()
    url = f"http://127.0.0.1:{port}/one"
    with process(("bench.onerow", str(port), str(folder / "one.db")), {}, "ready"):
        until_listening(port)
        requests = [form_request(url, _form("AC0", n), {}) for n in range(per_s * seconds)]
        await at_rate(url, requests[:100], per_s)  # warms up
        return _told(await at_rate(url, requests, per_s))


async def _texts(served: Served, per_s: int, seconds: int) -> dict[str, Any]:
    url, validator = served.base + "/twilio/sms", RequestValidator(served.token)
    forms = [_form(served.account, n) for n in range(per_s * seconds)]
    marks = [{"X-Twilio-Signature": validator.compute_signature(url, form)} for form in forms]
    requests = [form_request(url, form, mark) for form, mark in zip(forms, marks, strict=True)]
    before = served.cpu_s()
    answers = await at_rate(url, requests, per_s)
    ended = time.monotonic()
    heard = served.cpu_s()
    await _idle(served.base)
    drained, spent = time.monotonic() - ended, served.cpu_s()
    return {
        **_told(answers), "queue_empty_s": drained, "cpu_s_while_sending": heard - before,
        "cpu_ms_per_text": (spent - before) / len(requests) * 1000, **_kept(served.home / "qotbot.db"),
    }  # fmt: skip


def _form(account: str, n: int) -> dict[str, str]:
    sid, words = f"SM{n:032x}", ("are you open on Saturday?", "is there parking?")
    return {
        "MessageSid": sid, "SmsSid": sid, "AccountSid": account, "From": f"+1202{5550000 + n % PEOPLE:07d}", "To": OURS,
        "Body": words[n // PEOPLE % 2], "NumMedia": "0", "SmsStatus": "received", "ApiVersion": "2010-04-01",
    }  # fmt: skip


def _told(answers: Answers) -> dict[str, Any]:
    return {
        "p50_ms": percentile(answers.ms, 50), "p99_ms": percentile(answers.ms, 99), "worst_ms": max(answers.ms),
        "statuses": {str(status): count for status, count in sorted(answers.statuses.items())},
    }  # fmt: skip


async def _idle(base: str) -> None:
    """Return when no job is left."""
    deadline = time.monotonic() + LONGEST_S
    async with httpx.AsyncClient(base_url=base, timeout=60) as http:
        while time.monotonic() < deadline:
            if (await http.get("/health")).json()["jobs"] == 0:
                return
            await asyncio.sleep(0.25)
    raise RuntimeError(f"the queue was not empty after {LONGEST_S:.0f} s")


def _kept(file: Path) -> dict[str, int]:
    """What the database holds of it: everything heard is covered, and every answer was sent."""
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as db:
        count = "SELECT count(*) FROM"
        found = {
            "heard": f"{count} message WHERE direction = 'in'",
            "uncovered": f"{count} message WHERE direction = 'in' AND state = 'heard'",
            "sent": f"{count} message WHERE direction = 'out' AND state IN ('sent', 'delivered')",
            "not_sent": f"{count} message WHERE direction = 'out' AND state NOT IN ('sent', 'delivered')",
        }
        return {name: int(db.execute(query).fetchone()[0]) for name, query in found.items()}
