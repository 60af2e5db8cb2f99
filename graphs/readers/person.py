"""Who the customer is and whom the visit is for: names, phone numbers, e-mail addresses, how many come."""

from __future__ import annotations

import re
from typing import Final

_NUMBERS: Final = {
    w: n for n, w in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), 1)
}
_N: Final = r"(\d{1,2}|" + "|".join(_NUMBERS) + r")"
_EMAIL: Final = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}(?!\w)")
_PHONE: Final = re.compile(r"(?<![\w.:/-])\+?\(?\d(?:[\s().-]{0,2}\d){6,14}(?![\w:/]|-\d)")
_LETTERS: Final = r"[^\W\d_][\w'-]*"
_NAMED: Final = re.compile(
    rf"\b(?:my name(?:'s| is)|name(?:'s| is|:)|name it|under(?: the name(?: of)?)?|call me|it's for"
    rf"|this is|i'm|i am|im|it's|its)\s+"
    rf"(?P<name>{_LETTERS}(?:\s+{_LETTERS}){{0,2}})",
    re.IGNORECASE,
)
_HERE: Final = re.compile(rf"^\W*(?:hi|hello|hey)?[\s,!]*(?P<name>{_LETTERS}(?: {_LETTERS})?) here\b", re.IGNORECASE)
_ALONE: Final = re.compile(rf"^\W*(?P<name>{_LETTERS}(?: {_LETTERS}){{0,2}})\W*$")
_SURE: Final = re.compile(r"name|under", re.IGNORECASE)
_STOPS_A_NAME: Final = frozenset(
    "and but for from with at on in to is here my i it's its the a an or so can could please thanks thank you"
    " your of this that phone number email mobile cell not looking getting wondering calling trying hoping"
    " interested having going free available good fine ok okay happy sorry late sick ill running afraid sure"
    " unsure new just still also really very all done set ready coming busy allergic pregnant me it there them"
    " him her what when where who how why about because if as no yes yeah yep need want wanting needing thinking"
    " planning booked texting writing bringing back currently only after before around today tomorrow tonight am"
    " pm now then open great perfect down fully ur u asking one two three four five urgent been flexible able"
    " unable gonna never always".split()
)
_FOR: Final = re.compile(
    r"\bfor (?P<who>(?:my|our) (?:\w+ )?(?:daughter|son|wife|husband|partner|mum|mom|mother|father|dad"
    r"|friend|sister|brother|kid|kids"
    r"|child|children|boyfriend|girlfriend|fiancee?|boss|grand\w+|niece|nephew|parents|neighbou?r"
    r"|colleague|client|aunt|uncle|roommate)s?)\b"
    r"|\b(?P<who2>my (?:\w+ )?(?:daughter|son|wife|husband|mum|mom|mother|father|dad|friend|sister"
    r"|brother|kids?|grand\w+|niece|nephew))"
    r" (?:needs?|wants?|would|has|is)\b",
    re.IGNORECASE,
)
_PARTY: Final = (
    re.compile(rf"\b{_N} (?:people|persons?|guests?|adults|of us|pax|heads|diners|seats)\b", re.IGNORECASE),
    re.compile(rf"\b(?:party|group|family) of {_N}\b", re.IGNORECASE),
    re.compile(
        rf"\b(?:table|reservation|booking|party|dinner|lunch|seats?)\b.{{0,40}}?\bfor {_N}\b(?!\s*(?::"
        rf"|[ap]\.?m|o'?clock|th|st|nd|rd|hour|min|day|week|\d|/))",
        re.IGNORECASE,
    ),
)
_BOTH: Final = re.compile(
    r"\b(?:for )?(?:me and my \w+|my \w+ and (?:i|me|myself)|(?:the )?(?:both|two) of us|a couple)\b", re.IGNORECASE
)


def contact_in(text: str) -> str | None:
    """Return the first e-mail address or phone number (at least seven digits), as written."""
    found = _EMAIL.search(text) or _PHONE.search(text)
    return found[0].strip() if found else None


def name_in(text: str) -> str | None:
    """Return the name a customer gives as theirs ("I'm Jo", "under Smith"), as written."""
    for found in (*_NAMED.finditer(text), *_HERE.finditer(text)):
        words = []
        for word in found["name"].split():
            if word.lower() in _STOPS_A_NAME or word.lower().endswith("ing"):
                break
            words.append(word)
        told = bool(_SURE.search(found[0][: found.start("name") - found.start()]))
        if words and (
            told
            or words[0][0].isupper()
            or (len(words) == 1 and contact_in(text) is not None and _ends(text, found.start("name") + len(words[0])))
        ):
            named = words if told or not words[0][0].isupper() else [w for w in words if w[0].isupper()]
            return " ".join(named).removesuffix("'s")[:80]
    contact = contact_in(text)
    alone = _ALONE.match(text.replace(contact, "")) if contact else None
    if alone and not _STOPS_A_NAME.intersection(alone["name"].lower().split()):
        return alone["name"]
    return None


def who_in(text: str) -> str | None:
    """Return the words for the person it is for, if somebody else: "my daughter"."""
    found = _FOR.search(text)
    return (found["who"] or found["who2"]) if found else None


def party_in(text: str) -> int | None:
    """Return how many people come, where it is said to be a number of people."""
    for pattern in _PARTY:
        if found := pattern.search(text):
            said = found[1].lower()
            count = _NUMBERS.get(said) or int(said)
            return count if 1 <= count <= 99 else None
    return 2 if _BOTH.search(text) else None


def _ends(text: str, at: int) -> bool:
    return not text[at:].strip() or text[at:].lstrip()[0] in ",.!;-"
