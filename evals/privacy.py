"""The invariant about personal data: logs and the ledger's clear text hold ids, never numbers, names or words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from evals.evidence import Evidence
from records.ledger import Event

Broken = Iterator[tuple[str, Sequence[Event]]]
NUMBER = re.compile(r"\+\d{8,15}\b")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
LONGEST_COMMON = 12  # characters: shorter words of customers ("yes please") may stand anywhere


def no_personal_data_in_logs(evidence: Evidence) -> Broken:
    """No telephone number, e-mail address, name or sentence of a customer in what is logged or sealed in the clear."""
    names = {row["name"] for row in (evidence.state or {}).get("contacts", []) if row.get("name")}
    words = {w for w in _words(evidence) if len(w) > LONGEST_COMMON}
    clear = [json.dumps(event.body, ensure_ascii=False) for event in evidence.events]
    logged = [json.dumps(line, ensure_ascii=False, default=str) for line in evidence.logs]
    if not _personal("\n".join((*clear, *logged)), names, words):
        return  # one look at everything is quicker than a look at each
    for event, text in zip(evidence.events, clear, strict=True):
        if what := _personal(text, names, words):
            yield f"the ledger's clear text holds {what}", [event]
    for line, text in zip(evidence.logs, logged, strict=True):
        if what := _personal(text, names, words):
            yield f"a line of the log ({line.get('event')}) holds {what}", []


def _words(evidence: Evidence) -> Iterator[str]:
    for event in evidence.events:
        if event.kind == "message.heard":
            yield event.texts.get("text", "").strip()


def _personal(text: str, names: set[str], words: set[str]) -> str | None:
    if NUMBER.search(text):
        return "a telephone number"
    if EMAIL.search(text):
        return "an e-mail address"
    folded = text.casefold()
    if any(re.search(rf"\b{re.escape(name.casefold())}\b", folded) for name in names if len(name) > 2):
        return "a customer's name"
    if any(word.casefold() in folded for word in words):
        return "a customer's words"
    return None
