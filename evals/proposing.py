"""What something in the house tries on its own: an action put straight before the door, past reader and flows.

The guards that a well-behaved conversation never meets are seen at work only so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from domain.action import Action, Proposal
from domain.errors import BadInput
from evals.case import Propose
from graphs import effects
from graphs.effects import Deps
from guards.door import submit
from records import bookings, messages
from records.database import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Whom:
    """The person that an action is about, as the runtime binds them, and the channel it goes by."""

    contact: str
    channel: str
    address: str


def propose(tx: Tx, deps: Deps, said: Propose, *, whom: Whom, ordinal: int) -> Action:
    """Submit it and do what follows from the decision; `BadInput` for a tool or arguments that do not exist."""
    tool = deps.tools.get(said.tool)
    if tool is None:
        raise BadInput(f"there is no tool {said.tool!r}; there are {', '.join(sorted(deps.tools))}")
    heard = messages.last_heard(tx, whom.contact)
    try:
        valid = tool.args.model_validate(_filled(tx, deps, said.args, contact=whom.contact))
    except ValidationError as problem:
        raise BadInput(f"{said.tool} cannot be proposed so: {problem.errors()[0]['msg']}") from problem
    proposal = Proposal(
        tool=tool.name, args=valid.model_dump(mode="json"), look=tool.look(valid), tier=tool.tier,
        purpose=said.purpose or tool.purpose, assurance=tool.assurance, business=deps.pack.business.id,
        contact=whom.contact, cause=heard.id if heard is not None else f"case:{ordinal}", proposed_by=said.by,
        ordinal=ordinal, turn=heard.turn if heard is not None else None, channel=whom.channel, address=whom.address,
        snapshot=deps.pack.snapshot,
    )  # fmt: skip
    decision, action = submit(tx, proposal, deps.clearance())
    effects.put_off(tx, decision, action)
    return effects.dispatch(tx, deps, action) if action.state == "cleared" else action


def _filled(tx: Tx, deps: Deps, args: Mapping[str, Any], *, contact: str) -> dict[str, Any]:
    """`{booking}` stands for the person's next appointment."""
    if "{booking}" not in args.values():
        return dict(args)
    rows = bookings.upcoming(tx, contact, deps.clock.now())
    if not rows:
        raise BadInput("{booking}: this person has no appointment")
    return {name: rows[0].id if value == "{booking}" else value for name, value in args.items()}
