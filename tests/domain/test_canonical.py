"""One spelling for every value that is hashed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.canonical import canonical, digest, short_id

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(PLAIN)
def test_the_spelling_is_json_and_says_the_same(value: Any) -> None:
    assert json.loads(canonical(value)) == value


@given(st.dictionaries(st.text(), st.integers(), min_size=2), st.data())
def test_the_order_of_keys_does_not_matter(value: dict[str, int], data: st.DataObject) -> None:
    shuffled = dict(data.draw(st.permutations(list(value.items()))))
    assert digest(shuffled) == digest(value)


@given(PLAIN, PLAIN)
def test_different_values_are_spelled_differently(one: Any, other: Any) -> None:
    assert (canonical(one) == canonical(other)) == (
        json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    )


def test_the_spelling_is_fixed() -> None:
    assert canonical({"b": [1, True, None], "a": "é \n"}) == '{"a":"é \\n","b":[1,true,null]}'
    assert canonical((1, 2)) == "[1,2]"
    assert digest("book", {"start": 1}) == "fcb63c18949c5e24c8b216d30aa00f958a7ae2ddb50254d3238cee383ffd5c1a"


@pytest.mark.parametrize("value", [1.5, float("nan"), {"price": 4.0}, [[0.1]]])
def test_fractions_are_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="minor units or milliseconds"):
        canonical(value)


def test_what_is_hashed_together_cannot_slide() -> None:
    assert digest("ab", "c") != digest("a", "bc") != digest(["a", "bc"])


def test_a_lone_surrogate_has_a_hash_too() -> None:
    assert digest("\ud83d") != digest("\ud83e")


def test_short_ids_tell_their_kind() -> None:
    made = short_id("act", "trn_1", "book")
    assert made.startswith("act_") and len(made) == 30 and made == short_id("act", "trn_1", "book")
