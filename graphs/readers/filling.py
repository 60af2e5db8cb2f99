"""Chat models that do one thing: fill in a `Reading`."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.base import LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool

from domain.errors import BadInput
from domain.reading import Reading


class ReadingModel(BaseChatModel):
    """A chat model that answers every question with a `Reading`, as a call of that one tool; async only."""

    @abstractmethod
    async def fill(self, given: Sequence[BaseMessage]) -> Reading:
        """Return the reading of messages made by `prompt.messages`.

        Raises `OutputParserException` for an answer that is no reading, `ModelError` if the model cannot be asked.
        """

    async def words(self, given: Sequence[BaseMessage]) -> str:
        """Answer freely, for evaluations' judges and simulated customers; `BadInput` where this one only reads."""
        raise BadInput(f"{self.get_name()} only reads customers; name a language model with QOTBOT_MODEL")

    async def aclose(self) -> None:
        """Let go of what the model holds; one without connections holds nothing."""

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Accept the tool `Reading` and refuse any other."""
        if list(tools) != [Reading]:
            raise NotImplementedError(f"{self.get_name()} only fills Reading")
        return self.bind()

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        raise NotImplementedError("readers are async only: use ainvoke")

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        reading = await self.fill(messages)
        call = {"name": "Reading", "args": reading.model_dump(), "id": f"call_{uuid4().hex}"}
        answer = AIMessage("", tool_calls=[call], response_metadata={"model_name": self.get_name()})
        return ChatResult(generations=[ChatGeneration(message=answer)])
