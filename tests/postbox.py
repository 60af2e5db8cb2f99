"""A real mail server on this machine, and people who write mails."""

from __future__ import annotations

import secrets
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import httpx
import pytest
import pytest_asyncio
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from shop import Shop, opened_shop

OURS = "hello@willow.example"
KEY = "what-the-mail-service-knows"


@dataclass
class Mailbox:
    """What the server took, whole; the next mails meet the `troubles`, one each.

    A trouble is the answer to the recipient ("550 …", "450 …"), to the words ("data 451 …"), or the line cut "before"
    or "after" the server took them.
    """

    taken: list[EmailMessage] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    to: list[list[str]] = field(default_factory=list)

    async def handle_RCPT(self, server: SMTP, _s: Session, envelope: Envelope, address: str, _o: list[str]) -> str:
        """Accept a recipient, or not."""
        if self.troubles and self.troubles[0][:1].isdecimal():
            return self.troubles.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _s: Session, envelope: Envelope) -> str:
        """Take a mail, or not."""
        trouble = self.troubles.pop(0) if self.troubles else ""
        if trouble.startswith("data "):
            return trouble.removeprefix("data ")
        if trouble != "before":
            content = envelope.content
            assert isinstance(content, bytes)
            mail: Any = message_from_bytes(content, policy=policy.default)
            self.taken.append(mail)
            self.to.append(list(envelope.rcpt_tos))
        if trouble in ("before", "after"):
            transport: Any = server.transport
            transport.abort()
        return "250 OK"


@contextmanager
def served_mail() -> Iterator[tuple[Mailbox, str]]:
    """Serve SMTP on a free port; the mailbox and the URL of the server."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port, server_hostname="mail.example")
    controller.start()
    try:
        yield mailbox, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


def written(text: str, *, sender: str, subject: str = "A question", **headers: str) -> EmailMessage:
    """A mail as a person's program writes it; an underscore in a header's name stands for a hyphen."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, OURS, subject
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


@dataclass
class Post:
    """The salon with its mailbox, and a mail service that brings what people write."""

    shop: Shop
    box: Mailbox
    people: int = 0

    def somebody(self) -> str:
        self.people += 1
        return f"mia{self.people}@customers.example"

    async def bring(self, mail: EmailMessage | bytes, *, key: str = KEY) -> httpx.Response:
        """Post a mail as it came."""
        raw = mail if isinstance(mail, bytes) else mail.as_bytes()
        headers = {"Content-Type": "message/rfc822", "Authorization": f"Bearer {key}"}
        return await self.shop.http.post("/email/inbound", content=raw, headers=headers)

    async def says(self, sender: str, text: str, *, subject: str = "A question", **headers: str) -> list[EmailMessage]:
        """Write to the salon; what came back once all was quiet."""
        before = len(self.box.taken)
        headers = {"Message_ID": f"<{secrets.token_hex(8)}@customers.example>", **headers}
        answer = await self.bring(written(text, sender=sender, subject=subject, **headers))
        assert answer.status_code == 200, answer.text
        await self.shop.app.run_until_idle()
        return [mail for mail in self.box.taken[before:] if mail["To"] == sender]

    def heard(self, address: str) -> list[str]:
        return [row.text for row in self.shop.rows(
            "SELECT text FROM message WHERE address = :a AND direction = 'in' ORDER BY n", a=address)]  # fmt: skip

    def states(self, address: str) -> list[str]:
        query = "SELECT state FROM action WHERE tool = 'message' AND address = :a ORDER BY created_at, id"
        return [row.state for row in self.shop.rows(query, a=address)]

    def loops(self, address: str) -> list[str]:
        query = (
            "SELECT o.kind FROM obligation o JOIN address a ON a.contact = o.contact "
            "WHERE a.value = :a AND o.closed_at IS NULL ORDER BY o.kind"
        )
        return [row.kind for row in self.shop.rows(query, a=address)]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def post(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Post]:
    """Return the salon with a mail server."""
    with served_mail() as (box, url), pytest.MonkeyPatch.context() as patch:
        patch.setenv("QOTBOT_SMTP_URL", url)
        patch.setenv("QOTBOT_EMAIL_FROM", f"Willow & Co <{OURS}>")
        patch.setenv("QOTBOT_EMAIL_KEY", KEY)
        async with opened_shop(tmp_path_factory.mktemp("email") / "home") as shop:
            yield Post(shop, box)
