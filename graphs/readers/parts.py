"""Cutting a turn into parts: one sentence, or one half of "book me a cut and do you sell gift cards?"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from domain.reading import MAX_TEXT

MAX_PARTS = 12
_SAME_WIDTH = str.maketrans(
    {"’": "'", "‘": "'", "`": "'", "“": '"', "”": '"', "–": "-", "—": "-", " ": " ", "\t": " ", "\r": "\n"}
)
_SENTENCE_END = re.compile(
    r"(?<=[!?;])\s*(?=\S)|(?<=\.)\s+(?=\S)|\n+|(?<=[a-z]{2}\.)(?=[A-Z])"
    r"|(?<=\s\.)(?=[A-Z])|(?<=[a-z]{2}\.)(?=(?:do|does|can|could|tell|what|please) )"
)
_ABBREVIATED = re.compile(r"\b(?:st|dr|mr|mrs|ms|no|jr|appt|approx|[ap]\.m|[a-z])\.$", re.IGNORECASE)
_ASKS = (
    r"(?:what|where|when|who|which|how|why)(?:'?s|'?re| is| are| was| do| does| can| could| will| much"
    r"| long| many| time| about| \w+ (?:do|does|is|are|did|can))\b"
    r"|what (?:amount|kind|sort|type|number|city|part)\b"
    r"|(?:is|are|do|does) \w+ (?:served|allowed|available|included|provided|furnished)\b"
    r"|(?:do|does|is|are|can|could|would|will|may) (?:you|u|i|we|they|he|she|it|there|the|that|this|your|my)\b"
    r"|(?:please )?(?:just |also )?(?:tell|give|get|find|send|let|provide)(?: me)?(?: know"
    r"| with| out)? (?:what|when|where|if|whether|the|their|his|her|its|your)\b"
    r"|i (?:\w+ ){0,3}(?:need|want|like)(?: to know| to have)? (?:if|the|their|his|her|what"
    r"|where) (?:phone|address|number|contact|rating|price)\b"
)
# "yes, but do they have parking": what the place is like, not what the booking costs or when it is
_ASKS_OF_THE_PLACE = (
    r"(?:(?:do|does|did|are|will) (?:they|it|there|the \w+)|is there"
    r"|(?:can you |please )?(?:also )?(?:tell|give) me (?:the|their|his|her|where|if they)"
    r"|what(?:'s| is) (?:the|their|its) (?:address|phone|number|rating|contact))\b"
    r"(?!.*(?:pric|cost|fee|charge|deposit|much|cancel|earlier|later|instead|other|another))"
)
_AND_ASKS = re.compile(
    rf"(?:\s*,\s*|\s+-+\s+|\s+)(?:and|also|and also|and now|plus|btw|by the way)[\s,]+(?:(?:also"
    rf"|please)\s+)?(?={_ASKS})"
    rf"|\s*(?:,|\s-+)\s*(?={_ASKS})"
    rf"|\s*,?\s+(?:but|however),?\s+(?={_ASKS_OF_THE_PLACE})",
    re.IGNORECASE,
)
_THEN_ASKS = re.compile(
    r"^\W*(?:yes|yeah|yep|yup|sure|ok|okay|great|perfect|correct|right|thanks|thank you|cool|alright|fine"
    r"|good|hi|hello|hey|excellent"
    r"|(?:yes,? )?that(?:'s|s| is| will be| would be|'ll be) \w+|(?:yes,? )?(?:that )?(?:sounds|works|looks) \w+)"
    rf"(?: (?:please|thanks|thank you|there))?(?P<gap>[\s!,-]+(?:(?:now|so|then|oh|and)[\s,]+){{0,2}})"
    rf"(?={_ASKS}|(?:who|which|what|where|when|how|do|does|did|is|are|was|will|can|could|would)\s+\w[^.!?]*\?\W*$)",
    re.IGNORECASE,
)
# "cancel my cut and book a colour": two tasks, each with its own details.
_DOES = re.compile(r"\b(?:cancel|move|reschedule|book)\b", re.IGNORECASE)
_AND_DOES = re.compile(
    r"(?:,\s*|\s+)(?:and(?: then)?|then)\s+(?:please\s+)?(?=(?:cancel|move|reschedule|book)\s)", re.IGNORECASE
)
_ONLY_JOINS = re.compile(r"^\W*(?:also|and|so|oh|well|btw|but|plus|then|by the way)\W*$", re.IGNORECASE)
_SLIP = re.compile(r"^\W*[a-jlmo-xz]\W*$", re.IGNORECASE)  # one letter that says nothing: not yes, no, ok
_ANNOUNCES = re.compile(
    r"(?:(?:hi|hello|hey|ok|okay|also|and|so|yes|sorry|thanks|actually|wait|first|just)[\s,]+){0,3}"
    r"(?:i(?:'ve| have| had|'ve got)? (?:got )?|got |have )?(?:just |also |still )?"
    r"(?:an? |one |another |some |a few |a couple of |couple |two )?(?:more |last |quick |other |little |small )?"
    r"questions?"
    r"(?: (?:for (?:you|the team)|please|though|first|if i may|thanks))*"
)
_SAYS = re.compile(r"[^\W_]|👍|👌")
_STRETCHED = re.compile(r"([a-z])\1{2,}")
_SPELLED = {
    "tat": "that", "taht": "that", "yest": "yes", "yeps": "yep", "corect": "correct", "corrct": "correct",
    "comfirm": "confirm", "comfirmed": "confirmed", "conferm": "confirm", "perfct": "perfect", "prefect": "perfect",
    "yea": "yeah", "yeh": "yeah", "yah": "yeah", "ye": "yeah", "yh": "yeah", "yas": "yes", "yass": "yes", "yess": "yes",
    "yesh": "yes", "yse": "yes", "yupp": "yup", "yepp": "yep", "k": "ok", "kk": "ok", "okey": "okay", "okie": "okay",
    "oki": "okay", "okk": "ok", "o.k": "ok", "pls": "please", "plz": "please", "plse": "please", "pleas": "please",
    "thx": "thanks", "tks": "thanks", "thnx": "thanks", "tnx": "thanks", "thankyou": "thank you", "ty": "thank you",
    "tysm": "thank you", "u": "you", "ur": "your", "r": "are", "im": "i'm", "id": "i'd",
    "ive": "i've", "dont": "don't", "doesnt": "doesn't", "didnt": "didn't", "cant": "can't", "cannot": "can't",
    "wont": "won't", "wouldnt": "wouldn't", "isnt": "isn't", "arent": "aren't", "thats": "that's", "whats": "what's",
    "wheres": "where's", "whens": "when's", "hows": "how's", "its": "it's", "lets": "let's", "gud": "good",
    "gr8": "great", "def": "definitely", "defo": "definitely", "deffo": "definitely", "abt": "about", "w": "with",
    "appt": "appointment", "appts": "appointments", "apt": "appointment", "apptmt": "appointment",
    "appoinment": "appointment", "apointment": "appointment", "appointmnt": "appointment", "appintment": "appointment",
    "appoinntment": "appointment", "appointement": "appointment", "apointments": "appointments",
    "resched": "reschedule", "rebook": "reschedule",
    "canel": "cancel", "cancle": "cancel", "cansel": "cancel", "cancell": "cancel",
    "gonna": "going to", "wanna": "want to", "gotta": "have to", "lemme": "let me", "gimme": "give me", "ca": "can",
    "avail": "available", "availble": "available", "avaliable": "available", "reservaton": "reservation",
}  # fmt: skip
_WORD = re.compile(r"\w+(?:\.\w+)*(?:'\w+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a turn: the customer's own words, and the same words in lower case with usual spelling."""

    raw: str
    plain: str

    @property
    def asks(self) -> bool:
        """Whether it ends with a question mark."""
        return self.raw.rstrip(" \"')").endswith("?")


def tidy(text: str) -> str | None:
    """Return the text with plain quotes and spaces, every character in its place; None if it cannot be a message."""
    if len(text) > MAX_TEXT:
        return None
    odd = sum(1 for c in text if (ord(c) < 32 and c not in "\n\r\t") or c == "\ufffd")
    if odd and odd * 20 >= len(text):
        return None
    plain = "".join(c if c >= " " or c == "\n" else " " for c in text.translate(_SAME_WIDTH))
    return plain if plain.strip() else None


def plain(text: str) -> str:
    """Return the words in lower case, stretched letters and SMS spellings undone, single spaces."""
    lower = _STRETCHED.sub(r"\1", text.lower())
    return " ".join(_WORD.sub(lambda m: _SPELLED.get(m[0], m[0]), lower).split())


def split(text: str) -> tuple[Part, ...]:
    """Cut tidied text into parts; more than `MAX_PARTS` are dropped."""
    parts = [half for sentence in _sentences(text) for half in _halves(sentence)]
    told = [raw for raw in parts if _SAYS.search(raw) and not _ONLY_JOINS.match(raw) and not _SLIP.match(raw)]
    return tuple(Part(raw, plain(raw)) for raw in told[:MAX_PARTS])


def announces(part: Part) -> bool:
    """Whether it says that a question is coming and nothing of it: "I have a quick question"."""
    return bool(_ANNOUNCES.fullmatch(part.plain))


def _sentences(text: str) -> list[str]:
    out: list[str] = []
    for piece in _SENTENCE_END.split(text):
        if out and _ABBREVIATED.search(out[-1][-8:]) and not out[-1].endswith("\n"):
            out[-1] = f"{out[-1]} {piece.strip()}"
        elif piece.strip():
            out.append(piece.strip())
    return out


def _halves(sentence: str) -> list[str]:
    if (found := _AND_DOES.search(sentence)) and _DOES.search(sentence[: found.start()]):
        return [*_halves(sentence[: found.start()].strip()), *_halves(sentence[found.end() :].strip())]
    if found := _THEN_ASKS.match(sentence):
        return [sentence[: found.start("gap")].strip(), *_halves(sentence[found.end() :].strip())]
    return [half.strip() for half in _AND_ASKS.split(sentence) if half.strip()]
