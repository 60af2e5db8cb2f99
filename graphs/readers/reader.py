"""Reading one customer turn: with a model where one is configured, else with the phrasebook; always checked."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Final

from langchain_core.exceptions import (
    ContextOverflowError,
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelError,
    ModelInvalidRequestError,
    ModelNotFoundError,
    ModelPermissionDeniedError,
    ModelRateLimitError,
    ModelTimeoutError,
    OutputParserException,
)
from langchain_core.language_models import BaseChatModel
from langsmith import tracing_context
from pydantic import ValidationError

from domain.reading import MAX_TEXT, ContactWish, Listening, Reading
from graphs.readers import phrasebook
from graphs.readers.grounding import grounded, restrained
from graphs.readers.prompt import messages

PHRASEBOOK: Final = "phrasebook"
_WISHES: Final[tuple[ContactWish, ...]] = ("stop_all", "stop_calls", "stop_marketing", "start", "help")
# The first that fits: an overflow is also an invalid request.
_WHY: Final[tuple[tuple[type[Exception], str], ...]] = (
    (TimeoutError, "timeout"),
    (ModelTimeoutError, "timeout"),
    (ModelRateLimitError, "rate limit"),
    (ModelAPIError, "server error"),
    (ModelConnectionError, "no connection"),
    (ModelAuthenticationError, "key refused"),
    (ModelPermissionDeniedError, "not permitted"),
    (ModelNotFoundError, "model not found"),
    (ContextOverflowError, "text too long"),
    (ModelInvalidRequestError, "request refused"),
    (ModelError, "model error"),
    (OutputParserException, "invalid output"),
    (ValidationError, "invalid output"),
)


@dataclass(frozen=True, slots=True)
class ReadBy:
    """A reading, who made it, why a configured model did not, and which fields were dropped ("0.service").

    None of the last three holds words of the customer.
    """

    reading: Reading
    by: str
    failed: str | None = None
    dropped: tuple[str, ...] = ()


async def read_turn(model: BaseChatModel | None, text: str, listening: Listening, *, limit_s: float = 8.0) -> ReadBy:
    """Read one turn; the phrasebook reads without a model, at a plain yes or no to a read-back, and if the model fails.

    A model has `limit_s` seconds in all, with one second try for an answer that is no reading or a broken server.
    """
    text = _cut(text)
    ruled = phrasebook.read(text, listening)
    if model is None or not text.strip() or _answers(ruled, listening):
        return _read_by_rule(ruled, text, listening)
    try:
        async with asyncio.timeout(limit_s):
            reading = await _ask(model, text, listening)
    except (TimeoutError, ModelError, OutputParserException, ValidationError) as error:
        return _read_by_rule(ruled, text, listening, failed=next(why for kind, why in _WHY if isinstance(error, kind)))
    reading, refused = restrained(reading, listening)
    reading = reading.model_copy(update={"contact_wish": _strictest(reading.contact_wish, ruled.contact_wish)})
    reading, dropped = grounded(reading, text, listening)
    if refused and not reading.said:
        ruled = ruled.model_copy(update={"contact_wish": reading.contact_wish})
        return replace(_read_by_rule(ruled, text, listening), dropped=refused + dropped)
    return ReadBy(reading, model.name or model._llm_type, dropped=refused + dropped)


def _read_by_rule(ruled: Reading, text: str, listening: Listening, *, failed: str | None = None) -> ReadBy:
    reading, dropped = grounded(ruled, text, listening)
    return ReadBy(reading, PHRASEBOOK, failed, dropped)


def _strictest(*wishes: ContactWish | None) -> ContactWish | None:
    return next((wish for wish in _WISHES if wish in wishes), None)


def _answers(ruled: Reading, listening: Listening) -> bool:
    return listening.our_act == "read_back" and any(said.act in ("affirm", "negate") for said in ruled.said)


def _cut(text: str) -> str:
    if len(text) <= MAX_TEXT:
        return text
    head, space, _ = text[: MAX_TEXT + 1].rpartition(" ")
    return head if space else text[:MAX_TEXT]


async def _ask(model: BaseChatModel, text: str, listening: Listening) -> Reading:
    # Customers' words go to the configured model only, never to a tracing service an environment variable names.
    with tracing_context(enabled=False):
        try:
            return await _filled(model, text, listening)
        except (ModelAPIError, ModelConnectionError):
            return await _filled(model, text, listening)
        except (OutputParserException, ValidationError) as error:
            return await _filled(model, text, listening, problem=_problem(error))


async def _filled(model: BaseChatModel, text: str, listening: Listening, *, problem: str | None = None) -> Reading:
    given = messages(text, listening, problem=problem)
    answer = await model.with_structured_output(Reading).ainvoke(given)
    if not isinstance(answer, Reading):
        raise OutputParserException("the answer was not the form Reading.")
    return answer


def _problem(error: OutputParserException | ValidationError) -> str:
    """Say what was wrong, without the values: they may be the customer's words."""
    if not isinstance(error, ValidationError):
        return "it was not the form Reading as JSON."
    wrong = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_input=False)[:5])
    return "; ".join(wrong)[:400] + "."
