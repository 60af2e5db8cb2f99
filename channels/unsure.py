"""Speech that was hardly understood: read back before it counts, as the carrier's confidence in it says."""

from __future__ import annotations

import re

from channels.reception import Reception
from records import calls
from records.database import Scope

UNSURE = 0.5  # below this the carrier guesses; 0 and nothing at all mean that it did not say
_SURE = r"(?:yes|yeah|yep|yup|right|correct|exactly|please|it is|that'?s (?:right|it|correct))"
_YES = re.compile(rf"{_SURE}(?:[\s,.!]+{_SURE})*[\s,.!]*", re.IGNORECASE)
_NO = re.compile(r"(?:no|nope|wrong|incorrect|not (?:quite|really|right))\b[\s.!]*", re.IGNORECASE)


def doubtful(confidence: str) -> bool:
    """Whether the carrier's confidence (0 to 1, as text) is so low that the words must be read back."""
    try:
        return 0.0 < float(confidence) < UNSURE
    except ValueError:
        return False


def agrees(speech: str, keys: str) -> bool:
    """Whether the caller says that we understood them."""
    return keys == "1" or bool(_YES.fullmatch(speech.strip()))


def denies(speech: str, keys: str) -> bool:
    """Whether the caller says that we did not, and nothing else."""
    return keys == "2" or bool(_NO.fullmatch(speech.strip()))


async def keep(reception: Reception, call: str, n: int, *, text: str) -> None:
    """Keep the words until the caller has agreed to them."""
    business, now = reception.pack.business.id, reception.clock.now()
    await reception.database.write(
        Scope(business), lambda tx: calls.keep_unsure(tx, business, {"call": call, "n": n}, text=text, now=now)
    )


async def recalled(reception: Reception, call: str, n: int) -> str | None:
    """The words that were read back."""
    business = reception.pack.business.id
    return await reception.database.read(lambda tx: calls.unsure(tx, business, call, n=n))
