"""What every channel is handed: the one callback, and where to read what was answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

import httpx

from domain.channel import Hear, Voice
from domain.clock import Clock
from domain.live import Rate
from domain.message import Reassigned, Receipted, Report, Words
from domain.settings import Pack
from records.database import Database
from records.keys import Keys

Collect = Callable[[Receipted, float], Awaitable[Sequence[Words] | None]]
Tell = Callable[[Report | Reassigned], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Account:
    """A Twilio account and where its API answers; `transport` replaces the network in one process.

    `token` signs our requests. Webhooks may also be signed with one of `other_tokens` (while tokens are changed over)
    or with a shared key, by its id. With a messaging `service` Twilio picks the sender from the service's pool.
    """

    sid: str
    token: str = field(repr=False)
    number: str
    api_base: str = "https://api.twilio.com"
    transport: httpx.AsyncBaseTransport | None = None
    service: str | None = None
    rate: Rate | None = None  # of parts of texts; None where nothing limits them
    other_tokens: tuple[str, ...] = field(default=(), repr=False)
    shared_keys: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """The parts a channel works with.

    `hear` returns after the commit. `collect(receipted, seconds)` waits for the answer to what was heard, claims it
    into the channel's own response and returns its words in order; None when the time is over. `report` takes what a
    carrier says later about something we sent, or of a number.
    """

    hear: Hear
    collect: Collect
    report: Tell
    database: Database
    clock: Clock
    pack: Pack
    keys: Keys
    account: Account | None
    public_base_url: str
    reader_name: str
    voice: Voice = "gather"
    identity_secret: str | None = None  # what a site signs its users with

    def line(self, key: str, said: str = "") -> str:
        """What a channel itself says, in the business's words; start-up has seen that the wording is there."""
        business = self.pack.business
        facts = {"business": business.name, "phone": business.phone, "address": business.address, "said": said}
        return self.pack.wording[key][0].format_map(facts)

    def address(self, path: str) -> str:
        """A path of ours as the outside reaches it."""
        return self.public_base_url.rstrip("/") + path
