"""What a pressed key means: a person, one of the answers we just offered, or the number itself."""

from __future__ import annotations

from channels.reception import Reception
from records import calls

PERSON = "I would like to speak with a person, please."


async def meant(reception: Reception, call: str, keys: str) -> str:
    """The words that a key stands for: 0 is a person, a digit the answer of that place in what was said last."""
    if keys == "0":
        return PERSON
    if len(keys) != 1 or not keys.isdecimal():
        return keys
    business = reception.pack.business.id
    offered = await reception.database.read(lambda tx: calls.offered(tx, business, call))
    return offered[int(keys) - 1] if int(keys) <= len(offered) else keys
