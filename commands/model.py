"""Which reader the environment chose."""

from __future__ import annotations

from typing import Any

from domain.configuration import Configuration
from domain.errors import ConfigurationError

CHOOSE = (
    "QOTBOT_MODEL is not set. Choose who reads your customers: a model like openai:gpt-5-mini (with OPENAI_API_KEY, or"
    " QOTBOT_MODEL_BASE_URL for any OpenAI-compatible server), or QOTBOT_MODEL=phrasebook for the built-in patterns."
)


def chosen_model(*, needed: bool) -> tuple[Any, str]:
    """The configured model and its name; None is the phrasebook. `needed` refuses to choose by default."""
    configuration = Configuration()
    spec = configuration.model
    if not spec and needed:
        raise ConfigurationError(CHOOSE)
    if not spec or spec == "phrasebook":
        return None, "phrasebook"
    from graphs.readers.openai_model import open_model

    key = configuration.openai_api_key.get_secret_value() if configuration.openai_api_key else None
    model = open_model(
        spec, base_url=configuration.model_base_url, api_key=key, timeout_s=configuration.model_timeout_s
    )
    return model, spec
