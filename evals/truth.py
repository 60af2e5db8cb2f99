"""Invariants about truth: no words without the effect, no effect without its entry, no entry without its effect."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from evals.evidence import Evidence
from evals.story import sent
from records.ledger import Event

Broken = Iterator[tuple[str, Sequence[Event]]]
CLAIMS: Final[dict[str, str]] = {
    "book": r"\byou(?:'re| are) (?:now |all )?booked\b|\bis (?:now )?booked\b|\bi(?:'ve| have) booked\b",
    "reschedule": r"\bis (?:now )?moved\b|\b(?:i|we)(?:'ve| have) moved\b",
    "cancel": r"\bis (?:now )?cancell?ed\b|\b(?:i|we)(?:'ve| have) cancell?ed\b",
    "refund_deposit": r"\bis (?:now )?refunded\b|\b(?:i|we)(?:'ve| have) (?:refunded|paid back)\b",
}


def no_false_claim(evidence: Evidence) -> Broken:
    """Whoever is told that something is done has it done: by an action that ended since their turn before."""
    for one in sent(evidence, "end"):
        if one.text is None or one.by == "staff":
            continue
        for tool, words in CLAIMS.items():
            if re.search(words, one.text, re.IGNORECASE) and not _backed(evidence, one.event, tool):
                yield f"a customer was told of a {tool} that was not done: {one.text[:80]!r}", [one.event]


def _backed(evidence: Evidence, said: Event, tool: str) -> bool:
    """Whether the tool was done for this contact after the second-last answered turn before the words."""
    answered = 0
    for event in reversed(evidence.events):
        if event.n >= said.n or event.body.get("contact") != said.body.get("contact"):
            continue
        if event.kind == "action.done" and event.body.get("tool") == tool:
            return True
        answered += event.kind == "turn.answered"
        if answered > 1:
            return False
    return False


def ledger_matches_effects(evidence: Evidence) -> Broken:
    """Records, ledger and carrier tell the same story, and the ledger verifies."""
    if evidence.sound is False:
        yield "the ledger does not verify", []
    if evidence.state is None:
        return
    ended = {(e.body["action"], e.kind.removeprefix("action.")): e for e in evidence.events if e.kind in _ENDED}
    judged = {e.body["action"] for e in evidence.events if e.kind == "action.judged"}
    for row in evidence.rows("actions"):
        if row["id"] not in judged:
            yield f"{row['tool']} {row['ref']} stands in the records, and the ledger knows no decision about it", []
        if row["state"] in ("done", "failed", "unknown") and (row["id"], row["state"]) not in ended:
            yield f"{row['tool']} {row['ref']} is {row['state']} by the records, and not by the ledger", []
    yield from _bookings(evidence, ended)
    yield from _messages(evidence, ended)
    yield from _carried(evidence)


_ENDED = ("action.done", "action.failed", "action.unknown")


def _bookings(evidence: Evidence, ended: dict[tuple[str, str], Event]) -> Broken:
    made = {row["action"]: row for row in evidence.rows("bookings")}
    for action, row in made.items():
        if not action.startswith("seed:") and (action, "done") not in ended:
            yield f"appointment {row['id']} stands, and no booking was done by the ledger", []
    for (action, how), event in ended.items():
        if how == "done" and event.body.get("tool") == "book" and action not in made:
            yield "a booking was done by the ledger, and there is no appointment", [event]


def _messages(evidence: Evidence, ended: dict[tuple[str, str], Event]) -> Broken:
    rows = {row["action"]: row for row in evidence.rows("messages") if row["direction"] == "out"}
    for action, row in rows.items():
        if row["state"] == "sent" and (action, "done") not in ended:
            yield "a message was sent by the records, and not by the ledger", []
    for (action, how), event in ended.items():
        if how == "done" and event.body.get("tool") == "message" and rows.get(action, {}).get("state") != "sent":
            yield "a message was sent by the ledger, and not by the records", [event]


def _carried(evidence: Evidence) -> Broken:
    """Each text that the carrier took is one action's, and no action's twice."""
    if evidence.carried is None:
        return
    texts = [row for row in evidence.rows("actions") if row["tool"] == "message" and row["channel"] == "sms"]
    allowed = Counter(
        (str(row["address"]), str(row["args"].get("text"))) for row in texts if row["state"] in ("done", "unknown")
    )
    # What timed out may have been taken, too.
    taken = Counter((text["to"], text["body"]) for text in evidence.carried)
    for (to, body), times in (taken - allowed).items():
        yield (
            f"the carrier took {times} text(s) that no action stands behind: {body[:60]!r} ({len(to)} characters to)",
            [],
        )
    known = {str(row["receipt"].get("sid")) for row in texts if row["state"] == "done" and row["receipt"]}
    if missing := known - {text["sid"] for text in evidence.carried}:
        yield f"{len(missing)} text(s) were sent by the ledger, and the carrier took none", []
