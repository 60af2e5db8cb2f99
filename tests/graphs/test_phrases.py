"""The table of what code words: it knows every key in the sources, and start-up holds a pack to it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from rehearsal import PACK, ROOT, altered_pack, opened

from compose import load_pack
from domain.errors import ConfigurationError
from graphs.phrases import PHRASES
from graphs.wording import check_wording

SOURCES = [
    file
    for folder in ("graphs", "workers", "tools", "desk", "commands", "channels")
    for file in sorted((ROOT / folder).rglob("*.py"))
    if file.name != "phrases.py"
]
FAMILIES = {key.split(".")[0] for key in PHRASES}
KEY = re.compile(r"[a-z_]+(\.[a-z_]+)+")
LEDGER = {"consent.grant", "consent.revoke"}  # kinds of events
MADE = {  # keys that are put together, and what they may become
    "go_on.": {"go_on.any", "go_on.book"},
    "form.": {"form.any", "form.name", "form.need"},
    "times.": {f"times.{why}" for why in ("too_far", "no_earlier", "closed", "off", "not_in", "outside", "too_late")},
    "about.": {"about.bot", "about.help"},
    "small.": {"small.bye", "small.thanks"},
}
WELCOME = {"call.greeting.one_party", "call.greeting.within"}  # shorter words, said only where a pack has them
ENDS = {"reject", "expire", "answer"}


def told(file: Path) -> Iterator[tuple[str, int]]:
    """The keys a file writes out; of one that is put together only how it begins."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
            begun = str(node.values[0].value)
            if begun.endswith(".") and begun[:-1] in FAMILIES:
                yield begun, node.lineno
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            word = node.value
            if word not in LEDGER and KEY.fullmatch(word) and word.split(".")[0] in FAMILIES:
                yield word, node.lineno


def test_every_key_in_the_sources_is_in_the_table() -> None:
    found = {(key, f"{file.relative_to(ROOT)}:{line}") for file in SOURCES for key, line in told(file)}
    assert len(found) > 70, "the sources say more than that"
    unknown = [(key, where) for key, where in found if not key.endswith(".") and key not in PHRASES.keys() | WELCOME]
    assert not unknown
    made = {key for key, _ in found if key.endswith(".")}
    assert made <= set(MADE) and all(MADE[key] <= set(PHRASES) for key in made)


def test_every_reason_why_a_time_is_not_free_is_in_the_table() -> None:
    tree = ast.parse((ROOT / "tools" / "find_slots.py").read_text("utf-8"))
    functions = [f for f in ast.walk(tree) if isinstance(f, ast.FunctionDef) and f.name.startswith("_why")]
    returned = [n.value for f in functions for n in ast.walk(f) if isinstance(n, ast.Return)]
    firsts = [value.elts[0] for value in returned if isinstance(value, ast.Tuple)]
    whys = {str(n.value) for first in firsts for n in ast.walk(first) if isinstance(n, ast.Constant)} - {""}
    assert {f"times.{why}" for why in whys} == MADE["times."]


def test_what_is_written_out_gives_the_facts_of_the_table() -> None:
    seen = 0
    for file in SOURCES:
        for call in (n for n in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(n, ast.Call)):
            if (
                len(call.args) < 2
                or not isinstance(call.args[0], ast.Constant)
                or not isinstance(call.args[1], ast.Dict)
            ):
                continue
            key, names = str(call.args[0].value), call.args[1].keys
            if key in PHRASES and all(isinstance(name, ast.Constant) for name in names):
                given = {str(name.value) for name in names if isinstance(name, ast.Constant)}
                assert given == set(PHRASES[key]), f"{file.name}:{call.lineno} {key}"
                seen += 1
    assert seen > 15


def test_the_salon_has_them_all() -> None:
    check_wording(load_pack(PACK), PHRASES)


CASES = [
    (
        "booking.md",
        "## book.when",
        "## book.whenever",
        r"messages/en: the wording 'book.when' is missing; add it under",
    ),
    (
        "booking.md",
        "for your {service}?",
        "for your {services}?",
        r"messages/en/booking.md: .*'book.when' uses \{services\}",
    ),
    (
        "booking.md",
        "That time has passed already.",
        "{day} is over.",
        r"booking.md: .*'book.refused.notice' uses \{day\}",
    ),
    ("booking.md", "for your {service}?", "for your {service?", r"booking.md: .*'book.when' has a curly bracket"),
    ("leads.md", "{business}: appointments", "{business.name}: appointments", r"leads.md: .*uses \{business.name\}"),
]


@pytest.mark.parametrize(("file", "was", "now", "why"), CASES, ids=[c[2] for c in CASES])
async def test_start_up_refuses_a_wording_that_does_not_fit(
    tmp_path: Path, file: str, was: str, now: str, why: str
) -> None:
    pack = altered_pack(tmp_path / "pack", f"messages/en/{file}", lambda text: text.replace(was, now, 1))
    with pytest.raises(ConfigurationError, match=why):
        async with opened(tmp_path / "home", pack=pack):
            pass
