"""Texts between people (SMS Spam Collection): none tells a business to stop, so none may be read as an opt-out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

from domain.errors import BadInput
from evals.corpora.rows import Loose, fit, place, share
from guards.optout import classify

MOST_FALSE: Final = 0.001


class Row(Loose):
    """One text; ham is private, spam is somebody's advertising."""

    label: Literal["ham", "spam"]
    text: str


def figures(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return how often a text is taken for an opt-out, by the layer that took it; the rows are named by their place."""
    counts: Counter[str] = Counter()
    taken: list[dict[str, str]] = []
    for row in rows:
        one = fit(Row, row, "a row has label (ham or spam) and text")
        wish = classify(one.text)
        counts[one.label] += 1
        counts[f"{one.label} {wish.decision}"] += 1
        if one.label == "ham" and wish.decision == "OPT_OUT":
            taken.append({"row": place(row), "rule": wish.rule or "", "layer": wish.layer})
    if not counts:
        raise BadInput("there is no text in this file")
    rate = share(len(taken), counts["ham"])
    return {
        "ham": counts["ham"],
        "false_opt_outs": len(taken),
        "false_opt_out_rate": rate,
        "taken_for_opt_outs": taken[:50],
        "other_wishes_in_ham": {
            key.removeprefix("ham "): n for key, n in sorted(counts.items())
            if key.startswith("ham ") and key not in ("ham NONE", "ham OPT_OUT")
        },
        "spam": counts["spam"],
        "spam_read_as_opt_out": counts["spam OPT_OUT"],
        "missed": ["more than 1 in 1,000 private texts are taken for opt-outs"] if rate > MOST_FALSE else [],
    }  # fmt: skip
