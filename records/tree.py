"""The Merkle tree of RFC 6962 §2.1, grown leaf by leaf."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence


def leaf_hash(data: bytes) -> str:
    """SHA-256 of 0x00 and the leaf's bytes, in hex."""
    return hashlib.sha256(b"\x00" + data).hexdigest()


def node_hash(left: str, right: str) -> str:
    """SHA-256 of 0x01 and both children, in hex."""
    return hashlib.sha256(b"\x01" + bytes.fromhex(left) + bytes.fromhex(right)).hexdigest()


def grow(frontier: Sequence[str], size: int, leaves: Iterable[str]) -> tuple[list[str], int]:
    """Append leaves to a tree known by its frontier: the roots of its full subtrees, largest first."""
    nodes = list(frontier)
    for leaf in leaves:
        node, below = leaf, size
        while below & 1:
            node = node_hash(nodes.pop(), node)
            below >>= 1
        nodes.append(node)
        size += 1
    return nodes, size


def root(frontier: Sequence[str]) -> str:
    """The tree's root; of an empty tree the hash of nothing."""
    if not frontier:
        return hashlib.sha256(b"").hexdigest()
    node = frontier[-1]
    for left in reversed(frontier[:-1]):
        node = node_hash(left, node)
    return node


def consistency(leaves: Sequence[str], old: int) -> list[str]:
    """The nodes that prove the tree of the first `old` leaves to be a beginning of this one (RFC 6962 §2.1.2)."""
    return _subproof(leaves, old, whole=True) if 0 < old <= len(leaves) else []


def _subproof(leaves: Sequence[str], old: int, *, whole: bool) -> list[str]:
    if old == len(leaves):
        return [] if whole else [_root_of(leaves)]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if old <= split:
        return [*_subproof(leaves[:split], old, whole=whole), _root_of(leaves[split:])]
    return [*_subproof(leaves[split:], old - split, whole=False), _root_of(leaves[:split])]


def _root_of(leaves: Sequence[str]) -> str:
    return root(grow([], 0, leaves)[0])


def consistent(old: tuple[int, str], new: tuple[int, str], proof: Sequence[str]) -> bool:
    """Whether the proof shows that a tree (size, root) only grew into another (RFC 9162 §2.1.4.2)."""
    (old_size, old_root), (new_size, new_root) = old, new
    if old_size == 0 or old_size >= new_size:
        return not proof and (old_size == 0 or old == new)
    path = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    if not path:
        return False
    first, second = old_size - 1, new_size - 1
    while first & 1:
        first, second = first >> 1, second >> 1
    was = now = path[0]
    for node in path[1:]:
        if second == 0:
            return False
        if first & 1 or first == second:
            was, now = node_hash(node, was), node_hash(node, now)
            while first and not first & 1:
                first, second = first >> 1, second >> 1
        else:
            now = node_hash(now, node)
        first, second = first >> 1, second >> 1
    return second == 0 and (was, now) == (old_root, new_root)
