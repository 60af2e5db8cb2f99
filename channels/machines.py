"""Mails that machines write: automatic answers, lists, and reports on mails of ours that did not arrive."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from importlib import resources
from typing import Any

from domain.message import Refused, Remedy, Report

_TABLE: dict[str, Any] = tomllib.loads(resources.files("channels").joinpath("data/bounces.toml").read_text("utf-8"))
NOBODY = re.compile(r"(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?)(?:[+.-].*)?@")
MACHINES = ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress", "X-Failed-Recipients", "List-Id", "List-Post")
REPORT = "multipart/report"
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
LOOKED_AT = 200_000  # characters of a report; its beginning says what happened, its end quotes our mail


@dataclass(frozen=True, slots=True)
class Bounce:
    """What the mail system says of one of our mails: whose action's it was, to whom, and the status code."""

    action: str
    message_id: str
    recipients: tuple[str, ...]
    status: str

    def report(self, *, known: bool) -> Report:
        """It as a report; where the address is not `known` as the one we wrote to, nothing is held against ours."""
        meaning, remedy = meaning_of(self.status)
        return Report(
            provider="email", provider_id=self.message_id, status="bounced", rank=5, state="undelivered",
            code=self.status, meaning=meaning, remedy=remedy if known else "staff", action=self.action,
        )  # fmt: skip


def meaning_of(status: str) -> tuple[str, Remedy]:
    """What an enhanced status code means, and what may help."""
    for row in _TABLE["status"]:
        if any(status == p or status.startswith(p if p.endswith(".") else p + ".") for p in row["prefixes"]):
            return row["meaning"], row["remedy"]
    return "the mail was refused", "staff"


def refused(code: int, reply: bytes, *, to_recipient: bool) -> Refused:
    """The refusal of a mail by a server that answered 5xx, to its recipient or to its words."""
    found = _STATUS.search(reply[:200].decode("ascii", "replace"))
    status = found[1] if found else "5.1.1" if to_recipient and code in _TABLE["refusal"]["nobody"] else ""
    meaning, remedy = meaning_of(status)
    return Refused(f"the mail server answered {code}: {meaning}", status or str(code), remedy)


def header(mail: Message, name: str) -> str:
    """A header as text on one line."""
    found = mail.get(name, "")
    try:
        return one_line(str(make_header(decode_header(found))))
    except (HeaderParseError, LookupError, ValueError):
        return one_line(str(found))


def one_line(text: str) -> str:
    """A text on one line, without what cannot be seen."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:250]


def machine(mail: Message, sender: str) -> str:
    """Why a mail is not answered (RFC 3834 section 2, and what mail programs and lists write); empty for people's."""
    automatic = header(mail, "Auto-Submitted").lower()
    found = {name: bool(mail[name]) for name in MACHINES} | {
        "Auto-Submitted": automatic not in ("", "no") and not automatic.startswith(("no ", "no;")),
        "Precedence": header(mail, "Precedence").lower() in ("bulk", "junk", "list", "auto_reply"),
        "Return-Path": header(mail, "Return-Path") == "<>" or mail.get_content_type() == REPORT,
        "From": bool(NOBODY.match(sender)),
    }
    return next((name for name, so in found.items() if so), "")


def bounce(mail: Message, sender: str, ours: str) -> Bounce | None:
    """What a report says of a mail of ours that failed for good; None where it says no such thing.

    A report must name the failure (RFC 3464), or come from a mail system with the recipients that failed, and quote our
    Message-ID, which nobody but its recipient and the servers between know.
    """
    quoted = re.search(rf"<(act_\w{{1,60}})@{re.escape(ours.partition('@')[2])}>", "\n".join(_texts(mail))[-LOOKED_AT:])
    if quoted is None:
        return None
    blocks = [
        block for part in mail.walk() if part.get_content_type() == "message/delivery-status" for block in _blocks(part)
    ]
    failed = [block for block in blocks if header(block, "Action").lower() == "failed"]
    if mail.get_content_type() == REPORT and failed:
        to = [header(block, name) for block in failed for name in ("Final-Recipient", "Original-Recipient")]
        status = next((found[1] for block in failed if (found := _STATUS.search(header(block, "Status")))), "5.0.0")
    elif NOBODY.match(sender) and mail["X-Failed-Recipients"]:
        to = header(mail, "X-Failed-Recipients").split(",")
        found = _STATUS.search("\n".join(_texts(mail))[:LOOKED_AT])
        status = found[1] if found and found[1][0] == "5" else "5.0.0"
    else:
        return None
    recipients = tuple({one.rpartition(";")[2].strip(" <>").lower() for one in to if "@" in one})
    return Bounce(quoted[1], quoted[0], recipients, status)


def _blocks(part: Message) -> list[Message]:
    inner = part.get_payload()
    return [one for one in inner if isinstance(one, Message)] if isinstance(inner, list) else []


def _texts(mail: Message) -> Iterator[str]:
    """The readable parts of a mail and what it quotes, headers of quoted mails too."""
    for part in mail.walk():
        if part is not mail:
            yield str(part.get("Message-ID", ""))[:1000]
        if part.get_content_maintype() in ("text", "message") and not part.is_multipart():
            raw = part.get_payload(decode=True)
            yield (raw if isinstance(raw, bytes) else b"").decode("utf-8", "replace")
