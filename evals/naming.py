"""Names in a case that stand for nothing: a misspelled tool in a `not_calls_tool` would hold for ever.

Tools and guards are those of this house and of the case's extensions; tables and columns are the records'. Kinds of
events and follow-ups may also be a deployment's own, so only what is nearly one of ours is taken for a slip.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, Final, get_args

from compose import shipped_guards
from domain.action import ActionState
from domain.extensions import discover
from domain.message import Delivery, Refused
from domain.permit import Permit
from domain.tool import Ports, Tool
from evals.case import Case
from evals.vocabulary import Expectation
from records.snapshot import TABLES
from tools.payments import FilePayments

Place = tuple[str | int, ...]
Wrong = tuple[Place, str]
EVENTS: Final = (
    *(f"action.{state}" for state in (*get_args(ActionState), "judged", "confirmed", "decided")),
    *(f"consent.{act}" for act in ("grant", "revoke", "pending", "confirm")),
    *(f"obligation.{what}" for what in ("opened", "closed", "overdue", "noted")),
    *(f"turn.{what}" for what in ("opened", "read", "answered")),
    *(f"delivery.{what}" for what in ("doubled", "late", "unclear", "unknown", "unreached")),
    "message.heard", "message.interrupted", "missed.settled", "tool.read", "preference.set", "contact.merged",
    "contact.detached", "contact.unmerged", "campaign.planned", "brake.on", "brake.off", "address.textable",
    "address.untextable", "call.released", "call.unsure",
)  # fmt: skip
FOLLOWUPS: Final = (
    "answer", "approval", "brake", "callback", "carrier", "delivery", "failed_job", "forget", "forgotten", "guard",
    "lead", "media", "missed_call", "quarantined", "recording", "voicemail", "wish", "witness",
)  # fmt: skip
PACKS: Final = Path(__file__).resolve().parent.parent / "packs"
OUR_OWN: Final = ("gate",)  # a rule that no guard is named after


def misnamed(case: Case, folder: Path) -> Iterator[Wrong]:
    """Every name that stands for nothing, with its place in the case."""
    if not any((place / case.business / "business.yaml").exists() for place in (folder, PACKS)):
        packs = ", ".join(sorted(place.name for place in PACKS.iterdir() if place.is_dir()))
        yield (
            ("business",),
            f"there is no business {case.business!r}; name a pack ({packs}) or a folder beside it",
        )
    own = (folder / case.extensions).resolve() if case.extensions else None
    if own is not None and not own.is_dir():
        yield ("extensions",), f"the folder {own} is missing"
        return
    if (names := names_of(own)) is None:
        return
    for at, turn in enumerate(case.turns):
        for where, tool in (("staff", turn.staff and turn.staff.tool), ("propose", turn.propose and turn.propose.tool)):
            if tool:
                yield from _one(("turns", at, where), "tool", tool, among=names.tools)
        for k, expected in enumerate(turn.expect):
            yield from _expected(("turns", at, "expect", k), expected, names)
    for k, expected in enumerate(case.expect):
        yield from _expected(("expect", k), expected, names)


@dataclass(frozen=True, slots=True)
class Names:
    """What may be named: the tools and guards of this house and of an extensions folder."""

    tools: tuple[str, ...]
    guards: tuple[str, ...]


@cache
def names_of(extensions: Path | None) -> Names | None:
    """What may be named; None where the extensions cannot be used, which is told when the case is played."""
    try:
        return Names(tools(extensions), (*(guard.name for guard in shipped_guards(extensions)), *OUR_OWN))
    except Exception:  # noqa: BLE001  a part that breaks in whatever way must not keep other cases from being read
        return None


@cache
def tools(extensions: Path | None) -> tuple[str, ...]:
    """The names of the tools there are."""
    ports = Ports(send=_nobody, find_sent=_nobody, payments=FilePayments(Path()))
    found = (one if isinstance(one, Tool) else one(ports) for one in discover("tools", "TOOL", extensions))
    return tuple(sorted(tool.name for tool in found))


async def _nobody(_permit: Permit, _payload: dict[str, Any]) -> Delivery:
    return Refused("only the names are looked at")


def _expected(place: Place, expected: Expectation, names: Names) -> Iterator[Wrong]:
    name, wanted, _ = expected.asserts
    place = (*place, next(iter(expected.model_fields_set - Expectation.ASIDE)))
    listed = wanted if name == "tool_order" else wanted.tools if name == "trajectory" else ()
    called = wanted.name if name == "calls_tool" else getattr(wanted, "tool", None)
    for tool in (*listed, *filter(None, [called])):
        yield from _one(place, "tool", tool, among=names.tools)
    for guard in filter(None, (getattr(wanted, "guard", None), getattr(wanted, "rule", None))):
        yield from _one(place, "guard", guard, among=names.guards)
    if name in ("ledger", "followup", "escalates") and wanted.kind:
        known = EVENTS if name == "ledger" else FOLLOWUPS
        if wanted.kind not in known and (near := get_close_matches(wanted.kind, known, n=1, cutoff=0.8)):
            yield place, f"{wanted.kind!r} is no kind of ours; did you mean {near[0]}?"
    if name in ("state", "state_unchanged"):
        yield from _tables(place, wanted)


def _tables(place: Place, wanted: Any) -> Iterator[Wrong]:
    for table in wanted if isinstance(wanted, dict | list) else ():
        yield from _one(place, "table", table, among=TABLES)
        if isinstance(wanted, dict) and table in TABLES:
            columns = TABLES[table].columns.keys()
            for column in wanted[table].where:
                yield from _one((*place, table), f"column of {table}", column, among=columns)


def _one(place: Place, what: str, name: str, *, among: Any) -> Iterator[Wrong]:
    if name not in among:
        near = get_close_matches(name, list(among), n=1)
        meant = f"did you mean {near[0]}?" if near else f"there are {', '.join(among)}"
        yield place, f"there is no {what} {name!r}; {meant}"
