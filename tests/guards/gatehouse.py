"""Somebody before the real door: what they agreed to, what they said, and what the door says of a message to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from making import BUSINESS, salon, within

import records.contacts
from domain.action import Action, Proposal, Purpose
from domain.clock import from_ms, to_ms
from domain.decision import Decision
from domain.extensions import discover
from domain.message import Heard
from domain.settings import Pack
from guards.door import submit
from guards.facts import Clearance
from guards.order import ordered
from records import actions, consents, messages
from records.consents import Entry
from records.database import Database, Tx
from records.disclosures import Disclosure

GUARDS = tuple(ordered(discover("guards", "GUARD")))
NAME = "Willow & Co Hair"
REMINDER = f"{NAME}: see you tomorrow at 2 pm. Reply STOP to opt out."
CAMPAIGN = f"{NAME}: new autumn colors are in. Reply STOP to opt out."
NOON = datetime(2026, 11, 24, 17, tzinfo=UTC)  # a Tuesday, 12:00 in New York
WORDING = "I agree to get offers by text from Willow & Co Hair, by automated technology. No condition of purchase."


@dataclass(kw_only=True)
class Gate:
    """One person at one number; `now` is the time at the door."""

    database: Database
    number: str = "+12125550143"  # New York
    now: datetime = NOON
    pack: Pack | None = None
    said: int = 0

    @property
    def contact(self) -> str:
        """The person who holds the number."""
        return within(self.database, self._contact)

    def _contact(self, tx: Tx) -> str:
        return records.contacts.ensure(tx, BUSINESS, kind="phone", value=self.number, now=self.now)

    def entry(self, act: str, purpose: str, *, ago: timedelta = timedelta(days=1), **changed: Any) -> str:
        """Write an entry of consent that happened some time ago."""
        self.said += 1
        at = self.now - ago
        proof = {"grant": Disclosure(WORDING, "1", "en")}.get(act) if purpose == "marketing" else None
        known: dict[str, Any] = {
            "business": BUSINESS, "contact": self.contact, "address": self.number, "channel": "sms",
            "purpose": purpose, "act": act, "method": "web_form", "evidence": f"proof:{self.said}",
            "actor": "customer", "disclosure": proof,
        }  # fmt: skip
        entry = Entry(**{**known, **changed})
        return within(self.database, lambda tx: consents.add(tx, entry, at))

    def wrote(self, text: str, *, ago: timedelta, channel: str = "sms") -> str:
        """They wrote or called; the message's id."""
        self.said += 1
        heard = Heard(
            channel=channel, kind="text", address_kind="phone", address=self.number, text=text, provider="carrier",
            provider_id=f"SM{self.said}",
        )  # fmt: skip
        contact, at = self.contact, self.now - ago
        return within(self.database, lambda tx: messages.insert_heard(tx, BUSINESS, contact, heard=heard, now=at))[0]

    def proposal(self, purpose: Purpose, text: str, *, cause: str = "test", **changed: Any) -> Proposal:
        """A message to them."""
        self.said += 1
        made = Proposal(
            tool="message", args={"text": text, "options": [], "author": changed.pop("author", "assistant")}, tier=1,
            purpose=purpose, assurance=0, business=BUSINESS, contact=self.contact, cause=cause, proposed_by="test",
            ordinal=self.said, channel="sms", address=self.number,
        )  # fmt: skip
        return replace(made, **changed)

    def ask(self, purpose: Purpose, text: str, *, cause: str = "test", **changed: Any) -> Answer:
        """What the door says."""
        proposal = self.proposal(purpose, text, cause=cause, **changed)
        clearance = Clearance(GUARDS, self.pack or salon(), self.now)
        return Answer(*within(self.database, lambda tx: submit(tx, proposal, clearance)))

    def sent(self, action: Action) -> None:
        """The message left."""

        def work(tx: Tx) -> None:
            row = {
                "business": BUSINESS, "contact": action.contact, "channel": "sms", "address_kind": "phone",
                "address": self.number, "session": None, "text": action.args["text"], "options": [],
                "author": "assistant", "action": action.id, "segments": 1, "turn": None, "at": to_ms(self.now),
            }  # fmt: skip
            messages.insert_outgoing(tx, row)
            permit, _ = actions.claim(tx, action, now=self.now)
            assert permit is not None
            actions.settle(tx, action.id, "done", receipt={}, now=self.now)

        within(self.database, work)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the door decided and recorded."""

    decision: Decision
    action: Action

    @property
    def verdict(self) -> str:
        """`allow`, `defer` (refused until a named time) or `block`, as the published cases say."""
        if self.action.state == "cleared":
            return "allow"
        return "defer" if self.decision.not_before is not None else "block"

    @property
    def rules(self) -> set[str]:
        """The rules that were against it."""
        return {f.rule for f in self.decision.findings if f.verdict != "allow"}

    @property
    def until(self) -> datetime | None:
        """When it may be tried again."""
        return from_ms(self.decision.not_before) if self.decision.not_before else None


Situation = Callable[[Gate], Answer]
Situations = dict[str, tuple[str, str | None, Situation]]


def kept(into: Situations, name: str, expected: str, *rules: str) -> Callable[[Situation], Situation]:
    """Keep a situation under its name, with what the door must say and the rule that must be against it."""

    def keep(play: Situation) -> Situation:
        into[name] = (expected, rules[0] if rules else None, play)
        return play

    return keep


def assert_so(gate: Gate, told: tuple[str, str | None, Situation]) -> None:
    """The door says of a situation what it must."""
    expected, rule, play = told
    answer = play(gate)
    assert (answer.verdict, rule is None or rule in answer.rules) == (expected, True), answer.decision
