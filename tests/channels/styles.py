"""A customer's end of each style of channel: push (texts, e-mail), pull (chat), answer (<Gather>), socket (relay)."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from typing import Any

import httpx
from postbox import KEY, Mailbox
from shop import call_form, sms_form
from telephone import Exchange
from visitor import Visitor, open_page

from channels import frames
from channels.fake.grammar import parsed
from channels.fake.leg import Leg
from domain.segments import folded

OK, REFUSED, TOO_LONG = 200, 403, 413
NO_CALLS = "stop calling me"  # a wish for more than that ends the call


@dataclass(kw_only=True)
class Customer:
    """A customer of one style; `key` names a message to its provider, so that the same one can come again."""

    shop: Exchange
    kind: str
    address: str
    stop: str = "STOP"
    asked: int = 0

    async def bring(self, text: str, key: str) -> int:
        """Let a message reach the salon as its provider brings it; the status of the acknowledgement."""
        raise NotImplementedError

    async def forge(self, text: str) -> int:
        """Bring a message that the provider never sent."""
        raise NotImplementedError

    async def reached(self) -> list[str]:
        """The words that have reached the customer, in order."""
        raise NotImplementedError

    def shown(self, text: str) -> str:
        """A text of ours as it must arrive here: nothing but the channel's own folding is done to it."""
        return text

    def heard(self) -> list[str]:
        """What the salon has kept of this customer, in order."""
        return [row.text for row in self.rows("message", "direction = 'in'")]

    def rows(self, table: str, where: str = "1 = 1", order: str = "n") -> list[Any]:
        """The rows of a table that are about this customer."""
        query = f"SELECT t.* FROM {table} t JOIN address a ON a.contact = t.contact"  # noqa: S608 - our own words
        query += f" WHERE a.kind = :kind AND a.value = :value AND {where} ORDER BY {order}"
        return self.shop.rows(query, kind=self.kind, value=self.address)

    async def moved(self, shop: Exchange) -> None:
        """The salon's process died, and another one serves the same home."""
        self.shop = shop

    async def settle(self) -> None:
        """Let everything come to its end that waits for seconds."""
        self.shop.clock.advance(10)
        await self.shop.quiet()


@dataclass(kw_only=True)
class Texter(Customer):
    """Push, over the phone company."""

    async def bring(self, text: str, key: str) -> int:
        return await _status(self.shop.company.post("/twilio/sms", self._form(text, key)))

    async def forge(self, text: str) -> int:
        headers = {"X-Twilio-Signature": "bm9wZQ=="}
        return (await self.shop.http.post("/twilio/sms", data=self._form(text, "f"), headers=headers)).status_code

    async def reached(self) -> list[str]:
        return [t.body for t in self.shop.company.texts if t.to == self.address]

    def shown(self, text: str) -> str:
        return folded(text)

    def _form(self, text: str, key: str) -> dict[str, str]:
        return sms_form(text, sender=self.address, sid=f"SM{self.address[1:]}{key}")


@dataclass(kw_only=True)
class Writer(Customer):
    """Push, over a mail server."""

    box: Mailbox

    async def bring(self, text: str, key: str) -> int:
        return await self._post(text, key, KEY)

    async def forge(self, text: str) -> int:
        return await self._post(text, "f", "a guess")

    async def reached(self) -> list[str]:
        return [mail.get_content().rstrip("\n") for mail in self.box.taken if mail["To"] == self.address]

    async def _post(self, text: str, key: str, proof: str) -> int:
        mail, name = EmailMessage(), self.address.partition("@")[0]
        mail["From"], mail["To"], mail["Subject"] = self.address, "hello@willow.example", "A question"
        mail["Message-ID"], mail["References"] = (
            f"<{name}.{key}@customers.example>",
            f"<{name}.first@customers.example>",
        )
        mail.set_content(text)
        headers = {"Content-Type": "message/rfc822", "Authorization": f"Bearer {proof}"}
        answer = await self.shop.http.post("/email/inbound", content=mail.as_bytes(), headers=headers)
        return answer.status_code


@dataclass(kw_only=True)
class Chatter(Customer):
    """Pull, in a browser."""

    visitor: Visitor

    async def bring(self, text: str, key: str) -> int:
        return (await self.visitor.post(json.dumps({"id": f"message-{key}", "text": text}))).status_code

    async def forge(self, text: str) -> int:
        forged = replace(self.visitor, cookie=self.visitor.cookie[:-2] + "xx")
        answer = await forged.post(json.dumps({"id": "message-f", "text": text}))
        return answer.status_code

    async def moved(self, shop: Exchange) -> None:
        self.shop, self.visitor = shop, replace(self.visitor, shop=shop)

    async def reached(self) -> list[str]:
        wanted, shown = await self.shop.app.database.read(self.visitor.visible), list[dict[str, Any]]()
        async with (
            asyncio.timeout(20),
            self.shop.http.stream("GET", "/chat/events", headers=self.visitor.headers) as stream,
        ):
            lines = stream.aiter_lines()
            while len(shown) < wanted:
                line = await anext(lines)
                data = json.loads(line.removeprefix("data: ")) if line.startswith("data: ") else {}
                shown += [data] if "text" in data else []
        return [one["text"] for one in shown if one["from"] != "customer"]


@dataclass(kw_only=True)
class Caller(Customer):
    """Answer: each request's response is what the caller hears, a request that is repeated included."""

    call: str
    turns: dict[str, list[str]] = field(default_factory=dict)
    stop: str = NO_CALLS

    async def bring(self, text: str, key: str) -> int:
        path = f"/twilio/call/heard?n={key}"
        try:
            twiml = await self.shop.company.post(path, self._form(SpeechResult=text, Confidence="0.9"))
        except httpx.HTTPStatusError as refusal:
            return refusal.response.status_code
        says = [said.text or "" for said in parsed(twiml).iter("Say")]
        assert self.turns.setdefault(key, says) == says, "a request that comes again is answered alike"
        return OK

    async def forge(self, text: str) -> int:
        form = self._form(SpeechResult=text)
        headers = {"X-Twilio-Signature": "bm9wZQ=="}
        return (await self.shop.http.post("/twilio/call/heard?n=99", data=form, headers=headers)).status_code

    async def moved(self, shop: Exchange) -> None:
        self.shop, self.turns = shop, {}

    async def reached(self) -> list[str]:
        return [line for key in sorted(self.turns, key=int) for line in self.turns[key]]

    def _form(self, **more: str) -> dict[str, str]:
        return call_form(caller=self.address, sid=self.call, CallStatus="in-progress", **more)


@dataclass(kw_only=True)
class Speaker(Customer):
    """Socket: frames of one call's session, where a message that comes again is speech that grows."""

    leg: Leg
    keys: list[str] = field(default_factory=list)
    stop: str = NO_CALLS

    async def bring(self, text: str, key: str) -> int:
        if key in self.keys:
            await self.leg.send({"type": "setup", "callSid": self.leg.call, "from": self.address})
            return OK
        self.keys.append(key)
        before = len(self.heard())
        if len(json.dumps(text)) > frames.LONGEST:
            await self.leg.prompt(text)
            return TOO_LONG
        await self.leg.prompt(text[: len(text) // 2], last=False)
        await self.leg.prompt(text)
        if text.strip():
            await self.shop.until(lambda: len(self.heard()) > before)
            self.asked += 1
        return OK

    async def forge(self, text: str) -> int:
        thief = replace(self.leg, parameters={"token": "x.y"}, socket=None, news=asyncio.Event())
        await thief.connect()
        await thief.prompt(text)
        await thief.answer()
        return REFUSED if thief.closed == 1008 else OK

    async def moved(self, shop: Exchange) -> None:
        self.shop = shop
        there = self.leg.url.replace("ws://", "").split("/")[0]
        url = self.leg.url.replace(there, str(shop.http.base_url).split("//")[1].strip("/"))
        self.leg = replace(
            self.leg, company=shop.company, url=url, heard=[], frames=[], turns=0, socket=None, news=asyncio.Event()
        )
        assert await self.leg.connect()

    async def reached(self) -> list[str]:
        async with asyncio.timeout(20):
            while self.leg.turns < self.asked:
                self.leg.news.clear()
                await self.leg.news.wait()
        return self.leg.heard

    def shown(self, text: str) -> str:
        return " ".join(text.split())


async def _status(work: Awaitable[Any]) -> int:
    try:
        await work
    except httpx.HTTPStatusError as refusal:
        return refusal.response.status_code
    return OK


async def texter(shop: Exchange, _: Mailbox) -> Texter:
    """Somebody with a phone."""
    return Texter(shop=shop, kind="phone", address=shop.somebody().number)


async def writer(shop: Exchange, box: Mailbox) -> Writer:
    """Somebody with a mailbox."""
    return Writer(shop=shop, kind="email", address=f"mia-{secrets.token_hex(4)}@customers.example", box=box)


async def chatter(shop: Exchange, _: Mailbox) -> Chatter:
    """Somebody with the chat open."""
    visitor = await open_page(shop)
    return Chatter(shop=shop, kind="web", address=visitor.session, visitor=visitor)


async def caller(shop: Exchange, _: Mailbox) -> Caller:
    """Somebody on a call."""
    number, call = shop.somebody().number, "CA" + secrets.token_hex(16)
    await shop.company.post("/twilio/call", call_form(caller=number, sid=call, CallStatus="ringing"))
    return Caller(shop=shop, kind="phone", address=number, call=call)


async def speaker(shop: Exchange, _: Mailbox) -> Speaker:
    """Somebody on a call over the relay."""
    person = shop.somebody()
    _call, leg = await shop.dial(person)
    return Speaker(shop=shop, kind="phone", address=person.number, leg=leg)


Arrive = Callable[[Exchange, Mailbox], Awaitable[Customer]]
STYLES: dict[str, Arrive] = {
    "push-sms": texter, "push-email": writer, "pull-web": chatter, "answer-gather": caller, "socket-relay": speaker,
}  # fmt: skip
