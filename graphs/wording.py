"""Saying things in the business's words: variants by key, filled with facts."""

from __future__ import annotations

import string
from collections.abc import Mapping

from domain.canonical import digest
from domain.errors import ConfigurationError
from domain.settings import Pack


def worded(pack: Pack, key: str, facts: Mapping[str, str], *, seed: str) -> str:
    """The wording of a key, one of its variants by the seed.

    `form.x` falls back to `form.any`, `book.failed.x` to `any.failed.x` and then to `any.failed`; without any of them
    it raises `ConfigurationError`.
    """
    for candidate in _candidates(key):
        if variants := pack.wording.get(candidate):
            variant = variants[int(digest(seed, candidate)[:8], 16) % len(variants)]
            return variant.format_map({**_about(pack), **facts})
    raise ConfigurationError(
        f"messages/{pack.business.language}: the wording {key!r} is missing; add it under '## {key}'"
    )


def check_wording(pack: Pack, needed: Mapping[str, tuple[str, ...]]) -> None:
    """Every needed key is worded, and no wording asks for a fact that it is not given; `ConfigurationError` if not."""
    problems = [f"the wording {k!r} is missing" for k in needed if not any(c in pack.wording for c in _candidates(k))]
    for key, variants in pack.wording.items():
        allowed = set(needed.get(key, ())) | set(_about(pack))
        for variant in variants:
            asked = {name for _, name, _, _ in string.Formatter().parse(variant) if name is not None}
            if key in needed and (unknown := sorted(asked - allowed)):
                problems.append(f"the wording {key!r} uses {{{unknown[0]}}}; it may use {', '.join(sorted(allowed))}")
    if problems:
        raise ConfigurationError("\n".join(f"messages/{pack.business.language}: {p}" for p in problems))


def _candidates(key: str) -> tuple[str, ...]:
    parts = key.split(".")
    tail = ["any", *parts[1:]]
    return (key, f"{parts[0]}.any", ".".join(tail), ".".join(tail[:2]))


def _about(pack: Pack) -> dict[str, str]:
    business = pack.business
    return {"business": business.name, "phone": business.phone, "address": business.address}
