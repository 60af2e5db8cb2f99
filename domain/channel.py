"""The contract of a channel."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from domain.message import Delivery, Heard, Receipted, Words
from domain.permit import Permit

Style = Literal["push", "pull", "socket", "answer"]
Voice = Literal["gather", "relay"]
Hear = Callable[[Heard], Awaitable[Receipted]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A way people reach us.

    push: we send (SMS, e-mail). pull: the row becomes visible and the page fetches it (web chat). socket: a live
    connection takes it. answer: the words go into the response to the provider's own request (TwiML Gather).
    `routes(reception)` returns the router; its `hear` returns after the commit.
    """

    name: str
    style: Style
    routes: Callable[[Any], Any]
    deliver: Callable[[Permit, Words], Awaitable[Delivery]]
    reconcile: Callable[[Permit, Words], Awaitable[Delivery]] | None = None
