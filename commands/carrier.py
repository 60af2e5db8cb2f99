"""Which phone company the environment names."""

from __future__ import annotations

from channels.reception import Account
from domain.configuration import Configuration
from domain.errors import ConfigurationError


def configured_account(configuration: Configuration, number: str) -> Account | None:
    """The Twilio account of the environment; None where there is none, `ConfigurationError` for half of one."""
    sid, token = configuration.twilio_account_sid, configuration.twilio_auth_token
    if sid and not token:
        raise ConfigurationError(
            "TWILIO_ACCOUNT_SID is set but TWILIO_AUTH_TOKEN is not: webhooks could not be trusted"
        )
    return Account(sid, token.get_secret_value(), number) if sid and token else None
