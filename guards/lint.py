"""Reading a business's wording before anybody gets it: what the law, the carriers or the customers' privacy forbid."""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

from domain.passages import parts
from domain.segments import foreign, segments
from domain.settings import Pack
from guards.promotion import careful_sector, health_detail, promotional, tells_opt_out

Level = Literal["error", "warning"]
PROACTIVE = ("reminder.", "news.", "missed_call.", "campaign.", "follow_up.")
SAMPLE = "x" * 24  # a name, a day with its time, a service: what fills a field
LONGEST_PARTS, PROACTIVE_PARTS, MANDATED_PARTS = 10, 3, 1
_ASKED = re.compile(
    r"\b(?:reply|text|send|answer|respond|type|write|say)\b(?: us)?(?: back)?(?: with)?(?: the word)? [\"'“]?"
    r"(stop|stopall|cancel|end|quit|unsubscribe|revoke|opt ?out|yes)\b[\"'”]?(.{0,40})",
    re.IGNORECASE,
)
_OF_MESSAGES = re.compile(
    r"^\W*(?:$|to (?:opt[ -]?out|unsubscribe|end|quit|stop|leave)\b(?! (?:your|the|this|an?) "
    r"(?:appointment|booking|order|reservation|visit|subscription)))",
    re.IGNORECASE,
)
_HEALTH_FIELDS = ("service", "treatment", "need")


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding: where, which rule, what is wrong, how to mend it."""

    file: str
    line: int
    rule: str
    level: Level
    what: str
    fix: str


@dataclass(frozen=True, slots=True)
class Wording:
    """One variant of a wording as it is judged."""

    key: str
    text: str
    pack: Pack

    @property
    def proactive(self) -> bool:
        """Whether we begin with it."""
        return self.key.startswith(PROACTIVE)

    @property
    def filled(self) -> str:
        """The text with its fields filled as long as they get."""
        business = self.pack.business
        known = {"business": business.name, "phone": business.phone, "address": business.address}
        try:
            parsed = list(string.Formatter().parse(self.text))
        except ValueError:  # a bracket too many or too few, which the check of its facts names
            return self.text
        return "".join(literal + (known.get(name, SAMPLE) if name else "") for literal, name, _, _ in parsed)


Found = tuple[Level, str, str]
Rule = Callable[[Wording], Found | None]


def lint(files: Mapping[str, str], pack: Pack) -> list[Problem]:
    """Every problem in the wording files of a pack, in order of file and line."""
    found: list[Problem] = []
    for name in sorted(n for n in files if n.startswith("messages/")):
        for part in parts(name, files[name]):
            for passage in part.passages:
                wording = Wording(part.heading, passage.text, pack)
                found += [Problem(name, passage.line, rule, *told) for rule, told in judged(wording)]
    return found


def judged(wording: Wording) -> Iterator[tuple[str, Found]]:
    """What the rules say of one wording."""
    for name, rule in RULES.items():
        if told := rule(wording):
            yield name, told


def campaign(text: str, pack: Pack) -> list[Found]:
    """What the rules say of a campaign's text."""
    return [told for _, told in judged(Wording("campaign.text", text, pack)) if told[0] == "error"]


def _stop_word(wording: Wording) -> Found | None:
    for match in _ASKED.finditer(wording.text):
        word, rest = match.groups()
        way_out = word.casefold() not in ("yes", "cancel", "end", "quit") and _OF_MESSAGES.match(rest)
        if not way_out:
            told = f"it asks people to text {word.upper()!r}, which carriers and the law read as an opt-out or opt-in"
            return "error", told, "ask for C, R, 1 or 2, or for an answer in their own words"
    return None


def _identified(wording: Wording) -> Found | None:
    if not wording.key.startswith("campaign.") or wording.pack.business.name in wording.filled:
        return None
    return "error", "a campaign does not say who sends it", "write {business} into it"


def _way_out(wording: Wording) -> Found | None:
    if not wording.key.startswith("campaign.") or tells_opt_out(wording.text):
        return None
    return "error", "a campaign does not say how to stop it", "add: Reply STOP to opt out."


def _length(wording: Wording) -> Found | None:
    count = segments(wording.filled)
    limit = PROACTIVE_PARTS if wording.proactive else LONGEST_PARTS
    if wording.key in ("consent.stopped", "consent.started", "consent.help"):
        limit = MANDATED_PARTS
    if count.parts <= limit:
        return None
    return "error", f"it takes {count.parts} parts ({count.encoding}) where {limit} are allowed", "shorten it"


def _alphabet(wording: Wording) -> Found | None:
    if not (signs := foreign(wording.text)):
        return None
    told = f"{signs!r} is outside the GSM-7 alphabet, so a part holds 70 characters instead of 160"
    return "warning", told, "write it with plain characters"


def _health(wording: Wording) -> Found | None:
    if not wording.proactive or not careful_sector(wording.pack.business.sector):
        return None
    fields = [n for _, n, _, _ in string.Formatter().parse(wording.text) if n in _HEALTH_FIELDS]
    if detail := health_detail(wording.text) or (f"{{{fields[0]}}}" if fields else None):
        return "error", f"it names {detail!r} in a message that we begin", "say only when and where"
    return None


def _promotion(wording: Wording) -> Found | None:
    if wording.key.startswith("campaign.") or not (words := promotional(wording.text)):
        return None
    return "error", f"{words!r} is promotion, which only campaigns may carry", "leave it out or make it a campaign"


def _disclosed(wording: Wording) -> Found | None:
    for about, told in (("assistant", "that a machine speaks"), ("recording", "that the call may be recorded")):
        rule = _disclosures()[about]
        if wording.key in rule["wordings"] and not re.search(rule["says"], wording.text, re.IGNORECASE):
            return "error", f"it does not say {told}", "say so in plain words (guards/data/disclosures.toml)"
    return None


@cache
def _disclosures() -> dict[str, Any]:
    return tomllib.loads(resources.files("guards").joinpath("data/disclosures.toml").read_text("utf-8"))


RULES: dict[str, Rule] = {
    "stop-word": _stop_word,
    "campaign-sender": _identified,
    "campaign-way-out": _way_out,
    "length": _length,
    "alphabet": _alphabet,
    "health": _health,
    "promotion": _promotion,
    "disclosure": _disclosed,
}
