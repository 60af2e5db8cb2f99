"""Our own ledger's export (`qotbot ledger export --texts`) as cases: one a contact, expecting what was decided.

The first run of such a case is a regression test of what guards and staff decided then.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from domain.clock import from_ms, iso
from domain.errors import BadInput
from evals.case import Case
from evals.corpora.rows import Rows
from records.exporting import FORMAT

MINUTE: Final = 60_000
STATES: Final = {"grant": "granted", "revoke": "revoked"}
SPOKEN: Final = ("text", "speech")


@dataclass(frozen=True, slots=True)
class Event:
    """One leaf's event with its texts."""

    kind: str
    at: int
    body: dict[str, Any]
    texts: dict[str, str]


@dataclass(slots=True)
class Thread:
    """What is known of one contact's conversation, in order."""

    channel: str = ""
    now: int = 0
    clock: int = 0
    turns: list[dict[str, Any]] = field(default_factory=list)
    judged: dict[str, str] = field(default_factory=dict)

    def turn(self, at: int, what: dict[str, Any]) -> None:
        """Add what happened; a longer pause before it is a turn of its own."""
        if self.clock and at - self.clock >= MINUTE:
            self.turns.append({"advance": iso(from_ms(at))})
        self.now, self.clock = self.now or at, max(self.clock, at)
        self.turns.append(what)

    def expect(self, wanted: dict[str, Any]) -> None:
        """Add what the last turn brought, once."""
        if self.turns:
            listed = self.turns[-1].setdefault("expect", [])
            if wanted not in listed:
                listed.append(wanted)


def read(path: Path) -> list[Case]:
    """The cases of an export; `BadInput` names the line that is no part of one, or says that texts are missing."""
    threads: dict[str, Thread] = {}
    wordless = 0
    for event in _events(path):
        contact = event.body.get("contact")
        if isinstance(contact, str):
            wordless += not _take(threads.setdefault(contact, Thread()), event)
    cases = [_case(contact, thread) for contact, thread in threads.items() if thread.turns]
    if wordless and not any(turn.get("user") for thread in threads.values() for turn in thread.turns):
        raise BadInput(f"{path.name}: the customers' words are not in this export; write it with --texts")
    return cases


def _events(path: Path) -> Iterator[Event]:
    rows = iter(Rows(path))
    first = next(rows, {})
    if first.get("format") != FORMAT:
        raise BadInput(
            f"{path.name}:1: this is no ledger export ({FORMAT}); write one with qotbot ledger export --texts"
        )
    for row in rows:
        if "leaf" not in row:
            continue
        try:
            content = json.loads(row["content"])
            texts = {name: kept["text"] for name, kept in (row.get("texts") or {}).items()}
            yield Event(str(content["kind"]), int(content["at"]), dict(content["body"]), texts)
        except (KeyError, TypeError, ValueError) as problem:
            raise BadInput(
                f"{path.name}:{row['row']}: this leaf cannot be read: {problem!r}; export it again"
            ) from problem


def _take(thread: Thread, event: Event) -> bool:
    """Take what an event tells; False where the words that it is about are not there."""
    body = event.body
    if event.kind == "message.heard":
        return _heard(thread, event)
    if event.kind == "action.judged" and body["tool"] != "message":
        if thread.judged.get(body["action"]) != body["outcome"]:
            thread.judged[body["action"]] = body["outcome"]
            thread.expect({"guard": {"tool": body["tool"], "decision": body["outcome"]}})
    elif event.kind == "action.decided" and body["kind"] in ("approve", "edit", "reject", "answer"):
        decided = {"decide": body["kind"], "tool": body["tool"], "text": event.texts.get("text", "")}
        thread.turn(event.at, {"staff": {k: v for k, v in decided.items() if v}})
    elif event.kind in ("action.done", "action.failed") and body["tool"] != "message":
        thread.expect({"calls_tool": {"name": body["tool"], "state": body["state"]}})
    elif event.kind in ("consent.grant", "consent.revoke") and body.get("group"):
        state = STATES[event.kind.partition(".")[2]]
        if thread.turns:
            thread.expect({"consent": {"purpose": body["purpose"], "state": state, "channel": body["group"]}})
    return True


def _heard(thread: Thread, event: Event) -> bool:
    body, words = event.body, event.texts.get("text", "")
    thread.channel = thread.channel or body["channel"]
    if body["kind"] == "missed_call":
        thread.turn(event.at, {"missed_call": True, "channel": "call"})
    elif body["kind"] == "keys" and words:
        thread.turn(event.at, {"press": words, "channel": body["channel"]})
    elif body["kind"] == "voicemail" and words:
        thread.turn(event.at, {"voicemail": words})
    elif body["kind"] in SPOKEN and words:
        thread.turn(event.at, {"user": words, "channel": body["channel"]})
    else:
        return not body.get("length")
    return True


def _case(contact: str, thread: Thread) -> Case:
    made = {
        "id": f"production/{hashlib.sha256(contact.encode()).hexdigest()[:12]}",
        "tags": ["imported", "production"],
        "source": {"corpus": "production"},
        "clock": {"now": iso(from_ms(thread.now))},
        "channel": thread.channel or "sms",
        "turns": thread.turns,
    }
    try:
        return Case.model_validate(made)
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise BadInput(f"a contact's conversation makes no case: {where}: {first['msg']}") from problem
