"""The chat channel's web contract, scripted: what the page sends is kept, what it shows is published by the test."""

from __future__ import annotations

from typing import Any

from browser import POLICY, Feed
from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles

from channels import __file__ as channels_file

AT = "2026-11-22T14:02:00+00:00"
HOME = channels_file.removesuffix("__init__.py") + "chat_static"


class ChatStub:
    """Answers the page; `failures` are statuses for the next posts, `echoes` tells whether words come back."""

    def __init__(self) -> None:
        self.feed = Feed()
        self.received: list[dict[str, Any]] = []
        self.failures: list[int] = []
        self.echoes = True
        self.count = 0
        self.reader = "phrasebook"
        self.open, self.opens = True, ""
        self.app = FastAPI()
        self.app.mount("/chat/static", StaticFiles(directory=HOME))
        for path, work in {"/chat": self.page, "/chat/about": self.about, "/chat/events": self.events}.items():
            self.app.add_api_route(path, work, response_model=None)
        self.app.add_api_route("/chat/embed.js", self.launcher, response_model=None)
        self.app.add_api_route("/chat/messages", self.take, methods=["POST"], response_model=None)

    def say(self, who: str, text: str, *, options: tuple[str, ...] = (), own_id: str = "", number: int = 0) -> None:
        """Publish a message of the conversation."""
        self.count = number or self.count + 1
        message = {"n": self.count, "id": own_id or f"m{self.count}", "from": who, "text": text, "at": AT}
        self.feed.publish("message", message | {"options": list(options)}, number=self.count)

    async def page(self) -> FileResponse:
        """Serve the page under the policy it must live with."""
        return FileResponse(f"{HOME}/chat.html", headers={"Content-Security-Policy": POLICY})

    async def launcher(self) -> FileResponse:
        """Serve what draws the page."""
        return FileResponse(f"{HOME}/embed.js")

    async def about(self) -> dict[str, Any]:
        """Tell whom the customer talks to."""
        notice = "You are chatting with the automated assistant of Rosewood Salon."
        consent = {"text": "I agree to be texted.", "sha256": "0" * 64, "version": "00000000"}
        return {
            "business": "Rosewood Salon",
            "assistant": "Rosie",
            "reader": self.reader,
            "notice": notice,
            "phone": "+15185550100",
            "open": self.open,
            "opens": self.opens,
            "consent": consent,
        }

    async def events(self, request: Request, after: int = 0) -> StreamingResponse:
        """Stream the conversation."""
        last = int(request.headers.get("last-event-id") or after)
        return StreamingResponse(self.feed.stream(last), media_type="text/event-stream")

    async def take(self, request: Request) -> JSONResponse:
        """Take a message, or fail as told."""
        body = await request.json()
        self.received.append(body)
        if self.failures:
            status = self.failures.pop(0)
            return JSONResponse({"error": "This message is too long."}, status)
        if self.echoes and body["id"] not in [event[2]["id"] for event in self.feed.past]:
            self.say("customer", body["text"], own_id=body["id"])
        return JSONResponse({"id": body["id"]}, 202)
