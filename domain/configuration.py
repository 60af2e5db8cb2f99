"""The process's own settings: the only place that reads the environment."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.channel import Voice


class Configuration(BaseSettings):
    """Where data lives, who reads the customers, which carrier; from `QOTBOT_*` and the usual names."""

    model_config = SettingsConfigDict(env_prefix="QOTBOT_", extra="ignore", populate_by_name=True)

    home: Path = Path(".qotbot")
    data: Path = Path("../shared/data")
    extensions: Path | None = None
    model: str = ""
    model_base_url: str | None = None
    model_timeout_s: float = Field(default=8.0, gt=0)
    public_base_url: str | None = None
    witness_file: Path | None = None  # where signed heads of the ledger go, off this machine
    witness_email: str | None = None
    witness_url: str | None = None  # a second host that runs `qotbot witness keep`
    witness_token: SecretStr | None = None
    smtp_host: str | None = None
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_from: str | None = None
    voice: Voice = "gather"  # relay: speech streamed over a WebSocket (ConversationRelay)
    chat_identity_secret: SecretStr | None = Field(default=None, min_length=32)  # shared with the site that signs users
    database_url: str | None = Field(default=None, alias="DATABASE_URL")
    redis_url: str | None = Field(default=None, alias="REDIS_URL")
    smtp_url: SecretStr | None = None  # smtp://user:password@host:587, smtps://… for TLS from the first byte
    email_from: str | None = None  # the address that mail comes from, with or without a name
    email_key: SecretStr | None = None  # what the mail service proves itself with
    openai_api_key: SecretStr | None = Field(default=None, alias="OPENAI_API_KEY")
    twilio_account_sid: str | None = Field(default=None, alias="TWILIO_ACCOUNT_SID")
    twilio_auth_token: SecretStr | None = Field(default=None, alias="TWILIO_AUTH_TOKEN")
    # Webhooks may also be signed with these: old and new token while they are changed over, separated by commas …
    twilio_other_tokens: SecretStr | None = Field(default=None, alias="TWILIO_OTHER_AUTH_TOKENS")
    # … and shared keys as id=secret, separated by commas.
    twilio_shared_keys: SecretStr | None = Field(default=None, alias="TWILIO_SHARED_KEYS")
    twilio_messaging_service: str | None = Field(default=None, alias="TWILIO_MESSAGING_SERVICE_SID")
    twilio_api_key: str | None = Field(default=None, alias="TWILIO_API_KEY")
    text_parts_per_s: float | None = Field(
        default=None, gt=0
    )  # where the account may send more than its kind of number
    twilio_api_base: str = "https://api.twilio.com"  # the offline phone company has another
