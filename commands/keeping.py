"""`qotbot witness keep`: the other end, on another machine: takes heads over HTTP and keeps each only if it grew.

    GET  /?business=NAME            {"size": 84, "root": "…"}: the newest head that is kept, size 0 where none is
    POST /  {"head": {…}, "proof": ["…"]}   200 kept; 409 it contradicts what is kept; 400 no head; 401 wrong token

A head must be signed by the key of the first that came (or by the one that was named), must not shrink, and must come
with the proof that the kept one is its beginning (RFC 9162 §2.1.4.2). Heads are lines of JSON in one file, which
`docs/verify.py --head` reads.
"""

from __future__ import annotations

import hmac
import json
import os
import sys
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.errors import BadInput, IntegrityError, Unavailable
from records.keys import valid
from records.ledger import head_note
from records.tree import consistent

LONGEST_BODY = 64 * 1024
HEX = r"^[0-9a-f]+$"


class Head(BaseModel):
    """A signed head, as `qotbot ledger head --json` prints it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    business: str = Field(min_length=1, max_length=200, pattern=r"^[^\n]+$")
    size: int = Field(ge=1)
    root: str = Field(pattern=HEX, min_length=64, max_length=64)
    at: int = Field(ge=0)
    signature: str = Field(pattern=HEX, min_length=128, max_length=128)
    key: str = Field(pattern=HEX, min_length=64, max_length=64)


class Offered(BaseModel):
    """A head and the proof that it grew from the kept one."""

    model_config = ConfigDict(extra="forbid", strict=True)

    head: Head
    proof: list[str] = Field(max_length=128)


@dataclass(slots=True)
class Keeper:
    """The file of heads; `key` is the only one believed, else the first that came for a business."""

    file: Path
    key: str | None = None

    def newest(self, business: str) -> Head | None:
        """The newest head of a business that is kept."""
        kept = [head for head in self._read() if head.business == business]
        return max(kept, key=lambda head: head.size, default=None)

    def keep(self, offered: Offered) -> None:
        """Keep a head; `IntegrityError` says how it contradicts what is kept."""
        head, kept = offered.head, self.newest(offered.head.business)
        note = head_note(head.business, head.size, head.root, at_ms=head.at)
        if not valid(head.key, head.signature, note):
            raise IntegrityError("the signature does not fit")
        if head.key != (self.key or (kept.key if kept else head.key)):
            raise IntegrityError("it is signed by another key")
        if kept is not None:
            _grew(kept, offered)
            if kept.size == head.size:
                return
        with self.file.open("a", encoding="utf-8") as out:
            out.write(head.model_dump_json() + "\n")
            out.flush()
            os.fsync(out.fileno())

    def _read(self) -> list[Head]:
        if not self.file.exists():
            return []
        try:
            return [Head.model_validate_json(line) for line in self.file.read_text("utf-8").splitlines() if line]
        except ValidationError as problem:
            raise BadInput(f"{self.file} holds a line that is no head; move it away or name another file") from problem


def _grew(kept: Head, offered: Offered) -> None:
    head = offered.head
    if head.size < kept.size:
        raise IntegrityError(f"it counts {head.size} entries, and one of {kept.size} is kept")
    if head.size == kept.size and head.root != kept.root:
        raise IntegrityError(f"another head of {kept.size} entries is kept")
    if not consistent((kept.size, kept.root), (head.size, head.root), offered.proof):
        raise IntegrityError(f"the kept head of {kept.size} entries is not shown to be its beginning")


class Server(ThreadingHTTPServer):
    """Listens for heads; the keeper is asked by one request at a time."""

    daemon_threads = True

    def __init__(self, keeper: Keeper, place: tuple[str, int], *, token: str | None) -> None:
        self.keeper, self.token, self.lock = keeper, token, Lock()
        super().__init__(place, _Handler)

    def newest(self, business: str) -> Head | None:
        """The newest head of a business that is kept."""
        with self.lock:
            return self.keeper.newest(business)

    def keep(self, offered: Offered) -> str:
        """Keep a head; why it was refused, if it was, which standard error is told too."""
        try:
            with self.lock:
                self.keeper.keep(offered)
        except IntegrityError as problem:
            sys.stderr.write(f"refused: {offered.head.business} {offered.head.size}: {problem}\n")
            return str(problem)
        return ""


class _Handler(BaseHTTPRequestHandler):
    server_version, sys_version, timeout = "qotbot-witness", "", 10

    @property
    def house(self) -> Server:
        """The server this request came to."""
        if not isinstance(self.server, Server):
            raise TypeError("heads are taken by their own server only")
        return self.server

    def do_GET(self) -> None:
        """Tell what is kept."""
        if self._admitted():
            kept = self.house.newest(parse_qs(urlsplit(self.path).query).get("business", [""])[0])
            self._answer(200, {"size": kept.size if kept else 0, "root": kept.root if kept else ""})

    def do_POST(self) -> None:
        """Take a head."""
        if not self._admitted():
            return
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > LONGEST_BODY:
            self._answer(400, {"error": "a head is a small JSON object with its length"})
            return
        try:
            offered = Offered.model_validate_json(self.rfile.read(int(length)))
        except ValidationError:
            self._answer(400, {"error": "this is no head with its proof"})
            return
        refused = self.house.keep(offered)
        self._answer(409 if refused else 200, {"error": refused} if refused else {"kept": offered.head.size})

    def _admitted(self) -> bool:
        token, given = self.house.token, self.headers.get("Authorization", "")
        if token is None or hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            return True
        self._answer(401, {"error": "the token does not fit"})
        return False

    def _answer(self, status: int, told: dict[str, Any]) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: what is refused is said elsewhere, and the rest is nobody's business."""


def listen(keeper: Keeper, place: tuple[str, int], *, token: str | None) -> Server:
    """The listening server, to be run and closed by the caller; `Unavailable` where the address is taken."""
    keeper.newest("")  # a file that cannot be read is said at the start
    try:
        return Server(keeper, place, token=token)
    except OSError as problem:
        raise Unavailable(f"{place[0]}:{place[1]} cannot be listened on: {problem.strerror}") from problem
