"""A yes to a read-back: only words that belong to a yes make one; any word we do not know asks again.

The list is closed on purpose. "Yes, with Bob" names somebody we may not know, "ok unless it rains" sets a condition:
a pattern that looks for a yes finds one in both, a list of agreeing words in neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from domain.reading import Reading
from guards.plain import slipped

_AGREEING: Final = frozenset(
    # yes, and how good it is
    "yes yeah yep yup ya y sure aye ok okay k alright all right fine good great perfect perfectly excellent"
    " wonderful awesome cool nice lovely super ideal fantastic brilliant amazing correct true accurate exactly"
    " exact absolutely definitely certainly indeed totally precisely agreed agree confirm confirmed confirming"
    " accept affirmative positive course very well most works work working sound sounds sounding look looks"
    " looking suit suits suitable fit fits seem seems happy glad better best convenient acceptable beautiful"
    " terrific splendid delighted pleased sweet yay okey dokey righto roger concur assent approve"
    # it, that, was asked
    " that this it these those they everything all details info one time date day slot appointment"
    " appointments booking visit session reservation choice option schedule calendar provider place them her him"
    " there "
    # is, does, and small words
    " is are was will would be been being should can could do does did does done have has got get am i'm i'd"
    " i'll i've i me my mine you your you're you've we us let let's it's that's that'll that'd it'll there's a"
    " an the for to with of in on by at as so and too also just really quite pretty much about again now"
    " ticket desire permission further made correctly out table then here go ahead going please thanks thank"
    " thankful lot oh ah hi hello well like love want wanted need needed said asked meant mean "
    " would've way idea plan mentioned instructed stated requested told granted spot terrific"
    " completely entirely means fact info information data allowed righto nailed point flawless continue get"
    " purchase procedure approval before every wanted arrangement everything"
    " opening into fits may luck finally"
    " order complete process hope hopefully excited surprised tickets tables far every detail perfect play watch"
    # how well it was understood, and how gladly it is agreed to
    " surely truly thankfully gladly undoubtedly obviously naturally clearly fabulous marvelous marvellous stellar"
    " superb swell dandy peachy neat solid deal bet yessir mhm uh huh roger copy bingo bravo phenomenal outstanding"
    " exceptional satisfactory satisfied satisfies pleased pleasing adequate reasonable sufficient expected intended"
    " described listed outlined specified desired preferred chosen selected picked decided heard hear understood"
    " understand understanding gotcha noted verified verify validate check checks checked match matches matched"
    " agreeable agreement approved authorize authorise official officially settled settle perfecto si statement"
    " summary wishes request requested requirement requirements needs intention plans actually think believe feel"
    " feels know say see saw come attend visit visiting they're we're we'll we'd i've"
    " they'll them whole move forward process processing submit wrap snag grab count roll happen"
    " happening so surely figured repeating recapping clear clarify clarified clarifying precise correctly right-o"
    " yessiree accordingly properly indeedy fully"
    # doing it
    " book booked make makes making schedule scheduled scheduling set reserve reserved reserving confirm put"
    " arrange proceed continue take try lock finalize finalise secure sign up down see seeing forward appreciate"
    " appreciated help helpful kind kindly happy thing matter everyone man mate sir madam maam ma'am love dear"
    " babe bro hun friend uh um er erm".split()
)
_BOOK_IT: Final = re.compile(
    r"\b(?:book|schedule|reserve|confirm|make|set|take|lock|arrange|do|finali[sz]e)\b.{0,12}\b(?:it|that"
    r"|this|appointment|in|reservation|booking|visit)\b"
    r"|\bgo ahead\b|\bplease (?:book|confirm|proceed|continue|do|schedule|reserve)\b|^(?:book|confirm|proceed)$"
)
_SHORTEST_SLIP: Final = 6
_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_WELL_KNOWN: Final = re.compile(r"\bwhat (?=(?:i|we|you)\b)|\bwhy not\b")
_BREAKS_A_YES: Final = frozenset({"no", "denies", "drops", "hesitates", "conditions", "later", "repeats"})
# What somebody feels about it, said beside a yes: "She will be so surprised." It changes nothing that was agreed.
_FEELS: Final = re.compile(
    r"\b(?:excited|surprised|thrilled|delighted|relieved|happy|glad|grateful|lucky|luck|celebrat\w+|special|hungry"
    r"|starving|stoked|pumped|can't wait|looking forward|love (?:it|this|that|them|you|her|him)|enjoy\w*"
    r"|sorry (?:for|about) (?:the|my|that)|finally|about time|long day|much needed|needed this)\b"
)
_ASKS_FOR_MORE: Final = re.compile(
    r"\d|\b(?:not|never|no|nothing|but|except|unless|until|if|instead|without|with|bring\w*|please|change"
    r"|switch|move|cancel|need\w*|want\w*|make sure"
    r"|another|other|rather|different|wait(?! to)|add|also|too(?! (?:excited|happy))|wrong)\b"
)
_NEEDED_THIS: Final = re.compile(r"\bneeded this\b|\bmuch needed\b|\bcan't wait\b")
_MOST_ASIDE: Final = 14  # words
_SIDE_ACTS: Final = frozenset({"affirm", "thanks", "bye", "greet"})


def agrees_only(plain: str, found: frozenset[str], known: Iterable[str]) -> bool:
    """Whether the plain words hold a yes and nothing else; `known` are words already understood."""
    if not (found & {"yes", "agrees"} or _BOOK_IT.search(plain)):
        return False
    return goes_along(plain, found, known)


def goes_along(plain: str, found: frozenset[str], known: Iterable[str]) -> bool:
    """Whether the words beside a yes are all words that belong to one: "please complete the reservation"."""
    if found & _BREAKS_A_YES:
        return False
    allowed = {word for said in known for word in _WORD.findall(said.lower())}
    words = _WORD.findall(_WELL_KNOWN.sub(" ", plain))
    return all(word in _AGREEING or word in allowed or _misspelt(word) for word in words)


@lru_cache(maxsize=4096)
def _misspelt(word: str) -> bool:
    """Whether it is a longer agreeing word with one slip; "three" is no "there"."""
    return len(word) >= _SHORTEST_SLIP and any(
        len(known) >= _SHORTEST_SLIP and abs(len(known) - len(word)) <= 1 and slipped(word, known)
        for known in _AGREEING
    )


def is_aside(plain: str, found: frozenset[str]) -> bool:
    """Whether a sentence only tells what somebody feels, and asks for nothing, changes nothing, doubts nothing."""
    if found & _BREAKS_A_YES or len(plain.split()) > _MOST_ASIDE:
        return False
    return bool(_FEELS.search(plain)) and not _ASKS_FOR_MORE.search(_NEEDED_THIS.sub(" ", plain))


def is_yes(reading: Reading) -> bool:
    """Whether a reading agrees and names nothing else; a question may stand beside it ("Yes. What's the address?")."""
    acts = {said.act for said in reading.said}
    return not reading.unclear and reading.contact_wish is None and "affirm" in acts and acts <= _SIDE_ACTS | {"ask"}


def is_plain_yes(reading: Reading) -> bool:
    """Whether a reading is a yes and nothing else: no other detail, no question, no doubt."""
    return is_yes(reading) and all(said.act != "ask" for said in reading.said)
