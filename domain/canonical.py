"""One spelling for every value that is hashed: canonical JSON of text, whole numbers, booleans, lists and maps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Json: TypeAlias = None | bool | int | str | Sequence["Json"] | Mapping[str, "Json"]


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical(value: object) -> str:
    """Canonical JSON: sorted keys, no spaces, UTF-8 as it is; a fraction is refused because its spelling varies."""
    return _ENCODER.encode(_exact(value))


def digest(*values: object) -> str:
    """SHA-256 in hex over the canonical JSON of `values`."""
    return hashlib.sha256(canonical(list(values)).encode("utf-8", "surrogatepass")).hexdigest()


def short_id(prefix: str, *values: object) -> str:
    """A stable id of 26 characters after the prefix, from what the thing is made of."""
    return f"{prefix}_{digest(*values)[:26]}"


def _exact(value: object) -> object:
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, float):
        raise TypeError(f"{value!r} is a fraction: store minor units or milliseconds")
    if isinstance(value, (dict, Mapping)):
        return {str(k): _exact(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_exact(v) for v in value]
    return value
