"""The way out for tools: words leave by the channel that their permit names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.channel import Channel
from domain.message import Delivery, Refused, Words
from domain.permit import Permit


@dataclass(frozen=True, slots=True)
class Switchboard:
    """The deployment's channels by name, as the message tool is given them."""

    channels: Mapping[str, Channel]

    async def send(self, permit: Permit, payload: dict[str, Any]) -> Delivery:
        """Deliver the words; `Refused` with code "no_channel" where the permit's channel is not there."""
        channel = self.channels.get(permit.channel or "")
        if channel is None:
            return Refused(f"there is no channel {permit.channel}", "no_channel")
        return await channel.deliver(permit, _words(payload))

    async def find_sent(self, permit: Permit, payload: dict[str, Any]) -> Delivery:
        """Ask the channel what became of the words; `Refused` with code "absent" where it cannot tell."""
        channel = self.channels.get(permit.channel or "")
        if channel is None or channel.reconcile is None:
            return Refused("nothing can be looked up there", "absent")
        return await channel.reconcile(permit, _words(payload))


def _words(payload: dict[str, Any]) -> Words:
    media = tuple(str(one) for one in payload.get("media", ()))
    return Words(payload["text"], tuple(payload["options"]), media=media, until=payload.get("until"))
