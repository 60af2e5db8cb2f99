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
