"""Twilio as far as we use it: signed webhooks to us, and the account that we send through."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from email.utils import format_datetime

import httpx

from channels.fake.faults import Faults
from channels.fake.parameters import Lines, Refusal, refusal
from domain.clock import Clock
from domain.segments import segments

STOPS, STARTS = {"stop", "stopall", "unsubscribe", "cancel", "end", "quit"}, {"start", "yes", "unstop"}


@dataclass(frozen=True, slots=True)
class Text:
    """A text that passed through the company; `n` counts them all, `code` is why it did not arrive."""

    n: int
    sid: str
    sender: str
    to: str
    body: str
    at: str
    status: str
    media: tuple[str, ...] = ()
    code: str = ""
    asked: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook that is still to be posted."""

    url: str
    form: Mapping[str, str]
    token: str = ""


@dataclass(slots=True)
class Company:
    """One account at the phone company; texts and calls live as long as the process.

    `webhooks` is where the business's server answers; `transport` replaces the network in one process. Its connections
    are kept until `close`. `pending` are webhooks that wait for `call_back`. With `handles_stop` it obeys STOP and
    START itself, as Twilio does by default.
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
    faults: Faults = field(default_factory=Faults)
    services: tuple[str, ...] = ()
    settings: dict[str, str] = field(default_factory=dict)  # of the number, as the console would hold them
    blocked: set[str] = field(default_factory=set)
    landlines: set[str] = field(default_factory=set)
    unreachable: dict[str, str] = field(default_factory=dict)  # numbers with the code that texts to them end with
    handles_stop: bool = False
    pending: list[Webhook] = field(default_factory=list)
    lost: list[Webhook] = field(default_factory=list)  # webhooks that the business did not take, tried twice
    requests: int = 0
    posted: int = 0
    http: httpx.AsyncClient | None = None
    through: httpx.AsyncBaseTransport | None = None  # what `http` was made over

    async def text(self, sender: str, body: str, *, media: Sequence[str] = (), service: str = "") -> str:
        """Somebody texts the business; the webhook is posted now, or with `call_back` where a fault says so."""
        sid = ("MM" if media else "SM") + secrets.token_hex(16)
        self.keep(Text(len(self.texts) + 1, sid, sender, self.number, body, self._now(), "received", tuple(media)))
        form = {
            "MessageSid": sid, "SmsMessageSid": sid, "SmsSid": sid, "AccountSid": self.sid, "From": sender,
            "To": self.number, "Body": body, "NumMedia": str(len(media)),
            "NumSegments": str(max(1, segments(body).parts)), "SmsStatus": "received",
            "ApiVersion": "2010-04-01", "FromCity": "", "FromState": "", "FromZip": "", "FromCountry": "US",
            **{f"MediaUrl{n}": url for n, url in enumerate(media)},
            **{f"MediaContentType{n}": "image/jpeg" for n in range(len(media))},
            **({"MessagingServiceSid": service} if service else {}), **self._opted(sender, body),
        }  # fmt: skip
        webhook = Webhook(self.webhooks.rstrip("/") + "/twilio/sms", form, secrets.token_hex(16))
        fault = self._fault()
        if fault == "late":
            self.pending.append(webhook)
            return sid
        for _ in range(2 if fault == "twice" else 1):
            await self._post(webhook)
        return sid

    async def post(self, path: str, form: Mapping[str, str]) -> str:
        """Post a signed webhook to the business and return its answer; errors of the business are raised."""
        return await self._post(Webhook(self.webhooks.rstrip("/") + path, form))

    async def call_back(self) -> int:
        """Post the webhooks that wait, each tried twice; how many were taken."""
        taken = 0
        while self.pending:
            webhook = self.pending.pop(0)
            for last in (False, True):
                try:
                    await self._post(webhook)
                except httpx.HTTPError:
                    if last:
                        self.lost.append(webhook)
                else:
                    taken += 1
                    break
        return taken

    async def _post(self, webhook: Webhook) -> str:
        from twilio.request_validator import RequestValidator

        signature = RequestValidator(self.token).compute_signature(webhook.url, dict(webhook.form))
        headers = {"X-Twilio-Signature": signature}
        if webhook.token:
            headers["I-Twilio-Idempotency-Token"] = webhook.token
        answer = await self._client().post(webhook.url, data=dict(webhook.form), headers=headers)
        answer.raise_for_status()
        return answer.text

    def _client(self) -> httpx.AsyncClient:
        """The one client, made again where the network was replaced meanwhile."""
        if self.http is None or self.through is not self.transport:
            self.http, self.through = httpx.AsyncClient(transport=self.transport, timeout=20.0), self.transport
        return self.http

    async def close(self) -> None:
        """Let go of the connections; another webhook would make them again."""
        if self.http is not None:
            await self.http.aclose()
        self.http = None

    def keep(self, text: Text) -> None:
        """Note a text and tell the handsets."""
        self.texts.append(text)
        self.news.set()
        self.news = asyncio.Event()

    def thread(self, number: str, after: int = 0) -> list[Text]:
        """The texts of one handset."""
        return [t for t in self.texts if number in (t.sender, t.to) and t.n > after]

    def accept(self, pairs: Sequence[tuple[str, str]]) -> Text | Refusal:
        """Take a message to deliver, or say like Twilio why not; what becomes of it is called back."""
        lines = Lines({self.number}, self.services, self.blocked, self.landlines)
        if refused := refusal(pairs, lines):
            return refused
        form, media = dict(pairs), tuple(value for name, value in pairs if name == "MediaUrl")
        n, sender = len(self.texts) + 1, form.get("From") or self.number
        code = self.unreachable.get(form["To"], "") or self.faults.code(n)
        text = Text(n, ("MM" if media else "SM") + secrets.token_hex(16), sender, form["To"], form.get("Body", ""),
                    self._now(), "undelivered" if code else "delivered", media, code, form)  # fmt: skip
        self.keep(text)
        if callback := form.get("StatusCallback"):
            self._plan(text, callback)
        return replace(text, status="accepted" if form.get("MessagingServiceSid") else "queued")

    def _plan(self, text: Text, callback: str) -> None:
        """Set down the status callbacks of a text, as the faults have it: twice, out of order, or not at all."""
        late: list[Webhook] = []
        for status in ("sent", text.status):
            webhook = Webhook(callback, self._status(text, status), secrets.token_hex(16))
            if self.faults.drops(self.posted):
                self.posted += 1
                continue
            fault = self._fault()
            (late if fault == "late" else self.pending).extend([webhook] * (2 if fault == "twice" else 1))
        self.pending += late

    def _status(self, text: Text, status: str) -> dict[str, str]:
        form = {
            "AccountSid": self.sid, "From": text.sender, "To": text.to, "MessageSid": text.sid, "SmsSid": text.sid,
            "MessageStatus": status, "SmsStatus": status, "ApiVersion": "2010-04-01",
        }  # fmt: skip
        if service := text.asked.get("MessagingServiceSid"):
            form["MessagingServiceSid"] = service
        return {**form, "ErrorCode": text.code} if text.code and status == text.status else form

    def _fault(self) -> str:
        self.posted += 1
        return self.faults.webhook(self.posted - 1)

    def _opted(self, sender: str, body: str) -> dict[str, str]:
        """Obey STOP and START where the account is set so; Twilio says that it did."""
        word = body.strip().casefold()
        if self.handles_stop and word in STOPS:
            self.blocked.add(sender)
            return {"OptOutType": "STOP"}
        if self.handles_stop and word in STARTS:
            self.blocked.discard(sender)
            return {"OptOutType": "START"}
        return {}

    def _now(self) -> str:
        return format_datetime(self.clock.now(), usegmt=True)
