"""What the events tell, put together: decisions, proposals and messages, each with where it stands in the log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from evals.evidence import Evidence
from records.ledger import Event

ENDS = ("action.done", "action.failed", "action.refused", "action.unknown", "action.expired", "action.superseded")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A message to a customer that was settled: `text` and `address` only where the records are known."""

    event: Event
    action: str
    purpose: str
    channel: str
    contact: str | None
    status: str
    text: str | None = None
    address: str | None = None
    by: str = ""

    def told(self, evidence: Evidence) -> str:
        """The message as people read it."""
        words = f": {self.text!r}" if self.text is not None else ""
        return f"{evidence.clock(self.event.at)} {self.status} {self.purpose} by {self.channel}{words}"


def judged(evidence: Evidence, at: str, *, messages: bool = False) -> Iterator[Event]:
    """The door's decisions in scope; those about messages only on demand."""
    for event in evidence.scoped(at):
        if event.kind == "action.judged" and (messages or event.body.get("tool") != "message"):
            yield event


def proposals(evidence: Evidence, at: str) -> list[Event]:
    """The first decision in scope about each action, in their order; messages aside."""
    first: dict[str, Event] = {}
    for event in judged(evidence, at):
        first.setdefault(event.body["action"], event)
    return list(first.values())


def sent(evidence: Evidence, at: str) -> list[Sent]:
    """Messages that were settled in scope: sent (done), failed, or unknown."""
    about = {e.body["action"]: e for e in judged(evidence, "end", messages=True)}
    rows = {row["action"]: row for row in (evidence.state or {}).get("messages", []) if row["action"]}
    found = []
    for event in evidence.scoped(at):
        if event.body.get("tool") != "message" or event.kind not in ("action.done", "action.failed", "action.unknown"):
            continue
        action, decision = event.body["action"], about.get(event.body["action"])
        row, said = rows.get(action), decision.body if decision else {}
        found.append(
            Sent(
                event=event,
                action=action,
                purpose=str(said.get("purpose", "?")),
                channel=str(said.get("channel", "?")),
                contact=event.body.get("contact"),
                status="sent" if event.kind == "action.done" else event.kind[7:],
                text=row["text"] if row else None,
                address=row["address"] if row else None,
                by=str(said.get("by", "")),
            )  # fmt: skip
        )
    return found


def planned(evidence: Evidence, at: str) -> list[Sent]:
    """Messages that were cleared in scope and not settled yet."""
    rows = {row["action"]: row for row in (evidence.state or {}).get("messages", []) if row["action"]}
    settled = {e.body.get("action") for e in evidence.events if e.kind in ENDS}
    found = {}
    for event in judged(evidence, at, messages=True):
        body = event.body
        if body["tool"] == "message" and body["outcome"] == "run" and body["action"] not in settled:
            row = rows.get(body["action"])
            found[body["action"]] = Sent(
                event=event, action=body["action"], purpose=body["purpose"], channel=str(body["channel"]),
                contact=body["contact"], status="planned", text=row["text"] if row else None,
                address=row["address"] if row else None, by=body["by"],
            )  # fmt: skip
    return list(found.values())


def decision_told(event: Event) -> str:
    """A decision as people read it."""
    body = event.body
    findings = ", ".join(f"{f['rule']}: {f['verdict']}" for f in body["findings"]) or "no finding"
    return f"{body['tool']} → {body['outcome']} ({findings})"


def told(evidence: Evidence, event: Event) -> str:
    """An event as people read it."""
    if event.kind == "action.judged":
        return f"{evidence.clock(event.at)} judged {decision_told(event)}"
    shown = {k: v for k, v in event.body.items() if v not in (None, "", [], {}) and k not in ("args_hash", "snapshot")}
    return f"{evidence.clock(event.at)} {event.kind} {_short(shown)}"


def _short(values: dict[str, Any]) -> str:
    text = ", ".join(f"{k}={v}" for k, v in values.items())
    return text if len(text) <= 160 else text[:157] + "…"
