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


def as_written(pack: Pack, key: str) -> str:
    """The first variant of a wording that takes no facts of its own: what channels say."""
    return pack.wording[key][0].format_map(_about(pack))


def check_wording(pack: Pack, needed: Mapping[str, tuple[str, ...]]) -> None:
    """Every needed key is worded, and no wording asks for a fact that it is not given; `ConfigurationError` if not.

    A key that ends in a reason (`book.refused.notice`) gets the facts of the key before it.
    """
    folder = f"messages/{pack.business.language}"
    problems = [
        f"{folder}: the wording {key!r} is missing; add it under '## {key}' in a file there"
        for key in needed
        if not any(candidate in pack.wording for candidate in _candidates(key))
    ]
    about = set(_about(pack))
    for key, variants in pack.wording.items():
        if (given := _given(key, needed)) is not None:
            where = pack.wording_files.get(key, folder)
            problems += [f"{where}: the wording {key!r} {p}" for v in variants for p in _misfits(v, about | set(given))]
    if problems:
        raise ConfigurationError("\n".join(problems))


def _given(key: str, needed: Mapping[str, tuple[str, ...]]) -> tuple[str, ...] | None:
    return needed.get(key, needed.get(key.rpartition(".")[0]))


def _misfits(variant: str, allowed: set[str]) -> list[str]:
    """What one variant asks for and is not given, and how to write it."""
    try:
        asked = [name for _, name, _, _ in string.Formatter().parse(variant) if name is not None]
    except ValueError as problem:
        return [f"has a curly bracket too many or too few ({problem}); write {{fact}}, or {{{{ for a bracket"]
    may = ", ".join(f"{{{name}}}" for name in sorted(allowed))
    return [f"uses {{{name}}}; it may use {may}" for name in sorted(set(asked) - allowed)]


def _candidates(key: str) -> tuple[str, ...]:
    parts = key.split(".")
    tail = ["any", *parts[1:]]
    return (key, f"{parts[0]}.any", ".".join(tail), ".".join(tail[:2]))


def _about(pack: Pack) -> dict[str, str]:
    business = pack.business
    return {"business": business.name, "phone": business.phone, "address": business.address}
