"""What the ledger and the records hold, how long it took, and assertions of one's own."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from domain.clock import to_ms
from domain.errors import BadInput
from evals.evidence import Evidence
from evals.finding import Judged
from evals.matching import counted, missed, shown, wished
from evals.performing import seconds
from evals.story import sent, told
from evals.vocabulary import FollowUp, LedgerHas, Rows

LIVELY = ("timers", "jobs", "turns", "messages", "decisions")  # these change by being talked to


def ledger(evidence: Evidence, wanted: LedgerHas, *, at: str, negative: bool) -> Judged:
    """Events of a kind, with such fields."""
    candidates = []
    for event in evidence.scoped(at):
        wrong = [] if event.kind == wanted.kind else [f"kind: it is {event.kind}"]
        if not wrong:
            wrong = missed(evidence, wanted.fields, {**event.body, **event.texts})
            candidates.append((told(evidence, event), wrong))
    return counted(wanted, candidates, negative=negative, said=wished(wanted))


def ledger_sound(evidence: Evidence, wanted: bool, *, at: str, negative: bool) -> Judged:
    """Whether the ledger, recomputed, agrees with its signed heads."""
    if evidence.sound is None:
        raise BadInput("ledger_sound: this log comes without keys; check an export with docs/verify.py")
    return Judged(holds=(evidence.sound == wanted) != negative, wanted=str(wanted), nearest=f"it is {evidence.sound}")


def state(evidence: Evidence, wanted: dict[str, Rows], *, at: str, negative: bool) -> Judged:
    """Rows of the records as they stand; all tables named must fit."""
    found = []
    for table, rows in wanted.items():
        candidates = [(_row(evidence, row), missed(evidence, rows.where, row)) for row in evidence.rows(table)]
        found.append(counted(rows, candidates, said=f"{table}: {wished(rows)}"))
    holds = all(one.holds for one in found)
    told = next((one for one in found if not one.holds), found[0] if found else Judged(holds=True))
    return Judged(holds=holds != negative, found=told.found, wanted=told.wanted, evidence=told.evidence,
                  nearest=told.nearest)  # fmt: skip


def state_unchanged(evidence: Evidence, wanted: bool | list[str], *, at: str, negative: bool) -> Judged:
    """Whether tables are as they were before the turn; all but those that every message touches, unless named."""
    if evidence.state is None or evidence.before is None:
        raise BadInput("state_unchanged: this log holds no records to compare")
    tables = [t for t in evidence.state if t not in LIVELY] if isinstance(wanted, bool) else wanted
    ignored = ("obligations", "actions", "contacts", "addresses") if isinstance(wanted, bool) else ()
    changed = [t for t in tables if t not in ignored and evidence.rows(t) != evidence.before.get(t, [])]
    holds = (not changed) == (wanted if isinstance(wanted, bool) else True)
    return Judged(
        holds=holds != negative,
        wanted=str(wanted),
        evidence=tuple(f"{t} changed" for t in changed) or ("nothing changed",),
    )


def followup(evidence: Evidence, wanted: FollowUp, *, at: str, negative: bool) -> Judged:
    """An open loop: by the records, or by the events where only a log is known."""
    loops = _loops(evidence, at)
    candidates = []
    for loop in loops:
        wanted_fields: dict[str, Any] = {
            name: one
            for name, one in (("kind", wanted.kind), ("owner", wanted.owner), ("outcome", wanted.outcome),
                              ("open", wanted.open))
            if one is not None
        }  # fmt: skip
        wrong = missed(evidence, wanted_fields, loop)
        if wanted.due is not None and loop["due"] != to_ms(evidence.instant(wanted.due)):
            wrong.append(f"due: wanted {wanted.due}, it is {shown(evidence, loop['due'])}")
        if wanted.detail is not None and wanted.detail.casefold() not in str(loop["detail"]).casefold():
            wrong.append(f"detail: wanted {wanted.detail!r}")
        how = "open" if loop["open"] else f"closed: {loop['outcome']}"
        candidates.append((f"{loop['kind']} due {shown(evidence, loop['due'])} {how} {loop['detail']}", wrong))
    return counted(wanted, candidates, negative=negative, said=wished(wanted))


def _loops(evidence: Evidence, at: str) -> list[dict[str, Any]]:
    rows, loops = evidence.by_id("obligations"), dict[str, dict[str, Any]]()
    for event in evidence.scoped(at):
        body = event.body
        if event.kind == "obligation.opened":
            row = rows.get(body["obligation"], {})
            detail = row.get("detail") or " ".join(event.texts.values())
            loops[body["obligation"]] = {
                "kind": body["kind"], "due": body.get("due", row.get("due_at")), "owner": row.get("owner"),
                "open": True, "outcome": None, "detail": detail or "",
            }  # fmt: skip
        elif event.kind == "obligation.closed" and body["obligation"] in loops:
            loops[body["obligation"]] |= {"open": False, "outcome": body["outcome"]}
    return list(loops.values())


def within_turns(evidence: Evidence, wanted: int, *, at: str, negative: bool) -> Judged:
    """The customer spoke at most so often until now."""
    spoken = sum(1 for e in evidence.events if e.kind == "message.heard")
    return Judged(holds=(spoken <= wanted) != negative, wanted=f"at most {wanted}", evidence=(f"{spoken} were heard",))


def within(evidence: Evidence, wanted: str, *, at: str, negative: bool) -> Judged:
    """On the case's clock, the first answer came so soon after what was heard last."""
    heard = [e for e in evidence.scoped(at) if e.kind == "message.heard"]
    answers = [one.event for one in sent(evidence, at) if heard and one.event.at >= heard[-1].at]
    if not heard or not answers:
        return Judged(holds=negative, wanted=wanted, nearest="nothing was answered")
    took = (answers[0].at - heard[-1].at) / 1000
    return Judged(holds=(took <= seconds(wanted)) != negative, wanted=wanted, evidence=(f"it took {took:g} s",))


def py(evidence: Evidence, wanted: str, *, at: str, negative: bool) -> Judged:
    """An assertion of one's own: `module:function` takes the evidence and answers what is wrong, or nothing."""
    module, _, name = wanted.partition(":")
    try:
        check: Callable[[Evidence], str | None] = getattr(import_module(module), name)
    except (ImportError, AttributeError) as problem:
        raise BadInput(f"py: {wanted}: {problem}") from problem
    wrong = check(evidence)
    return Judged(holds=(not wrong) != negative, wanted=wanted, evidence=(str(wrong),) if wrong else ())


def _row(evidence: Evidence, row: dict[str, Any]) -> str:
    kept = {
        k: v for k, v in row.items() if v not in (None, "", [], {}) and k not in ("business", "snapshot", "findings")
    }
    return ", ".join(f"{k}={shown(evidence, v)}" for k, v in kept.items())[:300]
