"""Who is told what: the law of both ends binds, and whoever's state is not known is told what the strictest wants."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from importlib import resources
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import salon

from guards.areas import PROVINCES, STATES
from guards.notices import ALL_PARTY, ONE_PARTY, WITHIN, on_call

TABLE: dict[str, Any] = tomllib.loads(resources.files("guards").joinpath("data/disclosures.toml").read_text("utf-8"))
PUBLISHED = "CA CT DE FL IL MD MA MI MT NV NH PA VT WA".split()  # facts B5: the union of the lists that were read
NY, CA, OR, WA = (frozenset({state}) for state in ("NY", "CA", "OR", "WA"))
ANY = st.frozensets(st.sampled_from(sorted(STATES | PROVINCES)), max_size=5)


def test_every_state_of_the_published_union_wants_all_parties() -> None:
    assert set(PUBLISHED) == ALL_PARTY and not ALL_PARTY & ONE_PARTY
    assert STATES - ALL_PARTY - ONE_PARTY <= {"OR", "PR", "VI", "GU", "AS", "MP"}, "what no list names is unknown"
    assert {"OR"} <= STATES - ONE_PARTY and WITHIN <= ALL_PARTY


@pytest.mark.parametrize(
    ("theirs", "ours", "recorded", "kept", "within", "because"),
    [
        (NY, NY, False, False, False, "one_party"), (NY, NY, True, True, False, "recorded"),
        (CA, NY, False, True, False, "CA"), (NY, CA, True, True, False, "CA"), (WA, NY, True, True, True, "WA"),
        (NY, WA, True, True, True, "WA"), (WA, NY, False, True, False, "WA"), (NY | CA, NY, False, True, False, "CA"),
        (OR, NY, False, True, False, "unknown"), (OR, NY, True, True, True, "unknown"),
        (frozenset(), NY, True, True, True, "unknown"), (NY, frozenset(), False, True, False, "unknown"),
        (frozenset({"ON"}), NY, True, True, True, "unknown"),
    ],
)  # fmt: skip
def test_both_ends_bind(
    theirs: frozenset[str], ours: frozenset[str], recorded: bool, kept: bool, within: bool, because: str
) -> None:
    found = on_call(theirs, ours, recorded=recorded)
    assert (found.kept, found.within, found.because) == (kept, within, because)


@given(ANY, ANY, ANY, st.booleans())
def test_one_more_state_never_loosens_and_a_recording_is_never_unsaid(
    theirs: frozenset[str], ours: frozenset[str], more: frozenset[str], recorded: bool
) -> None:
    few, many = on_call(theirs, ours, recorded=recorded), on_call(theirs | more, ours, recorded=recorded)
    if theirs:
        assert many.kept >= few.kept and many.within >= few.within
    assert few.kept or not recorded
    assert few.kept or (theirs | ours) <= ONE_PARTY


def test_what_is_said_everywhere_satisfies_each_states_rule_on_who_speaks() -> None:
    ours, says = TABLE["assistant"], TABLE["assistant"]["says"]
    first = {"call": "call.greeting", "sms": "about.disclosure", "web": "about.disclosure", "email": "about.disclosure"}
    for name, rule in ours["rule"].items():
        assert name.removeprefix("US-") in STATES and rule["source"] and rule["confidence"]
        assert isinstance(rule["from"], date) and rule["when"] in ("upfront", "asked")
        assert set(rule["channels"]) <= set(ours["channels"]) and ours["when"] == "upfront"
        for channel in rule["channels"]:
            assert first[channel] in ours["wordings"]
            assert all(re.search(says, text, re.IGNORECASE) for text in salon().wording[first[channel]])


@pytest.mark.parametrize("part", ["all_party", "one_party", "within"])
def test_each_list_names_its_source(part: str) -> None:
    assert TABLE["recording"][part]["source"] and TABLE["recording"][part]["confidence"]
    assert set(TABLE["recording"][part]["states"]) <= STATES
