"""Language models behind an OpenAI-compatible server: OpenAI, Azure, Ollama, vLLM, llama.cpp."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final, Protocol

from langchain_core.exceptions import ModelError, ModelInvalidRequestError, OutputParserException
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from pydantic import PrivateAttr

from domain.errors import ConfigurationError
from domain.reading import Reading
from graphs.readers.filling import ReadingModel

OPENAI_URL: Final = "https://api.openai.com/v1"
AZURE_API_VERSION: Final = "2024-10-21"  # the first generally available one with json_schema
_NOT_IN_STRICT: Final = frozenset({"default", "title", "maxLength", "minLength", "maximum", "minimum", "maxItems"})
_HELP: Final = "write phrasebook, openai:<model> or azure_openai:<deployment>"


def open_model(spec: str, *, base_url: str | None, api_key: str | None, timeout_s: float) -> BaseChatModel | None:
    """Return the model `spec` names, or None for "phrasebook"; `spec` is "provider:model", split at the first colon.

    `timeout_s` bounds one request. Raises ConfigurationError for a spec, an address or a key that cannot be used.
    """
    if spec == "phrasebook":
        return None
    provider, _, model = spec.partition(":")
    if not model or provider not in ("openai", "azure_openai"):
        raise ConfigurationError(f"QOTBOT_MODEL is {spec!r}: {_HELP}")
    if provider == "azure_openai" and not base_url:
        raise ConfigurationError("azure_openai needs the resource's address: set QOTBOT_MODEL_BASE_URL")
    if not api_key and (provider == "azure_openai" or base_url is None):
        raise ConfigurationError(f"{provider} needs a key: set OPENAI_API_KEY")
    opened = _azure if provider == "azure_openai" else _openai
    return opened(spec, model, base_url or OPENAI_URL, api_key or "none", timeout_s)
