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
        self.granted = {}  # entry: (contact, group, purpose, leaf, end)
        self.heard = {}  # message: (contact, leaf)
        self.revoked = {}  # (contact, group): {purpose: leaf}
        self.started = {}  # (contact, group): leaf of START
        self.became = {}  # contact: the contact that it was merged into

    def take(self, place, kind, body):
        where = (body.get("contact"), body.get("group"))
        if kind in ("consent.grant", "consent.confirm"):
            self.granted[body["consent"]] = (*where, body["purpose"], place, body.get("expires_at"))
            if body["purpose"] == "all":
                self.started[where] = place
        elif kind == "consent.revoke":
            self.revoked.setdefault(where, {})[body["purpose"]] = place
        elif kind == "message.heard":
            self.heard[body["message"]] = (body.get("contact"), place)
        elif kind == "contact.merged":
            self.became[body["source"]] = body["contact"]
        elif kind == "contact.unmerged":
            self.became.pop(body["contact"], None)

    def person(self, contact):
        while contact in self.became:
            contact = self.became[contact]
        return contact

    def same(self, one, other):
        return self.person(one) == self.person(other)

    def stopped(self, contact, group, purpose, after):
        """The leaf of a revocation of this purpose, or of all, after a leaf and not lifted since."""
        newest = 0
        for (who, where), of in self.revoked.items():
            if where == group and self.same(who, contact):
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
            judged[body["action"]] = (place, wrong_with(consents, content["at"], body))
        elif kind == "action.done" and body["tool"] == "message" and body["action"] in judged:
            sent += 1
            cleared, wrong = judged[body["action"]]
            if wrong:
                raise NotSound(f"leaf {cleared}: message {body['action']} {wrong}")
    return sent


def wrong_with(consents, at, body):
    """Why a message should not have been cleared; empty where all is well."""
    if body["purpose"] == "mandated":
        answered = consents.heard.get(body["cause"].partition(":")[0])
        fits = answered is not None and consents.same(answered[0], body["contact"])
        return "" if fits else "confirms nothing that its recipient said"
    rests_on = [f for f in body["findings"] if f["rule"] == "consent" and f["verdict"] == "allow" and f["evidence"]]
    if not rests_on:
        return "was cleared without consent"
    return next(filter(None, (wrong_entry(consents, at, body, one) for one in rests_on[0]["evidence"])), "")


def wrong_entry(consents, at, body, entry):
    """Why a message may not rest on an entry: somebody's consent, or what they said to us."""
    purpose, channel, contact = body["purpose"], body.get("channel"), body["contact"]
    group, after = GROUPS.get(channel, channel), 0
    if entry in consents.granted:
        who, where, granted, after, end = consents.granted[entry]
        if who is not None and not consents.same(who, contact):
            return f"rests on {entry}, which is somebody else's"
        if channel is not None and where != group:
            return f"rests on {entry}, which is about another channel"
        if purpose == "marketing" and granted != "marketing":
            return f"rests on {entry}, which allows no marketing"
        if end is not None and end <= at:
            return f"rests on {entry}, which had ended"
    elif entry in consents.heard:
        who, place = consents.heard[entry]
        if purpose == "marketing" or not consents.same(who, contact):
            return f"rests on {entry}, which is " + ("no consent" if purpose == "marketing" else "somebody else's")
        if purpose == "reply" and channel in ANSWERED_AFTER_STOP:
            return ""
        after = place if channel in ANSWERED_AFTER_STOP else 0
    else:
        return f"rests on {entry}, which is not in the ledger before"
    stop = consents.stopped(contact, group, purpose, after) if channel is not None else 0
    return f"was cleared after the revocation of leaf {stop}" if stop else ""


def read_heads(path, business):
    """The heads of a business in a file that was kept: lines of JSON, also inside an e-mail."""
    with open(path, encoding="utf-8") as file:
        heads = [json.loads(line) for line in file if line.startswith("{")]
    mine = [head for head in heads if head.get("business", business) == business]
    if not mine:
        raise Unreadable(f"{path}: there is no head of {business} in it")
    return mine


def check(export, key, kept, receipt):
    """Check an export (what it is, leaves, heads) against a key, heads kept elsewhere and a receipt; what to tell."""
    about, leaves, heads = export
    hashes = check_leaves(leaves)
    signed = check_heads(heads, hashes, about["business"], key, "signed head")
    check_heads(kept, hashes, about["business"], key, "head kept elsewhere")
    sent = check_sends(leaves)
    if signed < len(hashes):
        raise NotSound(f"leaf {signed + 1}: no signed head covers the last {len(hashes) - signed} leaves")
    told = [
        f"sound: {len(hashes)} leaves, {len(heads)} signed heads, {len(kept)} kept elsewhere, root {root(hashes).hex()}"
    ]
    told.append(f"sends: {sent} messages left, each with consent that held")
    if receipt:
        place, kind = check_receipt(receipt, leaves, hashes)
        told.append(f"receipt {receipt.upper()}: leaf {place}, {kind}")
    return told


def main():
    parser = argparse.ArgumentParser(description="Check an exported QotBot ledger.")
    parser.add_argument("export")
    parser.add_argument("--key", help="the ledger's public key, where you know it from elsewhere (hex)")
    parser.add_argument("--head", action="append", default=[], help="a file with heads kept elsewhere")
    parser.add_argument("--receipt", help="the code at the end of a confirmation")
    given = parser.parse_args()
    try:
        export = read(given.export)
        about = export[0]
        kept = [head for path in given.head for head in read_heads(path, about["business"])]
        for line in check(export, given.key or about["key"], kept, given.receipt):
            print(line)
    except NotSound as found:
        print(f"NOT SOUND: {found}")
        return 1
    except (Unreadable, OSError, ValueError, KeyError, TypeError) as problem:
        print(f"cannot be read: {problem}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
