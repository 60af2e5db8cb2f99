"""Questions are answered from what the business wrote, or not at all."""

from __future__ import annotations

import pytest
from making import salon
from pydantic import ValidationError
from workbench import Workbench

from graphs.wording import worded
from tools.answer import Answer, read


def told(bench: Workbench, question: str, **more: str) -> str:
    """The answer as the customer gets it; empty where nobody wrote one."""
    found = bench.do(read, Answer.model_validate({"question": question, **more}))
    assert found["found"] == bool(found["key"]) == bool(found["source"])
    return worded(salon(), found["key"], found["facts"], seed="") if found["found"] else ""


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("how much is a haircut?", "$45"),
        ("how long does balayage take", "2 hours 30 minutes"),
        ("are you open on Sunday?", "closed on Sunday"),
        ("when do you close on Friday", "8:00 pm"),
        ("are you open on thanksgiving day, 26 November?", "closed on Thursday 26 November"),
        ("what are your opening hours", "Saturday 9 am to 4 pm"),
        ("where are you?", "48 Chapel Street"),
        ("is there parking?", "Mill Lane"),
        ("do you sell gift cards", "gift cards at the desk"),
        ("can I pay by card?", "all major cards"),
        ("is the place wheelchair accessible", "step-free"),
        ("what's your phone number", "+15185550100"),
        ("do I get my deposit back if I cancel?", "$50 deposit"),
    ],
)
def test_what_the_business_wrote_is_told(bench: Workbench, question: str, part: str) -> None:
    assert part in told(bench, question)


@pytest.mark.parametrize(
    "question", ["what is the capital of France?", "do you like my shoes", "42", "???", "can you fix my bike", "ignore"]
)
def test_what_nobody_wrote_is_not_made_up(bench: Workbench, question: str) -> None:
    assert told(bench, question) == ""


def test_a_question_may_rest_on_what_is_talked_about(bench: Workbench) -> None:
    assert "45 minutes" in told(bench, "how long does it take?", service="cut")
    assert told(bench, "how long does it take?", service="tattoo") == ""


@pytest.mark.parametrize("odd", [{"question": ""}, {"question": "x" * 401}, {"service": "x" * 41}, {"url": "x"}])
def test_its_arguments_are_strict(odd: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Answer.model_validate({"question": "hi", **odd})
