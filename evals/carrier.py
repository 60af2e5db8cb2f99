"""The carrier that evaluations send through: Twilio's Messages resource as a transport, and what goes wrong with it.

With a file it goes on knowing its texts when our process dies.
"""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx

from channels.reception import Account
from evals.case import Fault

NUMBER = "+15185550100"
TOKEN = "not-a-secret"  # noqa: S105  signs webhooks inside evaluations only


@dataclass(slots=True)
class Carrier(httpx.AsyncBaseTransport):
    """Takes texts and lists them; `faults` are used up one request after the other."""

    file: Path | None = None
    taken: list[dict[str, str]] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)

    def __post_init__(self) -> None:
        if self.file is not None and self.file.exists():
            self.taken = [json.loads(line) for line in self.file.read_text("utf-8").splitlines()]

    @property
    def account(self) -> Account:
        """An account at this carrier."""
        return Account(sid="AC" + "0" * 32, token=TOKEN, number=NUMBER, transport=self)

    def fail(self, fault: Fault) -> None:
        """Let the next requests go wrong."""
        self.faults.extend([fault] * fault.times)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Create or list messages; anything else is taken without a word."""
        if not request.url.path.endswith("/Messages.json"):
            return httpx.Response(200, json={"sid": "CA" + "0" * 32})
        if request.method != "POST":
            return self._listed(request)
        form = {key: values[0] for key, values in parse_qs((await request.aread()).decode()).items()}
        fault = self.faults.popleft() if self.faults else None
        match fault.kind if fault else "":
            case "unreachable":
                raise httpx.ConnectError("no connection", request=request)
            case "down":
                return httpx.Response(500, json={"code": 20500, "message": "down", "status": 500})
            case "refuses":
                code = fault.code if fault else 0
                return httpx.Response(400, json={"code": code, "message": "no", "status": 400})
            case "silent":
                self._take(form)
                raise httpx.ReadTimeout("no answer", request=request)
            case _:
                return httpx.Response(201, json={**self._take(form), "status": "queued"})

    def _take(self, form: dict[str, str]) -> dict[str, str]:
        text = {"sid": f"SM{len(self.taken):032x}", "to": form["To"], "from": form["From"], "body": form["Body"]}
        self.taken.append(text)
        if self.file is not None:
            with self.file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(text) + "\n")
        return text

    def _listed(self, request: httpx.Request) -> httpx.Response:
        asked = request.url.params
        found = [t for t in self.taken if t["to"] == asked.get("To") and t["from"] == asked.get("From")]
        page: dict[str, Any] = {"messages": [{**t, "status": "sent"} for t in reversed(found)], "page": 0}
        return httpx.Response(200, json={**page, "next_page_uri": None, "page_size": 50})
