"""The phrasebook behind LangChain's face: one contract with every other model, and nothing beyond it."""

from __future__ import annotations

import json

import pytest
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.tools import tool
from pydantic import BaseModel
from salon import hear, listening

from domain.reading import Reading
from graphs.readers.listening import listening_json
from graphs.readers.phrasebook_model import PhrasebookModel
from graphs.readers.prompt import messages

TEXT = "can Ana do my colour next Thursday after work?"
GIVEN = [SystemMessage(listening_json(listening())), HumanMessage(TEXT)]


@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
async def test_it_fills_a_reading(method: str) -> None:
    reader = PhrasebookModel().with_structured_output(Reading, method=method)
    assert reader.invoke(GIVEN) == hear(TEXT)
    assert await reader.ainvoke(GIVEN) == hear(TEXT)


def test_it_reads_the_messages_every_model_is_given() -> None:
    reader = PhrasebookModel().with_structured_output(Reading)
    assert reader.invoke(messages(TEXT, listening())) == hear(TEXT)


def test_it_says_who_read() -> None:
    answer = PhrasebookModel().invoke(GIVEN)
    assert PhrasebookModel()._llm_type == "phrasebook"
    assert answer.response_metadata["model_name"] == "phrasebook"
    assert Reading.model_validate(json.loads(str(answer.content))) == hear(TEXT)
    assert answer.usage_metadata is None


class Poem(BaseModel):
    """Not a reading."""

    line: str


@tool
def refund(order: str) -> str:
    """Pay back an order."""
    return order


def test_it_fills_nothing_else_and_calls_no_tool() -> None:
    model = PhrasebookModel()
    with pytest.raises(NotImplementedError, match="only fills Reading, not Poem; configure a language model"):
        model.with_structured_output(Poem)
    with pytest.raises(NotImplementedError, match="refund"):
        model.bind_tools([refund])
    with pytest.raises(NotImplementedError, match="Reading, refund"):
        model.bind_tools([Reading, refund])
    with pytest.raises(NotImplementedError, match="no tool"):
        model.bind_tools([])


@pytest.mark.parametrize(
    "given", [[HumanMessage(TEXT)], [SystemMessage("You are kind."), HumanMessage(TEXT)], GIVEN[:1]]
)
def test_without_context_or_turn_it_says_what_is_missing(given: list[SystemMessage | HumanMessage]) -> None:
    with pytest.raises(ValueError, match="the phrasebook needs a"):
        PhrasebookModel().invoke(given)
