"""An action's arguments as a form: what each one means to people, and back to what will run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from desk.cards import Choice, Field
from domain.action import Action
from domain.canonical import short_id
from domain.clock import from_ms, to_ms
from domain.codes import without_codes
from domain.errors import BadInput
from domain.settings import Business
from records.bookings import code_of

FIXED = ("booking", "version", "price_cents", "service", "campaign", "people")
MOST_CENTS = 10**10


def fields(args: Mapping[str, Any], business: Business) -> tuple[Field, ...]:
    """The arguments as fields; instants in the business's zone."""
    return tuple(_field(name, value, business) for name, value in args.items() if value is not None)


def _field(name: str, value: Any, business: Business) -> Field:
    label, editable = name.removesuffix("_cents").replace("_", " ").capitalize(), name not in FIXED
    if name == "start" and isinstance(value, int):
        local = business.local(from_ms(value))
        return Field(name=name, label="When", value=local.isoformat(), kind="datetime", editable=editable)
    if name.endswith("_cents") and isinstance(value, int):
        amount = f"{Decimal(value) / 100:.2f}"
        return Field(name=name, label=label, value=amount, kind="money", unit=business.currency, editable=editable)
    if name == "staff":
        choices = tuple(Choice(key, member.name) for key, member in business.staff.items())
        return Field(name=name, label=label, value=str(value), kind="choice", choices=choices, editable=editable)
    if name == "service":
        choices = tuple(Choice(key, service.name) for key, service in business.services.items())
        return Field(name=name, label=label, value=str(value), kind="choice", choices=choices, editable=editable)
    if isinstance(value, str) and (hidden := without_codes(value)) != value:
        return Field(name=name, label=label, value=hidden, editable=False)
    kind = "number" if isinstance(value, int) else "text"
    return Field(name=name, label=label, value=str(value), kind="number" if kind == "number" else "text",
                 editable=editable)  # fmt: skip


def canonical(args: Mapping[str, Any], changed: Mapping[str, str], business: Business) -> dict[str, Any]:
    """Changed fields back into arguments; a time without a zone is the business's. `BadInput` names the field."""
    found: dict[str, Any] = {}
    for name, words in changed.items():
        if name in FIXED or name not in args:
            raise BadInput(f"{name}: this cannot be changed")
        try:
            found[name] = _argument(name, words, args[name], business=business)
        except (ValueError, ArithmeticError) as problem:
            raise BadInput(f"{name}: {words[:40]!r} cannot be read") from problem
    return found


def _argument(name: str, words: str, before: Any, *, business: Business) -> Any:
    if name == "start":
        instant = datetime.fromisoformat(words)
        return to_ms(instant if instant.tzinfo else instant.replace(tzinfo=business.tz))
    if name.endswith("_cents"):
        return _cents(Decimal(words) * 100)
    if name == "staff" and words not in business.staff:
        raise ValueError("nobody of that name works here")
    return int(words) if isinstance(before, int) else words


def _cents(amount: Decimal) -> int:
    if not 0 <= amount <= MOST_CENTS or amount != amount.to_integral_value():
        raise ValueError("an amount is whole cents")
    return int(amount)


def errors_by_field(problem: str) -> dict[str, str]:
    """`field: what is wrong; …` as errors by field."""
    found: dict[str, str] = {}
    for part in problem.split("; "):
        name, colon, why = part.partition(": ")
        found[name if colon else ""] = why if colon else part
    return found


def expected_receipt(row: Action) -> dict[str, Any]:
    """The receipt that the action will leave, as far as it is known before."""
    booking = row.args.get("booking") or short_id("bkg", row.id)
    return {"booking": booking, "code": code_of(str(booking))}
