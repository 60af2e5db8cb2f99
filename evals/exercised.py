"""What a conversation touched: tools, guards and their verdicts, flow steps, channels, consent, follow-ups."""

from __future__ import annotations

from collections import defaultdict

from evals.evidence import Evidence

KINDS = ("tools", "outcomes", "guards", "steps", "channels", "consent", "followups", "staff", "turns")


def exercised(evidence: Evidence) -> dict[str, list[str]]:
    """Names by kind, from the events alone."""
    found: dict[str, set[str]] = defaultdict(set)
    for event in evidence.events:
        body, kind = event.body, event.kind
        if kind == "action.judged":
            found["tools"].add(body["tool"])
            found["outcomes"].add(f"{body['tool']} {body['outcome']}")
            found["guards"].update(f"{f['rule']} {f['verdict']}" for f in body["findings"])
        elif kind == "tool.read":
            found["tools"].add(str(body.get("tool")))
        elif kind == "turn.answered":
            found["steps"].update(str(step) for step in body["steps"])
        elif kind == "message.heard":
            found["channels"].add(body["channel"])
            found["turns"].add(body["kind"])
        elif kind.startswith("consent."):
            found["consent"].add(f"{body.get('group')} {body.get('purpose')} {kind.removeprefix('consent.')}")
        elif kind == "obligation.opened":
            found["followups"].add(body["kind"])
        elif kind == "action.decided":
            found["staff"].add(body["kind"])
    return {kind: sorted(found[kind]) for kind in KINDS if found[kind]}
