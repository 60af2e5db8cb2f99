"""The calls that nobody takes, each played from its first ring to its end, on a fresh home with a business's files."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import httpx

from channels.caller import heard_on
from channels.fake.calls import Handset
from compose import load_pack
from domain.clock import SteppingClock, to_ms
from domain.settings import Business
from evals.stage import Stage, staged
from records import ledger, messages, obligations
from records.database import Tx
from server import Serving, web

CALLER, LANDLINE, SUPPLIER = "+12025550143", "+442079460018", "+12025550199"
OURS, EMERGENCY, PRESENT = "+15185550190", "+15185550111", "+15185550122"
FIRST = datetime(2026, 11, 23, tzinfo=UTC)  # the days after it are looked through for one that is open, and an evening
Act = Callable[["Played"], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """One call on the stage: the handset it is made with, and who calls."""

    stage: Stage
    handset: Handset
    clock: SteppingClock
    caller: str = CALLER

    async def missed(self, form: Mapping[str, str]) -> None:
        """The business's line tells how a call ended."""
        await self.handset.company.post("/twilio/call/status", self.form(form))
        await self.stage.app.run_until_idle()

    def form(self, more: Mapping[str, str]) -> dict[str, str]:
        """A webhook's form about a new call."""
        company = self.handset.company
        sid = "CA" + secrets.token_hex(16)
        return {"CallSid": sid, "AccountSid": company.sid, "From": self.caller, "To": company.number, **more}

    async def text(self, words: str) -> None:
        """The caller texts."""
        await self.handset.company.text(self.caller, words)
        await self.stage.app.run_until_idle()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is played, when, from which number, and how it must end."""

    what: str
    act: Act
    end: str
    why: str = ""
    closed: bool = False
    caller: str = CALLER
    settings: str = ""  # lines for business.yaml
    policy: str = ""


def _status(status: str, more: Mapping[str, str] | None = None) -> Act:
    async def act(played: Played) -> None:
        await played.missed({"CallStatus": status, **(more or {})})

    return act


async def _abandoned(played: Played) -> None:
    call = await played.handset.call(played.caller, "answered")
    await played.handset.hang_up(call)
    await played.stage.app.run_until_idle()


async def _left_open(played: Played) -> None:
    app, call = played.stage.app, await played.handset.call(played.caller, "answered")
    words = _wish(app.pack.business, played.clock.now())
    got = await app.hear(heard_on(call.sid, "1", caller=played.caller, text=words))
    await app.run_until_idle()
    await app.reception.collect(got, 0.0)
    await played.handset.hang_up(call)
    await played.stage.app.run_until_idle()


def _wish(business: Business, now: datetime) -> str:
    """A booking that is read back: the first service, in the middle of an open day of its first member of staff."""
    service = next(iter(business.services.values()))
    member, local = service.staff[0], business.local(now)
    days = (local.date() + timedelta(days=ahead) for ahead in range(2, 16))
    day, [span, *_] = next((d, spans) for d in days if (spans := business.spans(d, member)))
    hour = (span.start.hour + span.end.hour) // 2
    return f"I would like to book a {service.name} with {business.staff[member].name} on {day:%-d %B} at {hour}:00"


async def _stopped(played: Played) -> None:
    await played.text("STOP")
    await played.missed({"CallStatus": "no-answer"})


async def _twice(played: Played) -> None:
    await played.missed({"CallStatus": "busy"})
    played.clock.advance(60)
    await played.missed({"CallStatus": "busy"})


async def _replies(played: Played) -> None:
    await played.missed({"CallStatus": "no-answer"})
    await played.text("hi, are you open tomorrow?")


async def _forwarded(played: Played) -> None:
    form = played.form({"CallStatus": "ringing", "ForwardedFrom": PRESENT})
    company = played.handset.company
    await company.post("/twilio/call", form)
    await company.post("/twilio/call/status", {**form, "CallStatus": "completed", "CallDuration": "4"})
    await played.stage.app.run_until_idle()


async def _forged(played: Played) -> None:
    form = played.form({"CallStatus": "ringing", "StirVerstat": "TN-Validation-Failed-C"})
    company = played.handset.company
    await company.post("/twilio/call", form)
    await company.post("/twilio/call/status", {**form, "CallStatus": "completed", "CallDuration": "4"})
    await played.stage.app.run_until_idle()


_PRESENT = f'forwarding:\n  number: "{PRESENT}"\n  carrier: verizon\n'
CASES: dict[str, Case] = {
    "no-answer": Case(what="nobody picks up", act=_status("no-answer"), end="texted"),
    "busy": Case(what="the line is busy", act=_status("busy"), end="texted"),
    "failed": Case(what="the call cannot be put through", act=_status("failed"), end="texted"),
    "canceled": Case(what="the caller hangs up while it rings", act=_status("canceled"), end="texted"),
    "abandoned": Case(what="the caller hangs up without a word", act=_abandoned, end="texted"),
    "voicemail": Case(
        what="a staff member's voicemail picks up", end="texted",
        act=_status("in-progress", {"DialCallStatus": "completed", "AnsweredBy": "machine_start"}),
    ),
    "after-hours": Case(what="nobody picks up after closing", act=_status("no-answer"), end="texted", closed=True),
    "emergency": Case(
        what="after closing, with a number for emergencies", act=_status("no-answer"), end="texted", closed=True,
        settings=f'emergency_phone: "{EMERGENCY}"\n',
    ),
    "twice": Case(what="the same caller again a minute later", act=_twice, end="texted_before"),
    "replies": Case(what="the caller answers the text", act=_replies, end="texted"),
    "forwarded": Case(
        what="the call comes from the business's present number", act=_forwarded, end="texted", settings=_PRESENT
    ),
    "opted-out": Case(what="the caller once texted STOP", act=_stopped, end="callback", why="consent"),
    "landline": Case(
        what="the number cannot take texts", act=_status("no-answer"), end="callback", why="no_mobile", caller=LANDLINE
    ),
    "anonymous": Case(
        what="the caller hides their number", act=_status("busy"), end="callback", why="no_number", caller="anonymous"
    ),
    "excluded": Case(
        what="the number is on the list of those never texted", act=_status("no-answer"), end="callback",
        why="excluded", caller=SUPPLIER, policy=f'missed_calls:\n  exclude: ["{SUPPLIER}"]\n',
    ),
    "forged": Case(what="the carrier says the number is forged", act=_forged, end="callback", why="unverified"),
    "left-open": Case(
        what="the caller hangs up before answering our question", act=_left_open, end="callback", why="left_open"
    ),
}  # fmt: skip


async def play(case: Case, folder: Path, business: Path) -> dict[str, Any]:
    """Play one case; what the records say of it, and whether it ended as it should."""
    source = _prepared(case, folder / "business", business)
    clock = SteppingClock(_moment(load_pack(source).business, closed=case.closed))
    async with _telephone(folder / "home", source, clock) as (stage, handset):
        begin = clock.now()
        await case.act(Played(stage=stage, handset=handset, clock=clock, caller=case.caller))
        told = await stage.app.database.read(lambda tx: _told(tx, stage.app.pack.business.id, begin))
    return {**told, "as_expected": (told["end"], told["why"]) == (case.end, case.why)}


def printed(name: str, told: dict[str, Any]) -> str:
    """A case for people."""
    lines = [f"{name}: {told['end']}{' (' + told['why'] + ')' if told['why'] else ''}"]
    lines[0] += "" if told["as_expected"] else "   NOT AS IT SHOULD"
    lines += [f"    {t['after_s']:>3} s  to {t['to']}: {t['text']}" for t in told["texts"]]
    lines += [f"    open   {o['kind']}: {o['detail']}" for o in told["open"]]
    return "\n".join(lines)


def _prepared(case: Case, folder: Path, business: Path) -> Path:
    """The business's files, with what the case needs and they do not have."""
    shutil.copytree(business, folder)
    for file, more in (("business.yaml", case.settings), ("policy.yaml", case.policy)):
        text = (folder / file).read_text("utf-8")
        if more and f"\n{more.partition(':')[0]}:" not in f"\n{text}":
            (folder / file).write_text(f"{text.rstrip()}\n{more}", "utf-8")
    return folder


def _moment(business: Business, *, closed: bool) -> datetime:
    """An hour of the next days at which the business is open, or has just closed (and a text is welcome)."""
    for ahead in range(14 * 24 * 4):
        moment = FIRST + timedelta(minutes=15 * ahead)
        local = business.local(moment)
        awake = time(10) <= local.time() <= time(19, 30) and business.spans(local.date())
        if awake and business.open_at(moment) != closed:
            return moment
    return FIRST + timedelta(hours=17)


@asynccontextmanager
async def _telephone(home: Path, business: Path, clock: SteppingClock) -> AsyncIterator[tuple[Stage, Handset]]:
    """A stage whose phone company reaches it over its own web process."""
    async with staged(home, business, clock) as stage:
        company = stage.company
        company.webhooks = stage.app.settings.public_base_url
        site = web(stage.app, Serving(secrets.token_urlsafe(24)))
        company.transport = httpx.ASGITransport(app=site)
        yield stage, Handset(company)
        await company.close()


def _told(tx: Tx, business: str, begin: datetime) -> dict[str, Any]:
    settled = [e.body for e in ledger.events(tx, business, limit=5000) if e.kind == "missed.settled"]
    texts = [
        {"to": m.address, "text": m.text, "after_s": (m.at - to_ms(begin)) // 1000}
        for m in messages.sent_after(tx, business, 0)
        if m.channel == "sms"
    ]
    owed = [{"kind": o.kind, "detail": o.detail} for o in obligations.still_open(tx, business) if o.kind != "answer"]
    last = settled[-1] if settled else {"end": "nothing", "why": "", "basis": ""}
    return {"end": last["end"], "why": last["why"], "basis": last["basis"], "texts": texts, "open": owed}
