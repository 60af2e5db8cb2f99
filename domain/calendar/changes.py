"""Which of several days or times still stand: `not friday, saturday`, `Dec 9 ... change it to Dec 10`, `no wait, 4`."""

from __future__ import annotations

import re

from domain.calendar.words import Mention, T

_REACH = 60  # characters to either side of a mention that are looked at; keeps long texts linear
# "come by friday" is a visit, "by friday" a limit; "not before 3" turns the limit round.
BY = r"(?<!come )(?<!stop )(?<!drop )(?<!swing )(?<!pop )by"
UNLESS = r"(?P<negated>\b(?:not|no|can't|cant|cannot|won't|don't)(?: [a-z]{1,9}){0,2} )?"

_FILLERS = (
    r"(?: (?:on|at|for|this|next|the|in|around|about"
    r"|be|do|make|come|it|to|have|free|available|able|working|here))*"
)

_REFUSED_BEFORE = re.compile(
    r"\b(?:(?<!why )(?<!if )not|except|excluding|(?:anything|any day|any time|every day) but|other than|instead of"
    r"|rather than"
    r"|can't|cant|cannot|can not|couldn't|won't|wont|don't want|dont want|unable|busy|away|unavailable|avoid|never)"
    + _FILLERS
    + r" \Z"
)
_REFUSED_AFTER = re.compile(
    r"\A(?: (?:morning|afternoon|evening))?,? (?:(?:just |really )?"
    r"(?:doesn't|doesnt|does not|won't|wont|will not|isn't|isnt|is not|didn't)"
    r"|is (?:no good|out|bad|full|taken|too (?:early|late|soon))|no good|no longer"
    r"|i can't|i cant|i cannot|can't|am busy|i'm busy)\b"
)
_CHANGING = re.compile(
    r"\b(?:chang(?:e|ing)|mov(?:e|ing)|resched\w{0,10}|re-schedule|switch|push|bump|shift|swap|instead|rather"
    r"|make (?:it|that)|actually|postpone|bring)\b"
)
_MOVING = re.compile(
    r"\b(?:chang(?:e|ing)|mov(?:e|ing)|resched\w{0,10}|re-schedule|switch|push|bump|shift|swap|postpone)\b"
)
_NEW_BEFORE = re.compile(
    r"(?:\bto|\bmake (?:it|that)|\buntil|\b(?:how|what) about|\b(?:can|could) (?:i|we|you) (?:do|have|get)"
    r"|\brather|\bprefer"
    r"|\bi mean|\bactually|\bdo it)(?: (?:the|this|next|on|at|around|about|be|do|have|for))* \Z"
)
_NEW_AFTER = re.compile(r"\A(?: [^ ]{1,12}){0,3} instead\b(?! of)")
_OLD_BEFORE = re.compile(
    r"\b(?:from|appointment|appt|booking|reservation|booked|scheduled|down|currently|originally|it's|was)"
    r"(?: (?:is|was|for|on|at|in|the|this|next|currently|booked|scheduled|set))* \Z"
)
_OLD_AFTER = re.compile(
    r"\A(?: (?:morning|afternoon|evening))?(?: at [^ ]{1,6}(?: [ap]m)?)?"
    r" (?:appointment|appt|booking|reservation|slot)\b"
)
_TAKEN_BACK = re.compile(
    r"\b(?:no|nope|sorry|wait|oops|actually|i mean|i meant|scratch that|or rather|make (?:it|that)|correction|better)\b"
)
_LISTED = re.compile(r"\A ?(?:,? ?(?:or|nor|and)|/)(?: (?:on|at|the|this|next|maybe|even))* ?\Z")


def moving(text: str) -> bool:
    """Say whether the words ask to move something, so that `from A to B` names an old and a new."""
    return bool(_MOVING.search(text))


def _before(text: str, mention: Mention[T]) -> str:
    return " " + text[max(mention.start - _REACH, 0) : mention.start]


def _after(text: str, mention: Mention[T]) -> str:
    return text[mention.end : mention.end + _REACH]


def standing(text: str, mentions: list[Mention[T]]) -> list[Mention[T]]:
    """Return the mentions that were neither refused nor taken back nor named as the old one of a change."""
    kept = _not_taken_back(text, _not_refused(text, mentions))
    if len({mention.value for mention in kept}) < 2 or not _CHANGING.search(text):
        return kept
    return _new(text, kept) or _not_old(text, kept) or kept


def _not_refused(text: str, mentions: list[Mention[T]]) -> list[Mention[T]]:
    kept: list[Mention[T]] = []
    refused: Mention[T] | None = None
    for mention in mentions:
        listed = refused is not None and _LISTED.match(text[refused.end : mention.start][:_REACH])
        if listed or _REFUSED_BEFORE.search(_before(text, mention)) or _REFUSED_AFTER.match(_after(text, mention)):
            refused = mention
            continue
        refused = None
        kept.append(mention)
    return kept


def _not_taken_back(text: str, mentions: list[Mention[T]]) -> list[Mention[T]]:
    pairs = zip(mentions, mentions[1:], strict=False)
    back = {first for first, second in pairs if _TAKEN_BACK.search(text[first.end : second.start][:_REACH])}
    return [mention for mention in mentions if mention not in back]


def _new(text: str, mentions: list[Mention[T]]) -> list[Mention[T]]:
    """Return the last mention that is named as the new one, with those listed beside it."""
    marked = [m for m in mentions if _NEW_BEFORE.search(_before(text, m)) or _NEW_AFTER.match(_after(text, m))]
    if not marked:
        return []
    index = mentions.index(marked[-1])
    kept = [marked[-1]]
    for mention in mentions[index + 1 :]:
        if not _LISTED.match(text[kept[-1].end : mention.start][:_REACH]):
            break
        kept.append(mention)
    return kept


def _not_old(text: str, mentions: list[Mention[T]]) -> list[Mention[T]]:
    return [m for m in mentions if not (_OLD_BEFORE.search(_before(text, m)) or _OLD_AFTER.match(_after(text, m)))]
