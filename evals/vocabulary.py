"""What a case may expect: one model per assertion, each with its negative; what it means stands in `evals/expect.py`.

Counts: `count` is exact, `at_least` and `at_most` are bounds; without any of them one match is enough. Texts compare
without case. `where` maps a field to its value, or to `{not|in|contains|matches|gte|lte: …}`. Times are ISO 8601, in
the business's zone where they name none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Where = dict[str, Any]
Outcome = Literal["run", "ask", "hold", "refuse"]
Verdict = Literal["allow", "ask", "hold", "deny"]
StaffKind = Literal["approve", "edit", "reject", "answer", "expire"]
PyName = Annotated[str, Field(pattern=r"^[\w.]+:\w+$")]
Span = Annotated[str, Field(pattern=r"^\d+(\.\d+)?(ms|s|m|h|d)$")]


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as problem:
        raise ValueError(f"{text!r} is not a pattern: {problem}") from problem
    return text


Pattern = Annotated[str, AfterValidator(_pattern)]


class Strict(BaseModel):
    """A value from a case file: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Counted(Strict):
    """Something that can be counted."""

    count: int | None = Field(default=None, ge=0)
    at_least: int | None = Field(default=None, ge=0)
    at_most: int | None = Field(default=None, ge=0)


class Says(Counted):
    """Words to the customer: all of `contains`, one of `any_of`, the pattern `matches`."""

    contains: str | list[str] | None = None
    any_of: list[str] | None = None
    matches: Pattern | None = None
    channel: str | None = None
    purpose: str | None = None
    to: str | None = Field(default=None, description="a contact's ref")


class Calls(Counted):
    """An action was proposed: by tool, arguments (exactly, at least these, at most these) and how it stands."""

    name: str
    args: dict[str, Any] | None = None
    args_like: dict[str, Any] | None = Field(default=None, alias="args~")
    args_within: dict[str, Any] | None = Field(default=None, alias="args>=")
    state: str | None = None


class Trajectory(Strict):
    """The tools in the order they were first proposed."""

    tools: list[str]
    mode: Literal["strict", "unordered", "subset", "superset"] = "strict"


class Guarded(Counted):
    """A decision of the door: its outcome, and one finding in it."""

    tool: str | None = None
    decision: Outcome | None = None
    rule: str | None = None
    verdict: Verdict | None = None
    tier: int | None = None
    reason: str | None = Field(default=None, alias="reasons~", description="part of the finding's reason or evidence")


class BlockedBy(Counted):
    """A refusal that a guard's deny stands behind."""

    guard: str
    tool: str | None = None


class Interrupts(Counted):
    """An action began to wait for staff."""

    tool: str | None = None
    rule: str | None = None


class Resumes(Counted):
    """Staff (or the end of the wait) decided on a held action."""

    tool: str | None = None
    by: StaffKind | None = None


class Escalates(Counted):
    """A person of the business is asked: an approval, or a follow-up other than an answer that is owed."""

    kind: str | None = None
    reason: str | None = Field(default=None, alias="reason~")
    within_turns: int | None = Field(default=None, ge=1)


class ConsentIs(Strict):
    """How consent stands at an address."""

    purpose: Literal["service", "marketing", "all"] = "all"
    state: Literal["granted", "revoked", "pending", "none"]
    channel: str = "sms"
    contact: str | None = None
    method: str | None = None


class LedgerHas(Counted):
    """Events of the ledger, by kind and fields."""

    kind: str
    fields: Where = Field(default_factory=dict)


class Sends(Counted):
    """Messages to customers; `status` sent, unless another is named."""

    purpose: Literal["mandated", "reply", "service", "marketing"] | None = None
    channel: str | None = None
    to: str | None = None
    status: Literal["sent", "planned", "failed", "any"] = "sent"
    between: tuple[str, str] | None = None


class Queued(Counted):
    """Messages that were refused until later, and are tried again then."""

    until: str | None = None
    to: str | None = None


class Rows(Counted):
    """Rows of one table of the end state."""

    where: Where = Field(default_factory=dict)


class FollowUp(Counted):
    """An open loop: opened, and still open unless `open` says otherwise."""

    kind: str | None = None
    owner: str | None = None
    due: str | None = None
    open: bool | None = True
    outcome: str | None = None
    detail: str | None = Field(default=None, alias="detail~")


class Seen(Strict):
    """What the reader was given."""

    contains: str | None = None
    matches: Pattern | None = None


def _short(name: str) -> Callable[[Any], Any]:
    """Let a bare text stand for a model with that one field."""
    return lambda value: {name: value} if isinstance(value, str | list) else value


SaysForm = Annotated[Says, BeforeValidator(_short("contains"), json_schema_input_type=Says | str | list[str])]
CallsForm = Annotated[Calls, BeforeValidator(_short("name"), json_schema_input_type=Calls | str)]
BlockedForm = Annotated[BlockedBy, BeforeValidator(_short("guard"), json_schema_input_type=BlockedBy | str)]
TrajectoryForm = Annotated[Trajectory, BeforeValidator(_short("tools"), json_schema_input_type=Trajectory | list[str])]
InterruptsForm = Annotated[Interrupts, BeforeValidator(_short("tool"), json_schema_input_type=Interrupts | str)]
ResumesForm = Annotated[Resumes, BeforeValidator(_short("tool"), json_schema_input_type=Resumes | str)]
EscalatesForm = Annotated[Escalates, BeforeValidator(_short("kind"), json_schema_input_type=Escalates | str)]
LedgerForm = Annotated[LedgerHas, BeforeValidator(_short("kind"), json_schema_input_type=LedgerHas | str)]
FollowUpForm = Annotated[FollowUp, BeforeValidator(_short("kind"), json_schema_input_type=FollowUp | str)]
SeenForm = Annotated[Seen, BeforeValidator(_short("contains"), json_schema_input_type=Seen | str)]


class Expectation(Strict):
    """Exactly one assertion, or its negative; `at` says over what: this turn, everything up to now, or any one turn."""

    says: SaysForm | None = None
    not_says: SaysForm | None = None
    calls_tool: CallsForm | None = None
    not_calls_tool: CallsForm | None = None
    tool_order: list[str] | None = None
    not_tool_order: list[str] | None = None
    trajectory: TrajectoryForm | None = None
    not_trajectory: TrajectoryForm | None = None
    guard: Guarded | None = None
    not_guard: Guarded | None = None
    blocked_by: BlockedForm | None = None
    not_blocked_by: BlockedForm | None = None
    interrupts: InterruptsForm | None = None
    not_interrupts: InterruptsForm | None = None
    resumes: ResumesForm | None = None
    not_resumes: ResumesForm | None = None
    escalates: EscalatesForm | None = None
    not_escalates: EscalatesForm | None = None
    consent: ConsentIs | None = None
    not_consent: ConsentIs | None = None
    ledger: LedgerForm | None = None
    not_ledger: LedgerForm | None = None
    ledger_sound: bool | None = None
    sends: Sends | None = None
    not_sends: Sends | None = None
    queued: Queued | None = None
    not_queued: Queued | None = None
    state: dict[str, Rows] | None = None
    not_state: dict[str, Rows] | None = None
    state_unchanged: bool | list[str] | None = None
    followup: FollowUpForm | None = None
    not_followup: FollowUpForm | None = None
    within_turns: int | None = Field(default=None, ge=1)
    not_within_turns: int | None = Field(default=None, ge=1)
    within: Span | None = None
    not_within: Span | None = None
    model_called: bool | None = None
    model_saw: SeenForm | None = None
    model_never_saw: SeenForm | None = None
    py: PyName | None = None
    not_py: PyName | None = None
    at: Literal["turn", "end", "any"] | None = Field(
        default=None, description="turn: what this turn brought (after a turn, unless named); end: all up to now"
    )
    message: str | None = Field(default=None, description="what a failure says first")

    ASIDE: ClassVar[frozenset[str]] = frozenset({"at", "message"})

    @model_validator(mode="after")
    def _exactly_one(self) -> Expectation:
        given = self.model_fields_set - self.ASIDE
        if len(given) != 1:
            named = ", ".join(sorted(given)) or "none"
            raise ValueError(f"one entry holds exactly one assertion; this one holds {named}")
        return self

    @property
    def asserts(self) -> tuple[str, Any, bool]:
        """The assertion's name, what it wants, and whether it is the negative."""
        name = next(iter(self.model_fields_set - self.ASIDE))
        wanted = getattr(self, name)
        if name == "model_never_saw":
            return "model_saw", wanted, True
        return name.removeprefix("not_"), wanted, name.startswith("not_")
