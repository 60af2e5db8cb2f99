"""How people reach us: one file a channel; verify, translate, deliver."""

from __future__ import annotations

MACHINERY = (
    "caller", "findings", "following", "forwarding", "frames", "greeting", "holding", "keypad", "line", "machines",
    "objection", "origins", "pages", "posted", "queue", "reception", "relay", "remedies", "staff", "switchboard",
    "transcript", "turnstile", "twilio_api", "twilio_check", "twiml", "unsure", "visitors", "webhook",
)  # fmt: skip
