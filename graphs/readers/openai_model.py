"""Opening the language model a deployment names; imports no client library until one is asked for."""

from __future__ import annotations

from typing import Final

from langchain_core.language_models import BaseChatModel

from domain.errors import ConfigurationError

OPENAI_URL: Final = "https://api.openai.com/v1"
_HELP: Final = "write phrasebook, openai:<model> or azure_openai:<deployment>"


def open_model(spec: str, *, base_url: str | None, api_key: str | None, timeout_s: float) -> BaseChatModel | None:
    """Return the model `spec` names, or None for "phrasebook"; `spec` is "provider:model", split at the first colon.

    `timeout_s` bounds one request. Without `base_url`, "openai" means OpenAI itself and needs a key; other servers may
    do without. Raises ConfigurationError for a spec, an address or a key that cannot be used.
    """
    if spec == "phrasebook":
        return None
    provider, _, model = spec.partition(":")
    if not model or provider not in ("openai", "azure_openai"):
        raise ConfigurationError(f"QOTBOT_MODEL is {spec!r}: {_HELP}")
    if base_url is not None and not base_url.startswith(("https://", "http://")):
        raise ConfigurationError(f"QOTBOT_MODEL_BASE_URL is {base_url!r}: write an address like {OPENAI_URL}")
    if not api_key and (provider == "azure_openai" or base_url is None):
        raise ConfigurationError(f"{spec} needs a key: set OPENAI_API_KEY")
    from graphs.readers import openai_chat  # takes a second to import: only where a model is configured

    if provider == "openai":
        return openai_chat.openai_model(model, base_url=base_url or OPENAI_URL, api_key=api_key, timeout_s=timeout_s)
    if base_url is None:
        raise ConfigurationError(f"{spec} needs the address of your Azure resource: set QOTBOT_MODEL_BASE_URL")
    return openai_chat.azure_model(model, endpoint=base_url, api_key=api_key or "", timeout_s=timeout_s)
