"""A case: a pinned clock, a business, the people, turns of every kind, what must hold; its JSON Schema is public."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from domain.message import HeardKind
from domain.reading import Reading
from evals.vocabulary import Expectation, Span, Strict

Channel = Literal["sms", "web", "call"]
Invariant = Literal[
    "every_write_gated",
    "no_send_without_consent",
    "no_send_in_quiet_hours",
    "no_send_after_stop",
    "no_false_claim",
    "ledger_matches_effects",
    "obligations_end",
    "no_personal_data_in_logs",
]
Outcome = Literal["no_answer", "busy", "failed", "canceled", "abandoned", "voicemail", "left_open"]
DEFAULT_PHONE = "+12025550143"
DEFAULT_WEB = "visitor"


class Consent(Strict):
    """Consent that stands before the first turn."""

    purpose: Literal["service", "marketing", "all"] = "service"
    state: Literal["granted", "revoked", "pending"] = "granted"
    channel: str = "sms"
    method: str = "web_form"
    at: str | None = None
    proof: bool = Field(default=True, description="whether the wording that was shown is on record")


class Seeded(Strict):
    """An appointment that stands before the first turn."""

    service: str
    staff: str
    start: str = Field(description="ISO 8601; in the business's zone where it names none")
    name: str | None = None


class Prefers(Strict):
    """What a person has asked for before the first turn: the channel, and no message earlier or later than this."""

    channel: Literal["sms", "call", "email", "web"] | None = None
    not_before: str | None = Field(default=None, pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    not_after: str | None = Field(default=None, pattern=r"^([01]\d|2[0-3]):[0-5]\d$")


class Contact(Strict):
    """A person; at least one address. `ref` is how turns and expectations name them."""

    ref: str = "customer"
    phone: str | None = Field(default=DEFAULT_PHONE, pattern=r"^\+[1-9]\d{6,14}$", description="E.164")
    web: str | None = DEFAULT_WEB
    name: str | None = None
    zone: str | None = None
    prefers: Prefers = Prefers()
    consents: list[Consent] = []
    bookings: list[Seeded] = []


class Clock(Strict):
    """The instant a case begins at; `tz` is the zone of a time that names none."""

    now: str
    tz: str | None = None


class Reader(Strict):
    """Who reads the customers.

    `scripted` takes each turn's `reading`; `cassette` finds a recorded reading by its key, `teacher` by its position,
    so that a prompt edit voids nothing (the drift is reported); `live` asks the configured model and gates nothing.
    """

    mode: Literal["phrasebook", "scripted", "cassette", "teacher", "live"] = "phrasebook"
    cassette: str | None = Field(default=None, description="a JSONL file beside the case; needed by cassette, teacher")

    @model_validator(mode="after")
    def _has_its_cassette(self) -> Reader:
        if self.mode in ("cassette", "teacher") and not self.cassette:
            raise ValueError(f"mode {self.mode} needs `cassette: file.jsonl`")
        return self


class Staff(Strict):
    """What staff decide on the newest held action (of a tool, if named); where none waits, the turn fails.

    `again` decides on the newest action that was decided before (by a second pair of hands, or too late): it must not
    count.
    """

    decide: Literal["approve", "edit", "reject", "answer"]
    tool: str | None = None
    set: dict[str, Any] = {}
    text: str = ""
    by: str = "kim"
    again: bool = False


class MissedCall(Strict):
    """A call that nobody took, as the carrier reports its end."""

    outcome: Outcome | None = None


class Webhook(Strict):
    """What the carrier sends: the last message once more, or a form to one of our routes, signed unless said."""

    duplicate: bool = False
    path: str | None = None
    form: dict[str, str] = {}
    signed: bool = True
    status: int | None = Field(default=None, description="the HTTP status that must come back")

    @model_validator(mode="after")
    def _is_one(self) -> Webhook:
        if self.duplicate == bool(self.path):
            raise ValueError("a webhook is `duplicate: true` or has a `path`")
        return self


class Trigger(Strict):
    """What the business starts: a campaign of offers, by name, with its text and audience; it waits for staff."""

    campaign: str = Field(min_length=1, max_length=80)
    text: str | None = Field(default=None, max_length=1600)
    to: list[str] = Field(default=[], description="contacts by ref; all of the case's, if none is named")
    refused: bool = Field(default=False, description="that nobody may get it, so that it is not even laid before staff")


class Propose(Strict):
    """An action put straight before the door, past reader and flows: what a program or model gone wrong would try.

    It is about the turn's contact, by the turn's channel; `{booking}` among the arguments is their next appointment.
    """

    tool: str = "message"
    args: dict[str, Any] = {}
    purpose: Literal["mandated", "reply", "service", "marketing"] | None = None
    by: str = "case"


class Restart(Strict):
    """The process is killed with SIGKILL: now, or right after the n-th commit of the next turn."""

    after_commit: int | None = Field(default=None, ge=1, le=60)


class Fault(Strict):
    """What the carrier (or the model) does from now on, for so many requests.

    `unreachable`: no connection; `silent`: takes it and never answers; `refuses`: says no with `code`; `down`: HTTP
    500; `reader`: the model fails.
    """

    kind: Literal["unreachable", "silent", "refuses", "down", "reader"]
    times: int = Field(default=1, ge=1)
    code: int = 30003


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _flag(name: str) -> Any:
    """Let `true` stand for the model with its defaults, and a text for the one field."""
    return BeforeValidator(lambda value: {} if value is True else {name: value} if isinstance(value, str) else value)


Words = Annotated[list[str], BeforeValidator(_listed, json_schema_input_type=str | list[str])]


class Turn(Strict):
    """One thing that happens, and what must hold after it. Exactly one kind."""

    user: Words | None = Field(default=None, description="what the customer says; a list is a burst of messages")
    press: str | None = Field(default=None, pattern=r"^[0-9*#]+$")
    missed_call: Annotated[MissedCall, _flag("outcome")] | None = None
    voicemail: str | None = None
    wait: Span | None = None
    advance: str | None = Field(default=None, description="to an instant, ISO 8601")
    staff: Annotated[Staff, _flag("decide")] | None = None
    webhook: Webhook | None = None
    trigger: Annotated[Trigger, _flag("campaign")] | None = None
    propose: Propose | None = None
    restart: Annotated[Restart, _flag("after_commit")] | None = None
    fault: Annotated[Fault, _flag("kind")] | None = None

    who: str | None = Field(default=None, description="a contact's ref; the first one, if none is named")
    channel: Channel | None = None
    reading: Reading | None = Field(default=None, description="what a scripted reader reads")
    note: str | None = None
    expect: list[Expectation] = []

    KINDS: ClassVar[tuple[str, ...]] = (
        "user", "press", "missed_call", "voicemail", "wait", "advance", "staff", "webhook", "trigger", "propose",
        "restart", "fault",
    )  # fmt: skip

    @model_validator(mode="after")
    def _exactly_one(self) -> Turn:
        given = [kind for kind in self.KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            raise ValueError(
                f"a turn is exactly one of {', '.join(self.KINDS)}; this one is {', '.join(given) or 'none'}"
            )
        return self

    @property
    def kind(self) -> str:
        """Which kind of turn it is."""
        return next(kind for kind in self.KINDS if getattr(self, kind) is not None)

    @property
    def heard_as(self) -> HeardKind | None:
        """As what the customer's side of it is heard; None where nobody speaks."""
        kinds: dict[str, HeardKind] = {
            "user": "text", "press": "keys", "missed_call": "missed_call", "voicemail": "voicemail",
        }  # fmt: skip
        return kinds.get(self.kind)


class Source(Strict):
    """Where an imported case comes from, and who looked at it before it joined the suite."""

    corpus: str | None = None
    row: str | int | None = None
    licence: str | None = None
    url: str | None = None
    imported_by: str | None = None
    reviewed_by: str | None = None


class Case(Strict):
    """One conversation to play, with what must hold."""

    version: Literal[1] = 1
    id: str = Field(min_length=1, max_length=120, pattern=r"^[\w.:/-]+$")
    title: str | None = None
    tags: list[str] = []
    source: Source | None = None
    clock: Annotated[Clock, _flag("now")]
    business: str = Field(default="salon", description="a pack's name, or a folder beside the case")
    overrides: dict[Literal["business", "policy"], dict[str, Any]] = {}
    extensions: str | None = Field(
        default=None, description="a folder beside the case: tools, guards, channels of its own"
    )
    contacts: list[Contact] = Field(default=[Contact()], min_length=1)
    channel: Channel = "sms"
    reader: Annotated[Reader, _flag("mode")] = Reader()
    turns: list[Turn] = Field(min_length=1)
    expect: list[Expectation] = Field(default=[], description="what must hold at the end, over everything")
    always: list[Invariant] | Literal["all"] = "all"
    not_always: list[Invariant] = Field(default=[], description="invariants this case sets aside; say why in `note`")
    judge: list[str] = Field(default=[], description="advisory wishes for a judge; never rescue a failed case")
    note: str | None = None

    @model_validator(mode="after")
    def _names_its_people(self) -> Case:
        known = [contact.ref for contact in self.contacts]
        if twice := sorted({ref for ref in known if known.count(ref) > 1}):
            raise ValueError(f"two contacts are called {twice[0]!r}")
        for at, turn in enumerate(self.turns, 1):
            if turn.trigger and (lost := [ref for ref in turn.trigger.to if ref not in known]):
                raise ValueError(f"turn {at}: there is no contact {lost[0]!r}; there are {', '.join(known)}")
            if turn.who is not None and turn.who not in known:
                raise ValueError(f"turn {at}: there is no contact {turn.who!r}; there are {', '.join(known)}")
        return self

    @model_validator(mode="after")
    def _expects_of_its_people(self) -> Case:
        known = [contact.ref for contact in self.contacts]
        for expected in (*self.expect, *(one for turn in self.turns for one in turn.expect)):
            _, wanted, _ = expected.asserts
            for ref in (getattr(wanted, "to", None), getattr(wanted, "contact", None)):
                if ref is not None and ref not in known:
                    raise ValueError(f"expected of {ref!r}: there is no such contact; there are {', '.join(known)}")
        return self

    def person(self, ref: str | None) -> Contact:
        """A contact by ref; the first one for None."""
        return next((c for c in self.contacts if c.ref == ref), self.contacts[0])

    def as_json(self) -> dict[str, Any]:
        """The case as one JSON object, with what was said and no more; reading it again gives the same case."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)
