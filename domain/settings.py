"""What a business writes: who it is, what it offers, and how far its agent may go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from domain.phone import e164

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Setting = Literal["auto", "ask", "hold", "never"]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


def _span(value: object) -> object:
    if isinstance(value, str):
        start, dash, end = value.partition("-")
        if not dash:
            raise ValueError("write opening hours like 09:00-18:00")
        return {"start": start.strip(), "end": end.strip()}
    return value


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name!r} is not a time zone; write one like America/New_York")
    return name


def _phone(text: str) -> str:
    return e164(text)


Phone = Annotated[str, AfterValidator(_phone)]


class Strict(BaseModel):
    """Settings refuse keys they do not know, so that a typo is found."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Span(Strict):
    """A stretch of one local day, end exclusive."""

    start: time
    end: time

    @model_validator(mode="after")
    def _ordered(self) -> Span:
        if self.start >= self.end:
            raise ValueError("the end must be after the start")
        return self


OpenSpan = Annotated[Span, BeforeValidator(_span)]
Hours = dict[Weekday, list[OpenSpan]]


class Service(Strict):
    """Something that can be booked; prices are in cents of the business's currency."""

    name: str = Field(min_length=1, max_length=60)
    aliases: list[str] = []
    minutes: int = Field(gt=0, le=600)
    price_cents: int = Field(ge=0)
    deposit_cents: int = Field(default=0, ge=0)
    buffer_minutes: int = Field(default=0, ge=0, le=120)
    staff: list[Identifier] = Field(min_length=1)


class StaffMember(Strict):
    """Somebody who serves customers; without hours of their own they work the business's."""

    name: str = Field(min_length=1, max_length=60)
    aliases: list[str] = []
    hours: Hours | None = None


class Forwarding(Strict):
    """The present number, whose carrier passes on to us what nobody takes there (seconds of ringing before it does).

    `carrier` is one of `channels/data/forwarding.toml`; `voicemail_s` is when the carrier's own voicemail picks up.
    """

    number: Phone
    carrier: Identifier
    after_s: int = Field(default=20, ge=5, le=60)
    voicemail_s: int | None = Field(default=None, ge=5, le=120)


# Who answers STOP, HELP and START: we, or Twilio (by default, or as set up under Advanced Opt-Out).
OptOutMode = Literal["self_managed", "twilio_default", "twilio_advanced"]


def _origin(text: str) -> str:
    parts = urlsplit(text)
    near = parts.hostname in ("localhost", "127.0.0.1")
    if parts.scheme != "https" and not (parts.scheme == "http" and near):
        raise ValueError("write the site's origin like https://www.example.com; http only for localhost")
    if not parts.netloc or text != f"{parts.scheme}://{parts.netloc}".lower() or "*" in text or parts.username:
        raise ValueError("write only scheme, host and port, in small letters: https://www.example.com")
    return text


class WebChat(Strict):
    """Which other sites may show the chat: none, unless they are named by their origins."""

    origins: list[Annotated[str, AfterValidator(_origin)]] = []


class Business(Strict):
    """`business.yaml`."""

    id: Identifier
    name: str = Field(min_length=1, max_length=60)
    sector: Literal["salon", "dentist", "home_services", "restaurant", "clinic"]
    zone: Annotated[str, AfterValidator(_zone)]
    currency: Literal["USD", "CAD", "EUR", "GBP"] = "USD"
    language: Literal["en"] = "en"
    address: str = Field(max_length=160)
    phone: Phone
    transfer_to: Phone | None = None  # rings when a caller asks for a person during opening hours
    emergency_phone: Phone | None = None  # named to who calls while we are closed
    forwarding: Forwarding | None = None  # the number that customers have, where it is not `phone` itself
    record_calls: bool = False
    optout_mode: OptOutMode = "self_managed"
    links: list[str] = []
    chat: WebChat = WebChat()
    hours: Hours
    closed: list[date] = []
    staff: dict[Identifier, StaffMember]
    services: dict[Identifier, Service]

    @model_validator(mode="after")
    def _staff_exist(self) -> Business:
        for key, service in self.services.items():
            for member in service.staff:
                if member not in self.staff:
                    raise ValueError(f"service {key} names staff {member!r}, who is not listed under staff")
        return self

    @property
    def tz(self) -> ZoneInfo:
        """The business's zone."""
        return ZoneInfo(self.zone)

    @property
    def own_numbers(self) -> frozenset[str]:
        """The numbers that are the business's and never a customer's."""
        forwards = self.forwarding.number if self.forwarding else None
        return frozenset(filter(None, (self.phone, self.transfer_to, forwards)))

    def local(self, instant: datetime) -> datetime:
        """An instant in the business's zone."""
        return instant.astimezone(self.tz)

    def spans(self, day: date, staff: str | None = None) -> list[Span]:
        """The open spans of a local day, of one member of staff where they keep hours of their own."""
        if day in self.closed:
            return []
        own = self.staff[staff].hours if staff else None
        hours = own if own is not None else self.hours
        return list(hours.get(WEEKDAYS[day.weekday()]) or [])

    def open_at(self, instant: datetime) -> bool:
        """Whether the business is open at an instant."""
        local = self.local(instant)
        return any(s.start <= local.time() < s.end for s in self.spans(local.date()))

    def opens_after(self, instant: datetime) -> datetime | None:
        """When the business next opens, in its zone; None where it does not within two weeks."""
        local = self.local(instant)
        for ahead in range(14):
            day = local.date() + timedelta(days=ahead)
            for span in self.spans(day):
                opening = datetime.combine(day, span.start, tzinfo=self.tz)
                if opening > local:
                    return opening
        return None

    def bounds(self) -> tuple[time, time]:
        """The earliest opening and the latest closing of the week, which decide what "at 8" means."""
        spans = [span for day in self.hours.values() for span in day]
        return min(s.start for s in spans), max(s.end for s in spans)


class Notice(Strict):
    """How long before an appointment customers may still do it by themselves, in minutes."""

    book_minutes: int = Field(default=120, ge=0)
    change_minutes: int = Field(default=240, ge=0)


class Approvals(Strict):
    """How long staff have before a held action ends in its safe default, in minutes; a caller may wait on the line."""

    expires_minutes: int = Field(default=240, gt=0)
    ask_minutes: int = Field(default=30, gt=0)
    call_wait_seconds: int = Field(default=120, ge=0, le=600)


class Caps(Strict):
    """How many proactive messages one person may get; they only tighten what `guards/data/caps.toml` allows."""

    marketing_per_day: int | None = Field(default=None, ge=0)
    marketing_per_30_days: int | None = Field(default=None, ge=0)
    proactive_per_day: int | None = Field(default=None, ge=0)


class Brakes(Strict):
    """When proactive messages stop for everybody: too many at once, or too much spent (cents of the currency)."""

    proactive_per_hour: int = Field(default=1500, ge=1)
    spend_per_day_cents: int = Field(default=5_000, ge=100)
    spend_per_30_days_cents: int = Field(default=50_000, ge=100)


class MissedCalls(Strict):
    """Whether who called in vain is texted, at most once a window (minutes), and whom never (suppliers, family)."""

    text_back: bool = True
    window_minutes: int = Field(default=30, ge=1)
    exclude: list[Phone] = []


class Policy(Strict):
    """`policy.yaml`: one dial, and the exceptions from it per tool."""

    dial: Literal["strict", "balanced", "relaxed"] = "balanced"
    actions: dict[Identifier, Setting] = {}
    quiet_hours: OpenSpan = Span(start=time(9), end=time(20))  # when proactive messages are allowed, local time
    service_hours: OpenSpan | None = None  # the same for confirmations and reminders, instead of the states' hours too
    notice: Notice = Notice()
    approvals: Approvals = Approvals()
    caps: Caps = Caps()
    brakes: Brakes = Brakes()
    missed_calls: MissedCalls = MissedCalls()
    horizon_days: int = Field(default=60, gt=0, le=400)
    answer_within_minutes: int = Field(default=10, gt=0)
    unfinished_hours: int = Field(default=24, gt=0)  # so long a half-finished booking waits for its next answer
    tools: list[Identifier] | None = None

    @field_validator("actions")
    @classmethod
    def _messages_have_rules_of_their_own(cls, actions: dict[str, Setting]) -> dict[str, Setting]:
        if "message" in actions:
            raise ValueError("messages follow consent and quiet hours; what the law mandates cannot be held back here")
        return actions

    def setting(self, tool: str, tier: int) -> Setting:
        """What happens with a tool's actions: its own setting, else the dial's for its tier."""
        return self.actions.get(tool) or DIALS[self.dial][tier]


# The dial in full: tier 0 reads, 1 private, 2 commits the customer or the business, 3 money, health, many people.
DIALS: dict[str, tuple[Setting, Setting, Setting, Setting]] = {
    "strict": ("auto", "auto", "hold", "hold"),
    "balanced": ("auto", "auto", "ask", "hold"),
    "relaxed": ("auto", "auto", "auto", "hold"),
}


@dataclass(frozen=True, slots=True)
class Section:
    """One headed part of a knowledge file."""

    file: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """Everything a business wrote, read and checked; `snapshot` is the hash of all of it."""

    business: Business
    policy: Policy
    wording: Mapping[str, tuple[str, ...]]
    knowledge: tuple[Section, ...]
    snapshot: str
    wording_files: Mapping[str, str] = field(default_factory=dict)  # where each wording stands
