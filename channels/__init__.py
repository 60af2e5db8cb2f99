"""How people reach us: one file a channel; verify, translate, deliver."""

from __future__ import annotations

MACHINERY = (
    "caller", "following", "frames", "holding", "keypad", "line", "objection", "origins", "pages", "queue",
    "reception", "relay", "staff", "switchboard", "transcript", "turnstile", "twilio_api", "twiml", "visitors",
    "webhook",
)  # fmt: skip
