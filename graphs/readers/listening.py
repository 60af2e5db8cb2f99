"""The reader's context as JSON: the first message every reader is given."""

from __future__ import annotations

from functools import cache

from pydantic import TypeAdapter

from domain.reading import Listening


@cache
def _adapter() -> TypeAdapter[Listening]:
    return TypeAdapter(Listening)


def listening_json(listening: Listening) -> str:
    """Return `listening` as one line of JSON; `now` keeps its UTC offset (the zone's name is not kept)."""
    return _adapter().dump_json(listening).decode()


def listening_from_json(text: str) -> Listening:
    """Return the `Listening` that `listening_json` wrote; `ValueError` for anything else."""
    listening = _adapter().validate_json(text)
    if listening.now.tzinfo is None:
        raise ValueError("listening.now must carry a UTC offset")
    return listening
