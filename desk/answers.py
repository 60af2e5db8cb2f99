"""Reading what staff typed into a card: only what they changed, in canonical form, or what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from desk.cards import Answer, AnswerKind, Card, Field

LONGEST = 1000  # characters of a reason or an answer
PREFIX = "field."
AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?")
WHOLE = re.compile(r"-?[0-9]{1,9}")


class Unreadable(Exception):
    """What was typed cannot be taken; `errors` tell why, by field name (`text` for the free words)."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(", ".join(errors.values()))
        self.errors = errors


def typed(field: Field, zone: ZoneInfo) -> str:
    """Return a field's value as its input shows it: an instant becomes local time of the business."""
    if field.kind != "datetime":
        return field.value
    return datetime.fromisoformat(field.value).astimezone(zone).strftime("%Y-%m-%dT%H:%M")


def read_answer(kind: AnswerKind, form: Mapping[str, str], card: Card | None, *, by: str, zone: ZoneInfo) -> Answer:
    """Return the answer of a form. An edit that changes nothing is an approval.

    Raises Unreadable. Without the card (decided by now) an edit cannot be read; it gets a hash that matches no card, so
    that the desk tells who decided and can never take it for an approval.
    """
    seen, text = form.get("args_hash", ""), form.get("text", "").replace("\r\n", "\n").strip()
    if kind in ("reject", "answer"):
        if not text:
            wanted = "the reason" if kind == "reject" else "the words to send"
            raise Unreadable({"text": f"Write {wanted}."})
        if len(text) > LONGEST:
            raise Unreadable({"text": f"At most {LONGEST} characters; these are {len(text)}."})
        return Answer(kind=kind, args_hash=seen, by=by, text=text)
    if kind == "edit" and card is None:
        return Answer(kind="edit", args_hash="", by=by)
    changed = _changed(card.fields, form, zone) if card and kind == "edit" else {}
    return Answer(kind="edit" if changed else "approve", args_hash=seen, by=by, args=changed)


def _changed(fields: tuple[Field, ...], form: Mapping[str, str], zone: ZoneInfo) -> dict[str, str]:
    changed: dict[str, str] = {}
    errors: dict[str, str] = {}
    for field in fields:
        words = form.get(PREFIX + field.name)
        if words is None or not field.editable or words.strip() == typed(field, zone):
            continue
        try:
            changed[field.name] = _canonical(field, words.strip(), zone)
        except ValueError as wrong:
            errors[field.name] = str(wrong)
    if errors:
        raise Unreadable(errors)
    return changed


def _canonical(field: Field, words: str, zone: ZoneInfo) -> str:
    match field.kind:
        case "datetime":
            return _instant(words, zone)
        case "choice" if words not in {choice.value for choice in field.choices}:
            raise ValueError("Choose one of the list.")
        case "money" if not AMOUNT.fullmatch(words):
            raise ValueError("Write an amount like 45 or 45.50.")
        case "number" if not WHOLE.fullmatch(words):
            raise ValueError("Write a whole number.")
        case "text" if not words or len(words) > LONGEST:
            raise ValueError(f"Write 1 to {LONGEST} characters.")
    return words


def _instant(words: str, zone: ZoneInfo) -> str:
    try:
        local = datetime.fromisoformat(words).replace(tzinfo=zone)
    except ValueError:
        raise ValueError("Write a date and a time.") from None
    if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise ValueError("This time does not exist on that day: the clocks go forward.")
    return local.isoformat()
