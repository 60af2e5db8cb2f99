"""Twilio as far as we use it: signed webhooks to us, and the Messages API that we send through."""

from __future__ import annotations

import asyncio
import base64
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email.utils import format_datetime

import httpx
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse

from domain.clock import Clock

NUMBER = re.compile(r"^\+[1-9]\d{6,14}$")


@dataclass(frozen=True, slots=True)
class Text:
    """A text that passed through the company; `n` counts them all."""

    n: int
    sid: str
    sender: str
    to: str
    body: str
    at: str
    status: str


@dataclass(slots=True)
class Company:
    """One account at the phone company; texts and calls live as long as the process.

    `webhooks` is where the business's server answers; `transport` replaces the network in one process.
    """

    sid: str
    token: str
    number: str
    webhooks: str
    clock: Clock
    transport: httpx.AsyncBaseTransport | None = None
    texts: list[Text] = field(default_factory=list)
    changes: list[tuple[str, dict[str, str]]] = field(default_factory=list)  # what calls were told to do otherwise
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def text(self, sender: str, body: str) -> str:
        """Somebody texts the business: the webhook is posted, signed, until it is acknowledged once."""
        sid = "SM" + secrets.token_hex(16)
        self.keep(Text(len(self.texts) + 1, sid, sender, self.number, body, self._now(), "received"))
        form = {
            "MessageSid": sid, "SmsMessageSid": sid, "SmsSid": sid, "AccountSid": self.sid, "From": sender,
            "To": self.number, "Body": body, "NumMedia": "0", "NumSegments": "1", "SmsStatus": "received",
            "ApiVersion": "2010-04-01", "FromCity": "", "FromState": "", "FromZip": "", "FromCountry": "US",
        }  # fmt: skip
        await self.post("/twilio/sms", form)
        return sid

    async def post(self, path: str, form: Mapping[str, str]) -> str:
        """Post a signed webhook to the business and return its answer; errors of the business are raised."""
        from twilio.request_validator import RequestValidator

        url = self.webhooks.rstrip("/") + path
        signature = RequestValidator(self.token).compute_signature(url, dict(form))
        async with httpx.AsyncClient(transport=self.transport, timeout=20.0) as http:
            answer = await http.post(url, data=dict(form), headers={"X-Twilio-Signature": signature})
        answer.raise_for_status()
        return answer.text

    def keep(self, text: Text) -> None:
        """Note a text and tell the handsets."""
        self.texts.append(text)
        self.news.set()
        self.news = asyncio.Event()

    def thread(self, number: str, after: int = 0) -> list[Text]:
        """The texts of one handset."""
        return [t for t in self.texts if number in (t.sender, t.to) and t.n > after]

    def accept(self, to: str, sender: str, body: str) -> Text | tuple[int, str]:
        """Take a message to deliver, or say like Twilio why not."""
        if not NUMBER.match(to):
            return 21211, f"The 'To' number {to} is not a valid phone number."
        if sender != self.number:
            return 21606, f"The 'From' number {sender} is not a number of this account."
        if not body or len(body) > 1600:
            return 21602 if not body else 21617, "The message body must have 1 to 1600 characters."
        text = Text(len(self.texts) + 1, "SM" + secrets.token_hex(16), sender, to, body, self._now(), "queued")
        self.keep(replace(text, status="delivered"))
        return text

    def _now(self) -> str:
        return format_datetime(self.clock.now(), usegmt=True)


def api(company: Company) -> APIRouter:
    """The Messages API: create and list, with basic authentication."""
    router = APIRouter(prefix="/2010-04-01/Accounts/{account}")

    def known(request: Request, account: str) -> bool:
        wanted = base64.b64encode(f"{company.sid}:{company.token}".encode()).decode()
        given = request.headers.get("authorization", "")
        return account == company.sid and secrets.compare_digest(given, f"Basic {wanted}")

    @router.post("/Messages.json")
    async def create(account: str, request: Request) -> JSONResponse:
        if not known(request, account):
            return _error(401, 20003, "Authenticate")
        form = await request.form()
        made = company.accept(str(form.get("To", "")), str(form.get("From", "")), str(form.get("Body", "")))
        if isinstance(made, tuple):
            return _error(400, *made)
        return JSONResponse(_resource(company, made), status_code=201)

    @router.post("/Calls/{call}/Recordings/Twilio.CURRENT.json")
    @router.post("/Calls/{call}.json")
    async def changed(account: str, call: str, request: Request) -> JSONResponse:
        if not known(request, account):
            return _error(401, 20003, "Authenticate")
        form = await request.form()
        company.changes.append((call, {k: str(v) for k, v in form.items()}))
        return JSONResponse({"sid": call, "account_sid": company.sid, "status": str(form.get("Status", ""))})

    @router.get("/Messages.json")
    async def listed(account: str, request: Request) -> JSONResponse:
        if not known(request, account):
            return _error(401, 20003, "Authenticate")
        to, sender = request.query_params.get("To"), request.query_params.get("From")
        found = [t for t in reversed(company.texts) if (not to or t.to == to) and (not sender or t.sender == sender)]
        page = {"messages": [_resource(company, t) for t in found], "next_page_uri": None, "page": 0, "page_size": 50}
        return JSONResponse(page)

    return router


def api_app(company: Company) -> FastAPI:
    """The API alone, for use without a socket."""
    app = FastAPI(openapi_url=None)
    app.include_router(api(company))
    return app


def _error(status: int, code: int, message: str) -> JSONResponse:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return JSONResponse({"code": code, "message": message, "more_info": more, "status": status}, status_code=status)


def _resource(company: Company, text: Text) -> dict[str, object]:
    return {
        "sid": text.sid, "account_sid": company.sid, "to": text.to, "from": text.sender, "body": text.body,
        "status": text.status, "direction": "outbound-api" if text.sender == company.number else "inbound",
        "date_created": text.at, "date_sent": text.at, "date_updated": text.at, "num_segments": "1", "num_media": "0",
        "error_code": None, "error_message": None, "price": None, "price_unit": "USD", "api_version": "2010-04-01",
        "messaging_service_sid": None, "uri": f"/2010-04-01/Accounts/{company.sid}/Messages/{text.sid}.json",
        "subresource_uris": {},
    }  # fmt: skip
