"""The contract of a guard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from domain.action import Proposal
from domain.decision import Finding

Judge = Callable[[Proposal, Any], Finding | None]


@dataclass(frozen=True, slots=True)
class Guard:
    """A pure rule over an action and the facts it names.

    `reads` are names of facts in `guards/facts.py`; `load(tx, proposal, clearance)` brings a fact of the guard's own,
    found under its name. `None` from `judge` means: nothing against it.
    """

    name: str
    reads: tuple[str, ...]
    judge: Judge
    load: Callable[[Any, Proposal, Any], Any] | None = None
