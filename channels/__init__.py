"""How people reach us: one file a channel; verify, translate, deliver."""

from __future__ import annotations

MACHINERY = ("pages", "reception", "switchboard", "twilio_api", "twiml", "webhook")
