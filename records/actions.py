"""Actions: recorded with every decision, claimed once, settled with a receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa

from domain.action import OPEN, Action, ActionState, Proposal
from domain.clock import from_ms, to_ms
from domain.decision import Decision, finding_json
from domain.errors import Later, ReusedActionId
from domain.permit import Permit, mint
from records import schema
from records.consents import silenced
from records.database import Tx, among
from records.ledger import Entry, append

FRESH = timedelta(seconds=60)
LEASE = timedelta(seconds=30)
_A = schema.action.c
_FIELDS = [_A[name] for name in Action.__dataclass_fields__]  # an action is made of its row's columns, in this order
_ONE = sa.select(*_FIELDS).where(_A.id == sa.bindparam("id"))
_WHOLE = sa.select(schema.action).where(_A.id == sa.bindparam("id"))
_STATES: dict[str, ActionState] = {"run": "cleared", "ask": "asked", "hold": "held", "refuse": "refused"}
_INSERT = schema.action.insert().returning(*_FIELDS)
_AGAIN = (
    schema.action.update()
    .where(_A.id == sa.bindparam("which"))
    .values({name: sa.bindparam(f"new_{name}") for name in (
        "state", "findings", "snapshot", "updated_at", "cleared_at", "expires_at", "args", "args_hash", "version",
    )})
    .returning(*_FIELDS)
)  # fmt: skip
_CONFIRM = (
    schema.action.update()
    .where(_A.id == sa.bindparam("which"), _A.state == "asked", _A.args_hash == sa.bindparam("same"))
    .values(confirmed_hash=sa.bindparam("same"), updated_at=sa.bindparam("now"))
    .returning(_A.business, _A.contact)
)
_CLAIM = (
    schema.action.update()
    .where(
        _A.id == sa.bindparam("which"), _A.state == "cleared", _A.args_hash == sa.bindparam("same"),
        _A.cleared_at >= sa.bindparam("fresh"),
    )
    .values(
        state="executing", fence=_A.fence + 1, updated_at=sa.bindparam("now"), lease_until=sa.bindparam("until")
    )
    .returning(*_FIELDS, _A.fence)
)  # fmt: skip
_SETTLE = (
    schema.action.update()
    .where(_A.id == sa.bindparam("which"), among(_A.state, *sorted(OPEN), "executing", "unknown"))
    .values(
        state=sa.bindparam("new_state"), receipt=sa.bindparam("new_receipt"), updated_at=sa.bindparam("now"),
        lease_until=None,
    )
    .returning(*_FIELDS)
)  # fmt: skip
_THIS = schema.action.update().where(_A.id == sa.bindparam("which"))
_HELD = (_A.state == "executing", _A.fence == sa.bindparam("by"))
_HOLDS = _THIS.where(*_HELD).values(updated_at=sa.bindparam("now")).returning(*_FIELDS)
_SAVE_ASKED, _SAVE_PAYLOAD = (_THIS.values({name: sa.bindparam("given")}) for name in ("asked", "payload"))
_PAYLOAD = sa.select(_A.payload).where(_A.id == sa.bindparam("id"))
_INSERT_DECISION = schema.decision.insert()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """A proposal with the decision on it, and the action's row as this transaction found it before."""

    proposal: Proposal
    decision: Decision
    was: Action | None
    expires: datetime | None


def load(tx: Tx, action: str) -> Action | None:
    """One action."""
    row = tx.execute(_ONE, {"id": action}).one_or_none()
    return _action(row) if row else None


def record(tx: Tx, ruling: Ruling, *, now: datetime) -> Action:
    """Write the action, the decision and the ledger event together; `ReusedActionId` if the id means something else.

    A final or executing action is left as it is and returned: its receipt is the answer.
    """
    proposal, decision, was = ruling.proposal, ruling.decision, ruling.was
    if was is not None and was.tool != proposal.tool:
        raise ReusedActionId(f"{proposal.id} is {was.tool}, not {proposal.tool}")
    if was is not None and was.args_hash != proposal.args_hash and proposal.action is None:
        raise ReusedActionId(f"{proposal.id} came back with other arguments")
    if was is not None and was.state not in OPEN:
        return was
    findings = [finding_json(f) for f in decision.findings]
    state, at = _STATES[decision.outcome], to_ms(now)
    changes: dict[str, Any] = {
        "state": state, "findings": findings, "snapshot": proposal.snapshot, "updated_at": at,
        "cleared_at": at if state == "cleared" else None,
        "expires_at": _expiry(was, state, ruling.expires),
    }  # fmt: skip
    if was is None:
        row = _action(tx.execute(_INSERT, {**_row(proposal, at), **changes}).one())
    else:
        version = was.version + (was.args_hash != proposal.args_hash)
        changes |= {"args": proposal.args, "args_hash": proposal.args_hash, "version": version}
        changed = {f"new_{name}": value for name, value in changes.items()}
        row = _action(tx.execute(_AGAIN, {"which": was.id, **changed}).one())
    tx.execute(
        _INSERT_DECISION,
        {"business": proposal.business, "action": row.id, "version": row.version, "args_hash": row.args_hash,
         "outcome": decision.outcome, "findings": findings, "snapshot": proposal.snapshot, "at": at},
    )  # fmt: skip
    _tell(tx, proposal, decision, row=row, now=now)
    return row


def confirm(tx: Tx, action: str, args_hash: str, *, turn: str, now: datetime) -> bool:
    """Record the customer's yes to exactly these arguments; False where the action no longer asks."""
    row = tx.execute(_CONFIRM, {"which": action, "same": args_hash, "now": to_ms(now)}).one_or_none()
    if row is None:
        return False
    body = {"action": action, "turn": turn, "args_hash": args_hash, "contact": row.contact}
    append(tx, row.business, Entry("action.confirmed", body), at=now)
    return True


def claim(tx: Tx, action: Action, *, now: datetime) -> tuple[Permit | None, Action]:
    """Compare-and-set cleared → executing: same arguments, fresh clearance, not revoked. Only this mints permits.

    A messenger that died while executing may be followed after its lease, with a higher fence.
    """
    revoked = action.tool == "message" and silenced(tx, action)
    limits = {"now": to_ms(now), "fresh": to_ms(now - FRESH), "until": to_ms(now + LEASE)}
    given = {"which": action.id, "same": action.args_hash, **limits}
    claimed = None if revoked else tx.execute(_CLAIM, given).one_or_none()
    if claimed is not None:
        return mint(row=dict(claimed._mapping), fence=claimed.fence), _action(claimed[:-1])
    row = cast(Action, load(tx, action.id))
    if revoked and row.state == "cleared" and row.args_hash == action.args_hash:
        row = settle(tx, row.id, "refused", receipt={"why": "revoked"}, now=now)
    return None, row


def follow(tx: Tx, action: str, now: datetime) -> Permit | None:
    """Take over an action whose messenger died; None where it has ended, `Later` names the end of its lease.

    The fence rises.
    """
    row = tx.execute(_WHOLE, {"id": action}).one()
    at = to_ms(now)
    if row.state != "executing":
        return None
    if row.lease_until is not None and row.lease_until > at:
        raise Later(from_ms(row.lease_until))
    values = {"fence": row.fence + 1, "lease_until": at + int(LEASE.total_seconds() * 1000)}
    tx.execute(schema.action.update().where(_A.id == action).values(**values))
    return mint(row=dict(row._mapping), fence=row.fence + 1)


def held_by(tx: Tx, permit: Permit, *, now: datetime) -> Action | None:
    """The action, if a permit is still its latest; its end may be recorded by its holder only. Locks the action."""
    row = tx.execute(_HOLDS, {"which": permit.action, "by": permit.fence, "now": to_ms(now)}).one_or_none()
    return _action(row) if row else None


def settle(tx: Tx, action: str, state: ActionState, *, receipt: dict[str, Any], now: datetime) -> Action:
    """Write how an action ended, with its receipt and ledger event."""
    given = {"which": action, "new_state": state, "new_receipt": receipt, "now": to_ms(now)}
    settled = tx.execute(_SETTLE, given).one_or_none()
    if settled is None:
        return cast(Action, load(tx, action))
    row = _action(settled)
    body = {
        "action": action, "tool": row.tool, "state": state, "contact": row.contact, "turn": row.turn,
        "version": row.version, "ref": row.ref, **_plain_ids(receipt),
    }  # fmt: skip
    append(tx, row.business, Entry(f"action.{state}", body), at=now)
    return row


def supersede(tx: Tx, action: str, why: str, *, now: datetime) -> bool:
    """End an action that waits for the customer or is overtaken; False where it went on already."""
    row = load(tx, action)
    if row is None or row.state not in ("proposed", "asked"):
        return False
    settle(tx, action, "superseded" if why != "expired" else "expired", receipt={"why": why}, now=now)
    return True


def save_asked(tx: Tx, action: str, facts: dict[str, Any]) -> None:
    """Remember the facts that the customer was read, to see later whether an edit changed them."""
    tx.execute(_SAVE_ASKED, {"which": action, "given": facts})


def asked_facts(tx: Tx, action: str) -> dict[str, Any] | None:
    """The facts that the customer was read."""
    found: dict[str, Any] | None = tx.execute(sa.select(_A.asked).where(_A.id == action)).scalar_one_or_none()
    return found


def save_payload(tx: Tx, action: str, payload: dict[str, Any]) -> None:
    """Keep what `deliver` will be given."""
    tx.execute(_SAVE_PAYLOAD, {"which": action, "given": payload})


def payload_of(tx: Tx, action: str) -> dict[str, Any]:
    """What `deliver` will be given."""
    return dict(tx.execute(_PAYLOAD, {"id": action}).scalar_one() or {})


def clear_again(tx: Tx, action: str, now: datetime) -> None:
    """Freshen a clearance that the door has just given again."""
    at = to_ms(now)
    where = sa.and_(_A.id == action, _A.state == "cleared")
    tx.execute(schema.action.update().where(where).values(cleared_at=at, updated_at=at))


def in_state(tx: Tx, business: str, states: Sequence[str], *, contact: str | None = None) -> list[Action]:
    """Actions in any of the states, oldest first."""
    query = sa.select(*_FIELDS).where(_A.business == business, _A.state.in_(states)).order_by(_A.created_at)
    if contact:
        query = query.where(_A.contact == contact)
    return [_action(r) for r in tx.execute(query)]


def of_turn(tx: Tx, turn: str) -> list[Action]:
    """A turn's actions, oldest first."""
    return [_action(r) for r in tx.execute(sa.select(*_FIELDS).where(_A.turn == turn).order_by(_A.created_at))]


def of_contact(tx: Tx, contact: str) -> list[str]:
    """The ids of all of a contact's actions."""
    return list(tx.execute(sa.select(_A.id).where(_A.contact == contact)).scalars())


def by_ref(tx: Tx, business: str, ref: str) -> Action | None:
    """The newest action with a short name like A12F."""
    query = sa.select(*_FIELDS).where(_A.business == business, _A.ref == ref.upper())
    row = tx.execute(query.order_by(_A.created_at.desc()).limit(1)).one_or_none()
    return _action(row) if row else None


def _expiry(was: Action | None, state: str, expires: datetime | None) -> int | None:
    """A wait that goes on keeps its end; a new one gets its own."""
    if state not in ("asked", "held"):
        return None
    if was is not None and was.state == state and was.expires_at:
        return was.expires_at
    return to_ms(expires) if expires else None


def _row(proposal: Proposal, at: int) -> dict[str, Any]:
    return {
        "id": proposal.id, "business": proposal.business, "contact": proposal.contact, "tool": proposal.tool,
        "args": proposal.args, "args_hash": proposal.args_hash, "version": 1, "tier": proposal.tier,
        "purpose": proposal.purpose, "assurance": proposal.assurance, "cause": proposal.cause,
        "proposed_by": proposal.proposed_by, "turn": proposal.turn, "channel": proposal.channel,
        "address": proposal.address, "ref": "A" + proposal.id[4:8].upper(), "created_at": at, "fence": 0,
    }  # fmt: skip


def _tell(tx: Tx, proposal: Proposal, decision: Decision, *, row: Action, now: datetime) -> None:
    body = {
        "action": proposal.id, "tool": proposal.tool, "tier": proposal.tier, "purpose": proposal.purpose,
        "contact": proposal.contact, "turn": proposal.turn, "cause": proposal.cause, "by": proposal.proposed_by,
        "step": proposal.step, "channel": proposal.channel,
        "outcome": decision.outcome, "state": row.state, "version": row.version, "args_hash": proposal.args_hash,
        "snapshot": proposal.snapshot,
        "findings": [{"rule": f.rule, "verdict": f.verdict, "evidence": list(f.evidence)} for f in decision.findings],
    }  # fmt: skip
    append(tx, proposal.business, Entry("action.judged", body), at=now)


def _plain_ids(receipt: dict[str, Any]) -> dict[str, Any]:
    """The parts of a receipt that may stand in the clear: ids, codes and whole numbers."""
    allowed = ("booking", "message", "sid", "obligation", "refund", "why", "challenge", "slot", "cents")
    return {k: v for k, v in receipt.items() if k in allowed and isinstance(v, str | int)}


def _action(row: Sequence[Any]) -> Action:
    given = dict(zip(Action.__dataclass_fields__, row, strict=True))
    return Action(**{**given, "findings": list(given["findings"] or [])})
