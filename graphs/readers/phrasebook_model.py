"""The phrasebook behind LangChain's chat model face: it fills a `Reading` and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.base import LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool

from domain.reading import Listening, Reading
from graphs.readers.listening import listening_from_json
from graphs.readers.phrasebook import read

NAME = "phrasebook"


class PhrasebookModel(BaseChatModel):
    """Reads with patterns and a calendar grammar; not a language model, writes no prose.

    Give it a system message whose last line is the JSON of a `Listening`, and a human message with the customer's turn.
    """

    @property
    def _llm_type(self) -> str:
        return NAME

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Accept the one tool `Reading`; `NotImplementedError` for any other."""
        if len(tools) != 1 or tools[0] is not Reading:
            raise NotImplementedError(_refusal(", ".join(_called(tool) for tool in tools) or "no tool"))
        return self.bind(tools=[Reading.__name__])

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        reading = read(_turn(messages), _listening(messages))
        told = {"model_name": NAME}
        if kwargs.get("tools"):
            call = {"name": Reading.__name__, "args": reading.model_dump(), "id": f"call_{uuid4().hex}"}
            answer = AIMessage("", tool_calls=[call], response_metadata=told)
        else:
            answer = AIMessage(reading.model_dump_json(), response_metadata=told)
        return ChatResult(generations=[ChatGeneration(message=answer)])


def _listening(messages: Sequence[BaseMessage]) -> Listening:
    last_lines = [str(one.text).strip().rpartition("\n")[2] for one in messages if isinstance(one, SystemMessage)]
    given = [line for line in last_lines if line.startswith("{")]
    if not given:
        raise ValueError("the phrasebook needs a system message with the JSON of a Listening")
    return listening_from_json(given[-1])


def _turn(messages: Sequence[BaseMessage]) -> str:
    turns = [str(message.text) for message in messages if isinstance(message, HumanMessage)]
    if not turns:
        raise ValueError("the phrasebook needs a human message with the customer's turn")
    return turns[-1]


def _called(schema: object) -> str:
    name = schema.get("title") or schema.get("name") if isinstance(schema, dict) else None
    return str(name or getattr(schema, "__name__", None) or getattr(schema, "name", None) or type(schema).__name__)


def _refusal(asked: str) -> str:
    return f"the phrasebook only fills Reading, not {asked}; configure a language model"
