"""The desk over the records: what waits for a person, and the answers they give."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import records.contacts
from desk import forms
from desk.cards import (
    Accepted,
    Answer,
    Card,
    Changed,
    Conflict,
    FollowUp,
    Gone,
    Invalid,
    LedgerEvent,
    Outcome,
    Speaker,
    Why,
    Words,
)
from desk.telling import told
from domain.action import Action
from domain.clock import from_ms
from domain.codes import without_codes
from domain.errors import BadInput
from domain.phone import masked
from graphs import effects
from graphs.effects import Deps
from graphs.telling import result_line
from graphs.wording import worded
from records import actions, ledger, messages, obligations
from records.database import Tx
from records.staff_answers import StaffAnswer

Submit = Callable[[str, StaffAnswer], Awaitable[Action | None]]
FOLLOWUPS = {
    "answer": "Unanswered message", "missed_call": "Missed call", "callback": "Asked for a person", "lead": "New lead",
    "quarantined": "The agent could not answer", "delivery": "A delivery went wrong", "guard": "A safety rule failed",
    "failed_job": "Something failed", "media": "Sent pictures or files", "brake": "Sending is stopped",
    "approval": "Waiting for approval", "voicemail": "Left a message", "recording": "A recording to delete",
    "bad_number": "A telephone that cannot be rung", "unreachable": "Cannot be texted: call instead",
    "carrier": "The phone company refuses",
    "forgotten": "A cancelled appointment", "witness": "The ledger's head did not get out",
}  # fmt: skip


class Board:
    """What the screens show, read afresh each time; answers go through `submit`."""

    def __init__(self, deps: Deps, submit: Submit) -> None:
        self._deps = deps
        self._submit = submit

    async def cards(self) -> Sequence[Card]:
        """The held, undecided actions, oldest first."""

        def work(tx: Tx) -> list[Card]:
            held = actions.in_state(tx, self._deps.pack.business.id, ("held",))
            return [self._card(tx, row) for row in held if row.staff is None]

        return await self._deps.database.read(work)

    async def card(self, action_id: str) -> Card | None:
        """One held, undecided action."""

        def work(tx: Tx) -> Card | None:
            row = actions.load(tx, action_id)
            waiting = row is not None and row.state == "held" and row.staff is None
            return self._card(tx, row) if row is not None and waiting else None

        return await self._deps.database.read(work)

    async def decide(self, action_id: str, answer: Answer) -> Outcome:
        """Record an answer if the action is still held, undecided and as shown."""
        row = await self._deps.database.read(lambda tx: actions.load(tx, action_id))
        if row is None:
            return Gone()
        args = dict(row.args)
        if answer.kind == "edit":
            try:
                args |= forms.canonical(row.args, answer.args, self._deps.pack.business)
            except BadInput as problem:
                name, _, why = str(problem).partition(": ")
                return Invalid({name: why})
        said = StaffAnswer(kind=answer.kind, by=answer.by, args_hash=answer.args_hash, args=args, text=answer.text)
        try:
            decided = await self._submit(action_id, said)
        except BadInput as problem:
            return Invalid(forms.errors_by_field(str(problem)))
        return Accepted() if decided else await self._why_not(action_id, answer)

    async def _why_not(self, action_id: str, answer: Answer) -> Outcome:
        row = await self._deps.database.read(lambda tx: actions.load(tx, action_id))
        if row is not None and row.staff is not None:
            return Conflict(str(row.staff["by"]), from_ms(int(row.staff["at"])))
        if row is not None and row.state == "held" and row.args_hash != answer.args_hash:
            return Changed()
        return Gone()

    async def followups(self) -> Sequence[FollowUp]:
        """Open follow-ups, the most urgent first; messages the agent is still answering are not among them."""
        business, now = self._deps.pack.business.id, self._deps.clock.now()

        def work(tx: Tx) -> list[FollowUp]:
            found = [o for o in obligations.still_open(tx, business) if o.kind != "approval"]
            late = [o for o in found if o.kind not in ("answer",) or from_ms(o.due_at) <= now]
            return [self._followup(tx, o) for o in late]

        return await self._deps.database.read(work)

    async def close_followup(self, followup_id: str, note: str, *, by: str) -> Outcome:
        """End a follow-up with a note of its outcome."""
        now, scope = self._deps.clock.now(), self._deps.scope(None)
        closed = await self._deps.database.write(
            scope, lambda tx: obligations.close_id(tx, followup_id, outcome=note[:200] or "done", by=by, now=now)
        )
        return Accepted() if closed else Gone()

    async def recent_events(self, limit: int) -> Sequence[LedgerEvent]:
        """The newest sealed events, newest first."""
        business = self._deps.pack.business.id
        found = await self._deps.database.read(lambda tx: ledger.sealed(tx, business, limit=limit, newest=True))
        return [told(event) for event in reversed(found)]

    async def events_after(self, cursor: int) -> AsyncIterator[LedgerEvent]:
        """Every sealed event after a leaf number, then each new one."""
        live, business = self._deps.database.live, self._deps.pack.business.id
        while True:
            seen, after = live.news, cursor
            for event in await self._deps.database.read(partial(ledger.sealed, business=business, after=after)):
                cursor = event.seq or cursor
                yield told(event)
            if cursor == after:
                await live.wait(seen, self._deps.database.look_s, about="ledger")

    def _card(self, tx: Tx, row: Action) -> Card:
        deps = self._deps
        described = effects.described(tx, deps, row)
        contact = records.contacts.load(tx, row.contact) if row.contact else None
        words = messages.thread(tx, row.contact, limit=6) if row.contact else []
        return Card(
            id=row.id, ref=row.ref, tool=row.tool, title=_title(row, described),
            fields=forms.fields(row.args, deps.pack.business), args_hash=row.args_hash, version=row.version,
            tier=row.tier, why=tuple(_why(f) for f in row.findings if f["verdict"] == "hold"),
            contact_name=(contact.name if contact else None) or "No name yet",
            contact_address=masked(row.address or ""), channel=row.channel or "",
            customer_said=tuple(_said(m) for m in words), will_send=self._will_send(row, described),
            waiting_since=from_ms(row.created_at),
            expires_at=from_ms(row.expires_at) if row.expires_at else None, consequences=self._consequences(row),
        )  # fmt: skip

    def _will_send(self, row: Action, described: dict[str, str]) -> str:
        """The words the customer gets on approval, from the arguments that will run.

        What cannot be described any more, like the move of a booking that was cancelled, can only fail.
        """
        if row.contact is None:
            return described.get("text", "")
        lost = self._deps.tools[row.tool].describe is not None and not described
        result: dict[str, Any] = {
            "tool": row.tool, "action": row.id, "ref": row.ref, "state": "failed" if lost else "done",
            "receipt": {} if lost else forms.expected_receipt(row), "findings": [], "facts": described,
        }  # fmt: skip
        line = result_line(self._deps.pack, result)
        if lost:
            return worded(self._deps.pack, line.key, line.facts, seed=row.id)
        first = worded(self._deps.pack, "news.approved", {"ref": row.ref}, seed=row.id)
        second = worded(self._deps.pack, line.key, line.facts, seed=row.id)
        return f"{first} {second}"

    def _consequences(self, row: Action) -> tuple[str, ...]:
        if self._deps.tools[row.tool].hold is None or row.expires_at is None:
            return ()
        until = self._deps.pack.business.local(from_ms(row.expires_at))
        return (f"The time stays reserved until {until:%a %H:%M}.",)

    def _followup(self, tx: Tx, one: obligations.Obligation) -> FollowUp:
        contact = records.contacts.load(tx, one.contact) if one.contact else None
        reached = records.contacts.addresses(tx, one.contact) if one.contact else []
        return FollowUp(
            id=one.id, title=FOLLOWUPS.get(one.kind, one.kind), contact_name=(contact.name if contact else None) or "",
            contact_address=masked(reached[0][1]) if reached else "", since=from_ms(one.opened_at),
            due=from_ms(one.due_at), detail=without_codes(one.detail),
        )  # fmt: skip


def _title(row: Action, described: dict[str, str]) -> str:
    what = row.tool.replace("_", " ").capitalize()
    return f"{what}: {', '.join(described.values())}" if described else what


def _why(finding: dict[str, Any]) -> Why:
    return Why(finding["rule"], finding["reason"])


def _said(message: messages.Message) -> Words:
    who: Speaker = "customer" if message.direction == "in" else "assistant"
    at: datetime = from_ms(message.at)
    return Words("staff" if message.author == "staff" else who, without_codes(message.text), at)
