"""`qotbot contact export|forget` on a real home: what is told, what is left in its files, and clear errors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from terminal import Qotbot, typed_into
from test_ledgering import verified

import commands.contact
from records.home import owned

MIA, JO = "+12025550143", "+12025550144"
LINES = "what are your opening hours?\nmy name is Zebediah Quuxley and I live behind the bakery\nSTOP\n"


@pytest.fixture(scope="module")
def texted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home that two people texted; one of them said STOP."""
    home = tmp_path_factory.mktemp("texted") / "home"
    with pytest.MonkeyPatch.context() as patch:
        for number, lines in ((MIA, LINES), (JO, "hello\n")):
            typed_into(patch, "chat", "--channel", "sms", "--as", number, "--home", home, typed=lines)
    return home


@pytest.fixture
def salon(texted: Path, tmp_path: Path) -> Iterator[Path]:
    """Yield a copy of it."""
    import shutil

    yield Path(shutil.copytree(texted, tmp_path / "home"))


def bytes_left(home: Path, *words: str) -> list[tuple[str, str]]:
    files = [(p.name, p.read_bytes().lower()) for p in home.rglob("*") if p.is_file()]
    return [(name, word) for name, content in files for word in words if word.lower().encode() in content]


def test_everything_that_is_held_is_handed_out(qotbot: Qotbot, salon: Path, tmp_path: Path) -> None:
    done = qotbot("contact", "export", "(202) 555-0143", "--home", salon)
    told = json.loads(done.out)
    assert done.code == 0 and [a["value"] for a in told["addresses"]] == [MIA]
    said = [m["text"] for m in told["messages"] if m["direction"] == "in"]
    assert said == LINES.splitlines()
    assert {e["purpose"] for e in told["consents"]} >= {"all"} and told["actions"] and told["turns"]
    assert any(e["texts"].get("text") == "STOP" and e["leaf"] for e in told["ledger"])
    assert JO not in done.out and "code_hash" not in done.out
    by_id = qotbot("contact", "export", told["person"][:12], "--to", tmp_path / "held.json", "--home", salon)
    assert by_id.code == 0 and json.loads((tmp_path / "held.json").read_text("utf-8")) == told


def test_nothing_is_left_in_the_files_and_a_stranger_still_verifies(
    qotbot: Qotbot, salon: Path, tmp_path: Path
) -> None:
    words = (MIA, MIA[2:], "Zebediah", "behind the bakery")
    head, file = tmp_path / "head.json", tmp_path / "ledger.jsonl"
    head.write_text(qotbot("ledger", "head", "--json", "--home", salon).out, "utf-8")
    assert bytes_left(salon, *words)
    done = qotbot("contact", "forget", MIA, "--by", "Sam", "--json", "--home", salon)
    told = json.loads(done.out)
    assert done.code == 0 and told["erased_from_files"] and told["revocations"] > 0
    assert not any(word.lower() in (done.out + done.err).lower() for word in words)
    assert bytes_left(salon, *words) == []
    assert qotbot("ledger", "verify", "--home", salon).code == 0
    qotbot("ledger", "export", file, "--texts", "--home", salon)
    checked = verified(file, "--head", head)
    assert checked.returncode == 0, checked.stdout
    assert "Zebediah" not in file.read_text("utf-8") and "contact.forgotten" in file.read_text("utf-8")
    assert json.loads(qotbot("contact", "export", JO, "--home", salon).out)["messages"], "others stay"


def test_a_list_cannot_bring_a_stopped_number_back(qotbot: Qotbot, salon: Path, tmp_path: Path) -> None:
    qotbot("contact", "forget", MIA, "--home", salon)
    people = tmp_path / "people.csv"
    people.write_text(
        f'phone,opted in,consent date,consent text\n{MIA},yes,2026-11-01,"Yes, text me offers"\n', "utf-8"
    )
    assert qotbot("consent", "import", people, "--home", salon).code == 0
    verdicts = json.loads(qotbot("consent", "explain", MIA, "--json", "--home", salon).out)
    assert not any(v["allowed"] for v in verdicts)
    [kept] = [e for e in json.loads(qotbot("consent", "show", MIA, "--json", "--home", salon).out)
              if e["method"] == "forgotten" and e["group"] == "text"]  # fmt: skip
    assert (kept["act"], kept["purpose"]) == ("revoke", "all")


def test_while_a_server_runs_it_does_the_erasing(qotbot: Qotbot, salon: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands.contact, "PATIENCE_S", 0.0)
    with owned(salon):
        done = qotbot("contact", "forget", MIA, "--home", salon)
    assert done.code == 0 and "as soon as they are free" in done.out
    qotbot("chat", "--channel", "sms", "--as", JO, "--home", salon, typed="hello again\n")
    assert bytes_left(salon, "Zebediah", MIA) == []


WRONG = [
    ("+12025550199", "nobody is known"),
    ("12", "telephone number"),
    ("", "telephone number"),
    ("con_", "too short"),
    ("con_ffffffffffffffffffffffffff", "nobody is known"),
    ("nobody@example.com", "nobody is known"),
    ("con_%'; DROP TABLE contact", "nobody is known"),
]


@pytest.mark.parametrize(("who", "why"), WRONG)
@pytest.mark.parametrize("command", ["export", "forget"])
def test_who_is_not_known_is_said_so(qotbot: Qotbot, salon: Path, command: str, who: str, why: str) -> None:
    done = qotbot("contact", command, who, "--home", salon)
    assert (done.code, done.out) == (2, "") and why in done.err


def test_an_id_of_two_is_ambiguous(qotbot: Qotbot, salon: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands.contact, "SHORTEST", 4)
    for command in ("export", "forget"):
        done = qotbot("contact", command, "con_", "--home", salon)
        assert done.code == 2 and "ambiguous" in done.err and done.err.count("con_") == 3


def test_forgotten_twice_is_an_error(qotbot: Qotbot, salon: Path) -> None:
    contact = json.loads(qotbot("contact", "export", MIA, "--home", salon).out)["person"]
    assert qotbot("contact", "forget", contact, "--home", salon).code == 0
    for command in ("export", "forget"):
        again = qotbot("contact", command, contact, "--home", salon)
        assert again.code == 2 and "was forgotten" in again.err
        by_number = qotbot("contact", command, MIA, "--home", salon)
        assert by_number.code == 2 and "their STOP is kept" in by_number.err


def test_a_home_without_records_is_bad_input(qotbot: Qotbot, tmp_path: Path) -> None:
    for command in ("export", "forget"):
        done = qotbot("contact", command, MIA, "--home", tmp_path / "none")
        assert done.code == 2 and "holds no records" in done.err
        assert not (tmp_path / "none").exists()
