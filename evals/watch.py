"""What is taken down while a case is played, and judged: turn by turn, and as a whole."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from domain.errors import BadInput
from evals.case import Case, Turn
from evals.evidence import Evidence
from evals.exercised import exercised
from evals.expect import judge
from evals.finding import Failure, Result
from evals.invariants import NAMES, broken
from evals.judges import Judge, vetoes
from evals.readers import Lineup
from evals.recording import Recorder
from evals.story import sent
from evals.suite import Loaded
from evals.transcript import lines
from evals.vocabulary import Expectation
from guards.spending import PER_CENT, cost

Perform = Callable[[Turn], Awaitable[str | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Playing:
    """How a case is played; `case` is the loaded one, or what a perturbation made of it.

    `without` names a guard that finds nothing meanwhile; `checked` False leaves the invariants out, to see their price.
    """

    loaded: Loaded
    case: Case
    seed: int = 0
    perturbation: str = ""
    without: str | None = None
    judges: Sequence[Judge] = ()
    lineup: Lineup = field(default_factory=Lineup)
    checked: bool = True

    def begun(self) -> Result:
        """A result that nothing is known of yet."""
        case = self.case
        return Result(
            case=self.loaded.case.id, suite=self.loaded.suite, place=self.loaded.place, title=case.title or "",
            tags=tuple(case.tags), reader=case.reader.mode, seed=self.seed, perturbation=self.perturbation,
            turns=sum(1 for turn in case.turns if turn.heard_as),
        )  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Watch:
    """What is taken down while a case is played, and judged."""

    playing: Playing
    recorder: Recorder
    failures: list[Failure] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    logs: Sequence[Mapping[str, Any]] = ()

    async def turn(self, number: int, turn: Turn, *, perform: Perform) -> None:
        """Have a turn performed, and judge what it expects."""
        self.recorder.begin_turn()
        before = self.recorder.records() if any(e.state_unchanged is not None for e in turn.expect) else None
        began = time.perf_counter()
        wrong = await perform(turn)
        self.took.append(round((time.perf_counter() - began) * 1000, 2))
        if wrong:
            self.failures.append(
                Failure(turn=number, after=about(turn), assertion=turn.kind, wanted="as the turn says", why=wrong)
            )
        if turn.expect:
            whole = any(e.ledger_sound is not None for e in turn.expect)
            evidence = self.recorder.evidence(before=before, whole=whole)
            self.judge(evidence, turn.expect, after=about(turn))

    def judge(self, evidence: Evidence, expected: Sequence[Expectation], *, after: str = "") -> None:
        """Note what does not hold, with the line it stands on; `BadInput` where the evidence cannot show it."""
        for one in expected:
            try:
                failure = judge(evidence, one, after=after)
            except BadInput as problem:
                raise BadInput(f"{self.playing.loaded.place_of(one)}: {problem}") from problem
            if failure is not None:
                self.failures.append(replace(failure, place=self.playing.loaded.place_of(one)))

    async def end(self, result: Result, *, carried: Sequence[Mapping[str, str]]) -> Result:
        """Judge the whole, and tell it."""
        case, evidence = self.playing.case, self.recorder.evidence(whole=True, logs=self.logs, carried=carried)
        self.judge(evidence, case.expect)
        began = time.perf_counter()
        names = [n for n in (NAMES if case.always == "all" else case.always) if n not in case.not_always]
        violations = broken(evidence, names) if self.playing.checked else ()
        took = (time.perf_counter() - began) * 1000
        done = [e for e in evidence.events if e.kind == "action.done"]
        currency = self.recorder.pack.business.currency
        made = replace(
            result, status="violated" if violations else "failed" if self.failures else "passed",
            failures=tuple(self.failures), violations=violations, invariants_ms=round(took, 2),
            sends=sum(e.body.get("tool") == "message" for e in done),
            writes=sum(e.body.get("tool") != "message" for e in done),
            exercised=exercised(evidence), transcript=lines(evidence), turn_ms=tuple(self.took),
            cost_cents=cost_cents(evidence, currency), currency=currency,
        )  # fmt: skip
        against = await vetoes(self.playing.judges, case.judge, made)
        return replace(made, vetoes=against, status="failed" if against else made.status)


def cost_cents(evidence: Evidence, currency: str) -> float:
    """What the texts that were sent cost by the list of prices."""
    texts = [one for one in sent(evidence, "end") if one.channel == "sms" and one.status == "sent" and one.text]
    return round(sum(cost(one.text or "", one.address or "", currency) for one in texts) / PER_CENT, 2)


def about(turn: Turn) -> str:
    """A turn in a few words."""
    value = getattr(turn, turn.kind)
    words = " / ".join(value) if isinstance(value, list) else str(value if not hasattr(value, "model_dump") else "")
    return f"{turn.kind}: {words[:60]}" if words else turn.kind
