"""What the agent can do: one file a tool."""

from __future__ import annotations

MACHINERY = ("availability", "particulars", "payments", "wording")
