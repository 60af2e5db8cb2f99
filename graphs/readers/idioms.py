"""Turns of phrase that mean the same whoever read the turn; flows look for them in the customer's own words."""

from __future__ import annotations

import re
from typing import Final

from graphs.readers.parts import plain

_LEAVES: Final = re.compile(
    r"\b(?:never ?mind|forget (?:it|that|about it)|leave it|scrap (?:it|that)|drop it|not (?:any ?more|interested)"
    r"|changed my mind|don't (?:bother|worry)|no,? ?thank(?:s| you)|doesn't matter|i'll (?:leave|pass))\b"
    r"|^(?:please |just |ok |no |sorry )*cancel(?: (?:it|that|this|the booking|everything))?(?: please)?\W*$"
)
_SOMEBODY_ELSE: Final = re.compile(
    r"\b(?:some|any)(?:one|body) (?:else|different|other)\b|\b(?:a different|another) (?:stylist|person|hairdresser"
    r"|barber|member)\b|\bnot (?:with )?(?:her|him)\b"
)
_EARLIER: Final = re.compile(r"\b(?:earlier|sooner)\b(?! (?:day|date|week|month))|\bbefore (?:that|then)\b")
_LATER: Final = re.compile(r"\blater\b(?! (?:day|date|week|month))|\bafter (?:that|then)\b")
_AMOUNT: Final = re.compile(
    r"\b(?P<number>half an|an?|one|two|three|[0-9]{1,3}) (?P<unit>hours?|hrs?|minutes?|mins?)(?P<half> and a half)?\b"
)
_COUNTED: Final = {"half an": 0.5, "a": 1, "an": 1, "one": 1, "two": 2, "three": 3}
_PUSHES: Final = re.compile(r"\b(?:push|put|move|shift|bump)(?:ed|ing)?\b.{0,40}\b(?:back|on)\b")
_PULLS: Final = re.compile(r"\b(?:pull|bring|move|bump)\b.{0,40}\b(?:forward|up|ahead)\b")
_ANY_TIME: Final = re.compile(
    r"\b(?:any ?time|any day|whenever|asap|as soon as possible|soonest|earliest)\b"
    r"|\b(?:next|first) (?:available|free|open)\b"
    r"|^(?:when|what times?|what days?|what)(?:'s| is| are| can| could| do| does| have| has)?\b.{0,60}"
    r"\b(?:free|available|availability|openings?|fit|squeeze|have|got|see|do)\b"
)
_THAT_ONE: Final = re.compile(
    r"\b(?:another|same)(?: one| again| thing)?\b|\b(?:book|want|have|get|do)(?: me)? (?:it|that|one|in)\b"
)
_FOLLOWS: Final = re.compile(r"^(?:ok |oh |so )?(?:and|what about|how about|and what about|and how about|what of)\b")
_WAITS: Final = re.compile(
    r"\b(?:let me (?:think|check|see|ask|look|get back)|one (?:sec|second|moment|minute|min)|give me a (?:sec|second"
    r"|moment|minute|min)|hang on|hold on|need to (?:think|check|ask)|i'll (?:check|think|ask|get back))\b"
    r"|^(?:hm+|um+|wait|maybe|(?:i'm |im )?not sure(?: yet)?|dunno|i don't know(?: yet)?)\W*$"
)
_ABOUT_READ_BACK: Final = re.compile(
    r"^(?:and |so |sorry |wait |ok )*(?:"
    r"(?:is|was|will) (?:that|it|this)\b.{0,30}\b(?:with|on|at|for|am|pm|today|tomorrow)\b"
    r"|who (?:is (?:it|that) )?with\b|with (?:who|whom)\b|who(?:'s| is) (?:it|that|doing)\b"
    r"|(?:what|which) (?:time|day|date) (?:is|was|would) (?:it|that|this)|when (?:is|was) (?:it|that|this))"
)
_ONLY_MARKS: Final = re.compile(r"^[\s?!.]*\?[\s?!.]*$")
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NOT_ON: Final = re.compile(
    r"\b(?:not|except|but not|besides|other than|can't (?:do|make)|no)(?: on| for)? "
    r"((?:(?:mon|tues?|wednes|wed|thurs?|fri|satur|sat|sun)(?:day)?s?(?:,| or| and|\s)*)+)"
)
_ADDS: Final = re.compile(r"\b(?:add|also|too|as well|plus)\b|^and (?:an?|my)\b")
_SAYS_NO: Final = re.compile(
    r"^\W*(?:(?:oh|um|sorry|ok|actually)\W+)*(?:no+|nope|nah|none|neither|nothing|not really|stop)\b"
)
_POINTS_BACK: Final = re.compile(r"\b(?:it|they|them|those|these|that|one)\b")
_EITHER: Final = re.compile(
    r"\b(?:either|both|any(?: of (?:them|those))?|don't (?:mind|care)|doesn't matter|whichever)\b"
)
_ALL: Final = re.compile(r"\b(?:both|all (?:of them|my|the)|everything|all|each)\b")
_AFTER_WORK: Final = re.compile(r"\bafter (?:work|office hours)\b", re.IGNORECASE)
_AFTER_SCHOOL: Final = re.compile(r"\bafter school\b", re.IGNORECASE)


def leaves_it(text: str) -> bool:
    """Whether the customer wants what is being talked about dropped: "never mind", "forget it", "cancel"."""
    return bool(_LEAVES.search(plain(text)))


def wants_somebody_else(text: str) -> bool:
    """Whether another person is wished for, whoever that is: "can someone else do it"."""
    return bool(_SOMEBODY_ELSE.search(plain(text)))


def direction(text: str) -> int:
    """1 for later, -1 for earlier, 0 for neither or both."""
    words = plain(text)
    return bool(_LATER.search(words)) - bool(_EARLIER.search(words))


def shift(text: str) -> int:
    """By how many minutes something is to be later (or earlier, below zero): "an hour later", "push it back 30 min"."""
    words = plain(text)
    amount = _AMOUNT.search(words)
    if amount is None:
        return 0
    way = direction(text) or bool(_PUSHES.search(words)) - bool(_PULLS.search(words))
    number = amount["number"]
    count = _COUNTED.get(number) or float(number)
    half = 30 if amount["half"] else 0
    return way * (int(count * (60 if amount["unit"].startswith("h") else 1)) + half)


def takes_any_time(text: str) -> bool:
    """Whether any time will do or the customer asks which there are: "asap", "when is Ben free"."""
    return bool(_ANY_TIME.search(plain(text)))


def means_that_one(text: str) -> bool:
    """Whether a service talked about before is meant: "book me one", "another one", "the same again"."""
    return bool(_THAT_ONE.search(plain(text)))


def follows_up(text: str) -> bool:
    """Whether a question goes on from the last one: "and colour?", "what about Thursday?"."""
    words = plain(text)
    return bool(_FOLLOWS.search(words)) and len(words.split()) <= 8


def waits(text: str) -> bool:
    """Whether the customer asks for a moment: "let me think", "hang on"."""
    return bool(_WAITS.search(plain(text)))


def asks_about_read_back(text: str) -> bool:
    """Whether a question is about what is being confirmed: "is that with Ana?"."""
    return bool(_ABOUT_READ_BACK.search(plain(text)))


def only_marks(text: str) -> bool:
    """Whether there is nothing but question marks: the customer waits for an answer."""
    return bool(_ONLY_MARKS.match(text))


def weekdays_excluded(text: str) -> list[int]:
    """The weekdays that do not suit, 0 for Monday: "but not Monday"."""
    found = " ".join(match[1] for match in _NOT_ON.finditer(plain(text)))
    return [number for number, day in enumerate(_DAYS) if re.search(rf"\b{day}", found)]


def in_hours(text: str) -> str:
    """Words for the end of other people's day, as hours that a calendar knows: "after work" is after 5 pm."""
    return _AFTER_SCHOOL.sub("after 3:30 pm", _AFTER_WORK.sub("after 5 pm", text))


def takes_either(text: str) -> bool:
    """Whether any of what we asked about will do: "either", "both", "I don't mind"."""
    return bool(_EITHER.search(plain(text)))


def says_no(text: str) -> bool:
    """Whether it begins with a no, and not with what does not suit: "not this week" is no answer to "which day"."""
    return bool(_SAYS_NO.search(plain(text)))


def points_back(text: str) -> bool:
    """Whether a short question speaks of what was spoken of before: "how much are they?"."""
    words = plain(text)
    return bool(_POINTS_BACK.search(words)) and len(words.split()) <= 8


def adds(text: str) -> bool:
    """Whether something is wanted besides what was wanted before: "can you add a beard trim"."""
    return bool(_ADDS.search(plain(text)))


def takes_all(text: str) -> bool:
    """Whether all of several things are meant: "both", "all of them"."""
    return bool(_ALL.search(plain(text)))


_NEWS: Final = re.compile(
    r"\b(?:any|no) (?:news|updates?|word|answer|reply)\b|\bheard (?:back|anything)\b|\bstill waiting\b"
    r"|\b(?:is|was|has|did|have|are) (?:it|that|this|they|you|anyone|anybody|someone|somebody|my \w+|the \w+)\b.{0,25}"
    r"\b(?:confirm\w*|approv\w*|decid\w*|through|processed)\b"
    r"|\bwhat(?:'s| is)? (?:happening|going on|up) with (?:it|that|this|my|the)\b"
    r"|\bstatus\b|\bwhere(?:'s| is) my (?:refund|money|deposit)\b"
)


def asks_for_news(text: str) -> bool:
    """Whether somebody asks how something stands: "is it confirmed yet?", "any news?"."""
    return bool(_NEWS.search(plain(text)))


_SERIES = re.compile(
    r"\b(?:every|each) (?:\w+ )?(?:weeks?|months?|(?:mon|tues|wednes|thurs|fri|satur|sun)?days?)\b"
    r"|\b(?:weekly|fortnightly|bi-?weekly|monthly|recurring|standing (?:appointment|booking))\b",
    re.IGNORECASE,
)


def wants_series(text: str) -> bool:
    """Whether somebody wants the same again and again: "every two weeks", "a standing appointment"."""
    return bool(_SERIES.search(text))
