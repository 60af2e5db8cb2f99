"""Codes: texted to the number itself, good for ten minutes and five tries, and what they join."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from making import BUSINESS, NOW, PHONE, a_contact, within
from pydantic import ValidationError
from workbench import Workbench

import records.contacts
from records import challenges
from tools import check_code, send_code
from tools.check_code import CheckCode
from tools.send_code import SendCode

WEB: dict[str, Any] = {"channel": "web", "address": "web-x", "session": "web-x"}
CALL: dict[str, Any] = {"channel": "call", "address": PHONE, "session": "CA1"}


def visitor(bench: Workbench) -> str:
    """The contact of a visitor of the chat."""
    return within(bench.database, lambda tx: records.contacts.ensure(tx, BUSINESS, kind="web", value="web-x", now=NOW))


def asked(bench: Workbench, *, action: str = "act_code", phone: str = PHONE, **where: Any) -> str:
    """Ask for a code; the code as it was texted."""
    bench.do(send_code.write, SendCode(phone=phone), action, **{**WEB, **where})
    return bench.told[-1][0][:6]


def wrong(code: str) -> str:
    """Another code."""
    return f"{(int(code) + 1) % 1_000_000:06d}"


def check(bench: Workbench, code: str, **where: Any) -> dict[str, Any]:
    """Read a code to us."""
    return dict(bench.do(check_code.write, CheckCode(code=code), "act_check", **{**WEB, **where}))


def test_a_visitors_code_goes_to_the_number_and_joins_the_two(bench: Workbench) -> None:
    web = visitor(bench)
    code = asked(bench, contact=web)
    [(text, channel, address)] = bench.told
    assert (channel, address) == ("sms", PHONE)
    assert text.endswith("If you did not ask for it, ignore this.")
    assert "challenge" in check(bench, code, contact=web)
    joined = within(bench.database, lambda tx: records.contacts.find(tx, BUSINESS, kind="web", value="web-x"))
    assert joined == bench.contact
    [row] = bench.rows("SELECT verified_at FROM address WHERE value = :v", v=PHONE)
    assert row.verified_at is not None
    assert within(bench.database, lambda tx: challenges.passed(tx, "web-x"))


def test_a_callers_code_goes_to_their_own_number_whatever_they_say(bench: Workbench) -> None:
    code = asked(bench, phone="+12025550177", **CALL)
    assert bench.told[-1][2] == PHONE
    assert "challenge" in check(bench, code, **CALL)
    assert not within(bench.database, lambda tx: challenges.passed(tx, "CA2"))


@pytest.mark.parametrize("address", ["anonymous:CA12025550143", "anonymous", "", "whatsapp:+12025550143", None])
def test_a_caller_without_a_number_gets_none(bench: Workbench, address: str | None) -> None:
    refused = bench.refuses(send_code.write, SendCode(phone=PHONE), **{**CALL, "address": address})
    assert (refused, bench.told) == ("bad_number", [])


@pytest.mark.parametrize("phone", [None, "", "12", "bob", "+1202"])
def test_what_is_no_number_gets_none(bench: Workbench, phone: str | None) -> None:
    assert bench.refuses(send_code.write, SendCode(phone=phone), **WEB) == "bad_number"


def test_without_a_session_there_is_nothing_to_prove(bench: Workbench) -> None:
    assert bench.refuses(send_code.write, SendCode(phone=PHONE), **{**WEB, "session": None}) == "no_session"


def test_a_number_that_may_not_be_texted_gets_none_and_nothing_is_left(bench: Workbench) -> None:
    bench.mute = True
    assert bench.refuses(send_code.write, SendCode(phone=PHONE), **WEB) == "cannot_text"
    assert bench.rows("SELECT 1 FROM challenge") == []
    assert bench.rows("SELECT 1 FROM consent") == []


def test_five_codes_a_day_are_enough(bench: Workbench) -> None:
    for n in range(5):
        bench.now += timedelta(minutes=1)
        asked(bench, session=f"web-{n}")
    assert bench.refuses(send_code.write, SendCode(phone=PHONE), **{**WEB, "session": "web-6"}) == "too_many_codes"
    bench.now += timedelta(days=1)
    asked(bench, session="web-6")


def test_a_wrong_code_is_counted_and_after_five_the_right_one_is_worth_nothing(bench: Workbench) -> None:
    code = asked(bench)
    for n in range(1, 6):
        assert check(bench, wrong(code)) == {"why": "wrong_code"}
        assert [row.tries for row in bench.rows("SELECT tries FROM challenge")] == [n]
    assert check(bench, code) == {"why": "wrong_code"}
    assert not within(bench.database, lambda tx: challenges.passed(tx, "web-x"))


def test_the_fifth_try_may_still_be_right(bench: Workbench) -> None:
    code = asked(bench)
    for _ in range(4):
        check(bench, wrong(code))
    assert "challenge" in check(bench, code)


def test_a_code_works_ten_minutes_once_and_in_its_own_session(bench: Workbench) -> None:
    code = asked(bench)
    assert check(bench, code, session="web-other") == {"why": "wrong_code"}
    bench.now += timedelta(minutes=10)
    assert check(bench, code) == {"why": "wrong_code"}
    fresh = asked(bench, action="act_again")
    assert "challenge" in check(bench, fresh)
    assert check(bench, fresh) == {"why": "wrong_code"}


def test_codes_are_kept_as_hashes_only(bench: Workbench) -> None:
    code = asked(bench)
    for query in ("SELECT * FROM challenge", "SELECT * FROM event", "SELECT * FROM consent"):
        kept = bench.database.read_now(lambda tx, query=query: tx.execute(sa.text(query)).all())  # type: ignore[misc]
        assert code not in str(kept)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "12345a", "\u0661" * 6 + "x"])
def test_a_code_has_six_digits(code: str) -> None:
    with pytest.raises(ValidationError):
        CheckCode(code=code)


def test_proving_a_number_does_not_touch_other_contacts(bench: Workbench) -> None:
    jo = a_contact(bench.database, PHONE.replace("0143", "0177"))
    web = visitor(bench)
    check(bench, asked(bench, contact=web), contact=web)
    assert bench.rows("SELECT 1 FROM contact WHERE id = :c AND merged_into IS NOT NULL", c=jo) == []


def test_a_text_proves_its_own_number_whatever_it_names(bench: Workbench) -> None:
    asked(bench, phone="+12025550199", channel="sms", address=PHONE, session=f"{PHONE} 2026-11-24")
    assert [(channel, address) for _, channel, address in bench.told] == [("sms", PHONE)]
