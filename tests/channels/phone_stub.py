"""The fake phone's web contract, scripted: texts and calls are kept, answers are what the test laid out."""

from __future__ import annotations

from typing import Any

from browser import POLICY, Feed
from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles

from channels import __file__ as channels_file

AT = "2026-11-22T14:02:00+00:00"
HOME = channels_file.removesuffix("__init__.py") + "fake/static"
CALL = "CA7d"


class PhoneStub:
    """One feed of texts a number; `answers` are what the caller hears next, the last one ends the call."""

    def __init__(self) -> None:
        self.feeds: dict[str, Feed] = {}
        self.sent: list[dict[str, str]] = []
        self.calls: list[dict[str, str]] = []
        self.spoken: list[str] = []
        self.hung_up: list[str] = []
        self.answers: list[str] = []
        self.refusal = ""
        self.count = 0
        self.pressed: list[str] = []
        self.app = FastAPI()
        self.app.mount("/phone/static", StaticFiles(directory=HOME))
        for path, work in {"/phone": self.page, "/phone/about": self.about, "/phone/events": self.events}.items():
            self.app.add_api_route(path, work, response_model=None)
        self.app.add_api_route("/phone/texts", self.take, methods=["POST"], response_model=None)
        self.app.add_api_route("/phone/calls", self.ring, methods=["POST"], response_model=None)
        self.app.add_api_route("/phone/calls/{call}/say", self.hear, methods=["POST"], response_model=None)
        self.app.add_api_route("/phone/calls/{call}/press", self.feel, methods=["POST"], response_model=None)
        self.app.add_api_route("/phone/calls/{call}/hangup", self.hang_up, methods=["POST"], response_model=None)

    def feed(self, number: str) -> Feed:
        """Return the texts of one number."""
        return self.feeds.setdefault(number, Feed())

    def text(self, number: str, direction: str, body: str, *, status: str = "delivered", n: int = 0) -> None:
        """Publish a text of this number, or a new status of an old one."""
        self.count = n or self.count + 1
        text = {"n": self.count, "direction": direction, "body": body, "at": AT, "status": status}
        self.feed(number).publish("text", text, number=self.count)

    async def page(self) -> FileResponse:
        """Serve the page under the policy it must live with."""
        return FileResponse(f"{HOME}/phone.html", headers={"Content-Security-Policy": POLICY})

    async def about(self) -> dict[str, str]:
        """Tell whom the phone calls."""
        return {"business": "Rosewood Salon", "number": "+12025550100"}

    async def events(self, number: str, after: int = 0) -> StreamingResponse:
        """Stream the texts of one number."""
        return StreamingResponse(self.feed(number).stream(after), media_type="text/event-stream")

    async def take(self, request: Request) -> JSONResponse:
        """Take a text, or refuse it as told."""
        body = await request.json()
        if self.refusal:
            return JSONResponse({"error": self.refusal}, 422)
        self.sent.append(body)
        self.text(body["from"], "out", body["text"])
        return JSONResponse({}, 202)

    async def ring(self, request: Request) -> dict[str, Any]:
        """Answer or miss a call."""
        body = await request.json()
        self.calls.append(body)
        if body["as"] != "answered":
            self.text(body["from"], "in", "Sorry we missed your call. How can we help?")
            return {"call": CALL, "says": [], "listening": False, "ended": True}
        return self._next()

    async def hear(self, request: Request) -> dict[str, Any]:
        """Take what the caller said and answer."""
        self.spoken.append((await request.json())["speech"])
        return self._next()

    async def feel(self, request: Request) -> dict[str, Any]:
        """Take the keys that the caller pressed and answer."""
        self.pressed.append((await request.json())["keys"])
        return self._next()

    async def hang_up(self, call: str) -> dict[str, bool]:
        """Note that the caller left."""
        self.hung_up.append(call)
        return {"ended": True}

    def _next(self) -> dict[str, Any]:
        words = self.answers.pop(0)
        return {"call": CALL, "says": [words], "listening": bool(self.answers), "ended": not self.answers}
