"""E-mail: a mail service posts what comes, whole (MIME) or as its form; what leaves goes over SMTP (push).

What machines send is acknowledged and never answered (RFC 3834); every mail of ours can be unsubscribed from with one
click (RFC 8058). Anybody can write any sender into a mail, so nobody is known by it.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import html
import json
import re
import smtplib
import ssl
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.message import EmailMessage, Message
from email.utils import formataddr, getaddresses, parseaddr
from functools import partial
from urllib.parse import SplitResult, unquote, urlsplit

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from itsdangerous import BadSignature, Signer

from channels.machines import Bounce, bounce, header, machine, one_line, refused
from channels.pages import page
from channels.reception import Reception
from domain.channel import Channel
from domain.configuration import Configuration
from domain.errors import BadInput, ConfigurationError
from domain.live import Rate
from domain.message import Delivery, Heard, Refused, Sent, Unknown, Words
from domain.permit import Permit
from records import actions, messages
from records.database import Tx

MOST, MOST_TEXT = 10 * 1024 * 1024, 200_000  # bytes of a mail, characters of its text that are looked at
NOT_NOW = 450  # SMTP's 4xx: tried again
STEP_S = 2.0  # seconds for one step of SMTP; there are at most four before the words leave
RATE = Rate.per(30, 3600)  # mails from one address: a machine that does not say so writes more, people do not
ADDRESS = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9-]{1,63}\.)+[a-z]{2,63}")
ID = re.compile(r"<[!-;=?-~]{3,240}>")
# A signature, the history that common mail programs quote (it may begin on two lines), a telephone's own last line.
HISTORY = re.compile(
    r"(?:-- ?|_{10,}|-{2,} ?(?:Original|Forwarded) [Mm]essage ?-{2,}|From: .+ (?:Sent|Date|To): .+|Sent from my .{2,40}"
    r"|(?:On|Le|El|Am) .{5,200}\b(?:wrote|a écrit|escribió|schrieb)\b.{0,80}:|Get Outlook for .{2,20})\s*"
)
TAG, HIDDEN = re.compile(r"<(/?)(\w+)"), ("style", "script", "head", "blockquote")
UNSUBSCRIBE = "/email/unsubscribe"


def CHANNEL(reception: Reception) -> Channel:
    """The channel over the deployment's mail server and webhook key; without them it neither hears nor sends."""
    settings = Configuration()
    key = settings.email_key.get_secret_value().encode() if settings.email_key else b""
    known = (b"Bearer " + key, b"Basic " + b64encode(b"qotbot:" + key)) if key else ()
    server = urlsplit(settings.smtp_url.get_secret_value()) if settings.smtp_url else None
    name, address = parseaddr(settings.email_from or "")
    if server and not (server.scheme in ("smtp", "smtps") and server.hostname and ADDRESS.fullmatch(address.lower())):
        raise ConfigurationError(
            "write QOTBOT_SMTP_URL like smtp(s)://user:password@host, QOTBOT_EMAIL_FROM like Willow <a@b.example>"
        )
    signer = Signer(reception.keys.secret, salt="unsubscribe")
    mail = Mail(reception, signer, known, server, one_line(name or reception.pack.business.name), address.lower())
    return Channel(name="email", style="push", routes=mail.routes, deliver=mail.deliver, reconcile=mail.reconcile)


@dataclass(frozen=True, slots=True)
class Mail:
    """Mail in by webhook, out by SMTP."""

    reception: Reception
    signer: Signer
    known: tuple[bytes, ...]  # what the mail service may say in its Authorization header
    server: SplitResult | None
    name: str
    address: str

    def routes(self, _: object) -> APIRouter:
        """What the mail service posts to, and where a mail program or a person unsubscribes."""
        router = APIRouter()
        router.add_api_route("/email/inbound", self.received, methods=["POST"], response_model=None)
        router.add_api_route(UNSUBSCRIBE, self.ask, methods=["GET"], response_model=None)
        router.add_api_route(UNSUBSCRIBE, self.unsubscribe, methods=["POST"], response_model=None)
        return router

    async def received(self, request: Request) -> Response:
        """A mail: a person's is kept before it is acknowledged, a machine's is only acknowledged.

        What the mail system reports of a mail of ours is kept as well.
        """
        if not any(hmac.compare_digest(request.headers.get("authorization", "").encode(), k) for k in self.known):
            raise HTTPException(403, "this is not the mail service we know")
        try:
            heard = await asyncio.to_thread(_heard, await _raw(request), self.address)
        except (RecursionError, HeaderParseError) as problem:
            raise BadInput("this is no mail that can be read") from problem
        if isinstance(heard, str):
            return JSONResponse({"not_answered": heard})
        if isinstance(heard, Bounce):
            return await self._bounced(heard)
        if wait := await self.reception.database.live.take(f"email:{heard.address}", 1, RATE):
            raise HTTPException(429, "too many mails from one address", {"Retry-After": str(int(wait) + 1)})
        await self.reception.hear(heard)
        return JSONResponse({"kept": heard.provider_id})

    async def _bounced(self, told: Bounce) -> Response:
        row = await self.reception.database.read(lambda tx: actions.load(tx, told.action))
        if row is None or row.channel != "email":
            return JSONResponse({"not_answered": "a report on no mail of ours"})
        await self.reception.report(told.report(known=row.address in told.recipients))
        return JSONResponse({"reported": told.action})

    async def ask(self, request: Request) -> Response:
        """The page behind the link; looking at it changes nothing, because scanners look at links too."""
        self._named(request)
        return self._told("Get no more messages from", '<form method="post"><button>Unsubscribe</button></form>')

    async def unsubscribe(self, request: Request) -> Response:
        """One click: a revocation like any other, confirmed by this answer."""
        address, action = self._named(request)
        await self.reception.hear(Heard(
            channel="email", kind="text", address_kind="email", address=address, text="unsubscribe", provider="email",
            provider_id=f"{action}:{self.reception.clock.now():%Y%m%dT%H%M%S}", event="one_click", carrier_word="STOP",
        ))  # fmt: skip
        return self._told("You will get no more messages from")

    def _told(self, what: str, more: str = "") -> Response:
        head = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Unsubscribe</title>'
        return page(f"{head}<main><h1>Unsubscribe</h1><p>{what} {html.escape(self.name)}.</p>{more}</main></html>")

    def _named(self, request: Request) -> tuple[str, str]:
        """The address and the action that a link was made for."""
        try:
            address, _, action = self.signer.unsign(request.query_params.get("t", "")).decode().rpartition("/")
        except BadSignature as problem:
            raise HTTPException(403, "this link is not ours") from problem
        return address, action

    async def deliver(self, permit: Permit, words: Words) -> Delivery:
        """Send one mail, as an answer to the newest one from that address."""
        if self.server is None:
            return Refused("no SMTP server is configured", "no_account")
        if not ADDRESS.fullmatch(permit.address or ""):
            return Refused("this is no e-mail address", "bad_address")
        mail = self._written(permit, words, await self.reception.database.read(lambda tx: _before(tx, permit)))
        whole = mail.as_bytes(policy=policy.SMTP)
        outcome = await asyncio.to_thread(_send, self.server, self.address, permit.address or "", mail=whole)
        sid = str(mail["Message-ID"])
        return Sent({"sid": sid, "message_id": sid}, "email") if isinstance(outcome, Sent) else outcome

    async def reconcile(self, _permit: Permit, _words: Words) -> Delivery:
        """Nobody can be asked what became of a mail."""
        return Unknown("the mail server may have taken it")

    def _written(self, permit: Permit, words: Words, before: dict[str, str] | None) -> EmailMessage:
        """Plain text, threaded, marked as automatic where no person wrote it, with its way out."""
        mail = EmailMessage()
        mail["From"], mail["To"] = formataddr((self.name, self.address)), permit.address
        mail["Date"] = self.reception.clock.now()
        mail["Message-ID"] = f"<{permit.action}@{self.address.partition('@')[2]}>"
        for name, value in (before or {"Subject": self.name}).items():
            mail[name] = value
        if permit.args.get("author") != "staff":
            mail["Auto-Submitted"] = "auto-replied" if before else "auto-generated"
        if permit.purpose != "mandated":
            token = self.signer.sign(f"{permit.address}/{permit.action}").decode()
            mail["List-Unsubscribe"] = f"<{self.reception.address(f'{UNSUBSCRIBE}?t={token}')}>"
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        mail.set_content(words.text)
        return mail


def _before(tx: Tx, permit: Permit) -> dict[str, str] | None:
    """What ties an answer to the newest mail from its address; the thread goes on under its first mail's subject."""
    told = messages.thread(tx, permit.contact or "", limit=50)
    said = [m for m in told if (m.channel, m.direction, m.address) == ("email", "in", permit.address) and m.session]
    if not said:
        return None
    last, root = said[-1].provider_id or "", said[-1].session or ""
    first = one_line(next((m.text for m in said if m.provider_id == root and m.text), "Your message").splitlines()[0])
    return {"In-Reply-To": last, "References": " ".join(dict.fromkeys((root, last))), "Subject": f"Re: {first[:150]}"}


async def _raw(request: Request) -> bytes:
    """The mail in a request: its body (message/rfc822), or a field of a mail service's form."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > MOST:
        raise HTTPException(413, "send mails of at most 10 MB, with their length")
    kind = request.headers.get("content-type", "")
    if "json" in kind:  # Postmark, with "Include raw email content" on
        told = await request.body()
        with suppress(ValueError, RecursionError, TypeError, KeyError):
            return str(json.loads(told)["RawEmail"]).encode("utf-8", "surrogateescape")
        raise BadInput("this JSON has no whole mail in it, as RawEmail")
    if "form" not in kind:
        return await request.body()
    async with request.form(max_fields=200, max_files=50, max_part_size=MOST) as form:
        for name in ("email", "body-mime"):  # SendGrid with "raw" on, Mailgun's routes to …/mime
            if isinstance(whole := form.get(name), str):
                return whole.encode("utf-8", "surrogateescape")
    raise BadInput("this form has no whole mail in it, as email or body-mime")


def _heard(raw: bytes, ours: str) -> Heard | Bounce | str:
    """What a person wrote, the subject of a new thread with it; of a machine, its report or which header says so."""
    mail = message_from_bytes(raw)
    writers, named = getaddresses([header(mail, "From")]) or [("", "")], ID.search(header(mail, "Message-ID"))
    sender = writers[0][1].lower()
    if why := "From" if sender == ours else machine(mail, sender):
        return bounce(mail, sender, ours) or why
    if len(writers) > 1 or not ADDRESS.fullmatch(sender):
        raise BadInput("this mail is not from one address that can be answered")
    own = named.group() if named else f"<{hashlib.sha256(raw).hexdigest()}@no-id.invalid>"
    before = ID.findall(header(mail, "References")) + ID.findall(header(mail, "In-Reply-To"))
    words, subject = _own_words(_text(mail)), header(mail, "Subject")
    text = words if before and words else f"{subject}\n\n{words}".strip()
    files = ((p.get_content_type(), p.get_filename()) for p in mail.walk())
    return Heard(
        channel="email", kind="text", address_kind="email", address=sender, text=text, provider="email",
        provider_id=own, session=before[0] if before else own,
        media=tuple(f"{kind} {one_line(name)[:80]} (in the mailbox)" for kind, name in files if name)[:10],
    )  # fmt: skip


def _text(mail: Message) -> str:
    """The first part that is meant to be read; HTML only where there is no plain text."""
    parts = [p for p in mail.walk() if p.get_content_maintype() == "text" and not p.get_filename()]
    plain = [p for p in parts if p.get_content_type() != "text/html"]
    raw = (plain or parts)[0].get_payload(decode=True) if parts else b""
    found = raw if isinstance(raw, bytes) else b""
    try:
        text = found.decode(str((plain or parts or [mail])[0].get_content_charset("utf-8")), "replace")
    except (LookupError, ValueError):
        text = found.decode("utf-8", "replace")
    return text[:MOST_TEXT] if plain else _shown(text[:MOST_TEXT])


def _shown(page_text: str) -> str:
    """What HTML shows, without what it quotes."""
    text, hidden = list[str](), 0
    for part in re.split(r"(<[^<>]{1,5000}>)", page_text):
        tag = TAG.match(part)
        if tag is None:
            text.append("" if hidden else part)
        elif tag[2].lower() in HIDDEN:
            hidden = max(0, hidden + (-1 if tag[1] else 1))
        elif tag[2].lower() in ("br", "p", "div", "li", "tr"):
            text.append("\n")
    return html.unescape("".join(text))


def _own_words(text: str) -> str:
    """The text up to where history or a signature begins, without quoted lines."""
    own, lines = list[str](), text.splitlines()
    for n, line in enumerate(lines):
        if HISTORY.fullmatch(line) or HISTORY.fullmatch(" ".join(lines[n : n + 2])):
            break
        if not line.lstrip().startswith(">"):
            own.append(line.rstrip())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(own)).strip()


def _send(server: SplitResult, sender: str, to: str, *, mail: bytes) -> Delivery:
    """Hand a mail in; before the words nothing has happened ("absent"), silence after them tells nothing."""
    code, said, given, taken = NOT_NOW, b"", False, False
    host, safe, tls = server.hostname or "", ssl.create_default_context(), server.scheme == "smtps"
    connect = partial(smtplib.SMTP_SSL, context=safe) if tls else smtplib.SMTP
    try:
        with connect(host, server.port or (465 if tls else 587), sender.partition("@")[2], timeout=STEP_S) as smtp:
            if not tls and host not in ("127.0.0.1", "localhost", "::1"):
                smtp.starttls(context=safe)
            if server.username:
                smtp.login(unquote(server.username), unquote(server.password or ""))
            smtp.ehlo_or_helo_if_needed()
            code, said = (NOT_NOW, b"") if smtp.mail(sender)[0] >= 400 else smtp.rcpt(to)
            if code < 400:
                given = True
                (code, said), taken = smtp.data(mail), True
    except smtplib.SMTPResponseException as problem:
        code = problem.smtp_code if given else NOT_NOW  # what is said before is not about this mail
        said = problem.smtp_error if isinstance(problem.smtp_error, bytes) else problem.smtp_error.encode()
    except (smtplib.SMTPException, OSError) as problem:
        why = type(problem).__name__
        if not taken:  # else only its goodbye is missing
            return Unknown(why) if given else Refused(f"the mail server was not reached ({why})", "absent")
    if code >= 500:
        return refused(code, said, to_recipient=not given)
    return Sent() if code < 400 else Refused(f"the mail server answered {code}", "absent")
