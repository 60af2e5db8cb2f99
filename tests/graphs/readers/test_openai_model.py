"""The real OpenAI client against a server that behaves well, badly and strangely."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from langchain_core.exceptions import ModelInvalidRequestError, ModelTimeoutError
from openai_stub import OpenAIStub, Play, openai_stub

from domain.errors import ConfigurationError
from domain.reading import Listening, Named, Reading, Said
from graphs.readers import phrasebook
from graphs.readers.openai_chat import OpenAIModel
from graphs.readers.openai_model import open_model
from graphs.readers.prompt import messages
from graphs.readers.reader import read_turn

ROOT = Path(__file__).resolve().parents[3]
LISTENING = Listening(
    now=datetime(2026, 11, 18, 15, tzinfo=UTC),
    services=(Named("Haircut", ("trim",)), Named("Colour")),
    staff=(Named("Ana"),),
)
BOOKING = "Could I book a haircut with Ana next Tuesday at 3pm?"


@pytest.fixture
def stub() -> Iterator[OpenAIStub]:
    with openai_stub() as server:
        yield server


@pytest.fixture
async def model(stub: OpenAIStub) -> AsyncIterator[OpenAIModel]:
    opened = open_model("openai:qwen3.5:4b", base_url=stub.url, api_key=None, timeout_s=60)
    assert isinstance(opened, OpenAIModel)
    yield opened
    await opened.aclose()


async def test_reads_over_the_wire_what_the_server_reads(stub: OpenAIStub, model: OpenAIModel) -> None:
    read = await read_turn(model, BOOKING, LISTENING)
    assert (read.by, read.failed, read.dropped) == ("openai:qwen3.5:4b", None, ())
    assert read.reading == phrasebook.read(BOOKING, LISTENING)
    assert read.reading.said[0].service == "Haircut"
    [asked] = stub.asked
    assert asked.path == "/v1/chat/completions"
    assert (asked.body["model"], asked.body["temperature"]) == ("qwen3.5:4b", 0)
    assert asked.text == BOOKING
    assert BOOKING not in asked.instructions


async def test_asks_by_a_schema_strict_mode_takes(stub: OpenAIStub, model: OpenAIModel) -> None:
    await read_turn(model, BOOKING, LISTENING)
    asked = stub.asked[0].body["response_format"]["json_schema"]
    assert asked["strict"] is True
    said = asked["schema"]["properties"]["said"]["items"]
    assert set(said["required"]) == set(said["properties"]) == set(Said.model_fields)
    assert asked["schema"]["additionalProperties"] is said["additionalProperties"] is False
    assert not {"$ref", "default", "maxLength"} & set(str(asked).replace("'", " ").split())


@pytest.mark.parametrize("play", ["tools_only", "openai_tools_only"])
@pytest.mark.filterwarnings("ignore:This model does not support")
async def test_falls_back_to_a_tool_and_remembers(stub: OpenAIStub, model: OpenAIModel, play: Play) -> None:
    stub.play(play)
    first = await read_turn(model, BOOKING, LISTENING)
    second = await read_turn(model, BOOKING, LISTENING)
    assert first.by == second.by == "openai:qwen3.5:4b"
    assert first.reading == second.reading == phrasebook.read(BOOKING, LISTENING)
    assert [asked.by_schema for asked in stub.asked] == [True, False, False]


async def test_leaves_the_temperature_out_where_it_is_refused(stub: OpenAIStub, model: OpenAIModel) -> None:
    stub.play("own_temperature_tools_only")
    assert (await read_turn(model, BOOKING, LISTENING)).failed is None
    assert (await read_turn(model, BOOKING, LISTENING)).failed is None
    forms = [(asked.by_schema, "temperature" in asked.body) for asked in stub.asked]
    assert forms == [(True, True), (True, False), (False, False), (False, False)]


async def test_a_refused_request_changes_nothing_for_the_next_turn(stub: OpenAIStub, model: OpenAIModel) -> None:
    stub.play("400", "400", "phrasebook")
    assert (await read_turn(model, BOOKING, LISTENING)).failed == "request refused"
    assert (await read_turn(model, BOOKING, LISTENING)).failed is None
    assert [asked.by_schema for asked in stub.asked] == [True, False, True]


@pytest.mark.parametrize(
    ("play", "failed", "requests"),
    [
        ("malformed", "invalid output", 2),
        ("nested", "invalid output", 2),
        ("prose", "invalid output", 2),
        ("refusal", "invalid output", 2),
        ("cut_off", "invalid output", 2),
        ("no_choices", "invalid output", 2),
        ("empty_choices", "invalid output", 2),
        ("html", "invalid output", 2),
        ("500", "server error", 2),
        ("429", "rate limit", 1),
        ("401", "key refused", 1),
        ("403", "not permitted", 1),
        ("404", "model not found", 1),
        ("413", "request refused", 2),
        ("elsewhere", "request refused", 2),
    ],
)
async def test_the_phrasebook_steps_in(
    stub: OpenAIStub, model: OpenAIModel, play: Play, failed: str, requests: int
) -> None:
    stub.play(play)
    read = await read_turn(model, BOOKING, LISTENING)
    assert (read.by, read.failed) == ("phrasebook", failed)
    assert read.reading == phrasebook.read(BOOKING, LISTENING)
    assert len(stub.asked) == requests


@pytest.mark.parametrize("play", ["malformed", "nested", "prose", "refusal", "no_choices", "empty_choices", "html"])
async def test_a_broken_answer_to_a_tool_call_is_invalid_too(stub: OpenAIStub, model: OpenAIModel, play: Play) -> None:
    stub.play("tools_only", "phrasebook", play)
    assert (await read_turn(model, BOOKING, LISTENING)).failed is None
    assert (await read_turn(model, BOOKING, LISTENING)).failed == "invalid output"
    assert [asked.by_schema for asked in stub.asked] == [True, False, False, False]


async def test_a_hanging_server_is_left_at_the_time_limit(stub: OpenAIStub, model: OpenAIModel) -> None:
    stub.play("hang")
    async with asyncio.timeout(10):
        read = await read_turn(model, BOOKING, LISTENING, limit_s=1.5)
    assert (read.by, read.failed, len(stub.asked)) == ("phrasebook", "timeout", 1)


async def test_one_request_has_its_own_time_limit(stub: OpenAIStub) -> None:
    model = open_model("openai:m", base_url=stub.url, api_key="k", timeout_s=0.2)
    assert isinstance(model, OpenAIModel)
    stub.play("hang")
    with pytest.raises(ModelTimeoutError):
        async with asyncio.timeout(10):
            await model.fill(messages(BOOKING, LISTENING))
    await model.aclose()


async def test_every_model_is_asked_for_a_chat_completion(stub: OpenAIStub) -> None:
    model = open_model("openai:gpt-5-pro", base_url=stub.url, api_key="k", timeout_s=5)
    assert isinstance(model, OpenAIModel)
    await read_turn(model, BOOKING, LISTENING)
    await model.aclose()
    assert stub.paths == ["/v1/chat/completions"]


async def test_no_server_at_all() -> None:
    model = open_model("openai:m", base_url="http://127.0.0.1:9/v1", api_key=None, timeout_s=5)
    assert isinstance(model, OpenAIModel)
    assert (await read_turn(model, BOOKING, LISTENING)).failed == "no connection"
    await model.aclose()


async def test_a_broken_answer_is_asked_for_again_with_what_was_wrong(stub: OpenAIStub, model: OpenAIModel) -> None:
    stub.play({"said": [{"act": "book it", "quote": "book a haircut"}]}, "phrasebook")
    read = await read_turn(model, BOOKING, LISTENING)
    assert (read.by, read.failed, len(stub.asked)) == ("openai:qwen3.5:4b", None, 2)
    assert "could not be used" not in stub.asked[0].instructions
    assert "said.0.act" in stub.asked[1].instructions
    assert "book it" not in stub.asked[1].instructions


@pytest.mark.parametrize("plays", [("500", "phrasebook"), ("fenced",)])
async def test_what_can_be_mended_is_no_failure(stub: OpenAIStub, model: OpenAIModel, plays: tuple[Play, ...]) -> None:
    stub.play(*plays)
    read = await read_turn(model, BOOKING, LISTENING)
    assert (read.by, read.failed) == ("openai:qwen3.5:4b", None)
    assert read.reading == phrasebook.read(BOOKING, LISTENING)


async def test_nulls_from_the_wire_mean_nothing_said(stub: OpenAIStub, model: OpenAIModel) -> None:
    stub.play({"said": [{"act": "greet", "quote": None, "items": None, "service": None}], "contact_wish": None})
    read = await read_turn(model, "Hello!", LISTENING)
    assert read.failed is None
    assert read.reading == Reading(said=[Said(act="greet")])


async def test_what_the_server_invents_is_dropped(stub: OpenAIStub, model: OpenAIModel) -> None:
    stub.play(Reading(said=[Said(act="request", task="book", service="Haircut", staff="Ana", name="Robert")]))
    read = await read_turn(model, "I'd like to book something with Ana", LISTENING)
    assert read.reading.said == [Said(act="request", task="book", staff="Ana")]
    assert read.dropped == ("0.service", "0.name")


async def test_a_date_worked_out_by_the_server_becomes_a_question(stub: OpenAIStub, model: OpenAIModel) -> None:
    stub.play(Reading(said=[Said(act="request", task="book", when_words="2026-11-25 15:00")]))
    read = await read_turn(model, "book me in on Tuesday at 3", LISTENING)
    assert read.reading.said[0].when_words is None
    assert read.dropped == ("0.when_words",)


async def test_the_model_says_which_request_was_refused(stub: OpenAIStub, model: OpenAIModel) -> None:
    stub.play("413")
    with pytest.raises(ModelInvalidRequestError, match="refused with 413"):
        await model.fill(messages(BOOKING, LISTENING))


async def test_azure_is_asked_at_its_deployment(stub: OpenAIStub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_OPENAI_AD_TOKEN", "stray")
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "http://127.0.0.1:9")
    endpoint = stub.url.removesuffix("/v1")
    model = open_model("azure_openai:front-desk", base_url=endpoint, api_key="secret", timeout_s=5)
    assert isinstance(model, OpenAIModel)
    read = await read_turn(model, BOOKING, LISTENING)
    await model.aclose()
    assert (read.by, read.failed) == ("azure_openai:front-desk", None)
    assert stub.asked[0].path.startswith("/openai/deployments/front-desk/chat/completions?api-version=")
    assert stub.asked[0].headers["api-key"] == "secret"


def test_the_phrasebook_needs_no_model() -> None:
    assert open_model("phrasebook", base_url=None, api_key=None, timeout_s=8) is None


@pytest.mark.parametrize(
    ("spec", "base_url", "key", "says"),
    [
        ("", None, None, "openai:<model>"),
        ("openai", None, "k", "openai:<model>"),
        ("openai:", None, "k", "openai:<model>"),
        ("llama:3", None, "k", "openai:<model>"),
        ("openai:gpt", None, None, "OPENAI_API_KEY"),
        ("openai:gpt", "localhost:11434/v1", None, "QOTBOT_MODEL_BASE_URL"),
        ("azure_openai:desk", "https://desk.example", None, "OPENAI_API_KEY"),
        ("azure_openai:desk", None, "k", "QOTBOT_MODEL_BASE_URL"),
    ],
)
def test_what_cannot_be_opened_says_what_to_write(spec: str, base_url: str | None, key: str | None, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        open_model(spec, base_url=base_url, api_key=key, timeout_s=8)


def run(code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_no_client_library_is_imported_until_a_model_is_opened() -> None:
    code = (
        "import sys, graphs.readers.reader\nfrom graphs.readers.openai_model import open_model\n"
        "assert open_model('phrasebook', base_url=None, api_key=None, timeout_s=8) is None\n"
        "print(sorted(sys.modules.keys() & {'openai', 'langchain_openai'}))"
    )
    assert run(code).strip() == "[]"


REROUTED = """
import asyncio
from datetime import UTC, datetime
from domain.reading import Listening
from graphs.readers.openai_model import OPENAI_URL, open_model
from graphs.readers.reader import read_turn

opened = open_model("openai:gpt", base_url=None, api_key="mine", timeout_s=5)
assert str(opened.chat.root_async_client.base_url).rstrip("/") == OPENAI_URL, opened.chat.root_async_client.base_url
assert opened.chat.root_async_client.api_key == "mine"
model = open_model("openai:gpt", base_url={url!r}, api_key=None, timeout_s=5)
read = asyncio.run(read_turn(model, "book me in tomorrow at 3", Listening(now=datetime(2026, 11, 18, tzinfo=UTC))))
from langchain_core.tracers.langchain import wait_for_all_tracers
wait_for_all_tracers()
print(read.by, read.failed)
"""


def test_no_environment_variable_sends_customers_words_elsewhere(stub: OpenAIStub) -> None:
    with openai_stub() as other:
        elsewhere = other.url.removesuffix("/v1")
        environment = dict.fromkeys(("OPENAI_API_BASE", "OPENAI_BASE_URL"), other.url)
        environment |= dict.fromkeys(("LANGSMITH_GATEWAY", "LANGSMITH_ENDPOINT", "OPENAI_PROXY"), elsewhere)
        environment |= dict.fromkeys(("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2"), "true")
        environment |= dict.fromkeys(("LANGSMITH_GATEWAY_API_KEY", "LANGSMITH_API_KEY", "OPENAI_API_KEY"), "theirs")
        assert run(REROUTED.format(url=stub.url), **environment).strip() == "openai:gpt None"
        assert other.paths == []
    [asked] = stub.asked
    assert "theirs" not in str(asked.headers)
