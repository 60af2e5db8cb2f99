"""Check an exported QotBot ledger without QotBot: Python's standard library and `cryptography` are all it needs.

    python verify.py ledger.jsonl [--key HEX] [--head kept.json ...] [--receipt CODE]

It recomputes every leaf (SHA-256 of 0x00 and the leaf's content, RFC 6962) and every signed head's root, checks the
Ed25519 signatures, that each kept head is a beginning of this ledger, that a receipt's leaf is in it, and that every
message that was sent names consent that was given before and not revoked. Exit 0: sound; 1: not sound, with the first
bad leaf; 2: a file that cannot be read.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

GROUPS = {"sms": "text", "mms": "text", "rcs": "text", "whatsapp": "text"}
ANSWERED_AFTER_STOP = ("web", "call")  # there a customer's new question may be answered


class NotSound(Exception):
    """What does not hold, and at which leaf."""


class Unreadable(Exception):
    """A file that is no export."""


def leaf_hash(content):
    return hashlib.sha256(b"\x00" + content.encode("utf-8", "surrogatepass")).digest()


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(hashes):
    """The root of the Merkle tree over the leaves' hashes (RFC 6962, 2.1)."""
    stack = []
    for number, one in enumerate(hashes):
        while number & 1:
            one = node(stack.pop(), one)
            number >>= 1
        stack.append(one)
    if not stack:
        return hashlib.sha256(b"").digest()
    one = stack.pop()
    while stack:
        one = node(stack.pop(), one)
    return one


def roots(hashes, sizes):
    """The roots of the first n leaves, for every n of `sizes`, in one pass."""
    found, stack, wanted = {0: hashlib.sha256(b"").digest()}, [], set(sizes)
    for number, one in enumerate(hashes):
        below = number
        while below & 1:
            one = node(stack.pop(), one)
            below >>= 1
        stack.append(one)
        if number + 1 in wanted:
            whole = stack[-1]
            for left in reversed(stack[:-1]):
                whole = node(left, whole)
            found[number + 1] = whole
    return found


def read(path):
    """The key, the leaves (content and texts) and the heads of an export."""
    leaves, heads, about = [], [], None
    try:
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                row = json.loads(line)
                if number == 1:
                    if row.get("format") != "qotbot-ledger-1":
                        raise Unreadable(f"{path}: the first line does not say qotbot-ledger-1")
                    about = row
                elif "leaf" in row:
                    leaves.append(row)
                elif "head" in row:
                    heads.append(row["head"])
    except (OSError, ValueError, AttributeError) as problem:
        raise Unreadable(f"{path}: not an exported ledger ({problem})") from problem
    if about is None:
        raise Unreadable(f"{path}: the file is empty")
    return about, leaves, heads


def check_leaves(leaves):
    """The leaves' hashes; each must stand at its number and hold its texts' commitments."""
    hashes = []
    for place, row in enumerate(leaves, 1):
        if row["leaf"] != place:
            raise NotSound(f"leaf {place}: it is missing or out of order (found {row['leaf']})")
        content = json.loads(row["content"])
        for field, kept in row.get("texts", {}).items():
            told = hmac.new(bytes.fromhex(kept["salt"]), kept["text"].encode("utf-8", "surrogatepass"), "sha256")
            if content["texts"].get(field) != told.hexdigest():
                raise NotSound(f"leaf {place}: the text {field!r} is not the one that was committed to")
        hashes.append(leaf_hash(row["content"]))
    return hashes


def check_heads(heads, hashes, business, key, what):
    """Every head must be signed by the key over the root that these leaves give."""
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
    computed = roots(hashes, [head["size"] for head in heads])
    good = 0
    for head in sorted(heads, key=lambda one: one["size"]):
        size = head["size"]
        note = f"qotbot ledger {business}\n{size}\n{head['root']}\n{head['at']}\n"
        try:
            public.verify(bytes.fromhex(head["signature"]), note.encode())
        except (InvalidSignature, ValueError):
            raise NotSound(f"leaf {good + 1}: the {what} of {size} leaves is not signed by this key") from None
        if size > len(hashes):
            raise NotSound(f"leaf {len(hashes) + 1}: the {what} counts {size} leaves, only {len(hashes)} are here")
        if computed[size].hex() != head["root"]:
            raise NotSound(f"leaf {good + 1}: the leaves do not give the root of the {what} of {size} leaves")
        good = size
    return good


def check_receipt(code, leaves, hashes):
    """The number of the leaf that a receipt names, and its audit path up to the root."""
    prefix = base64.b32decode(code.strip().upper())
    for place, one in enumerate(hashes):
        if one.startswith(prefix):
            return place + 1, json.loads(leaves[place]["content"])["kind"]
    raise NotSound(f"receipt {code}: no leaf of this ledger has it")


class Consents:
    """What the ledger says about consent as its leaves go by."""

    def __init__(self):
        self.granted = {}  # entry: (contact, group, purpose)
        self.heard = {}  # message: contact
        self.revoked = {}  # (contact, group): {purpose: leaf}
        self.started = {}  # (contact, group): leaf of START
        self.became = {}  # contact: the contact that it was merged into

    def take(self, place, kind, body):
        if kind in ("consent.grant", "consent.confirm"):
            self.granted[body["consent"]] = (body.get("contact"), body["group"], body["purpose"], place)
            if body["purpose"] == "all":
                self.started[body.get("contact"), body["group"]] = place
        elif kind == "consent.revoke":
            self.granted.setdefault(body["consent"], None)
            of = self.revoked.setdefault((body.get("contact"), body["group"]), {})
            of[body["purpose"]] = place
        elif kind == "message.heard":
            self.heard[body["message"]] = place
        elif kind == "contact.merged":
            self.became[body["source"]] = body["contact"]

    def person(self, contact):
        while contact in self.became:
            contact = self.became[contact]
        return contact

    def stopped(self, contact, group, purpose, after):
        """The leaf of a revocation of this purpose, or of all, after a leaf and not lifted since."""
        newest = 0
        for (who, where), of in self.revoked.items():
            if where == group and self.person(who) == self.person(contact):
                newest = max(newest, of.get("all", 0), of.get(purpose, 0))
        return newest if newest > max(after, self.started.get((contact, group), 0)) else 0


def check_sends(leaves):
    """How many messages were sent; each must rest on consent that held when it was cleared."""
    consents, judged, sent = Consents(), {}, 0
    for place, row in enumerate(leaves, 1):
        content = json.loads(row["content"])
        kind, body = content["kind"], content["body"]
        consents.take(place, kind, body)
        if kind == "action.judged" and body["tool"] == "message" and body["state"] == "cleared":
            judged[body["action"]] = (place, body)
        elif kind == "action.done" and body["tool"] == "message" and body["action"] in judged:
            sent += 1
            check_send(consents, *judged[body["action"]])
    return sent


def check_send(consents, place, body):
    purpose, channel = body["purpose"], body.get("channel")
    if purpose == "mandated":
        return
    rests_on = [f for f in body["findings"] if f["rule"] == "consent" and f["verdict"] == "allow" and f["evidence"]]
    if not rests_on:
        raise NotSound(f"leaf {place}: message {body['action']} was cleared without consent")
    for entry in rests_on[0]["evidence"]:
        known = consents.granted.get(entry) or consents.heard.get(entry)
        if known is None:
            raise NotSound(
                f"leaf {place}: message {body['action']} rests on {entry}, which is not in the ledger before"
            )
        after = known[3] if isinstance(known, tuple) else known if channel in ANSWERED_AFTER_STOP else 0
        if channel is None or (purpose == "reply" and channel in ANSWERED_AFTER_STOP and not isinstance(known, tuple)):
            continue
        if stop := consents.stopped(body["contact"], GROUPS.get(channel, channel), purpose, after):
            raise NotSound(f"leaf {place}: message {body['action']} was cleared after the revocation of leaf {stop}")


def main():
    parser = argparse.ArgumentParser(description="Check an exported QotBot ledger.")
    parser.add_argument("export")
    parser.add_argument("--key", help="the ledger's public key, where you know it from elsewhere (hex)")
    parser.add_argument("--head", action="append", default=[], help="a signed head kept elsewhere (JSON, one a line)")
    parser.add_argument("--receipt", help="the code at the end of a confirmation")
    given = parser.parse_args()
    try:
        about, leaves, heads = read(given.export)
        key = given.key or about["key"]
        kept = []
        for path in given.head:
            with open(path, encoding="utf-8") as file:
                kept += [json.loads(line) for line in file if line.strip()]
        hashes = check_leaves(leaves)
        signed = check_heads(heads, hashes, about["business"], key, "signed head")
        check_heads(kept, hashes, about["business"], key, "head kept elsewhere")
        sent = check_sends(leaves)
        if signed < len(hashes):
            raise NotSound(f"leaf {signed + 1}: no signed head covers the last {len(hashes) - signed} leaves")
        told = f"{len(hashes)} leaves, {len(heads)} signed heads, {len(kept)} kept elsewhere"
        print(f"sound: {told}, root {root(hashes).hex()}")
        print(f"sends: {sent} messages left, each with consent that held")
        if given.receipt:
            place, kind = check_receipt(given.receipt, leaves, hashes)
            print(f"receipt {given.receipt.upper()}: leaf {place}, {kind}")
    except NotSound as found:
        print(f"NOT SOUND: {found}")
        return 1
    except (Unreadable, OSError, ValueError, KeyError, TypeError) as problem:
        print(f"cannot be read: {problem}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
