"""What a stranger finds with docs/verify.py: twelve ways to falsify an exported ledger, a hundred times each."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from making import BUSINESS, KEYS, NOW, later

from domain.canonical import canonical
from domain.clock import to_ms
from records.keys import Keys
from records.ledger import commitment, head_note

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "verify.py"
THIEF = Keys(Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))), "other")
ROUNDS = 100
Line = dict[str, Any]


class Ledger(NamedTuple):
    """An export in parts, and the heads that left the machine before."""

    leaves: list[Line]
    heads: list[Line]
    witnessed: list[Line]


def leaf(number: int, kind: str, body: Line, text: str = "") -> Line:
    """One leaf as it is exported."""
    salt = f"{number:032x}"
    content = {"v": 1, "id": f"evt_{number}", "business": BUSINESS, "kind": kind, "at": to_ms(later(number)),
               "body": body, "texts": {"text": commitment(salt, text)} if text else {}}  # fmt: skip
    return {
        "leaf": number,
        "content": canonical(content),
        "texts": {"text": {"salt": salt, "text": text}} if text else {},
    }


def story() -> list[Line]:
    """Two dozen events in which three people are heard, consent, and get messages."""
    found: list[Line] = []

    def tell(kind: str, body: Line, text: str = "") -> None:
        found.append(leaf(len(found) + 1, kind, body, text))

    for who in ("con_1", "con_2", "con_3"):
        tell("message.heard", {"message": f"msg_{who}", "contact": who}, "Hello, it is me")
        tell("consent.grant", {"consent": f"cst_{who}", "contact": who, "group": "text", "purpose": "marketing"})
        for n in range(2):
            action = f"act_{who}_{n}"
            rests_on = {"rule": "consent", "verdict": "allow", "evidence": [f"cst_{who}"]}
            judged = {"action": action, "tool": "message", "state": "cleared", "purpose": "marketing", "contact": who,
                      "channel": "sms", "findings": [rests_on]}  # fmt: skip
            tell("action.judged", judged)
            tell("action.done", {"action": action, "tool": "message"})
        tell("consent.revoke", {"consent": f"rev_{who}", "contact": who, "group": "text", "purpose": "all"})
    return found


def signed(verify: ModuleType, leaves: list[Line], *, keys: Keys = KEYS, every: int = 5) -> list[Line]:
    """Heads over the first leaves, as the sealer signs them."""
    hashes = [verify.leaf_hash(row["content"]) for row in leaves]
    heads = []
    for size in sorted({*range(every, len(leaves), every), len(leaves)}):
        root, at = verify.root(hashes[:size]).hex(), to_ms(NOW)
        note = head_note(BUSINESS, size, root, at_ms=at)
        heads.append({"size": size, "root": root, "at": at, "signature": keys.sign(note), "business": BUSINESS})
    return heads


def honest(verify: ModuleType) -> Ledger:
    leaves = story()
    heads = signed(verify, leaves)
    return Ledger(leaves, heads, [heads[-1]])


def judged(verify: ModuleType, ledger: Ledger, *, key: str = KEYS.public_hex) -> str:
    """What the script finds: nothing, or why it is not sound."""
    try:
        hashes = verify.check_leaves(ledger.leaves)
        covered = verify.check_heads(ledger.heads, hashes, BUSINESS, key, "signed head")
        verify.check_heads(ledger.witnessed, hashes, BUSINESS, key, "head kept elsewhere")
        verify.check_sends(ledger.leaves)
        return "" if covered == len(hashes) else "uncovered"
    except verify.NotSound as found:
        return str(found)


def renumbered(leaves: list[Line]) -> list[Line]:
    return [{**row, "leaf": n} for n, row in enumerate(leaves, 1)]


def edited(row: Line, **body: Any) -> Line:
    content = json.loads(row["content"])
    return {**row, "content": canonical({**content, "body": {**content["body"], **body}})}


def edit(verify: ModuleType, was: Ledger, dice: random.Random) -> Ledger:
    at = dice.randrange(len(was.leaves))
    return was._replace(leaves=[*was.leaves[:at], edited(was.leaves[at], contact="con_9"), *was.leaves[at + 1 :]])


def edit_text(verify: ModuleType, was: Ledger, dice: random.Random) -> Ledger:
    at = dice.choice([n for n, row in enumerate(was.leaves) if row["texts"]])
    kept = was.leaves[at]["texts"]["text"]
    changed = {**was.leaves[at], "texts": {"text": {**kept, "text": kept["text"] + "!"}}}
    return was._replace(leaves=[*was.leaves[:at], changed, *was.leaves[at + 1 :]])


def delete(verify: ModuleType, was: Ledger, dice: random.Random) -> Ledger:
    at = dice.randrange(len(was.leaves))
    return was._replace(leaves=renumbered([*was.leaves[:at], *was.leaves[at + 1 :]]))


def insert(verify: ModuleType, was: Ledger, dice: random.Random) -> Ledger:
    at = dice.randrange(len(was.leaves))
    false = leaf(at + 1, "consent.grant", {"consent": "cst_9", "contact": "con_9", "group": "text", "purpose": "all"})
    return was._replace(leaves=renumbered([*was.leaves[:at], false, *was.leaves[at:]]))


def reorder(verify: ModuleType, was: Ledger, dice: random.Random) -> Ledger:
    one, other = dice.sample(range(len(was.leaves)), 2)
    leaves = list(was.leaves)
    leaves[one], leaves[other] = leaves[other], leaves[one]
    return was._replace(leaves=renumbered(leaves))


def truncate(verify: ModuleType, was: Ledger, dice: random.Random) -> Ledger:
    return was._replace(leaves=was.leaves[: dice.randrange(1, len(was.leaves))])


def truncate_with_heads(verify: ModuleType, was: Ledger, dice: random.Random) -> Ledger:
    size = dice.choice([head["size"] for head in was.heads[:-1]])
    return was._replace(leaves=was.leaves[:size], heads=[h for h in was.heads if h["size"] <= size])


def restore_backup(verify: ModuleType, was: Ledger, dice: random.Random) -> Ledger:
    """An old copy goes on as if nothing had been: other events follow, honestly signed."""
    size = dice.choice([head["size"] for head in was.heads[:-1]])
    leaves = was.leaves[:size]
    while len(leaves) < len(was.leaves) + dice.randrange(4):
        leaves = [*leaves, leaf(len(leaves) + 1, "turn.opened", {"turn": f"trn_{dice.random()}".replace(".", "")})]
    return was._replace(leaves=leaves, heads=signed(verify, leaves))


def edit_and_rehash(verify: ModuleType, was: Ledger, dice: random.Random) -> Ledger:
    """Without the key: roots are computed anew, the old signatures stay."""
    changed = edit(verify, was, dice)
    fresh = signed(verify, changed.leaves)
    heads = [{**new, "signature": old["signature"]} for new, old in zip(fresh, was.heads, strict=True)]
    return changed._replace(heads=heads)


def rewrite_with_the_key(verify: ModuleType, was: Ledger, dice: random.Random) -> Ledger:
    changed = edit(verify, was, dice)
    return changed._replace(heads=signed(verify, changed.leaves))


def another_key(verify: ModuleType, was: Ledger, dice: random.Random) -> Ledger:
    changed = edit(verify, was, dice)
    return changed._replace(heads=signed(verify, changed.leaves, keys=THIEF))


def split_view(verify: ModuleType, was: Ledger, dice: random.Random) -> Ledger:
    """Two parties are shown two ledgers of one size, both signed; one of them kept the head of hers."""
    other = edit(verify, was, dice)
    return Ledger(was.leaves, was.heads, [signed(verify, other.leaves)[-1]])


ATTACKS: dict[str, Callable[[ModuleType, Ledger, random.Random], Ledger]] = {
    f.__name__: f
    for f in (edit, edit_text, delete, insert, reorder, truncate, truncate_with_heads, restore_backup,
              edit_and_rehash, rewrite_with_the_key, another_key, split_view)
}  # fmt: skip
NEED_A_WITNESS = {"truncate_with_heads", "restore_backup", "rewrite_with_the_key", "split_view"}


def test_an_honest_ledger_is_sound(verify: ModuleType) -> None:
    assert judged(verify, honest(verify)) == ""


@pytest.mark.parametrize("attack", list(ATTACKS))
def test_every_falsification_is_found(verify: ModuleType, attack: str) -> None:
    missed = []
    for number in range(ROUNDS):
        forged = ATTACKS[attack](verify, honest(verify), random.Random(f"{attack}:{number}"))
        if not judged(verify, forged):
            missed.append(number)
    assert not missed


@pytest.mark.parametrize("attack", sorted(NEED_A_WITNESS))
def test_what_only_a_head_kept_elsewhere_shows(verify: ModuleType, attack: str) -> None:
    """Said plainly: without one, whoever holds the machine and its key can do this unseen."""
    forged = ATTACKS[attack](verify, honest(verify), random.Random(attack))
    unseen = judged(verify, forged._replace(witnessed=[]))
    assert "signed" not in unseen and "root" not in unseen and "missing" not in unseen


SENDS = [
    ("no consent at all", {"findings": []}, "without consent"),
    ("consent that is not there", {"findings": [
        {"rule": "consent", "verdict": "allow", "evidence": ["cst_x"]}]}, "not in the ledger"),
    ("somebody who opted out", {"contact": "con_1", "findings": [
        {"rule": "consent", "verdict": "allow", "evidence": ["cst_con_1"]}]}, "after the revocation"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "why"), [row[1:] for row in SENDS], ids=[row[0] for row in SENDS])
def test_a_send_without_consent_that_held_is_found(verify: ModuleType, body: Line, why: str) -> None:
    leaves = story()
    said = {"action": "act_x", "tool": "message", "state": "cleared", "purpose": "marketing", "contact": "con_1",
            "channel": "sms", **body}  # fmt: skip
    leaves.append(leaf(len(leaves) + 1, "action.judged", said))
    leaves.append(leaf(len(leaves) + 1, "action.done", {"action": "act_x", "tool": "message"}))
    assert why in judged(verify, Ledger(leaves, signed(verify, leaves), []))


def written(file: Path, ledger: Ledger, key: str = KEYS.public_hex) -> Path:
    lines = [{"format": "qotbot-ledger-1", "business": BUSINESS, "key": key}, *ledger.leaves]
    lines += [{"head": head} for head in ledger.heads]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return file


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(SCRIPT), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_stranger_runs_the_one_file(verify: ModuleType, tmp_path: Path) -> None:
    ledger = honest(verify)
    file = written(tmp_path / "ledger.jsonl", ledger)
    kept = tmp_path / "head.json"
    kept.write_text(json.dumps(ledger.heads[1]), "utf-8")
    done = run(file, "--head", kept, "--key", KEYS.public_hex)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"sound: {len(ledger.leaves)} leaves" in done.stdout and "sends: 6 messages" in done.stdout
    forged = delete(verify, ledger, random.Random(1))
    assert run(written(tmp_path / "forged.jsonl", forged)).returncode == 1
    assert run(file, "--key", THIEF.public_hex).returncode == 1
    for broken in ("", "{", "[]\n", '{"format": "other"}\n'):
        (tmp_path / "broken").write_text(broken, "utf-8")
        assert run(tmp_path / "broken").returncode == 2
    assert run(tmp_path / "none").returncode == 2
