"""Where heads leave this machine to: a file, a mailbox, a second host. Each keeps a head or raises `Unavailable`."""

from __future__ import annotations

import asyncio
import json
import os
import smtplib
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import localtime, make_msgid
from pathlib import Path
from typing import Any, Literal, Protocol

import httpx

from domain.configuration import Configuration
from domain.errors import ConfigurationError, IntegrityError, Unavailable

LIMIT_S = 10.0
Head = Mapping[str, Any]
Prove = Callable[[int], Awaitable[list[str]]]


class Witness(Protocol):
    """Somebody outside this machine who keeps heads."""

    @property
    def name(self) -> str:
        """A stable name for the records."""
        ...

    async def keep(self, head: Head, prove: Prove) -> None:
        """Keep a head; `prove(size)` gives the proof that it grew from an older one.

        `Unavailable` where that failed, `IntegrityError` where the witness knows a head that contradicts it.
        """
        ...


@dataclass(frozen=True, slots=True)
class FileWitness:
    """Appends heads to a file, one JSON object a line: on another disk, a share, a write-once mount."""

    path: Path

    @property
    def name(self) -> str:
        """The file."""
        return f"file:{self.path}"

    async def keep(self, head: Head, prove: Prove) -> None:
        """Append and wait for the disk."""
        await asyncio.to_thread(self._append, line_of(head))

    def _append(self, line: str) -> None:
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as problem:
            raise Unavailable(f"{self.path}: {problem.strerror or type(problem).__name__}") from problem


@dataclass(frozen=True, slots=True, kw_only=True)
class MailWitness:
    """Sends heads by e-mail over SMTP; the mailbox keeps them."""

    to: str
    sender: str
    host: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password: str | None = None

    @property
    def name(self) -> str:
        """The mailbox."""
        return f"email:{self.to}"

    async def keep(self, head: Head, prove: Prove) -> None:
        """Send one message; kept means that the server took it."""
        await asyncio.to_thread(self._send, self._message(head))

    def _message(self, head: Head) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"] = self.sender, self.to
        message["Subject"] = f"Ledger head of {head['business']}: {head['size']} entries"
        message["Date"], message["Message-ID"] = localtime(), make_msgid(domain=self.sender.rpartition("@")[2])
        body = (
            "Keep this message. With it and an export anybody can check that nothing in the ledger\n"
            f"was changed or cut off before its entry {head['size']}:\n\n"
            "    python verify.py ledger.jsonl --head this-message.eml\n\n" + line_of(head) + "\n"
        )
        message.set_content(body, cte="7bit")  # the line of the head must not be folded
        return message

    def _send(self, message: EmailMessage) -> None:
        try:
            with self._connected() as server:
                if self.security == "starttls":
                    server.starttls(context=ssl.create_default_context())
                if self.user is not None:
                    server.login(self.user, self.password or "")
                server.send_message(message)
        except (OSError, smtplib.SMTPException) as problem:
            raise Unavailable(f"the mail server {self.host}: {type(problem).__name__}") from problem

    def _connected(self) -> smtplib.SMTP:
        us = self.sender.rpartition("@")[2]  # how we greet; looking up our own name could take long
        if self.security == "tls":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self.port, us, timeout=LIMIT_S, context=context)
        return smtplib.SMTP(self.host, self.port, us, timeout=LIMIT_S)


@dataclass(frozen=True, slots=True)
class HostWitness:
    """Posts heads to a second host that runs `qotbot witness keep`, each with the proof that it grew from the last."""

    url: str
    token: str | None = None

    @property
    def name(self) -> str:
        """The address."""
        return f"host:{self.url}"

    async def keep(self, head: Head, prove: Prove) -> None:
        """Ask what is kept there, prove, and hand over."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        try:
            async with httpx.AsyncClient(timeout=LIMIT_S, headers=headers) as http:
                kept = (await http.get(self.url, params={"business": head["business"]})).raise_for_status().json()
                proof = await prove(kept["size"]) if kept["size"] <= head["size"] else []
                answer = await http.post(self.url, json={"head": dict(head), "proof": proof})
                if answer.status_code == httpx.codes.CONFLICT:
                    raise IntegrityError(f"{self.url} keeps a head that contradicts this one: {answer.json()['error']}")
                answer.raise_for_status()
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as problem:
            raise Unavailable(f"{self.url}: {type(problem).__name__}") from problem


def line_of(head: Head) -> str:
    """A head as one line of JSON, as `docs/verify.py --head` reads it."""
    return json.dumps(dict(head), sort_keys=True)


def configured(configuration: Configuration) -> tuple[Witness, ...]:
    """The witnesses that the environment names; `ConfigurationError` says what is missing."""
    found: list[Witness] = []
    if configuration.witness_file is not None:
        found.append(FileWitness(configuration.witness_file))
    if configuration.witness_email is not None:
        found.append(_mail(configuration, configuration.witness_email))
    if configuration.witness_url is not None:
        if not configuration.witness_url.startswith(("http://", "https://")):
            raise ConfigurationError("QOTBOT_WITNESS_URL must begin with https:// (or http:// inside your network)")
        token = configuration.witness_token
        found.append(HostWitness(configuration.witness_url, token.get_secret_value() if token else None))
    return tuple(found)


def _mail(configuration: Configuration, to: str) -> MailWitness:
    if not configuration.smtp_host:
        raise ConfigurationError("QOTBOT_WITNESS_EMAIL needs a mail server: set QOTBOT_SMTP_HOST")
    password = configuration.smtp_password
    return MailWitness(
        to=to, sender=configuration.smtp_from or to, host=configuration.smtp_host, port=configuration.smtp_port,
        security=configuration.smtp_security, user=configuration.smtp_user,
        password=password.get_secret_value() if password else None,
    )  # fmt: skip
