"""What was proposed, judged, held and decided."""

from __future__ import annotations

from typing import Any

from evals.evidence import Evidence
from evals.finding import Judged
from evals.matching import counted, fits, missed, shown, wished
from evals.story import decision_told, judged, proposals, told
from evals.vocabulary import BlockedBy, Calls, Escalates, Guarded, Interrupts, Resumes, Trajectory
from records.ledger import Event

ALWAYS_OWED = ("answer",)


def calls_tool(evidence: Evidence, wanted: Calls, *, at: str, negative: bool) -> Judged:
    """An action of a tool was proposed in scope, with these arguments, and stands so now."""
    rows = evidence.by_id("actions")
    candidates = []
    for event in proposals(evidence, at):
        row = rows.get(event.body["action"], {})
        state = row.get("state", event.body["state"])
        wrong = [] if event.body["tool"] == wanted.name else [f"tool: wanted {wanted.name}"]
        if not wrong and wanted.state is not None and wanted.state != state:
            wrong.append(f"state: wanted {wanted.state}, it is {state}")
        if not wrong or wrong[0].startswith("state"):
            wrong += _args(evidence, wanted, row.get("args"))
        args = ", ".join(f"{k}={shown(evidence, v)}" for k, v in (row.get("args") or {}).items() if v is not None)
        candidates.append((f"{event.body['tool']}({args}) {state}", wrong))
    return counted(wanted, candidates, negative=negative, said=wished(wanted))


def _args(evidence: Evidence, wanted: Calls, actual: dict[str, Any] | None) -> list[str]:
    if wanted.args is None and wanted.args_like is None and wanted.args_within is None:
        return []
    if actual is None:
        return ["the log holds no arguments"]
    given = {k: v for k, v in actual.items() if v is not None}
    wrong = missed(evidence, wanted.args_like or {}, actual)
    if wanted.args is not None:
        wrong += missed(evidence, wanted.args, actual)
        wrong += [f"{k}: not wanted, there was {shown(evidence, given[k])}" for k in given if k not in wanted.args]
    if wanted.args_within is not None:
        wrong += [
            f"{k}: not among what is allowed"
            for k, v in given.items()
            if k not in wanted.args_within or not fits(evidence, wanted.args_within[k], v)
        ]
    return wrong


def tool_order(evidence: Evidence, wanted: list[str], *, at: str, negative: bool) -> Judged:
    """These tools were proposed in this order, others in between allowed."""
    names = [e.body["tool"] for e in proposals(evidence, at)]
    rest = iter(names)
    holds = all(name in rest for name in wanted)
    return Judged(holds=holds != negative, wanted=" → ".join(wanted), evidence=(" → ".join(names) or "no tool",))


def trajectory(evidence: Evidence, wanted: Trajectory, *, at: str, negative: bool) -> Judged:
    """The tools proposed are exactly these, in order or not, or at least, or at most these."""
    names, listed = [e.body["tool"] for e in proposals(evidence, at)], wanted.tools
    holds = {
        "strict": names == listed,
        "unordered": sorted(names) == sorted(listed),
        "subset": all(names.count(n) <= listed.count(n) for n in set(names)),
        "superset": all(names.count(n) >= listed.count(n) for n in set(listed)),
    }[wanted.mode]
    return Judged(
        holds=holds != negative,
        wanted=f"{wanted.mode}: {' → '.join(listed)}",
        evidence=(" → ".join(names) or "no tool",),
    )


def guard(evidence: Evidence, wanted: Guarded, *, at: str, negative: bool) -> Judged:
    """The door decided so, with such a finding."""
    reasons = _reasons(evidence)
    candidates = []
    for event in judged(evidence, at, messages=wanted.tool == "message" or wanted.tool is None):
        body = event.body
        wrong = [
            f"{name}: wanted {one}, there was {body[key]}"
            for name, one, key in (("tool", wanted.tool, "tool"), ("decision", wanted.decision, "outcome"),
                                   ("tier", wanted.tier, "tier"))
            if one is not None and one != body[key]
        ]  # fmt: skip
        if wanted.rule or wanted.verdict or wanted.reason:
            wrong += _finding(event, wanted, reasons)
        candidates.append((decision_told(event), wrong))
    return counted(wanted, candidates, negative=negative, said=wished(wanted))


def _finding(event: Event, wanted: Guarded, reasons: dict[tuple[str, str], str]) -> list[str]:
    for found in event.body["findings"]:
        words = " ".join([*found["evidence"], reasons.get((event.body["action"], found["rule"]), "")]).casefold()
        rule = wanted.rule is None or found["rule"] == wanted.rule
        verdict = wanted.verdict is None or found["verdict"] == wanted.verdict
        if rule and verdict and (wanted.reason is None or wanted.reason.casefold() in words):
            return []
    return [f"no finding {' '.join(filter(None, (wanted.rule, wanted.verdict, wanted.reason)))}"]


def _reasons(evidence: Evidence) -> dict[tuple[str, str], str]:
    """The words of findings, which stand in the records and not in the ledger."""
    found: dict[tuple[str, str], str] = {}
    for row in (evidence.state or {}).get("decisions", []):
        for one in row["findings"] or []:
            found[row["action"], one["rule"]] = found.get((row["action"], one["rule"]), "") + " " + one["reason"]
    return found


def blocked_by(evidence: Evidence, wanted: BlockedBy, *, at: str, negative: bool) -> Judged:
    """Something was refused, and this guard said no to it."""
    candidates = []
    for event in judged(evidence, at, messages=True):
        denied = [f["rule"] for f in event.body["findings"] if f["verdict"] == "deny"]
        if event.body["outcome"] != "refuse":
            continue
        wrong = [] if wanted.guard in denied else [f"guard: wanted {wanted.guard}, denied by {', '.join(denied)}"]
        wrong += [f"tool: wanted {wanted.tool}"] if wanted.tool not in (None, event.body["tool"]) else []
        candidates.append((decision_told(event), wrong))
    return counted(wanted, candidates, negative=negative, said=wished(wanted))


def interrupts(evidence: Evidence, wanted: Interrupts, *, at: str, negative: bool) -> Judged:
    """An action began to wait for staff."""
    candidates, held = [], set()
    for event in evidence.scoped(at):
        body = event.body
        if event.kind != "action.judged" or body["state"] != "held" or body["action"] in held:
            continue
        held.add(body["action"])
        rules = [f["rule"] for f in body["findings"] if f["verdict"] == "hold"]
        wrong = [f"tool: wanted {wanted.tool}"] if wanted.tool not in (None, body["tool"]) else []
        wrong += [f"rule: wanted {wanted.rule}, held by {rules}"] if wanted.rule and wanted.rule not in rules else []
        candidates.append((decision_told(event), wrong))
    return counted(wanted, candidates, negative=negative, said=wished(wanted))


def resumes(evidence: Evidence, wanted: Resumes, *, at: str, negative: bool) -> Judged:
    """A held action was decided on."""
    candidates = []
    for event in evidence.scoped(at):
        if event.kind == "action.decided":
            wrong = [f"tool: wanted {wanted.tool}"] if wanted.tool not in (None, event.body["tool"]) else []
            wrong += [f"by: wanted {wanted.by}"] if wanted.by not in (None, event.body["kind"]) else []
            candidates.append((f"{event.body['tool']} {event.body['kind']}", wrong))
    return counted(wanted, candidates, negative=negative, said=wished(wanted))


def escalates(evidence: Evidence, wanted: Escalates, *, at: str, negative: bool) -> Judged:
    """A person of the business was asked, at the latest in such a turn."""
    candidates = []
    rows = evidence.by_id("obligations")
    for event in evidence.scoped(at):
        if event.kind != "obligation.opened" or event.body["kind"] in ALWAYS_OWED:
            continue
        row = rows.get(event.body["obligation"], {})
        words = " ".join([str(row.get("detail", "")), *event.texts.values()])
        wrong = [f"kind: wanted {wanted.kind}"] if wanted.kind not in (None, event.body["kind"]) else []
        wrong += (
            [f"reason: wanted {wanted.reason!r}"] if (wanted.reason or "").casefold() not in words.casefold() else []
        )
        turn = evidence.turn_of(event)
        late = wanted.within_turns is not None and turn > wanted.within_turns
        wrong += [f"within {wanted.within_turns} turns: it was turn {turn}"] if late else []
        candidates.append((told(evidence, event), wrong))
    return counted(wanted, candidates, negative=negative, said=wished(wanted))
