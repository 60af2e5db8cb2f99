"""Twilio's debugger: what goes wrong becomes visible to whoever runs this, and nobody's words are kept."""

from __future__ import annotations

import json

import pytest
from shop import Person, Shop

pytestmark = pytest.mark.asyncio(loop_scope="module")
DEBUGGER = "/twilio/debugger"


def event(payload: object, *, level: str = "ERROR", sid: str = "NO" + "1" * 32) -> dict[str, str]:
    """The form of an event of Twilio's debugger."""
    told = payload if isinstance(payload, str) else json.dumps(payload)
    return {
        "AccountSid": "AC" + "0" * 32, "Sid": sid, "ParentAccountSid": "", "Timestamp": "2026-11-24T15:00:00Z",
        "Level": level, "PayloadType": "application/json", "Payload": told,
    }  # fmt: skip


def alarms(shop: Shop, code: str) -> list[str]:
    """What whoever runs this is told of an error."""
    query = "SELECT detail FROM obligation WHERE kind = 'carrier' AND detail LIKE :code ORDER BY opened_at"
    return [row.detail for row in shop.rows(query, code=f"%Error {code}:%")]


@pytest.mark.parametrize("code", ["11200", "11205", "12100", "12200", "57012", "64102", "39001"])
async def test_an_error_is_a_follow_up_once_a_day(shop: Shop, mia: Person, code: str) -> None:
    payload = {
        "resource_sid": "CA1", "service_sid": None, "error_code": code,
        "more_info": {"Msg": f"a customer {mia.number} wrote: my secret"},
        "webhook": {"request": {"parameters": {"Body": "my secret"}}},
    }  # fmt: skip
    for n in range(3):
        answer = await shop.post(DEBUGGER, event(payload, sid=f"NO{code}{n}"))
        assert answer.status_code == 200
    [told] = alarms(shop, code)
    assert "qotbot doctor --twilio" in told
    kept = str(shop.rows("SELECT * FROM obligation")) + str(shop.rows("SELECT * FROM event_text"))
    assert "my secret" not in kept and mia.number not in kept


async def test_a_warning_is_written_down_only(shop: Shop) -> None:
    before = shop.counts()
    assert (await shop.post(DEBUGGER, event({"error_code": "14110"}, level="WARNING"))).status_code == 200
    assert shop.counts() == before


@pytest.mark.parametrize("payload", ["", "{", "[]", "7", "null", '{"error_code": {"a": 1}}', "[" * 9000, "\x00" * 50])
async def test_an_event_that_cannot_be_read_is_an_alarm_all_the_same(shop: Shop, payload: str) -> None:
    assert (await shop.post(DEBUGGER, event(payload))).status_code == 200
    assert alarms(shop, "0")


async def test_who_did_not_sign_it_tells_nothing(shop: Shop) -> None:
    before = shop.counts()
    answer = await shop.post(DEBUGGER, event({"error_code": "11200"}, sid="NOforged"), token="guess")
    assert (answer.status_code, shop.counts()) == (403, before)
    assert (await shop.post(DEBUGGER, {**event({}), "Sid": ""})).status_code == 422
