"""The example salon behind its web process, with a phone company at the other end; no port is opened."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa
from fastapi import FastAPI
from twilio.request_validator import RequestValidator

import compose
from channels.fake.api import api_app
from channels.fake.company import Company
from channels.fake.handset import Handset, handset_routes
from channels.reception import Account
from compose import App, Settings
from domain.clock import SteppingClock
from records import audit, jobs, ledger
from records.schema import METADATA
from server import Serving, web

PACK = Path(__file__).resolve().parent.parent / "packs" / "salon"
START = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # a Tuesday, 10:00 at the salon
MIA, JO = "+12025550143", "+12025550177"
OURS, TOKEN = "+15185550100", "a-token-of-the-phone-company"
PUBLIC = "https://salon.example"
DESK = "a-token-for-the-desk"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What goes wrong with a request to the phone company; `taken` tells whether it did its work all the same."""

    status: int = 0
    code: int = 0
    error: type[httpx.RequestError] | None = None
    taken: bool = False
    body: bytes | None = None


class Line(httpx.AsyncBaseTransport):
    """The line to the phone company: the next requests to send a text meet the `troubles`, one each.

    The next `crashes` of them end like a process that died before its request left, or after it (`crashed_after`).
    """

    def __init__(self, company: Company) -> None:
        self._through: httpx.AsyncBaseTransport = httpx.ASGITransport(app=api_app(company))
        self.troubles: list[Trouble] = []
        self.asked = 0
        self.crashes = 0
        self.crashed_after = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on, or not."""
        if request.method != "POST":
            return await self._through.handle_async_request(request)
        self.asked += 1
        if self.crashes:
            self.crashes -= 1
            if self.crashed_after:
                self.crashed_after = False
                await self._through.handle_async_request(request)
            raise OSError("the process died here")
        if not self.troubles:
            return await self._through.handle_async_request(request)
        trouble = self.troubles.pop(0)
        if trouble.taken:
            await self._through.handle_async_request(request)
        if trouble.error:
            raise trouble.error("the line is bad", request=request)
        if trouble.body is not None:
            return httpx.Response(trouble.status, content=trouble.body, request=request)
        told = {"code": trouble.code, "message": "no", "more_info": "", "status": trouble.status}
        return httpx.Response(trouble.status, json=told, request=request)


@dataclass(kw_only=True)
class Shop:
    """One composed app, its site, and what surrounds them."""

    app: App
    site: FastAPI
    clock: SteppingClock
    company: Company
    line: Line
    handset: Handset
    http: httpx.AsyncClient
    people: int = 0

    def somebody(self) -> Person:
        """A customer whom nobody has heard of before."""
        self.people += 1
        return Person(self, f"+1202555{self.people:04d}")

    async def post(self, path: str, form: Mapping[str, str], **changed: str) -> httpx.Response:
        """Post a webhook as the phone company does; `url` signs another address, `token` with another secret."""
        signed = changed.get("url", PUBLIC + path)
        signature = RequestValidator(changed.get("token", TOKEN)).compute_signature(signed, dict(form))
        return await self.http.post(path, data=dict(form), headers={"X-Twilio-Signature": signature})

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Let the workers run beside the test, as in the web process."""
        stop = asyncio.Event()
        running = asyncio.create_task(self.app.runner.run(stop))
        try:
            yield
        finally:
            stop.set()
            self.app.database.live.notify()
            await running

    async def quiet(self) -> None:
        """Wait until the workers that run beside the test have nothing left to do and the ledger is sealed."""
        live, business = self.app.database.live, self.app.pack.business.id
        async with asyncio.timeout(20):
            while True:
                seen = live.news
                if not await self.app.database.read(lambda tx: jobs.waiting(tx) or ledger.any_unsealed(tx, business)):
                    return
                await live.wait(seen, 0.1)

    def rows(self, query: str, **values: Any) -> list[Any]:
        """Rows of the database."""
        return self.app.database.read_now(lambda tx: list(tx.execute(sa.text(query), values).all()))

    def counts(self) -> dict[str, int]:
        """How many rows every table has."""

        def work(tx: Any) -> dict[str, int]:
            count = sa.select(sa.func.count())
            return {n: tx.execute(count.select_from(t)).scalar_one() for n, t in METADATA.tables.items()}

        return self.app.database.read_now(work)

    def sound(self) -> bool:
        """Whether the ledger verifies to its last event."""
        business, public = self.app.pack.business.id, self.app.keys.public_hex
        found = self.app.database.read_now(lambda tx: audit.audit(tx, business, public))
        return found.sound and found.unsealed == 0


@dataclass(frozen=True, slots=True)
class Person:
    """A customer with a number of their own, so that tests can share a salon."""

    shop: Shop
    number: str

    async def says(self, body: str) -> list[str]:
        """Text the business; what the phone got once all is quiet."""
        before = len(self.inbox)
        await self.shop.company.text(self.number, body)
        await self.shop.app.run_until_idle()
        return self.inbox[before:]

    @property
    def inbox(self) -> list[str]:
        """The texts that the phone got, oldest first."""
        return [t.body for t in self.shop.company.texts if t.to == self.number]

    def rows(self, table: str, where: str = "1 = 1", order: str = "1") -> list[Any]:
        """The rows of a table that are about this person."""
        query = f"SELECT t.* FROM {table} t JOIN address a ON a.contact = t.contact"  # noqa: S608 - our own words
        return self.shop.rows(f"{query} WHERE a.value = :number AND {where} ORDER BY {order}", number=self.number)

    def loops(self) -> list[str]:
        """The kinds of this person's obligations that are still open."""
        return sorted(row.kind for row in self.rows("obligation", "closed_at IS NULL"))

    def states(self, tool: str) -> list[str]:
        """What became of a tool's actions, oldest first."""
        return [row.state for row in self.rows("action", f"tool = '{tool}'", "created_at")]

    def sms(self, body: str, **more: str) -> dict[str, str]:
        """The form of a text from this number."""
        return sms_form(body, sender=self.number, **more)

    def call(self, **more: str) -> dict[str, str]:
        """The form of a webhook about a call from this number; always another call unless `sid` says which."""
        return call_form(caller=self.number, **more)


def sms_form(body: str, *, sender: str = MIA, sid: str = "", **more: str) -> dict[str, str]:
    """The form of an inbound text."""
    sid = sid or "SM" + secrets.token_hex(16)
    return {
        "MessageSid": sid, "SmsSid": sid, "AccountSid": "AC" + "0" * 32, "From": sender, "To": OURS, "Body": body,
        "NumMedia": "0", "ToCity": "", **more,
    }  # fmt: skip


def call_form(*, caller: str = MIA, sid: str = "", **more: str) -> dict[str, str]:
    """The form of a webhook about a call."""
    sid = sid or "CA" + secrets.token_hex(16)
    return {"CallSid": sid, "AccountSid": "AC" + "0" * 32, "From": caller, "To": OURS, "Direction": "inbound", **more}


@asynccontextmanager
async def opened_shop(
    home: Path,
    *,
    pack: Path = PACK,
    extensions: Path | None = None,
    account: bool = True,
    vouched_by: str | None = None,
    database_url: str | None = None,
) -> AsyncIterator[Shop]:
    """Open the salon on a folder; its clock stands still until something sleeps on it."""
    clock = SteppingClock(START)
    company = Company("AC" + "0" * 32, TOKEN, OURS, PUBLIC, clock)
    line = Line(company)
    theirs = Account(company.sid, TOKEN, OURS, "http://carrier.invalid", line) if account else None
    settings = Settings(
        home=home,
        business=pack,
        extensions=extensions,
        public_base_url=PUBLIC,
        durable=False,
        identity_secret=vouched_by,
        database_url=database_url,
    )
    app = await compose.compose(settings, clock, account=theirs)
    compose.own_home(app)
    handset = Handset(company)
    site = web(app, Serving(DESK, (handset_routes(handset, app.pack.business.name),), offline=True))
    company.transport = httpx.ASGITransport(app=site)
    try:
        async with httpx.AsyncClient(transport=company.transport, base_url=PUBLIC) as http:
            yield Shop(app=app, site=site, clock=clock, company=company, line=line, handset=handset, http=http)
    finally:
        await company.close()
        await app.close()
