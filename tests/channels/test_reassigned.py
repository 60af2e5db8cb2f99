"""C33: a number that the carrier found to be somebody else's is left alone, leaves its contact, and staff are told."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import httpx
import pytest
from shop import PUBLIC, TOKEN, Person, Shop
from twilio.request_validator import RequestValidator

import records.contacts
from graphs import effects
from graphs.effects import Outgoing
from records.database import Tx

pytestmark = pytest.mark.asyncio(loop_scope="module")
PATH = "/twilio/events"


def finding(number: str, *, event: str = "NO1", **changed: Any) -> dict[str, Any]:
    """The event as Twilio's page shows it."""
    data = {
        "event_id": "1c70", "timestamp": "2026-11-24T00:00:00Z", "account_sid": "AC" + "0" * 32,
        "from_number": "+15185550100", "to_number": number, "is_reassigned": True,
        "last_verified_date": "2026-08-01", "consent_operation": "opt-out-created",
    }  # fmt: skip
    kind = "com.twilio.messaging.reassigned-number.detected"
    return {"specversion": "1.0", "type": kind, "source": "AB1", "id": event, "data": {**data, **changed}}


async def tell(shop: Shop, body: Any, **changed: str) -> httpx.Response:
    """Post events, signed as Twilio signs JSON; bytes as they are."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    path = f"{PATH}?bodySHA256={changed.get('hashed', hashlib.sha256(content).hexdigest())}"
    path = changed.get("path", path)
    signature = RequestValidator(changed.get("token", TOKEN)).compute_signature(PUBLIC + path, {})
    headers = {"X-Twilio-Signature": signature, "Content-Type": changed.get("kind", "application/json")}
    return await shop.http.post(path, content=content, headers=headers)


async def remind(person: Person) -> str:
    """Queue a reminder to them; its action's id."""
    deps, [address] = person.shop.app.deps, person.rows("address")
    outgoing = Outgoing(
        text="Willow & Co Hair: see you tomorrow at 2 pm.", purpose="service", contact=address.contact, channel="sms",
        address=person.number, cause=f"reminder:{person.number}", proposed_by="test",
    )  # fmt: skip
    return (await deps.database.write(deps.scope(address.contact), lambda tx: effects.send(tx, deps, outgoing))).id


async def test_c33_the_number_is_revoked_what_waits_is_refused_and_staff_are_told(shop: Shop, mia: Person) -> None:
    await mia.says("hi")
    [before] = mia.rows("address")
    queued, told = await remind(mia), len(mia.inbox)
    assert (await tell(shop, [finding(mia.number, event="NO-c33")])).status_code == 204
    await shop.app.run_until_idle()
    assert shop.rows("SELECT state FROM action WHERE id = :a", a=queued)[0].state == "refused"
    assert len(mia.inbox) == told, "who holds the number now is told nothing"
    revoked = shop.rows('SELECT "group", purpose, actor FROM consent WHERE address = :n ORDER BY 1', n=mia.number)
    assert [tuple(row) for row in revoked] == [("call", "all", "provider"), ("text", "all", "provider")]
    [after] = mia.rows("address")
    assert after.contact != before.contact
    [owed] = shop.rows("SELECT detail FROM obligation WHERE kind = 'wish' AND contact = :c", c=before.contact)
    assert "somebody else's" in owed.detail
    assert shop.sound()


async def test_the_same_finding_twice_counts_once(shop: Shop, jo: Person) -> None:
    await jo.says("hi")
    for _ in range(2):
        await tell(shop, finding(jo.number, event="NO-twice"))
    told = shop.rows("SELECT body FROM event WHERE kind = 'contact.detached'")
    [now] = jo.rows("address")
    assert sum(now.contact in row.body for row in told) == 1
    assert len(shop.rows("SELECT 1 FROM consent WHERE address = :n AND act = 'revoke'", n=jo.number)) == 2


async def test_the_persons_other_numbers_stay_as_they_are(shop: Shop, mia: Person, jo: Person) -> None:
    await mia.says("hi")
    await jo.says("hi")
    [one], [other] = mia.rows("address"), jo.rows("address")

    def join(tx: Tx) -> None:
        records.contacts.merge(tx, other.contact, one.contact, actor="test", now=shop.clock.now())

    await shop.app.database.write(shop.app.deps.scope(one.contact), join)
    await tell(shop, [finding(mia.number, event="NO-other")])
    assert shop.rows("SELECT 1 FROM consent WHERE address = :n AND act = 'revoke'", n=jo.number) == []
    [kept] = jo.rows("address")
    assert kept.contact == one.contact


async def test_a_number_that_nobody_knows_is_suppressed_all_the_same(shop: Shop) -> None:
    await tell(shop, [finding("+12025559999", event="NO-unknown")])
    assert len(shop.rows("SELECT 1 FROM consent WHERE address = '+12025559999' AND contact IS NULL")) == 2


@pytest.mark.parametrize(
    "changed", [{"is_reassigned": False}, {"account_sid": "AC" + "1" * 32}], ids=["not reassigned", "another account"]
)
async def test_what_is_no_such_finding_changes_nothing(shop: Shop, mia: Person, changed: dict[str, Any]) -> None:
    await mia.says("hi")
    before = shop.counts()
    assert (await tell(shop, [finding(mia.number, event="NO-no", **changed)])).status_code == 204
    other = {**finding(mia.number), "type": "com.twilio.messaging.message.sent", "data": {"anything": 1}}
    assert (await tell(shop, [other])).status_code == 204
    assert shop.counts() == before


FORGED: dict[str, dict[str, str]] = {
    "another token": {"token": "another-token"},
    "a hash of another body": {"hashed": "0" * 64},
    "no hash": {"path": PATH},
    "a form": {"kind": "application/x-www-form-urlencoded"},
}


@pytest.mark.parametrize("forgery", FORGED)
async def test_a_forged_finding_changes_nothing(shop: Shop, mia: Person, forgery: str) -> None:
    await mia.says("hi")
    before = shop.counts()
    assert (await tell(shop, [finding(mia.number)], **FORGED[forgery])).status_code == 403
    assert shop.counts() == before


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"null", b'"x"', b"[1]", b'[{"id": "NO1"}]', b"\xff\xfe", b"[" * 5000,
     json.dumps([finding("266696687")]).encode(), json.dumps([finding("+266696687")]).encode(),
     json.dumps([finding("x", is_reassigned="yes")]).encode()],
)  # fmt: skip
async def test_what_cannot_be_read_is_named_and_changes_nothing(shop: Shop, raw: bytes) -> None:
    before = shop.counts()
    assert (await tell(shop, raw)).status_code == 422
    assert shop.counts() == before
