"""Bringing our own recorded conversations into a suite: an act of a member of staff, on the ledger, scrubbed first.

Nothing that was said touches the disk before it is scrubbed and a second pass has found nothing; what does not pass is
left out and only counted. The files join no suite until somebody has looked at them (`review`).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from domain.errors import BadInput
from domain.settings import Business
from evals.case import Case
from evals.importers import ledger as exported
from evals.importing import CASE_FILE, UNREVIEWED, write, yaml_of
from evals.scrub import Scrubber
from evals.suite import read_file
from records import contacts, ledger
from records.database import Database, Scope, Tx

MAY: Final = ("owner", "manager")
CAREFUL: Final = ("dentist", "clinic")  # health; there is no sector of finance yet
SHORTEST_REASON: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Who brings it in, as what, why and when."""

    by: str
    role: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Brought:
    """What came of it: files written, and how many conversations were left out, by what was personal in them still."""

    files: tuple[Path, ...]
    quarantined: dict[str, int]


def allowed(business: Business, who: Who, *, health: bool = False) -> None:
    """Refuse who may not, who gives no reason, and health conversations that nobody allowed."""
    if who.role not in MAY:
        raise BadInput(f"{who.role!r} may not bring in conversations; only {' or '.join(MAY)} may: --role")
    if not who.by.strip() or len(who.reason.strip()) < SHORTEST_REASON:
        raise BadInput(f"say who you are (--by) and why in {SHORTEST_REASON} letters or more (--reason)")
    if business.sector in CAREFUL and not health:
        raise BadInput(
            f"conversations of a {business.sector} are about health and stay where they are; --health allows it"
        )


def bring_in(database: Database, business: Business, file: Path, *, who: Who, out: Path) -> Brought:
    """Scrub the conversations of a ledger export, tell the ledger, and write them to be reviewed."""
    names = database.read_now(lambda tx: contacts.names(tx, business.id))
    clean, quarantined = scrubbed(exported.read(file), Scrubber(secrets.token_bytes(32), names))
    body = {
        "by": who.role, "cases": len(clean), "quarantined": sum(quarantined.values()),
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
    }  # fmt: skip
    entry = ledger.Entry("eval.imported", body, {"actor": who.by, "reason": who.reason})

    def tell(tx: Tx) -> None:
        ledger.append(tx, business.id, entry, at=who.at)

    database.write_now(Scope(business.id), tell)
    return Brought(tuple(write(clean, out, ending=UNREVIEWED)), quarantined)


def scrubbed(cases: Iterable[Case], scrubber: Scrubber) -> tuple[list[Case], dict[str, int]]:
    """The cases with stand-ins, and how many were left out because a second pass found something, by kind."""
    clean: list[Case] = []
    left_out: dict[str, int] = {}
    for case in cases:
        data: dict[str, Any] = scrubber.scrub_value(case.as_json())
        kinds = scrubber.left(data)
        made: Case | None = None
        try:
            made = Case.model_validate(data)
        except ValidationError:
            kinds = [*kinds, "no case any more"]
        if made is None or kinds:
            left_out[", ".join(kinds)] = left_out.get(", ".join(kinds), 0) + 1
        else:
            clean.append(made)
    return clean, left_out


def review(file: Path, by: str) -> Path:
    """Say that somebody looked at a case and that it may join a suite; its new name."""
    if not file.name.endswith(UNREVIEWED):
        raise BadInput(f"{file.name} waits for no review; a file that does ends in {UNREVIEWED}")
    if not by.strip():
        raise BadInput("say who looked at it: --by")
    [loaded] = read_file(file)
    data = loaded.case.as_json()
    data["source"] = {**data.get("source", {}), "reviewed_by": by.strip()}
    target = file.with_name(file.name.removesuffix(UNREVIEWED) + CASE_FILE)
    target.write_text(yaml_of(Case.model_validate(data)), "utf-8")
    file.unlink()
    return target
