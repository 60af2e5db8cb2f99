"""Escalation on LiveKit's hotel scenarios: who must reach a person does, and who must not does not.

A scenario's caller speaks its opening line and then what its steps quote, as texts, to the salon of this repository
(there is no hotel). A follow-up for a person, or a held action, is an escalation. Those that only say that the salon
does not know an answer ("question", "unclear") are told apart: a hotel that knows its breakfast has none of them. What
is left is what was understood: somebody asks for a person, complains, or is in danger. The label map is
`data/hotel_labels.toml`.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
import tomllib
from collections import Counter
from importlib import resources
from pathlib import Path
from typing import Any, Final

from domain.clock import SteppingClock
from domain.errors import BadInput
from evals.corpora.layer import SALON, START
from evals.corpora.rows import share
from evals.corpora.scenarios import Scenario, read_scenarios
from evals.stage import Stage, staged
from records import contacts, obligations
from records.database import Tx

MOST_LINES: Final = 6
TO_A_PERSON: Final = ("callback", "approval", "lead", "wish", "quarantined")
NOT_KNOWN: Final = frozenset({"question", "unclear"})
_ANY_QUOTE: Final = re.compile(r"[\"“]([^\"”]{8,400})[\"”]")


def figures(path: Path) -> dict[str, Any]:
    """Return precision and recall of escalation by label, all and understood, and what was understood the wrong way."""
    scenarios = read_scenarios(path)
    labels = _labels()
    ends = asyncio.run(_played(scenarios))
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    for scenario, reasons in zip(scenarios, ends, strict=True):
        label, understood = labels.get(scenario.tags.get("feature", ""), "left_out"), bool(reasons - NOT_KNOWN)
        counts.update({label: 1, f"{label} escalated": bool(reasons), f"{label} understood": understood})
        if (label == "must" and not understood) or (label == "must_not" and understood):
            wrong.append(f"{label}: {scenario.label}")
    return {
        "scenarios": len(scenarios),
        "played_to": "the salon pack; a question whose answer it does not have goes to a person",
        "labels": "evals/corpora/data/hotel_labels.toml",
        "must_escalate": {"scenarios": counts["must"], "escalated": counts["must escalated"]},
        "must_not_escalate": {"scenarios": counts["must_not"], "escalated": counts["must_not escalated"]},
        "left_out": {"scenarios": counts["left_out"], "escalated": counts["left_out escalated"]},
        "precision": _precision(counts, "escalated"),
        "recall": share(counts["must escalated"], counts["must"]),
        "understood": {
            "must_escalate": counts["must understood"],
            "must_not_escalate": counts["must_not understood"],
            "left_out": counts["left_out understood"],
            "precision": _precision(counts, "understood"),
            "recall": share(counts["must understood"], counts["must"]),
        },
        "went_wrong": wrong,
        "missed": [],
    }


def _precision(counts: Counter[str], how: str) -> float:
    return share(counts[f"must {how}"], counts[f"must {how}"] + counts[f"must_not {how}"])


def lines(scenario: Scenario) -> list[str]:
    """What the caller says: the opening line, then what the steps quote, each once."""
    opening = scenario.opening or scenario.label
    steps = scenario.instructions.partition("DO")[2]
    said = [opening, *(" ".join(quote.split()) for quote in _ANY_QUOTE.findall(steps))]
    return list(dict.fromkeys(said))[:MOST_LINES]


async def _played(scenarios: list[Scenario]) -> list[set[str]]:
    with tempfile.TemporaryDirectory(prefix="qotbot-eval-") as folder:
        async with staged(Path(folder), SALON, SteppingClock(START)) as stage:
            return [await _play(stage, scenario, n) for n, scenario in enumerate(scenarios)]


async def _play(stage: Stage, scenario: Scenario, n: int) -> set[str]:
    """Speak the lines; for which reasons a person was called in by then."""
    address = f"+1999{n:07d}"
    for line in lines(scenario):
        await stage.hear("sms", address, line)
    return await stage.app.database.read(lambda tx: _escalated(tx, stage, address))


def _escalated(tx: Tx, stage: Stage, address: str) -> set[str]:
    business = stage.app.pack.business.id
    contact = contacts.find(tx, business, kind="phone", value=address)
    waiting = obligations.still_open(tx, business, kinds=TO_A_PERSON, limit=10_000)
    mine = [one for one in waiting if one.contact == contact]
    return {one.detail.partition(":")[0] if one.kind == "callback" else one.kind for one in mine}


def _labels() -> dict[str, str]:
    table = tomllib.loads(resources.files("evals.corpora").joinpath("data/hotel_labels.toml").read_text("utf-8"))
    found = {feature: "must" for feature in table["must"]} | {feature: "must_not" for feature in table["must_not"]}
    if len(found) != len(table["must"]) + len(table["must_not"]):
        raise BadInput("hotel_labels.toml: a feature stands in both lists")
    return found
