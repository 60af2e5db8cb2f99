"""Which phone company the environment names."""

from __future__ import annotations

from urllib.parse import urlsplit

from channels.reception import Account
from channels.remedies import rate_of
from domain.configuration import Configuration
from domain.errors import ConfigurationError
from domain.live import Rate


def configured_account(configuration: Configuration, number: str) -> Account | None:
    """The Twilio account of the environment; None where there is none.

    `ConfigurationError` for half of one: a channel whose webhooks could not be trusted is not started.
    """
    sid, token = configuration.twilio_account_sid, configuration.twilio_auth_token
    if not sid and not token and not configuration.twilio_api_key:
        return None
    if not token:
        more = " An API key signs no webhooks." if configuration.twilio_api_key else ""
        raise ConfigurationError(
            f"TWILIO_AUTH_TOKEN is not set: webhooks could not be trusted.{more} Copy the token from Twilio's console."
        )
    if not sid:
        raise ConfigurationError("TWILIO_ACCOUNT_SID is not set: it is the AC… beside the token")
    _reachable(configuration.public_base_url)
    others = configuration.twilio_other_tokens.get_secret_value() if configuration.twilio_other_tokens else ""
    spare = tuple(filter(None, map(str.strip, others.split(","))))
    return Account(
        sid, token.get_secret_value(), number, configuration.twilio_api_base,
        service=configuration.twilio_messaging_service, other_tokens=spare, rate=_rate(configuration, number),
        shared_keys=_shared_keys(configuration),
    )  # fmt: skip


def _rate(configuration: Configuration, number: str) -> Rate:
    known = rate_of(number, service=configuration.twilio_messaging_service is not None)
    given = configuration.text_parts_per_s
    return Rate(given, known.burst / known.per_s * given) if given else known


def _reachable(base: str | None) -> None:
    """Signatures and delivery reports need the address that Twilio calls."""
    if not base:
        raise ConfigurationError(
            "QOTBOT_PUBLIC_BASE_URL is not set: signatures are checked against the address Twilio calls,"
            " like https://bot.example.com"
        )
    parts = urlsplit(base)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ConfigurationError(
            f"QOTBOT_PUBLIC_BASE_URL {base!r}: write scheme, host and path alone, like https://bot.example.com"
        )
    if "_" in parts.hostname:
        raise ConfigurationError(
            f"QOTBOT_PUBLIC_BASE_URL {base!r}: Twilio reports nothing to a host with an underscore (error 21609)"
        )


def _shared_keys(configuration: Configuration) -> dict[str, str]:
    given = configuration.twilio_shared_keys.get_secret_value() if configuration.twilio_shared_keys else ""
    found = {}
    for pair in filter(None, map(str.strip, given.split(","))):
        key, equals, secret = pair.partition("=")
        if not equals or not key.strip() or not secret.strip():
            raise ConfigurationError("TWILIO_SHARED_KEYS: write each key as id=secret, separated by commas")
        found[key.strip()] = secret.strip()
    return found
