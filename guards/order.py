"""The order in which guards are shown and asked; the verdict does not depend on it."""

from __future__ import annotations

from collections.abc import Sequence

from domain.errors import ConfigurationError
from domain.extensions import unique
from domain.guard import Guard

ORDER = (
    "consent", "artificial_voice", "mandated", "wishes", "reachable", "quiet_hours", "caps", "brake", "content",
    "approved_campaign", "assurance", "tier", "notice", "verified", "confirmed", "staff",
)  # fmt: skip


def ordered(guards: Sequence[Guard]) -> list[Guard]:
    """The shipped guards in `ORDER`, then a deployment's own by name; `ConfigurationError` where there are none."""
    by_name: dict[str, Guard] = unique(list(guards), "guard")
    if not by_name:
        raise ConfigurationError("there are no guards: nothing may be done without one")
    known = [by_name.pop(name) for name in ORDER if name in by_name]
    return known + [by_name[name] for name in sorted(by_name)]
