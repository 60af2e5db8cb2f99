"""`qotbot witness` on a real home, and the other end on a real socket."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from making import BUSINESS, KEYS
from terminal import Qotbot
from test_ledgering import verified

from commands.keeping import Keeper, Server, listen
from domain.errors import BadInput, Unavailable
from records.ledger import head_note
from records.tree import consistency, grow, leaf_hash, root


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Yield a listening witness without a token."""
    made = listen(Keeper(tmp_path / "kept.jsonl"), ("127.0.0.1", 0), token=None)
    running = Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02})
    running.start()
    yield made
    made.shutdown()
    running.join()
    made.server_close()


def test_a_head_leaves_and_a_stranger_checks_the_export_against_it(
    qotbot: Qotbot, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Server
) -> None:
    heads, file = tmp_path / "heads.jsonl", tmp_path / "ledger.jsonl"
    assert qotbot("witness", "--home", home).code == 2, "nobody is configured"
    done = qotbot("witness", "--file", heads, "--home", home, "--json")
    [told] = json.loads(done.out)
    assert done.code == 0 and told["kept"] and told["size"] > 10
    monkeypatch.setenv("QOTBOT_WITNESS_FILE", str(heads))
    monkeypatch.setenv("QOTBOT_WITNESS_URL", f"http://127.0.0.1:{server.server_address[1]}/")
    qotbot("chat", "--channel", "sms", "--as", "+12025550143", "--home", home, typed="STOP\n")
    done = qotbot("witness", "--home", home)
    assert done.code == 0 and done.out.count("has the head of") == 2
    listed = json.loads(qotbot("witness", "list", "--home", home, "--json").out)
    assert {one["witness"].partition(":")[0] for one in listed} == {"file", "host"} and len(listed) == 3
    qotbot("ledger", "export", file, "--home", home)
    checked = verified(file, "--head", heads, "--head", server.keeper.file)
    assert checked.returncode == 0 and "3 kept elsewhere" in checked.stdout, checked.stdout
    heads.write_text(heads.read_text("utf-8").replace(told["root"], "0" * 64), "utf-8")
    assert verified(file, "--head", heads).returncode == 1


def test_a_witness_that_is_away_is_exit_4_and_shown(
    qotbot: Qotbot, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QOTBOT_WITNESS_URL", "http://127.0.0.1:9/")
    done = qotbot("witness", "--home", home)
    assert done.code == 4 and "DID NOT TAKE" in done.out
    monkeypatch.setenv("QOTBOT_WITNESS_URL", "ftp://witness.example")
    assert qotbot("witness", "--home", home).code == 2
    assert "No head" in qotbot("witness", "list", "--home", home).out


def head_of(size: int, *, business: str = BUSINESS, salt: bytes = b"") -> dict[str, Any]:
    """A signed head of the first leaves of a ledger."""
    top = root(grow([], 0, leaves(size, salt))[0])
    return {"business": business, "size": size, "root": top, "at": size, "key": KEYS.public_hex,
            "signature": KEYS.sign(head_note(business, size, top, at_ms=size))}  # fmt: skip


def leaves(size: int, salt: bytes = b"") -> list[str]:
    return [leaf_hash(salt + bytes([n])) for n in range(size)]


def offered(server: Server, head: object, proof: object = ()) -> tuple[int, dict[str, Any]]:
    body = json.dumps({"head": head, "proof": list(proof) if isinstance(proof, list | tuple) else proof}).encode()
    return asked(server, body)


def asked(server: Server, body: bytes | None, path: str = "/", **headers: str) -> tuple[int, dict[str, Any]]:
    url = f"http://127.0.0.1:{server.server_address[1]}{path}"
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=5) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as problem:
        with problem:
            return problem.code, json.loads(problem.read())


def test_only_what_grew_is_kept(server: Server) -> None:
    assert asked(server, None, f"/?business={BUSINESS}") == (200, {"size": 0, "root": ""})
    assert offered(server, head_of(5))[0] == 200
    assert offered(server, head_of(9), consistency(leaves(9), 5)) == (200, {"kept": 9})
    assert offered(server, head_of(9))[0] == 200, "the same again changes nothing"
    assert offered(server, head_of(3, business="dentist"))[0] == 200
    refused = {
        "shrunk": offered(server, head_of(7), consistency(leaves(9), 7)),
        "rewritten": offered(server, head_of(12, salt=b"x"), consistency(leaves(12, b"x"), 9)),
        "without its proof": offered(server, head_of(12)),
        "another of that size": offered(server, head_of(9, salt=b"x")),
        "altered": offered(server, {**head_of(12), "at": 1}, consistency(leaves(12), 9)),
    }
    assert {name: status for name, (status, _) in refused.items()} == dict.fromkeys(refused, 409)
    assert asked(server, None, f"/?business={BUSINESS}")[1]["size"] == 9
    assert len(server.keeper.file.read_text("utf-8").splitlines()) == 3


BODIES = [b"", b"{", b"[]", b'{"head": {}}', json.dumps({"head": {**head_of(5), "size": "5"}, "proof": []}).encode(),
          json.dumps({"head": {**head_of(5), "more": 1}, "proof": []}).encode(), b"x" * 70_000]  # fmt: skip


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_what_is_no_head_is_refused(server: Server, body: bytes) -> None:
    assert asked(server, body)[0] == 400
    assert not server.keeper.file.exists()


def test_another_key_and_a_wrong_token(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path / "kept.jsonl", key="0" * 64)
    made = listen(keeper, ("127.0.0.1", 0), token="a-token")
    running = Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02})
    running.start()
    body = json.dumps({"head": head_of(5), "proof": []}).encode()
    try:
        assert asked(made, body)[0] == 401 and asked(made, body, Authorization="Bearer x")[0] == 401
        assert asked(made, None)[0] == 401
        assert asked(made, body, Authorization="Bearer a-token")[0] == 409, "it is not the key that was named"
        with pytest.raises(Unavailable, match="listened"):
            listen(keeper, ("127.0.0.1", made.server_address[1]), token=None)
    finally:
        made.shutdown()
        running.join()
        made.server_close()
    (tmp_path / "other").write_text("no head\n", "utf-8")
    with pytest.raises(BadInput, match="no head"):
        listen(Keeper(tmp_path / "other"), ("127.0.0.1", 0), token=None)
