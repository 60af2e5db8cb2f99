"""A server on 127.0.0.1 that speaks OpenAI's chat completions and answers as it is told, for the real client."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from domain.reading import Reading
from graphs.readers import phrasebook
from graphs.readers.listening import listening_from_json

Play = (
    Literal[
        "phrasebook",  # reads with the phrasebook, in the form asked for
        "tools_only",  # 400 for a JSON schema, else the phrasebook
        "openai_tools_only",  # the same in OpenAI's own words
        "own_temperature",  # 400 for any temperature, else the phrasebook
        "own_temperature_tools_only",
        "fenced",  # the JSON within a code fence and a sentence
        "malformed",
        "nested",
        "prose",
        "refusal",
        "cut_off",
        "no_choices",
        "empty_choices",
        "html",
        "elsewhere",  # 307 to another address
        "hang",
        "400",
        "401",
        "403",
        "404",
        "413",
        "429",
        "500",
    ]
    | Reading
    | dict[str, Any]
)
Answer = tuple[int, dict[str, str], Any]


@dataclass
class Asked:
    """One request as the server saw it."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def text(self) -> str:
        """The customer's text."""
        return str(self.body["messages"][-1]["content"])

    @property
    def instructions(self) -> str:
        """The system message."""
        return str(self.body["messages"][0]["content"])

    @property
    def by_schema(self) -> bool:
        """Whether a JSON schema was asked for."""
        return "response_format" in self.body


@dataclass
class OpenAIStub:
    """What the server plays, request by request (the last one again and again), and what it was asked."""

    url: str
    plays: list[Play] = field(default_factory=lambda: ["phrasebook"])
    asked: list[Asked] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)  # of every request, whatever it was
    released: threading.Event = field(default_factory=threading.Event)

    def play(self, *plays: Play) -> None:
        """Play these for the next requests."""
        self.plays = list(plays)

    def answer(self, asked: Asked) -> Answer | None:
        """Return status, headers and body; None for no answer at all."""
        self.asked.append(asked)
        play = self.plays.pop(0) if len(self.plays) > 1 else self.plays[0]
        if isinstance(play, Reading):
            play = play.model_dump()
        if isinstance(play, dict):
            return _completion(asked, json.dumps(play))
        if play == "hang":
            self.released.wait()
            return None
        return (
            _refused(play, asked)
            or _odd(play, asked)
            or _completion(asked, _phrasebook(asked), fenced=play == "fenced")
        )


def _phrasebook(asked: Asked) -> str:
    listening = listening_from_json(asked.instructions.rpartition("\n")[2])
    return phrasebook.read(asked.text, listening).model_dump_json()


def _refused(play: str, asked: Asked) -> Answer | None:
    if "own_temperature" in play and "temperature" in asked.body:
        message = "Unsupported value: 'temperature' does not support 0 with this model."
        return _error(400, message, param="temperature")
    if "tools_only" in play and asked.by_schema:
        ours = "'response_format' of type 'json_schema' is not supported with this model."
        return _error(400, f"Invalid parameter: {ours}" if "openai" in play else "unknown field response_format")
    return _error(int(play), f"refused with {play}") if play.isdecimal() else None


def _odd(play: str, asked: Asked) -> Answer | None:
    match play:
        case "malformed":
            return _completion(asked, '{"said": [{"act": "inform", "quo')
        case "nested":
            return _completion(asked, '{"said":' + "[" * 90_000)
        case "prose":
            return _chat({"content": "Sure! The customer would like a haircut tomorrow."})
        case "refusal":
            return _chat({"content": None, "refusal": "I cannot help with that."})
        case "cut_off":
            return _chat({"content": '{"said": ['}, finish="length")
        case "no_choices" | "empty_choices":
            return 200, {}, {"object": "chat.completion"} | ({"choices": []} if play == "empty_choices" else {})
        case "html":
            return 200, {}, "<html>Welcome</html>"
        case "elsewhere":
            return 307, {"Location": "http://127.0.0.1:9/v1/chat/completions"}, {}
    return None


def _error(status: int, message: str, param: str | None = None) -> Answer:
    headers = {"Retry-After": "30"} if status == 429 else {}
    return status, headers, {"error": {"message": message, "type": "invalid_request_error", "param": param}}


def _completion(asked: Asked, content: str, *, fenced: bool = False) -> Answer:
    if asked.by_schema:
        return _chat({"content": f"Here it is:\n```json\n{content}\n```" if fenced else content})
    call = {"id": "call_1", "type": "function", "function": {"name": "Reading", "arguments": content}}
    return _chat({"content": None, "tool_calls": [call]}, finish="tool_calls")


def _chat(message: dict[str, Any], *, finish: str = "stop") -> Answer:
    choice = {"index": 0, "message": {"role": "assistant"} | message, "finish_reason": finish}
    completion = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "stub", "choices": [choice]}
    return 200, {}, completion | {"usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}


@contextmanager
def openai_stub() -> Iterator[OpenAIStub]:
    """Serve until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            stub.paths.append(self.path)
            self._send(404, {}, {})

        def do_POST(self) -> None:
            stub.paths.append(self.path)
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            headers = {name.lower(): value for name, value in self.headers.items()}
            if (answer := stub.answer(Asked(self.path, headers, body))) is not None:
                self._send(*answer)

        def _send(self, status: int, headers: dict[str, str], body: Any) -> None:
            sent = (body if isinstance(body, str) else json.dumps(body)).encode()
            self.send_response(status)
            kind = "text/html" if isinstance(body, str) else "application/json"
            for name, value in {"Content-Type": kind, "Content-Length": str(len(sent)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, format: str, *args: Any) -> None:
            """Stay quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        stub = OpenAIStub(f"http://127.0.0.1:{server.server_port}/v1")
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield stub
        finally:
            stub.released.set()
            server.shutdown()
            thread.join()
