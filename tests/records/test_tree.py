"""The tree against the published vectors of RFC 6962, and grown in pieces as at once."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.tree import grow, leaf_hash, node_hash, root

# Inputs and roots of the reference implementation's tests (Certificate Transparency).
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
HASHES = [leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES]


@pytest.mark.parametrize("size", range(9))
def test_the_published_roots(size: int) -> None:
    frontier, grown = grow([], 0, HASHES[:size])
    assert (root(frontier), grown) == (ROOTS[size], size)


def by_definition(leaves: list[str]) -> str:
    """The root as RFC 6962 section 2.1 writes it down: split at the largest power of two below the size."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").hexdigest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(by_definition(leaves[:split]), by_definition(leaves[split:]))


@given(st.lists(st.binary(max_size=8), max_size=70), st.lists(st.integers(0, 70), max_size=5))
def test_grown_in_pieces_is_grown_at_once(data: list[bytes], cuts: list[int]) -> None:
    leaves = [leaf_hash(one) for one in data]
    frontier, size = list[str](), 0
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(leaves)], strict=True):
        frontier, size = grow(frontier, size, leaves[start:end])
    assert size == len(leaves)
    assert root(frontier) == by_definition(leaves)
    assert len(frontier) == size.bit_count()


@given(st.lists(st.binary(max_size=4), min_size=2, max_size=20, unique=True), st.data())
def test_another_order_is_another_root(data: list[bytes], draw: st.DataObject) -> None:
    leaves = [leaf_hash(one) for one in data]
    other = draw.draw(st.permutations(leaves).filter(lambda p: list(p) != leaves))
    assert root(grow([], 0, leaves)[0]) != root(grow([], 0, other)[0])
