"""A conversation as people read it: what was said, with the door's decisions inline."""

from __future__ import annotations

from collections.abc import Iterator

from evals.evidence import Evidence
from evals.finding import Line
from evals.story import sent
from records.ledger import Event

SHOWN = {
    "action.confirmed": "the customer said yes",
    "action.expired": "nobody decided in time",
    "delivery.unknown": "nobody can tell whether it was sent",
    "delivery.unreached": "the carrier was not reached",
    "contact.merged": "two contacts are one person",
    "brake.on": "proactive messages are stopped",
}


def lines(evidence: Evidence) -> tuple[Line, ...]:
    """The transcript of everything up to now."""
    words = {one.event.n: one for one in sent(evidence, "end")}
    made: list[Line] = []
    for place, event in enumerate(evidence.events):
        turn = sum(1 for start in evidence.turns if start <= place)
        if event.n in words:
            one = words[event.n]
            kind = "says" if one.status == "sent" else one.status
            text = one.text if one.text is not None else "(words not in this log)"
            made.append(Line(turn=turn, at=evidence.clock(event.at), kind=kind, text=text,
                             details=(f"{one.purpose} by {one.channel}",)))  # fmt: skip
        else:
            made += [
                Line(turn=turn, at=evidence.clock(event.at), kind=kind, text=text, details=details)
                for kind, text, details in _told(event)
            ]
    return tuple(made)


def _told(event: Event) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    body = event.body
    match event.kind:
        case "message.heard":
            text = event.texts.get("text") or f"({body['kind'].replace('_', ' ')})"
            yield "hears", text, (f"{body['kind']} by {body['channel']}",)
        case "turn.read":
            acts = ", ".join(f"{s['act']}{' ' + s['task'] if s['task'] else ''}" for s in body["said"]) or "nothing"
            failed = (f"the model failed: {body['failed']}",) if body.get("failed") else ()
            yield "read", f"{body['by']}: {acts}", failed
        case "action.judged" if body["tool"] != "message" or body["outcome"] != "run":
            findings = tuple(f"{f['rule']}: {f['verdict']}" for f in body["findings"])
            yield f"decision {body['outcome']}", f"{body['tool']} → {body['outcome']}", findings
        case "action.decided":
            yield "staff", f"{body['tool']}: {body['kind']}", ()
        case "action.done" | "action.failed" | "action.unknown" if body.get("tool") != "message":
            yield event.kind.removeprefix("action."), f"{body['tool']} {body['state']}", ()
        case "obligation.opened" if body["kind"] != "answer":
            yield "follow-up", f"{body['kind']} is open", ()
        case "obligation.closed" if body["kind"] != "answer":
            yield "follow-up", f"{body['kind']} closed: {body['outcome']}", ()
        case kind if kind.startswith("consent."):
            yield "consent", f"{kind.removeprefix('consent.')} {body['purpose']} by {body['method']}", ()
        case kind if kind in SHOWN:
            yield "note", SHOWN[kind], ()
        case _:
            return
