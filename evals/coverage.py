"""What a suite exercised of what there is, and which cases notice when a guard is removed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from compose import shipped_guards
from domain.message import HeardKind
from evals.finding import Result
from evals.naming import tools
from evals.run import Options, run
from evals.suite import Loaded
from graphs.agenda import FLOWS

CHANNELS = ("sms", "web", "call", "email")
CONSENT = (
    "text all revoke", "text all grant", "text marketing grant", "text marketing revoke", "call all revoke",
    "web all revoke",
)  # fmt: skip
COUNTED = ("outcomes", "followups", "verdicts")  # there is no list of all of these
STOPS = ("ask", "hold", "deny")
STAFF = ("approve", "edit", "reject", "answer", "expire")


@dataclass(frozen=True, slots=True)
class Covered:
    """One kind of thing: what there is, and what of it was exercised; `more` was exercised and is on no list."""

    kind: str
    there: tuple[str, ...]
    hit: tuple[str, ...]
    more: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """What no case touched."""
        return tuple(name for name in self.there if name not in self.hit)


@dataclass(frozen=True, slots=True)
class Kill:
    """A guard that found nothing for a while, how many cases it had a word in, and those that noticed."""

    guard: str
    tried: int
    noticed: tuple[str, ...]


def coverage(results: Sequence[Result]) -> list[Covered]:
    """What the results exercised, beside all there is in this house."""
    hit = {kind: {n for r in results for n in r.exercised.get(kind, ())} for kind in _kinds()}
    guards = {name.rpartition(" ")[0] for name in hit["guards"]}
    there = {
        "tools": tools(None), "guards": [g.name for g in shipped_guards(None)], "steps": steps(), "channels": CHANNELS,
        "consent": CONSENT, "staff": STAFF, "turns": get_args(HeardKind),
    }  # fmt: skip
    touched = {**hit, "guards": guards}
    found = [
        Covered(kind, tuple(names), tuple(n for n in names if n in touched[kind]),
                tuple(sorted(touched[kind] - set(names))))
        for kind, names in there.items()
    ]  # fmt: skip
    return [*found, *(Covered(kind, tuple(sorted(hit[kind])), tuple(sorted(hit[kind]))) for kind in
                      ("outcomes", "followups")),
            Covered("verdicts", tuple(sorted(hit["guards"])), tuple(sorted(hit["guards"])))]  # fmt: skip


def kills(
    loaded: Sequence[Loaded], options: Options, before: Sequence[Result], *, each: Callable[[Kill], None] | None = None
) -> list[Kill]:
    """Take each guard out of judgement in turn and run the cases it had a word in; those that fail then noticed.

    A guard that stopped nothing is tried where it allowed something: expectations may name it.
    """
    passed = {r.case: frozenset(r.exercised.get("guards", ())) for r in before if r.ok}
    cases = [one for one in loaded if one.case.id in passed and not _in_a_child(one)]
    found = []
    for guard in shipped_guards(None):
        spoke = [one for one in cases if any(name.rpartition(" ")[0] == guard.name for name in passed[one.case.id])]
        stopped = [one for one in spoke if passed[one.case.id] & {f"{guard.name} {v}" for v in STOPS}]
        chosen = stopped or spoke
        results = run(chosen, replace(options, without=guard.name, seeds=1, perturbations=())) if chosen else []
        found.append(Kill(guard.name, len(chosen), tuple(r.case for r in results if not r.ok)))
        if each is not None:
            each(found[-1])
    return found


def as_json(covered: Sequence[Covered], killed: Sequence[Kill] = ()) -> dict[str, Any]:
    """Coverage and kill rate as JSON."""
    kinds = {
        c.kind: {"there": len(c.there), "hit": len(c.hit), "missing": list(c.missing), "names": list(c.hit)}
        for c in covered
    }
    told: dict[str, Any] = {"coverage": kinds}
    if killed:
        told["guard_kill_rate"] = round(sum(bool(k.noticed) for k in killed) / len(killed), 4)
        told["guards"] = {k.guard: {"tried": k.tried, "noticed": list(k.noticed)} for k in killed}
    return told


def steps() -> list[str]:
    """The steps of every flow, as turns tell them."""
    return sorted(f"{flow.name}.{step.name}" for flow in FLOWS.values() for step in flow.steps)


def _kinds() -> tuple[str, ...]:
    return ("tools", "outcomes", "guards", "steps", "channels", "consent", "followups", "staff", "turns")


def _in_a_child(one: Loaded) -> bool:
    return any(turn.kind == "restart" for turn in one.case.turns)
