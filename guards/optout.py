"""What somebody wishes about being contacted, heard in any wording, without a model.

Two layers: the exact one (the whole message is a keyword of its channel, politely padded or misspelt by one slip) and
the phrase layer (the rules of data/optout.toml, sentence by sentence, and where none is about it, what its words
mean together). The same function reads texts, transcripts of
calls, chats, e-mail and staff's notes. Whatever it misses, a reader's `contact_wish` may add; nothing takes away.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

from guards.meaning import meant
from guards.plain import folded, sentences, slipped, words

Decision = Literal[
    "OPT_OUT", "OPT_IN", "OPT_IN_UNCONFIRMED", "HELP", "WRONG_NUMBER", "CHANNEL_PREF", "TIME_PREF", "AMBIGUOUS", "NONE"
]
Layer = Literal["exact", "phrase", "none"]
PADDING = frozenset("please now thanks thank you ok okay hi hey hello sir maam just yes no kindly pls plz thx".split())
# The strictest wish wins where several are said, and so does the widest scope.
STRICTEST: tuple[Decision, ...] = (
    "WRONG_NUMBER", "OPT_OUT", "CHANNEL_PREF", "TIME_PREF", "OPT_IN", "AMBIGUOUS", "NONE",
)  # fmt: skip
WIDEST = ("all", "texts", "calls", "marketing", None)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wished, for what (`scope`: all, texts, calls, marketing), by which rule, and the words it rests on.

    `rest` says that something else was said beside the wish, which still wants an answer.
    """

    decision: Decision = "NONE"
    scope: str | None = None
    rule: str | None = None
    layer: Layer = "none"
    quote: str = ""
    rest: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """A text as it was written, where it came, and after what."""

    text: str
    channel: str
    context: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the phrase layer."""

    id: str
    decision: Decision
    scope: str | None
    match: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]
    contexts: frozenset[str]
    channels: frozenset[str]

    def says(self, sentence: str, heard: Heard) -> bool:
        """Whether a sentence is what the rule is about; where a pattern has a `name`, it must be written like one."""
        if (self.contexts and heard.context not in self.contexts) or (
            self.channels and heard.channel not in self.channels
        ):
            return False
        found = (m for p in self.match if (m := p.search(sentence)))
        return any(_names(m, heard.text) for m in found) and not any(p.search(sentence) for p in self.unless)


def classify(text: str, *, channel: str = "sms", context: str = "any", language: str = "en") -> Wish:
    """What a message wishes. `context` is what we last sent ("marketing", "reminder", …), or "opted_out"."""
    heard = Heard(text, channel, context)
    return _exact(heard, language) or _phrase(heard)


_AND = re.compile(r"\s*(?:,|;|\band\b|\bbut\b|\bthen\b|\balso\b)\s*")
_BOOKED = re.compile(
    r"\b(?:cancel|move|change|reschedule|refund|pay)\b.*\b(?:appointments?|bookings?|reservations?|deposit|visits?)\b"
)


def _exact(heard: Heard, language: str) -> Wish | None:
    text, listed = heard.text, keywords(heard.channel)
    said = words(folded(text))
    whole = " ".join(said)
    bare = " ".join(_without_padding(said))
    spelt = "".join(said) if len(said) > 2 and all(len(w) == 1 for w in said) else ""
    local = whole in listed.get("by_language", {}).get(language, ())
    kinds: tuple[tuple[Decision, str], ...] = (("OPT_OUT", "stop"), ("HELP", "help"), ("OPT_IN", "start"))
    for decision, kind in kinds:
        known = frozenset(listed.get(kind, ()))
        padded = known & frozenset(listed.get("padded", ()))
        if whole in known or bare in padded or spelt in padded or (local and kind == "stop"):
            return Wish(decision, "all" if kind == "stop" else None, f"keyword:{kind}", "exact", text[:200])
        if kind != "help" and _misspelt(bare, known, listed):
            return Wish(decision, "all" if kind == "stop" else None, f"typo:{kind}", "exact", text[:200])
    if heard.context == "opted_out" and whole in ("yes", "yes please", "yeah", "si", "oui"):
        return Wish("OPT_IN_UNCONFIRMED", None, "keyword:yes", "exact", text[:200])
    return None


def _without_padding(said: list[str]) -> list[str]:
    kept = [w for w in said if w not in PADDING] or said
    return kept[:1] if len(set(kept)) == 1 else kept


def _misspelt(word: str, known: frozenset[str], listed: Mapping[str, Any]) -> bool:
    if len(word) < 4 or " " in word or word in listed.get("not_misspelt", ()):
        return False
    return any(slipped(word, right) for right in listed.get("misspelt", ()) if right in known)


def _phrase(heard: Heard) -> Wish:
    short, fuzzy, _ = phrases()
    said = sentences(heard.text, short, fuzzy)
    found = [_sentence(one, heard) for one in said]
    wishes = [w for w in found if w is not None and w.decision != "NONE"]
    if not wishes:
        return next((w for w in found if w is not None), Wish())
    scopes = {w.scope for w in wishes if w.decision == "OPT_OUT"}
    first = min(wishes, key=lambda w: (STRICTEST.index(w.decision), WIDEST.index(w.scope)))
    scope = "all" if first.decision == "OPT_OUT" and {"texts", "calls"} <= scopes else first.scope
    rest = any(
        len(s.split()) > 2 if w is None else w.decision == "OPT_OUT" and _asks_besides(s, heard)
        for w, s in zip(found, said, strict=True)
    )
    return Wish(first.decision, scope, first.rule, "phrase", first.quote, rest)


def _asks_besides(sentence: str, heard: Heard) -> bool:
    """Whether the sentence of a wish also asks for something about what was booked or paid."""
    clauses = _AND.split(sentence)
    return len(clauses) > 1 and any(_BOOKED.search(c) and _sentence(c, heard) is None for c in clauses)


def _sentence(sentence: str, heard: Heard) -> Wish | None:
    """What one sentence says; None where no rule is about it."""
    for rule in phrases()[2]:
        if rule.says(sentence, heard):
            return Wish(rule.decision, rule.scope, rule.id, "phrase", sentence[:200])
    found = meant(sentence)
    return Wish("OPT_OUT", found.scope, found.rule, "phrase", sentence[:200]) if found else None


def _names(found: re.Match[str], text: str) -> bool:
    """Whether what a pattern calls `name` was written with a capital, in a text that is not all capitals."""
    name = found.groupdict().get("name")
    if name is None:
        return True
    return not text.isupper() and re.search(rf"\b{re.escape(name.capitalize())}", text) is not None


@cache
def keywords(channel: str) -> dict[str, Any]:
    """The keywords of a channel from the dated table; a channel that is not listed has none."""
    listed = _keyword_table().get(channel, {})
    return dict(listed) if isinstance(listed, dict) else {}


def languages(channel: str) -> frozenset[str]:
    """The languages that have keywords of their own on a channel."""
    return frozenset(keywords(channel).get("by_language", {}))


def carrier_answers(text: str, mode: str) -> bool:
    """Whether the carrier itself confirms this message, by the sender's `optout_mode`; then we do not."""
    listed = _keyword_table().get("carrier", {}).get(mode, {})
    return any(text.strip().casefold() in listed.get(kind, ()) for kind in ("stop", "help", "start"))


def asks_for_a_text(text: str) -> bool:
    """Whether somebody on a call asks to be texted ("yes, text me")."""
    short, fuzzy, _ = phrases()
    rule = _phrase_table()["texted"]
    said = sentences(text, short, fuzzy)
    against = any(re.search(p, one) for p in rule["unless"] for one in said)
    return not against and any(re.search(p, one) for p in rule["match"] for one in said)


def revokes(scope: str) -> dict[str, str]:
    """What a scope revokes: the purpose, or "all", by channel."""
    return dict(_phrase_table()["scope"][scope])


@cache
def _keyword_table() -> dict[str, Any]:
    return tomllib.loads(resources.files("guards").joinpath("data/keywords.toml").read_text("utf-8"))


@cache
def _phrase_table() -> dict[str, Any]:
    return tomllib.loads(resources.files("guards").joinpath("data/optout.toml").read_text("utf-8"))


@cache
def phrases() -> tuple[dict[str, str], tuple[str, ...], tuple[Rule, ...]]:
    """The short forms, the words that may be misspelt, and the rules in their order."""
    table = _phrase_table()
    named: dict[str, str] = {}
    for name, pattern in table["words"].items():
        named[name] = _filled(pattern, named)
    rules = tuple(_rule(row, named) for row in table["rule"])
    return dict(table["short"]), tuple(table["fuzzy"]["words"]), rules


def _rule(row: dict[str, Any], named: Mapping[str, str]) -> Rule:
    match, unless = (tuple(re.compile(_filled(p, named)) for p in row.get(part, ())) for part in ("match", "unless"))
    return Rule(
        id=row["id"], decision=row["decision"], scope=row.get("scope"), match=match, unless=unless,
        contexts=frozenset(row.get("contexts", ())), channels=frozenset(row.get("channels", ())),
    )  # fmt: skip


def _filled(pattern: str, named: Mapping[str, str]) -> str:
    for name, words_of in named.items():
        pattern = pattern.replace("{" + name + "}", words_of)
    return pattern
