"""A carrier kept in a file: it takes texts and lists them, and goes on knowing them when our process dies."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs

import httpx

from channels.reception import Account

NUMBER = "+15185550100"
When = Callable[[str], None]


def nothing(_point: str) -> None:
    """Let every request pass."""


class Carrier(httpx.AsyncBaseTransport):
    """Twilio's Messages resource over a file of one line a text; `point` is told before and after each request.

    Told to, it takes a text and never answers (`silent`), or says no (`refuses` holds Twilio's error code).
    """

    def __init__(self, file: Path, point: When = nothing) -> None:
        self.file = file
        self.point = point
        self.silent = False
        self.refuses: int | None = None

    @property
    def account(self) -> Account:
        """An account at this carrier."""
        return Account(sid="AC" + "0" * 32, token="a-token", number=NUMBER, transport=self)

    def texts(self) -> list[dict[str, str]]:
        """What was taken for sending, in order."""
        return [json.loads(line) for line in self.file.read_text().splitlines()] if self.file.exists() else []

    def bodies(self, to: str | None = None) -> list[str]:
        """The words of the texts, to one number or to all."""
        return [text["body"] for text in self.texts() if to in (None, text["to"])]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Create or list messages."""
        self.point("request")
        content = await request.aread()
        answer = self._create(content) if request.method == "POST" else self._list(request)
        self.point("answer")
        if self.silent:
            raise httpx.ReadTimeout("no answer", request=request)
        return answer

    def _create(self, content: bytes) -> httpx.Response:
        if self.refuses is not None:
            return httpx.Response(400, json={"code": self.refuses, "message": "no", "status": 400})
        form = {key: values[0] for key, values in parse_qs(content.decode()).items()}
        sid = f"SM{len(self.texts()):032x}"
        taken = {"sid": sid, "to": form["To"], "from": form["From"], "body": form["Body"]}
        with self.file.open("a") as file:
            file.write(json.dumps(taken) + "\n")
        return httpx.Response(201, json={**taken, "status": "queued"})

    def _list(self, request: httpx.Request) -> httpx.Response:
        asked = request.url.params
        found = [t for t in self.texts() if t["to"] == asked.get("To") and t["from"] == asked.get("From")]
        newest = [{**t, "status": "sent"} for t in reversed(found)]
        return httpx.Response(200, json={"messages": newest, "next_page_uri": None, "page": 0, "page_size": 50})
