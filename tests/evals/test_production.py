"""Our own conversations as cases: who and why is on the ledger, nobody is named, staff's word is expected."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rehearsal import Salon, opened

from domain.errors import BadInput
from evals.importers import ledger as exported
from evals.production import Who, allowed, bring_in, review, scrubbed
from evals.scrub import Scrubber
from evals.suite import load
from records import exporting

NOW = datetime(2026, 11, 24, tzinfo=UTC)
KIM = Who(by="Kim", role="manager", reason="to test the refund rules", at=NOW)


async def _recorded(salon: Salon, file: Path, *, texts: bool = True) -> Path:
    await salon.says("can Ana do balayage on Friday at 2 pm?")
    await salon.says("yes please")
    salon.clock.advance(600)
    await salon.says("my other number is 415-555-2671, this is Maria Whitfield")
    await salon.says("I'd like my deposit back please")
    await salon.says("yes")
    await salon.decide("approve", tool="refund_deposit")
    await salon.told()
    business, key = salon.app.pack.business.id, salon.app.keys.public_hex
    lines = salon.app.database.read_now(lambda tx: list(exporting.export(tx, business, key, texts=texts)))
    file.write_text("\n".join(lines), "utf-8")
    return file


async def test_what_staff_decided_is_what_is_expected_and_nobody_is_named(tmp_path: Path) -> None:
    async with opened(tmp_path / "home") as salon:
        file = await _recorded(salon, tmp_path / "export.jsonl")
        salon.app.database.write_now(salon.app.deps.scope(None), lambda tx: _named(tx, salon))
        brought = bring_in(salon.app.database, salon.app.pack.business, file, who=KIM, out=tmp_path / "out")
        [written] = brought.files
        text = written.read_text("utf-8")
        assert brought.quarantined == {}
        for personal in ("415-555", "Maria", "Whitfield", salon.contact, "+12025550143"):
            assert personal not in text
        with pytest.raises(BadInput, match="no case to run"):
            load([tmp_path / "out"])
        ready = review(written, "Kim")
        [loaded] = load([tmp_path / "out"])
        case = loaded.case
        assert ready.name.endswith(".case.yaml") and case.source and case.source.reviewed_by == "Kim"
        assert [t.kind for t in case.turns] == ["user", "user", "advance", "user", "user", "user", "staff"]
        decided = case.turns[-1]
        assert decided.staff and (decided.staff.decide, decided.staff.tool) == ("approve", "refund_deposit")
        asked = [e.guard.decision for t in case.turns for e in t.expect if e.guard and e.guard.tool == "book"]
        assert asked == ["ask", "run"]
        [(body,)] = salon.rows("SELECT body FROM event WHERE kind = 'eval.imported'")
        told = json.loads(body)["body"]
        assert (told["by"], told["cases"], told["quarantined"]) == ("manager", 1, 0)
        assert "Kim" not in body


def _named(tx: object, salon: Salon) -> None:
    from records import contacts

    contacts.rename(tx, salon.contact, "Maria Whitfield")  # type: ignore[arg-type]


async def test_an_export_without_words_makes_no_case(tmp_path: Path) -> None:
    async with opened(tmp_path / "home") as salon:
        file = await _recorded(salon, tmp_path / "export.jsonl", texts=False)
        with pytest.raises(BadInput, match="write it with --texts"):
            exported.read(file)
    (tmp_path / "other.jsonl").write_text('{"leaf": 1}\n', "utf-8")
    with pytest.raises(BadInput, match="other.jsonl:1: this is no ledger export"):
        exported.read(tmp_path / "other.jsonl")


@pytest.mark.parametrize(
    ("who", "says"),
    [
        (Who(by="Kim", role="stylist", reason="to test the refunds", at=NOW), "only owner or manager may"),
        (Who(by=" ", role="owner", reason="to test the refunds", at=NOW), "--by"),
        (Who(by="Kim", role="owner", reason="because", at=NOW), "--reason"),
    ],
)
async def test_who_may_not_is_refused(tmp_path: Path, who: Who, says: str) -> None:
    async with opened(tmp_path / "home") as salon:
        with pytest.raises(BadInput, match=says):
            allowed(salon.app.pack.business, who)
        clinic = salon.app.pack.business.model_copy(update={"sector": "clinic"})
        with pytest.raises(BadInput, match="about health"):
            allowed(clinic, KIM)
        allowed(clinic, KIM, health=True)
        allowed(salon.app.pack.business, KIM)


async def test_what_a_second_pass_objects_to_is_left_out(tmp_path: Path) -> None:
    class Careless(Scrubber):
        def scrub(self, text: str) -> str:
            return text

    async with opened(tmp_path / "home") as salon:
        cases = exported.read(await _recorded(salon, tmp_path / "export.jsonl"))
        assert scrubbed(cases, Careless(b"k")) == ([], {"phone": 1})


def test_only_what_waits_can_be_reviewed(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="waits for no review"):
        review(tmp_path / "x.case.yaml", "Kim")
