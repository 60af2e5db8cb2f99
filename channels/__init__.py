"""How people reach us: one file a channel; verify, translate, deliver."""

MACHINERY = ("pages", "reception", "twilio_api", "webhook")
