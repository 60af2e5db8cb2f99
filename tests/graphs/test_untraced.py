"""Tracing: what an environment asks for is not done, in a turn or in a held action."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]

TRACED = """
from langchain_core.runnables import RunnableLambda
from langchain_core.tracers.langchain import wait_for_all_tracers

RunnableLambda(lambda text: text).invoke("nobody's words")
wait_for_all_tracers()
"""

AT_WORK = """
import asyncio, sys
from pathlib import Path
from langchain_core.runnables import RunnableLambda
from langchain_core.tracers.langchain import wait_for_all_tracers
from rehearsal import opened
import channels.sms

sent, send_text = [], channels.sms.send_text

async def send_by_langchain(account, text):
    sent.append(await RunnableLambda(str.strip).ainvoke(text.body))
    return await send_text(account, text)

channels.sms.send_text = send_by_langchain

async def talk():
    async with opened(Path(sys.argv[1])) as salon:
        await salon.says("Can I get a haircut with Ana today at 11:30?")
        await salon.says("yes")
        await salon.decide("approve", tool="book")
        await salon.told()
        assert salon.action("book").state == "done", salon.action("book")
        assert len(sent) == 3, sent

asyncio.run(talk())
wait_for_all_tracers()
"""


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """Something on this machine that takes whatever is sent to it: its address, and the paths that were asked for."""
    asked: list[str] = []

    class Taking(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        do_POST = do_PATCH = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Nothing on the screen."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def run(code: str, home: Path, endpoint: str) -> None:
    """Run a program under an environment that asks for every trace there is."""
    asks = dict.fromkeys(("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING_V2"), "true")
    asks |= dict.fromkeys(("LANGSMITH_ENDPOINT", "LANGCHAIN_ENDPOINT"), endpoint)
    asks |= dict.fromkeys(("LANGSMITH_API_KEY", "LANGCHAIN_API_KEY"), "theirs")
    environment = {**os.environ, **asks, "PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent)])}
    done = subprocess.run(
        [sys.executable, "-c", code, str(home)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_listener_hears_a_trace(listener: tuple[str, list[str]], tmp_path: Path) -> None:
    endpoint, asked = listener
    run(TRACED, tmp_path, endpoint)
    assert asked


def test_neither_a_turn_nor_a_held_action_is_traced(listener: tuple[str, list[str]], tmp_path: Path) -> None:
    endpoint, asked = listener
    run(AT_WORK, tmp_path, endpoint)
    assert asked == []
