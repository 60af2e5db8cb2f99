"""The exact wording that people were shown when they consented, kept once by its hash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from domain.clock import to_ms
from records import schema
from records.database import Tx, insert_new

_D = schema.disclosure.c


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What was shown, word by word, in which language and version."""

    text: str
    version: str
    language: str = "en"

    @property
    def sha256(self) -> str:
        """What stands for the wording everywhere else."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def keep(tx: Tx, business: str, shown: Disclosure, *, now: datetime) -> str:
    """Keep a wording; its hash."""
    row = {"business": business, "sha256": shown.sha256, "version": shown.version, "language": shown.language,
           "text": shown.text, "at": to_ms(now)}  # fmt: skip
    insert_new(tx, schema.disclosure, row)
    return shown.sha256


def of(tx: Tx, business: str, sha256: str | None) -> Disclosure | None:
    """The wording behind a hash."""
    row = tx.execute(sa.select(schema.disclosure).where(_D.business == business, _D.sha256 == sha256)).one_or_none()
    return Disclosure(row.text, row.version, row.language) if row else None
