"""What a reader is told about the conversation before it reads."""

from __future__ import annotations

from typing import Any

from domain.reading import Listening, Named
from graphs.agenda import FLOW_OF
from graphs.effects import Deps


def listening(deps: Deps, memory: dict[str, Any]) -> Listening:
    """Our last act, what is offered or being confirmed, the time, the zone, services and staff."""
    business = deps.pack.business
    opens, closes = business.bounds()
    return Listening(
        now=business.local(deps.clock.now()),
        our_act=memory.get("our_act", "none"),
        offered=tuple(memory.get("offered", ())),
        confirming=memory.get("confirming"),
        services=tuple(Named(s.name, tuple(s.aliases)) for s in business.services.values()),
        staff=tuple(Named(m.name, tuple(m.aliases)) for m in business.staff.values()),
        opens=opens,
        closes=closes,
        tasks=tuple(sorted({*FLOW_OF, "human", *own_tasks(deps)})),
    )


def own_tasks(deps: Deps) -> list[str]:
    """The tools that no flow was written for: a reader may name them as tasks, and the generic form serves them."""
    return [t.name for t in deps.tools.values() if t.write is not None and t.name not in _INNER]


# Tools that flows call by themselves; a reader never names them as a task.
_INNER = frozenset(
    {
        "message",
        "send_code",
        "check_code",
        "hand_over",
        "capture_lead",
        "book",
        "reschedule",
        "cancel",
        "refund_deposit",
    }
)
