"""Twilio's API as far as we use it: messages, calls, and the settings of numbers and messaging services."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import APIRouter, BackgroundTasks, FastAPI, Request
from fastapi.responses import JSONResponse
from typing_extensions import override

from channels.fake.company import Company, Text

SILENCE_S = 12.0
FAULT = "x-offline-fault"


@dataclass(frozen=True, slots=True)
class Api:
    """The account's resources behind basic authentication; `calls_back` posts status callbacks after each answer."""

    company: Company
    calls_back: bool
    silence_s: float

    def routes(self) -> APIRouter:
        """What is served."""
        router, account = APIRouter(), "/2010-04-01/Accounts/{account}"
        router.add_api_route(account + "/Messages.json", self.create, methods=["POST"], response_model=None)
        router.add_api_route(account + "/Messages.json", self.listed, methods=["GET"], response_model=None)
        for path in ("/Calls/{call}/Recordings/Twilio.CURRENT.json", "/Calls/{call}.json"):
            router.add_api_route(account + path, self.changed, methods=["POST"], response_model=None)
        numbers = account + "/IncomingPhoneNumbers.json"
        router.add_api_route(numbers, self.numbers, methods=["GET"], response_model=None)
        router.add_api_route("/v1/Services/{service}", self.service, methods=["GET"], response_model=None)
        return router

    async def create(self, account: str, request: Request, after: BackgroundTasks) -> JSONResponse:
        """Take a message to send, or not, as the faults have it."""
        if not self._known(request, account):
            return _error(401, 20003, "Authenticate")
        pairs = [(name, str(value)) for name, value in (await request.form()).multi_items()]
        fault = self.company.faults.request(self.company.requests)
        self.company.requests += 1
        if fault in ("busy", "broken", "unreached", "unsubscribed"):
            status, code = {"busy": (429, 20429), "unsubscribed": (400, 21610)}.get(fault, (500, 20500))
            return _error(status, code, "as the faults have it", fault=fault)
        made = self.company.accept(pairs)
        if isinstance(made, tuple):
            return _error(400, *made)
        if self.calls_back:
            after.add_task(self.company.call_back)
        if fault == "silent":
            await self.company.clock.sleep(self.silence_s)
            return _error(504, 20504, "no answer", fault=fault)
        if fault == "broken_taken":
            return _error(500, 20500, "as the faults have it", fault=fault)
        return JSONResponse(_resource(self.company, made), status_code=201)

    async def listed(self, account: str, request: Request) -> JSONResponse:
        """The newest messages first, of one number where it is named."""
        if not self._known(request, account):
            return _error(401, 20003, "Authenticate")
        to, sender, texts = request.query_params.get("To"), request.query_params.get("From"), self.company.texts
        found = [t for t in reversed(texts) if (not to or t.to == to) and (not sender or t.sender == sender)]
        page = [_resource(self.company, t) for t in found[:50]]
        return JSONResponse({"messages": page, "next_page_uri": None, "page": 0, "page_size": 50})

    async def changed(self, account: str, call: str, request: Request) -> JSONResponse:
        """Note what a call is told to do otherwise."""
        if not self._known(request, account):
            return _error(401, 20003, "Authenticate")
        form = await request.form()
        self.company.changes.append((call, {k: str(v) for k, v in form.items()}))
        return JSONResponse({"sid": call, "account_sid": self.company.sid, "status": str(form.get("Status", ""))})

    async def numbers(self, account: str, request: Request) -> JSONResponse:
        """The account's number with its settings."""
        if not self._known(request, account):
            return _error(401, 20003, "Authenticate")
        wanted, base = request.query_params.get("PhoneNumber"), self.company.webhooks.rstrip("/")
        number = {
            "sid": "PN" + "0" * 32, "account_sid": self.company.sid, "phone_number": self.company.number,
            "sms_url": base + "/twilio/sms", "sms_method": "POST", "voice_url": base + "/twilio/call",
            "voice_method": "POST", "status_callback": base + "/twilio/call/status", "status_callback_method": "POST",
            "sms_fallback_url": "", "voice_fallback_url": "",
            "capabilities": {"sms": True, "mms": True, "voice": True, "fax": False}, **self.company.settings,
        }  # fmt: skip
        found = [number] if wanted in (None, self.company.number) else []
        page = {"incoming_phone_numbers": found, "next_page_uri": None, "page": 0, "page_size": 50}
        return JSONResponse(page)

    async def service(self, service: str, request: Request) -> JSONResponse:
        """A messaging service with its settings."""
        if not self._known(request, self.company.sid):
            return _error(401, 20003, "Authenticate")
        if service not in self.company.services:
            return _error(404, 20404, f"The requested resource /Services/{service} was not found")
        found = {
            "sid": service, "account_sid": self.company.sid, "friendly_name": "pool", "status_callback": "",
            "inbound_request_url": "", "inbound_method": "POST", "use_inbound_webhook_on_number": True,
            "validity_period": 36000, "smart_encoding": True, **self.company.settings,
        }  # fmt: skip
        return JSONResponse(found)

    def _known(self, request: Request, account: str) -> bool:
        wanted = base64.b64encode(f"{self.company.sid}:{self.company.token}".encode()).decode()
        given = request.headers.get("authorization", "")
        return account == self.company.sid and secrets.compare_digest(given.encode(), f"Basic {wanted}".encode())


def api(company: Company) -> APIRouter:
    """The API of a served company: what becomes of a text is called back after each answer."""
    return Api(company, calls_back=True, silence_s=SILENCE_S).routes()


def api_app(company: Company) -> FastAPI:
    """The API alone, for use without a socket; `company.call_back()` posts what waits."""
    app = FastAPI(openapi_url=None)
    app.include_router(Api(company, calls_back=False, silence_s=0.0).routes())
    return app


class Wire(httpx.AsyncBaseTransport):
    """The line to a company in the same process: silence and lost connections are what a network makes of them."""

    def __init__(self, company: Company) -> None:
        self._through = httpx.ASGITransport(app=api_app(company))

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry a request; raises `ReadTimeout` and `ConnectError` where the company's faults have it."""
        answer = await self._through.handle_async_request(request)
        if answer.headers.get(FAULT) == "silent":
            raise httpx.ReadTimeout("no answer", request=request)
        if answer.headers.get(FAULT) == "unreached":
            raise httpx.ConnectError("no way there", request=request)
        return answer


def _error(status: int, code: int, message: str, *, fault: str = "") -> JSONResponse:
    more = f"https://www.twilio.com/docs/errors/{code}"
    told = {"code": code, "message": message, "more_info": more, "status": status}
    return JSONResponse(told, status_code=status, headers={FAULT: fault} if fault else None)


def _resource(company: Company, text: Text) -> dict[str, Any]:
    out = text.sender == company.number
    return {
        "sid": text.sid, "account_sid": company.sid, "to": text.to, "from": text.sender, "body": text.body,
        "status": text.status, "direction": "outbound-api" if out else "inbound",
        "messaging_service_sid": text.asked.get("MessagingServiceSid"), "num_segments": "1",
        "num_media": str(len(text.media)), "date_created": text.at, "date_sent": text.at, "date_updated": text.at,
        "error_code": int(text.code) if text.code else None, "error_message": None, "price": None,
        "price_unit": "USD", "api_version": "2010-04-01",
        "uri": f"/2010-04-01/Accounts/{company.sid}/Messages/{text.sid}.json", "subresource_uris": {},
    }  # fmt: skip
