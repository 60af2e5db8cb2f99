"""The story of one action or message, told from the ledger alone."""

from __future__ import annotations

from typing import Any

from desk.telling import verdict, what, who
from domain.clock import from_ms, iso
from domain.errors import BadInput
from records import actions, ledger
from records.database import Tx
from records.ledger import Event

SHOWN = ("said", "step", "steps", "findings", "booking", "message", "sid", "refund", "why", "snapshot", "version")


def story(tx: Tx, business: str, wanted: str) -> list[dict[str, Any]]:
    """Every event about an action (id or short reference) or message, with what led to it; `BadInput` if unknown."""
    found = ledger.about(tx, business, wanted, limit=500)
    if not found and (row := actions.by_ref(tx, business, wanted)) is not None:
        found = ledger.about(tx, business, row.id, limit=500)
    if not found:
        raise BadInput(f"the ledger knows nothing of {wanted!r}; give an action, a message or a reference like A1F3C")
    turns = {e.body[k] for e in found for k in ("turn", "cause") if isinstance(e.body.get(k), str)}
    related = {e.id: e for e in found}
    for turn in turns:
        for event in ledger.about(tx, business, turn, limit=500):
            if event.kind in ("turn.read", "turn.answered", "message.heard", "turn.opened"):
                related[event.id] = event
            for message in event.body.get("messages", []):
                related |= {e.id: e for e in ledger.about(tx, business, message) if e.kind == "message.heard"}
    return [_told(e) for e in sorted(related.values(), key=lambda e: e.n)]


def _told(event: Event) -> dict[str, Any]:
    body = event.body
    told: dict[str, Any] = {
        "seq": event.seq, "at": iso(from_ms(event.at)), "kind": event.kind, "who": who(event),
        "what": what(event.kind, body), "verdict": verdict(body),
    }  # fmt: skip
    if event.texts:
        told["text"] = event.texts
    for key in SHOWN:
        if body.get(key):
            told[key] = body[key]
    return told


def printed(steps: list[dict[str, Any]]) -> str:
    """The story as lines for a terminal."""
    told: list[str] = []
    for step in steps:
        head = f"{step['at']}  {step['who']:14} {step['what']}"
        told.append(head + (f"  → {step['verdict']}" if step["verdict"] else ""))
        for text in step.get("text", {}).values():
            told.append(f"{'':38}“{text[:120]}”")
        if step.get("said"):
            told.append(f"{'':38}understood: " + ", ".join(_said(s) for s in step["said"]))
        if step.get("steps"):
            told.append(f"{'':38}steps: " + " → ".join(step["steps"]))
        if step.get("step"):
            told.append(f"{'':38}proposed by step {step['step']}")
        for finding in step.get("findings", []):
            told.append(f"{'':38}{finding['rule']}: {finding['verdict']}")
        told += [f"{'':38}{key}: {step[key]}" for key in ("booking", "refund", "sid") if step.get(key)]
    return "\n".join(told)


def _said(said: dict[str, Any]) -> str:
    return f"{said['act']} {said['task']}" if said.get("task") else str(said["act"])
