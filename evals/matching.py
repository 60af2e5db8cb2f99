"""Matching what a case wants against what is there: texts, numbers, times, counts; and naming the nearest miss."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from domain.clock import to_ms
from domain.errors import BadInput
from evals.evidence import Evidence
from evals.finding import Judged
from evals.vocabulary import Counted

WORDS = ("not", "in", "contains", "matches", "gte", "lte")


def fits(evidence: Evidence, wanted: Any, actual: Any) -> bool:
    """Whether a value is the wanted one, or what `{not|in|contains|matches|gte|lte: …}` says of it."""
    if isinstance(wanted, Mapping) and wanted and set(wanted) <= set(WORDS):
        return all(_says(evidence, word, (one, actual)) for word, one in wanted.items())
    if isinstance(wanted, Mapping) and isinstance(actual, Mapping):
        return all(key in actual and fits(evidence, one, actual[key]) for key, one in wanted.items())
    return bool(_same(evidence, wanted, actual))


def _says(evidence: Evidence, word: str, pair: tuple[Any, Any]) -> bool:
    wanted, actual = pair
    match word:
        case "not":
            return not fits(evidence, wanted, actual)
        case "in":
            return any(fits(evidence, one, actual) for one in wanted)
        case "contains":
            text = actual if isinstance(actual, str) else " ".join(map(str, actual or ()))
            return str(wanted).casefold() in text.casefold()
        case "matches":
            return pattern(wanted).search(str(actual)) is not None
        case _:
            bound = _number(evidence, wanted, actual)
            return isinstance(actual, int | float) and bool(actual >= bound if word == "gte" else actual <= bound)


def _same(evidence: Evidence, wanted: Any, actual: Any) -> bool:
    if isinstance(wanted, str) and isinstance(actual, str):
        return wanted.casefold() == actual.casefold()
    if isinstance(wanted, str) and isinstance(actual, int) and not isinstance(actual, bool):
        return bool(_number(evidence, wanted, actual) == actual)
    return bool(wanted == actual)


def _number(evidence: Evidence, wanted: Any, actual: Any) -> Any:
    """A wanted time as milliseconds, where the value is a number."""
    if not isinstance(wanted, str) or not isinstance(actual, int | float):
        return wanted
    return float(wanted) if re.fullmatch(r"-?\d+(\.\d+)?", wanted) else to_ms(evidence.instant(wanted))


def pattern(text: str) -> re.Pattern[str]:
    """A pattern that ignores case; `BadInput` where it is none."""
    try:
        return re.compile(text, re.IGNORECASE)
    except re.error as problem:
        raise BadInput(f"{text!r} is not a pattern: {problem}") from problem


def missed(evidence: Evidence, wanted: Mapping[str, Any], actual: Mapping[str, Any]) -> list[str]:
    """Which wanted fields do not fit, as "field: wanted …, there was …"."""
    return [
        f"{name}: wanted {one!r}, there was {shown(evidence, actual.get(name))}"
        for name, one in wanted.items()
        if not fits(evidence, one, actual.get(name))
    ]


def shown(evidence: Evidence, value: Any) -> str:
    """A value as people read it: large numbers are instants."""
    if isinstance(value, int) and not isinstance(value, bool) and value > 10**12:
        return evidence.clock(value)
    return repr(value)


def counted(
    wanted: Counted, candidates: Iterable[tuple[str, list[str]]], *, negative: bool = False, said: str = ""
) -> Judged:
    """Judge a count over candidates, each with what of it does not fit (nothing: it matches).

    The negative of a count holds where the count does not; without bounds it holds where nothing matches.
    """
    listed = list(candidates)
    matched = [told for told, wrong in listed if not wrong]
    enough = _enough(wanted, len(matched))
    near = min((one for one in listed if one[1]), key=lambda one: len(one[1]), default=None)
    nearest = f"{near[0]} ({'; '.join(near[1])})" if near and not matched else ""
    told = tuple(matched[:6]) or tuple(told for told, _ in listed[:6])
    return Judged(
        holds=enough != negative, found=len(matched), wanted=said or str(wanted), evidence=told, nearest=nearest
    )


def _enough(wanted: Counted, found: int) -> bool:
    if wanted.count is not None and found != wanted.count:
        return False
    low = wanted.at_least if wanted.at_least is not None else 0
    bounded = wanted.count is not None or wanted.at_least is not None or wanted.at_most is not None
    return (low if bounded else 1) <= found <= (wanted.at_most if wanted.at_most is not None else found)


def wished(model: Any) -> str:
    """What a case wants, as it wrote it."""
    if hasattr(model, "model_dump"):
        return ", ".join(f"{k}: {v}" for k, v in model.model_dump(by_alias=True, exclude_unset=True).items())
    return str(model)
