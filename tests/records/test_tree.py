"""The tree against the published vectors of RFC 6962, and grown in pieces as at once."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.tree import consistency, consistent, grow, leaf_hash, node_hash, root

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


# The consistency proofs of the reference implementation's tests, over the same eight leaves.
PROOFS = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


@pytest.mark.parametrize("sizes", PROOFS)
def test_the_published_consistency_proofs(sizes: tuple[int, int]) -> None:
    old, new = sizes
    assert consistency(HASHES[:new], old) == PROOFS[sizes]
    assert consistent((old, ROOTS[old]), (new, ROOTS[new]), PROOFS[sizes])


def test_a_beginning_is_proved_and_nothing_else_is() -> None:
    leaves = [leaf_hash(bytes([n])) for n in range(34)]
    heads = [(n, root(grow([], 0, leaves[:n])[0])) for n in range(35)]
    other = [root(grow([], 0, ["0" * 64, *leaves[1:n]])[0]) if n else heads[0][1] for n in range(35)]
    for new in range(1, 35):
        for old in range(1, new + 1):
            proof = consistency(leaves[:new], old)
            assert consistent(heads[old], heads[new], proof)
            assert not consistent((old, other[old]), heads[new], proof)
            assert not consistent(heads[old], (new, other[new]), proof)
            assert not consistent(heads[new], heads[old], proof) or old == new
            assert not consistent(heads[old], heads[new], [*proof, "0" * 64])
            if proof:
                assert not consistent(heads[old], heads[new], proof[:-1])
                assert not consistent(heads[old], heads[new], ["0" * 64, *proof[1:]])
