"""What a caller is told before anything else, by the states whose law may bind; unknown is strictest."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any

_TABLE: dict[str, Any] = tomllib.loads(resources.files("guards").joinpath("data/disclosures.toml").read_text("utf-8"))
ALL_PARTY, ONE_PARTY, WITHIN = (
    frozenset(_TABLE["recording"][kind]["states"]) for kind in ("all_party", "one_party", "within")
)


@dataclass(frozen=True, slots=True)
class Notice:
    """What a caller must hear first beside who speaks: that the call is kept (`kept`), and again on the recording
    itself (`within`). `because` is a state, `recorded`, `unknown` or `one_party`.
    """

    kept: bool
    within: bool
    because: str


def on_call(theirs: frozenset[str], ours: frozenset[str], *, recorded: bool) -> Notice:
    """The notice for a caller who may be in any of these states, from a business in any of those.

    A state that no table lists is unknown, and so is none at all. Without a recording it is about the transcript.
    """
    states = theirs | ours
    unlisted = states - ALL_PARTY - ONE_PARTY
    within = recorded and (not theirs or not ours or bool(unlisted or states & WITHIN))
    if not theirs or not ours or unlisted:
        return Notice(kept=True, within=within, because="unknown")
    if strict := states & ALL_PARTY:
        return Notice(kept=True, within=within, because=min(strict))
    return Notice(kept=recorded, within=within, because="recorded" if recorded else "one_party")
