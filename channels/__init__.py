"""How people reach us: one file a channel; verify, translate, deliver."""

from __future__ import annotations

MACHINERY = (
    "caller", "frames", "line", "objection", "pages", "queue", "reception", "relay", "staff", "switchboard",
    "twilio_api", "twiml", "webhook",
)  # fmt: skip
