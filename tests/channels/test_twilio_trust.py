"""Whose webhooks are trusted: one of the account's tokens or a shared key, over the address that Twilio calls."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
import pytest
from pydantic import SecretStr
from shop import DESK, OURS, PACK, START, TOKEN, Person, Shop, sms_form
from twilio.request_validator import HMAC_SHA256, RequestValidator

import compose
from channels.fake.api import api_app
from channels.reception import Account
from channels.twilio_check import Finding, self_tests, settings
from commands.carrier import configured_account
from compose import Settings
from domain.clock import SteppingClock
from domain.configuration import Configuration
from domain.errors import ConfigurationError
from server import Serving, web

pytestmark = pytest.mark.asyncio(loop_scope="module")
BASE = "https://qotbot.example.com"
FORM = "application/x-www-form-urlencoded"
KEY, SECRET = "webhooks_sharedkey_0001", "a-shared-secret"


@asynccontextmanager
async def served(home: Path, account: Account, base: str = BASE) -> AsyncIterator[httpx.AsyncClient]:
    """The salon behind its web server, with an account."""
    made = Settings(home=home, business=PACK, public_base_url=base, durable=False)
    app = await compose.compose(made, SteppingClock(START), account=account)
    try:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=web(app, Serving(DESK))), base_url=base) as http:
            yield http
    finally:
        await app.close()


@pytest.fixture(scope="module")
def sample(shared_data: Path) -> dict[str, str]:
    """Return the published signature samples."""
    vectors = json.loads((shared_data / "compliance_vectors.json").read_text("utf-8"))
    found: dict[str, str] = vectors["groups"]["signatures"]
    return found


async def test_the_published_samples_against_the_server(tmp_path: Path, sample: dict[str, str]) -> None:
    form = dict(parse_qsl(sample["raw_form_body"]))
    account = Account(
        form["AccountSid"], "another-token", "+14155550100", other_tokens=(sample["token"],),
        shared_keys={KEY: sample["token"]},
    )  # fmt: skip

    async def status(signed: str | None, *, body: str = sample["raw_form_body"], path: str = "/twilio/sms",
                     kind: str = FORM, named: str = "") -> int:  # fmt: skip
        headers = {"Content-Type": kind} | ({"X-Twilio-Signature": signed} if signed is not None else {})
        headers |= {"X-Twilio-Webhooks-Signature-Settings": named} if named else {}
        return (await http.post(path, content=body, headers=headers)).status_code

    sha1, sha256, raw = sample["sha1"], sample["sha256_sharedkey"], sample["raw_form_body"]
    hmac = f"key={KEY},algorithm=HMAC_SHA256"
    async with served(tmp_path / "home", account) as http:
        assert await status(sha1) == 200  # S02, by a token that is being changed over
        assert await status(sha256, named=hmac) == 200  # S21
        refused = {
            "S03 blanks dropped": await status(sha1, body=raw.replace("ToCity=&", "")),
            "S04 stripped": await status(sha1, body=raw.replace("Body=STOP+", "Body=STOP")),
            "S08 slash": await status(sha1, path="/twilio/sms?"),
            "S10 tampered": await status(sha1, body=raw.replace("SAN+FRANCISCO", "OAKLAND")),
            "S11 missing": await status(None),
            "S12 json": await status(sample["json_sha1"], body=sample["json_body"], kind="application/json"),
            "S14 json without its hash": await status(sha1, body=sample["json_body"], kind="application/json"),
            "S21 under SHA1": await status(sha256),
            "S21 the other way": await status(sha1, named=hmac),
            "S22 HMAC_SHA512": await status(sha256, named=f"key={KEY},algorithm=HMAC_SHA512"),
            "no algorithm": await status(sha256, named=f"key={KEY}"),
            "an unknown key": await status(sha256, named="key=webhooks_sharedkey_9,algorithm=HMAC_SHA256"),
            "nonsense": await status(sha256, named=",=,\x7f"),
        }
        assert refused.pop("S08 slash") == 200, "an empty query is no query"
        assert set(refused.values()) == {403}, refused


async def test_an_address_with_a_port_and_a_path_is_signed_as_it_is(tmp_path: Path) -> None:
    account, base = Account("AC" + "0" * 32, TOKEN, OURS), "https://salon.example:8443"
    async with served(tmp_path / "home", account, base) as http:
        for form, url in ((sms_form("hi"), base), (sms_form("hi"), "https://salon.example")):
            signed = RequestValidator(TOKEN).compute_signature(f"{url}/twilio/sms", form)
            answer = await http.post("/twilio/sms", data=form, headers={"X-Twilio-Signature": signed})
            assert answer.status_code == 200, "S06, S07: Twilio signs with or without the port"


def configuration(**given: Any) -> Configuration:
    """A configuration of these variables alone."""
    names = {"twilio_account_sid": "AC1", "twilio_auth_token": SecretStr("t"), "public_base_url": BASE, **given}
    return Configuration(**names)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"twilio_auth_token": None}, "TWILIO_AUTH_TOKEN"),
        ({"twilio_auth_token": None, "twilio_api_key": "SK1"}, "API key"),
        ({"twilio_account_sid": None}, "TWILIO_ACCOUNT_SID"),
        ({"public_base_url": None}, "QOTBOT_PUBLIC_BASE_URL"),
        ({"public_base_url": "bot.example.com"}, "QOTBOT_PUBLIC_BASE_URL"),
        ({"public_base_url": BASE + "/?a=1"}, "QOTBOT_PUBLIC_BASE_URL"),
        ({"public_base_url": "https://my_bot.example.com"}, "underscore"),
        ({"twilio_shared_keys": SecretStr("webhooks_sharedkey_1")}, "TWILIO_SHARED_KEYS"),
    ],
)
async def test_half_an_account_is_refused_at_the_start(given: Mapping[str, Any], named: str) -> None:
    with pytest.raises(ConfigurationError, match=named):
        configured_account(configuration(**given), OURS)


async def test_an_account_is_read_with_all_that_signs_for_it() -> None:
    found = configured_account(
        configuration(twilio_other_tokens=SecretStr("old, older,"), twilio_messaging_service="MG1",
                      twilio_shared_keys=SecretStr(f"{KEY}={SECRET}")), OURS)  # fmt: skip
    assert found is not None and (found.other_tokens, found.service) == (("old", "older"), "MG1")
    assert found.shared_keys == {KEY: SECRET}
    assert "old" not in repr(found) and SECRET not in repr(found), "secrets are not printed"
    assert configured_account(configuration(twilio_account_sid=None, twilio_auth_token=None), OURS) is None


def bad(found: list[Finding]) -> dict[str, str]:
    """What is not well, with what to do."""
    return {one.name: one.next_step for one in found if not one.ok}


async def test_self_tests_of_a_running_server(tmp_path: Path) -> None:
    account = Account("AC" + "0" * 32, TOKEN, OURS, other_tokens=("old",), shared_keys={KEY: SECRET})
    async with served(tmp_path / "home", account) as http:
        line = http._transport
        assert bad(await self_tests(account, BASE, transport=line)) == {}
        wrong = bad(await self_tests(replace(account, token="new", other_tokens=()), BASE, transport=line))
        assert set(wrong) == {"webhook trust", "webhook path"} and "TWILIO" not in wrong["webhook trust"]
        assert "QOTBOT_PUBLIC_BASE_URL" in wrong["webhook trust"]
        other = bad(await self_tests(account, "https://elsewhere.example.com", transport=line))
        assert "does not know this host" in other["webhook trust"]


@pytest.mark.parametrize(
    ("status", "word"), [(404, "/twilio/"), (301, "redirects"), (502, "proxy"), (200, "before the server")]
)
async def test_what_stands_before_the_server_is_found(status: int, word: str) -> None:
    line = httpx.MockTransport(lambda _: httpx.Response(status))
    found = await self_tests(Account("AC1", TOKEN, OURS), BASE, transport=line)
    assert any(word in fix for fix in bad(found).values())


async def test_a_server_that_cannot_be_reached_is_said_so() -> None:
    def away(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no", request=request)

    found = await self_tests(Account("AC1", TOKEN, OURS), BASE, transport=httpx.MockTransport(away))
    assert len(bad(found)) == 3 and "tunnel" in bad(found)["webhook trust"]


async def test_settings_at_the_carrier_are_read_and_compared(shop: Shop, mia: Person) -> None:
    shop.company.services = ("MG" + "1" * 32,)
    account = Account(
        shop.company.sid, TOKEN, OURS, "http://carrier.invalid", httpx.ASGITransport(app=api_app(shop.company)),
        service="MG" + "1" * 32,
    )  # fmt: skip
    assert bad(await settings(account, "https://salon.example/")) == {}
    shop.company.settings = {"sms_url": "https://old.example/sms#rc=2", "voice_method": "GET"}
    wrong = bad(await settings(account, "https://salon.example"))
    assert wrong["when a message comes in"] == "in Twilio's console set it to POST https://salon.example/twilio/sms"
    assert "when a call comes in" in wrong
    shop.company.settings = {"sms_url": "https://salon.example/twilio/sms#rc=2&rp=ct,5xx"}
    assert bad(await settings(account, "https://salon.example")) == {}, "what follows # is Twilio's own"
    shop.company.settings = {}
    for changed in ({"token": "wrong"}, {"service": "MG9"}):
        assert "account" in bad(await settings(replace(account, **changed), "https://salon.example"))
    assert "number" in bad(
        await settings(replace(account, number="+15185550999", service=None), "https://salon.example")
    )


async def test_texts_through_a_messaging_service_are_sent_and_found(shop: Shop, mia: Person) -> None:
    from channels.twilio_api import Text, find_text, send_text
    from domain.message import Refused, Sent

    shop.company.services = ("MG" + "2" * 32,)
    account = Account(
        shop.company.sid, TOKEN, OURS, "http://carrier.invalid", httpx.ASGITransport(app=api_app(shop.company)),
        service="MG" + "2" * 32,
    )  # fmt: skip
    sent = await send_text(account, Text(to=mia.number, body="hello"))
    assert isinstance(sent, Sent)
    asked = shop.company.texts[-1].asked
    assert asked["MessagingServiceSid"] == account.service and "From" not in asked
    assert await find_text(account, to=mia.number, text="hello", now=shop.clock.now()) == sent
    refused = await send_text(replace(account, service="MG9"), Text(to=mia.number, body="hello"))
    assert isinstance(refused, Refused) and (refused.code, refused.remedy) == ("21701", "operator")


ROUTES = {
    "/twilio/sms": sms_form("hello there", SmsStatus="received", OptOutType="", MessagingServiceSid="MG1"),
    "/twilio/sms/status?action=act_1": {
        "MessageSid": "SM1", "MessageStatus": "sent", "AccountSid": "AC" + "0" * 32, "To": "+12025550143", "From": OURS,
        "ErrorCode": "30007", "ApiVersion": "2010-04-01",
    },
}  # fmt: skip
FIELDS = [(path, name) for path, form in ROUTES.items() for name in form]


@pytest.mark.parametrize("harm", ["missing", "empty", "doubled", "huge", "binary", "unicode"])
@pytest.mark.parametrize(("path", "name"), FIELDS, ids=lambda value: value if isinstance(value, str) else "")
async def test_every_field_spoilt(shop: Shop, path: str, name: str, harm: str) -> None:
    form = dict(ROUTES[path])
    pairs = [(k, v) for k, v in form.items() if k != name]
    spoilt = {
        "missing": [], "empty": [""], "doubled": [form[name], form[name] + "2"], "huge": ["9" * 40_000],
        "binary": ["\x00\x01\x7f"], "unicode": ["\ud7ff\u202e\U0001f600" * 50],
    }[harm]  # fmt: skip
    pairs += [(name, value) for value in spoilt]
    text = f"https://salon.example{path}" + "".join(k + v for k, v in sorted(set(pairs)))
    import base64
    import hmac

    signed = base64.b64encode(hmac.digest(TOKEN.encode(), text.encode(), "sha1")).decode()
    headers = {"X-Twilio-Signature": signed, "Content-Type": FORM}
    answer = await shop.http.post(path, content=urlencode(pairs), headers=headers)
    assert answer.status_code in (200, 403, 422)
    assert answer.status_code != 403 or name in ("AccountSid", "To")


async def test_after_all_that_the_salon_goes_on(shop: Shop, mia: Person) -> None:
    await shop.app.run_until_idle()
    assert len(await mia.says("is there parking?")) == 1 and shop.sound()


async def test_the_algorithm_of_shared_keys_is_the_librarys() -> None:
    assert HMAC_SHA256 == "HMAC_SHA256"
