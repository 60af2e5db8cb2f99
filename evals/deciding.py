"""What staff decide in a case: on what waits for them, or once more on what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from compose import App
from domain.action import Action, ActionState
from evals.case import Staff
from records import actions
from records.staff_answers import StaffAnswer


async def decide(app: App, said: Staff, changed: Mapping[str, Any]) -> str | None:
    """Decide as the desk does, with `changed` arguments for an edit; what did not come out as the turn says."""
    row = await app.database.read(lambda tx: _newest(actions.in_state(tx, app.pack.business.id, _states(said)), said))
    named = f"of the tool {said.tool!r} " if said.tool else ""
    if row is None:
        return f"no action {named}was decided before" if said.again else f"no action {named}waits for staff"
    args = {**row.args, **changed} if said.decide == "edit" else None
    answer = StaffAnswer(
        kind=said.decide, by=f"staff:{said.by}", args_hash=row.args_hash, args=args, text=said.text
    )  # fmt: skip
    counted = await app.submit(row.id, answer) is not None
    if counted == said.again:
        return f"{said.decide} of {row.tool} counted, though it was decided before" if counted else (
            f"{said.decide} of {row.tool} did not count: somebody was first, or its time was over"
        )  # fmt: skip
    return None


def _states(said: Staff) -> tuple[ActionState, ...]:
    return get_args(ActionState) if said.again else ("held",)


def _newest(rows: list[Action], said: Staff) -> Action | None:
    fitting = [row for row in rows if (row.staff is not None) == said.again and said.tool in (None, row.tool)]
    return fitting[-1] if fitting else None
