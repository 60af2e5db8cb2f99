"""Whose clock counts for a message: the called party's, worked out from the records, without the door's tables."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import ZoneInfo

from phonenumbers import NumberParseException, parse

from evals.evidence import Evidence
from evals.story import Sent

MOST = 6  # a number that rings in more zones than this (toll-free, for instance) tells nothing


def zones_of(evidence: Evidence, one: Sent) -> tuple[ZoneInfo, ...]:
    """The zone that the person told us, that of their address, those of their number, else the business's.

    A number of the business's own zone rings there: other zones of its area code are not held against the business.
    """
    if stated := _wished(evidence, one) or _of_contact(evidence, one):
        return (ZoneInfo(stated),)
    found = _of_number(one.address) if one.address else ()
    if not found or evidence.zone.key in found:
        return (evidence.zone,)
    return tuple(ZoneInfo(name) for name in found)


def _wished(evidence: Evidence, one: Sent) -> str | None:
    """What they had told us by then."""
    told = [row["value"] for row in (evidence.state or {}).get("preferences", [])
            if row["contact"] == one.contact and row["kind"] == "zone" and row["at"] <= one.event.at]  # fmt: skip
    return str(told[-1]) if told and told[-1] else None


def _of_contact(evidence: Evidence, one: Sent) -> str | None:
    found = evidence.by_id("contacts").get(one.contact or "", {}).get("zone")
    return str(found) if found else None


@lru_cache(maxsize=4096)
def _of_number(number: str) -> tuple[str, ...]:
    from phonenumbers.timezone import time_zones_for_number  # its table takes a moment to load

    try:
        found = time_zones_for_number(parse(number))
    except NumberParseException:
        return ()
    return found if len(found) <= MOST and "Etc/Unknown" not in found else ()
