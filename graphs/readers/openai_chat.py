"""The chat model behind an OpenAI-compatible server, asked for a `Reading` in the form that server takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import openai
from langchain_core.exceptions import ContextOverflowError, ModelError, ModelInvalidRequestError, OutputParserException
from langchain_core.messages import AIMessage, BaseMessage
from langchain_openai import AzureChatOpenAI, ChatOpenAI
from langchain_openai.chat_models.base import BaseChatOpenAI
from pydantic import PrivateAttr, SecretStr
from pydantic_core import from_json

from domain.errors import Unavailable
from domain.reading import Reading
from graphs.readers.filling import ReadingModel

AZURE_API_VERSION: Final = "2024-10-21"  # the first general one that takes a JSON schema
# What the clients raise for an answer that is no chat completion: cut off, filtered, HTML, other JSON.
_NO_COMPLETION: Final = (openai.OpenAIError, ValueError, TypeError, LookupError, AttributeError)
# Keywords strict mode does not take, or that invite a server to fill in values; pydantic checks them afterwards.
_NOT_SENT: Final = frozenset({"$defs", "default", "title", "minimum", "maximum", "maxItems", "maxLength"})


def openai_model(model: str, *, base_url: str, api_key: str | None, timeout_s: float) -> OpenAIModel:
    """Return `model` of the server at `base_url`, which no environment variable changes; `timeout_s` per request."""
    chat = ChatOpenAI(
        model=model,
        base_url=base_url,
        api_key=SecretStr(api_key or "none"),  # servers of one's own need no key, the client does
        openai_proxy=None,
        temperature=0,
        timeout=timeout_s,
        max_retries=0,  # the reader tries again itself, within its time limit
        use_responses_api=False,
        http_async_client=openai.DefaultAsyncHttpxClient(follow_redirects=False),
    )
    return OpenAIModel(name=f"openai:{model}", chat=chat)


def azure_model(deployment: str, *, endpoint: str, api_key: str, timeout_s: float) -> OpenAIModel:
    """Return the deployment of the Azure OpenAI resource at `endpoint`; `timeout_s` per request."""
    chat = AzureChatOpenAI(
        azure_deployment=deployment,
        azure_endpoint=endpoint,
        api_version=AZURE_API_VERSION,
        api_key=SecretStr(api_key),
        azure_ad_token=None,
        openai_api_type="azure",
        openai_proxy=None,
        temperature=0,
        timeout=timeout_s,
        max_retries=0,
        use_responses_api=False,
        http_async_client=openai.DefaultAsyncHttpxClient(follow_redirects=False),
    )
    return OpenAIModel(name=f"azure_openai:{deployment}", chat=chat)


@dataclass(frozen=True, slots=True)
class _Form:
    """How to ask: by JSON schema or by a tool, with our temperature or the model's own."""

    by_schema: bool = True
    cold: bool = True


class OpenAIModel(ReadingModel):
    """Asks by JSON schema first, by a tool where the server refuses that, and remembers what worked."""

    chat: BaseChatOpenAI
    _form: _Form = PrivateAttr(default=_Form())

    @property
    def _llm_type(self) -> str:
        return "openai"

    async def fill(self, given: Sequence[BaseMessage]) -> Reading:
        """Return the model's reading, validated."""
        form = self._form
        while True:
            try:
                answer = await self._ask(given, form)
            except ModelInvalidRequestError as error:
                other = _other(form, error)
                if other is None:
                    raise
                form = other
            else:
                self._form = form
                return _reading(answer)

    async def words(self, given: Sequence[BaseMessage]) -> str:
        """Return the model's own words; `Unavailable` where it does not answer."""
        try:
            return (await self.chat.ainvoke(list(given))).text
        except (ModelError, *_NO_COMPLETION) as error:
            raise Unavailable(f"{self.get_name()} did not answer: {type(error).__name__}") from error

    async def aclose(self) -> None:
        """Close the connections to the server."""
        await self.chat.root_async_client.close()

    async def _ask(self, given: Sequence[BaseMessage], form: _Form) -> AIMessage:
        chat = self.chat if form.cold else self.chat.model_copy(update={"temperature": None})
        try:
            if form.by_schema:
                return await chat.ainvoke(list(given), response_format=BY_SCHEMA)
            return await chat.ainvoke(list(given), tools=BY_TOOL, tool_choice=THE_TOOL)
        except ModelError:
            raise
        except openai.APIStatusError as error:  # a status LangChain has no class for: 409, 413, 422
            raise ModelInvalidRequestError(error.message) from error
        except _NO_COMPLETION as error:
            raise OutputParserException("the answer was not a chat completion.") from error


def _other(form: _Form, error: ModelInvalidRequestError) -> _Form | None:
    if form.cold and "temperature" in str(error).lower():
        return replace(form, cold=False)
    if form.by_schema and not isinstance(error, ContextOverflowError):
        return replace(form, by_schema=False)
    return None


def _reading(answer: AIMessage) -> Reading:
    if answer.tool_calls:
        return Reading.model_validate(_without_nulls(answer.tool_calls[0]["args"]))
    called = [call["args"] for call in answer.invalid_tool_calls]
    text = (called[0] if called else answer.text) or ""
    try:  # some servers wrap the JSON in a code fence or a sentence
        fields = from_json(text[text.find("{") : text.rfind("}") + 1])
    except ValueError as error:
        raise OutputParserException("the answer was not JSON.") from error
    return Reading.model_validate(_without_nulls(fields))


def _without_nulls(fields: Any) -> Any:
    """Leave out what is null, so that `items: null` means none."""
    if isinstance(fields, dict):
        return {key: _without_nulls(value) for key, value in fields.items() if value is not None}
    return [_without_nulls(one) for one in fields] if isinstance(fields, list) else fields


def _strict(node: Any, named: dict[str, Any]) -> Any:
    """Return a JSON schema as strict mode wants it: references resolved, every property required, none added."""
    if isinstance(node, list):
        return [_strict(one, named) for one in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _strict(named[node["$ref"].rpartition("/")[2]], named)
    schema = {key: _strict(value, named) for key, value in node.items() if key not in _NOT_SENT}
    if "properties" in schema:
        schema |= {"required": list(schema["properties"]), "additionalProperties": False}
    return schema


def _schema() -> dict[str, Any]:
    whole = Reading.model_json_schema()
    return dict(_strict(whole, whole.get("$defs", {})))


BY_SCHEMA: Final = {"type": "json_schema", "json_schema": {"name": "Reading", "schema": _schema(), "strict": True}}
BY_TOOL: Final = [
    {"type": "function", "function": {"name": "Reading", "description": Reading.__doc__, "parameters": _schema()}}
]
THE_TOOL: Final = {"type": "function", "function": {"name": "Reading"}}
