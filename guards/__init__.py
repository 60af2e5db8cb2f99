"""Who may do what to whom, and when: pure rules, one file a guard, and the one door that records their answer."""

from __future__ import annotations

MACHINERY = (
    "areas", "basis", "clocktimes", "door", "facts", "gate", "hours", "lint", "meaning", "notices", "optout", "order",
    "plain", "promotion", "spending", "timing", "windows", "zones",
)  # fmt: skip
