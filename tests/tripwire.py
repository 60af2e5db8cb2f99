"""Keeps tests on this machine: no other host, no real model, none of the developer's accounts."""

from __future__ import annotations

import ipaddress
import os
import sys
from collections.abc import MutableMapping
from typing import Any

PRIVATE = ("QOTBOT_", "DATABASE_URL", "REDIS_URL", "TWILIO_", "OPENAI_", "AZURE_OPENAI_", "LANGCHAIN_", "LANGSMITH_")
FOR_TESTS = frozenset({"QOTBOT_DATA", "QOTBOT_REQUIRE_BROWSER"})
reached: list[str] = []


class ReachedOut(RuntimeError):
    """A test tried to reach another machine."""


def arm() -> None:
    """Refuse every connection and name look-up beyond this machine, for the rest of the process."""
    forget(os.environ)
    os.environ["LANGSMITH_TRACING"] = "false"
    sys.addaudithook(_refuse)  # unlike a patched socket, no test can undo it and no import can precede it


def forget(environment: MutableMapping[str, str]) -> None:
    """Drop the developer's settings and keys, so that nothing reads a real account or model from them."""
    for name in [name for name in environment if name.startswith(PRIVATE) and name not in FOR_TESTS]:
        del environment[name]


def _refuse(event: str, args: tuple[Any, ...]) -> None:
    if not event.startswith("socket."):
        return
    match event:
        case "socket.connect" | "socket.sendto" | "socket.sendmsg":
            host = args[1][0] if isinstance(args[1], tuple) else None  # a path is a socket of this machine
        case "socket.getaddrinfo" | "socket.gethostbyname":
            host = args[0]
        case _:
            return
    if not _is_here(host):
        reached.append(f"{event} {host!r}")
        raise ReachedOut(f"tests stay on this machine: {reached[-1]}")


def _is_here(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(name)).is_loopback
    except ValueError:
        return False
