"""The chat on other sites: which pages may use it, who a token is, whom a site vouches for, how a session ends."""

from __future__ import annotations

import hashlib
import hmac
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from itsdangerous import URLSafeSerializer
from shop import PACK, PUBLIC, Shop, opened_shop
from streaming import following
from visitor import Guest, ask_session, open_page, open_widget

pytestmark = pytest.mark.asyncio(loop_scope="module")
SITE, OTHER, EVIL = "https://www.willow.example", "https://blog.willow.example", "https://evil.example"
SHARED = "a-secret-that-the-site-and-the-chat-share"
CALLS = ("POST /chat/session", "POST /chat/messages", "POST /chat/form", "GET /chat/events", "GET /chat/transcript",
         "POST /chat/end", "GET /chat/about")  # fmt: skip


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    """Return a salon that allows two sites and shares a secret with them."""
    folder = tmp_path_factory.mktemp("sites")
    async with opened_shop(folder / "home", pack=allowing(folder, SITE, OTHER), vouched_by=SHARED) as opened:
        yield opened


def allowing(folder: Path, *sites: str) -> Path:
    """The salon's files with sites that may show its chat."""
    pack = folder / "business"
    shutil.copytree(PACK, pack)
    text = (pack / "business.yaml").read_text("utf-8")
    (pack / "business.yaml").write_text(f"{text}\nchat:\n  origins: {json.dumps(sites)}\n", "utf-8")
    return pack


def signed(shop: Shop, user: str = "42", *, phone: str = "", ahead: int = 600, secret: str = SHARED) -> dict[str, Any]:
    """What the site's own server makes for its user."""
    expires = int(shop.clock.now().timestamp()) + ahead
    lines = f"{user}\n{phone}\n{expires}".encode()
    signature = hmac.new(secret.encode(), lines, hashlib.sha256).hexdigest()
    return {"user": user, "phone": phone, "expires": expires, "signature": signature}


async def call(shop: Shop, what: str, headers: dict[str, str]) -> httpx.Response:
    """Make one of the page's calls with an empty body."""
    method, path = what.split()
    return await shop.http.request(method, path, headers=headers)


async def test_an_allowed_site_talks_and_may_read_the_answers(shop: Shop) -> None:
    guest = await open_widget(shop, SITE)
    assert "automated assistant" in (await guest.says("is there parking?"))[0]
    answer = await guest.send("and where are you?")
    assert answer.headers["access-control-allow-origin"] == SITE
    assert "access-control-allow-credentials" not in answer.headers, "cookies never cross sites"
    assert "set-cookie" not in answer.headers
    assert "Origin" in answer.headers["vary"]


@pytest.mark.parametrize("what", CALLS)
@pytest.mark.parametrize(
    "origin", [EVIL, "null", "http://www.willow.example", SITE + ".evil.example", "https://", "\xff"]
)
async def test_another_site_is_refused_and_may_read_nothing(shop: Shop, what: str, origin: str) -> None:
    guest, own = await open_widget(shop, SITE), await open_page(shop)
    before = shop.counts()
    for who in (guest.headers, own.headers, {}):
        headers = {k: v.encode("latin-1") for k, v in {**who, "Origin": origin}.items()}
        answer = await call(shop, what, headers)  # type: ignore[arg-type]
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers
    assert shop.counts() == before


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_a_foreign_page_cannot_hide_where_it_is(shop: Shop, site: str) -> None:
    own = await open_page(shop)
    for what in CALLS:
        answer = await call(shop, what, {**own.headers, "Sec-Fetch-Site": site})
        assert answer.status_code == 403


@pytest.mark.parametrize(("origin", "allowed"), [(SITE, True), (OTHER, True), (PUBLIC, True), (EVIL, False)])
async def test_a_browser_asks_first_and_is_told(shop: Shop, origin: str, allowed: bool) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    for what in CALLS:
        answer = await shop.http.options(what.split()[1], headers=asked)
        assert answer.status_code == (204 if allowed else 403)
        if origin == SITE:
            assert answer.headers["access-control-allow-origin"] == SITE
            assert "Authorization" in answer.headers["access-control-allow-headers"]
        if not allowed:
            assert "access-control-allow-origin" not in answer.headers


async def test_without_named_sites_only_our_own_pages_are_served(tmp_path: Path) -> None:
    async with opened_shop(tmp_path / "home") as plain:
        assert (await ask_session(plain, SITE)).status_code == 403
        assert (await ask_session(plain, PUBLIC)).status_code == 200
        policy = (await plain.http.get("/chat/frame")).headers["content-security-policy"]
        assert policy.endswith("frame-ancestors 'self'")


async def test_only_the_frame_page_may_stand_on_the_allowed_sites(shop: Shop) -> None:
    frame = (await shop.http.get("/chat/frame")).headers
    assert frame["content-security-policy"].endswith(f"frame-ancestors 'self' {SITE} {OTHER}")
    assert "set-cookie" not in frame
    launcher = await shop.http.get("/chat/embed.js")
    assert launcher.headers["cross-origin-resource-policy"] == "cross-origin"
    page = await shop.http.get("/chat")
    shop.http.cookies.clear()
    assert page.headers["content-security-policy"].endswith("frame-ancestors 'self'")


async def test_a_token_is_worth_nothing_on_another_site(shop: Shop) -> None:
    guest = await open_widget(shop, SITE)
    for origin in (OTHER, PUBLIC):
        assert (await Guest(shop, "", guest.token, origin).send("hello")).status_code == 401
        again = await ask_session(shop, origin, token=guest.token)
        assert Guest(shop, "", again.json()["token"], origin).session != guest.session
    no_origin = await shop.http.get("/chat/events", headers={"Authorization": f"Bearer {guest.token}"})
    assert no_origin.status_code == 401


@pytest.mark.parametrize(
    "how", ["empty", "unsigned", "other secret", "other salt", "changed", "binary", "not ours", "cookie"]
)
async def test_a_forged_token_is_nobody(shop: Shop, how: str) -> None:
    real, secret = await open_widget(shop, SITE), shop.app.keys.secret
    kept = URLSafeSerializer(secret, salt="visitor-token").loads(real.token)
    forged = {
        "empty": "", "unsigned": real.token.rpartition(".")[0],
        "other secret": URLSafeSerializer("guess", salt="visitor-token").dumps(kept),
        "other salt": URLSafeSerializer(secret, salt="visitor").dumps(kept),
        "changed": "e30" + real.token, "binary": "\xff\xfe", "cookie": (await open_page(shop)).cookie.partition("=")[2],
        "not ours": URLSafeSerializer(secret, salt="visitor-token").dumps(["a list"]),
    }[how]  # fmt: skip
    before = shop.counts()
    headers = {"Authorization": f"Bearer {forged}".encode("latin-1"), "Origin": SITE.encode()}
    for what in CALLS[1:-1]:
        assert (await call(shop, what, headers)).status_code == 401  # type: ignore[arg-type]
    assert shop.counts() == before


async def test_sessions_cannot_be_guessed(shop: Shop) -> None:
    guests = [await open_widget(shop, SITE) for _ in range(20)]
    assert len({g.session for g in guests}) == 20
    assert all(len(g.session) >= 28 for g in guests)
    assert not shop.rows("SELECT 1 FROM address WHERE value = :v", v=guests[0].session), "opening leaves nothing behind"


async def test_a_token_ends_unless_the_page_renews_it(shop: Shop) -> None:
    guest = await open_widget(shop, SITE)
    await guest.says("is there parking?")
    shop.clock.advance(23 * 3600)
    renewed = await ask_session(shop, SITE, token=guest.token)
    same = Guest(shop, "", renewed.json()["token"], SITE)
    assert same.session == guest.session
    shop.clock.advance(2 * 3600)
    assert (await guest.send("too late")).status_code == 401
    assert (await same.send("in time")).status_code == 202
    for _ in range(31):
        shop.clock.advance(23 * 3600)
        same = Guest(shop, "", (await ask_session(shop, SITE, token=same.token)).json()["token"], SITE)
    assert same.session != guest.session, "after thirty days a visitor begins anew"


async def test_an_ended_session_is_worth_nothing_in_any_tab(shop: Shop) -> None:
    guest = await open_widget(shop, SITE)
    await guest.says("is there parking?")
    renewed = Guest(shop, "", (await ask_session(shop, SITE, token=guest.token)).json()["token"], SITE)
    async with guest.follow() as stream:
        await stream.until(lambda got: len(got) >= 1)
        assert (await renewed.post("", path="/chat/end")).status_code == 204
    for who in (guest, renewed):
        assert (await who.send("hello")).status_code == 401
    fresh = await ask_session(shop, SITE, token=guest.token)
    assert Guest(shop, "", fresh.json()["token"], SITE).session != guest.session


async def test_an_ended_cookie_is_worth_nothing_and_the_browser_gets_a_new_one(shop: Shop) -> None:
    visitor = await open_page(shop)
    answer = await visitor.post("", path="/chat/end")
    assert answer.status_code == 204
    assert "qotbot_visitor=" in answer.headers["set-cookie"]
    shop.http.cookies.clear()
    assert (await visitor.send("hello")).status_code == 401


async def test_a_user_the_site_vouches_for_has_one_thread_on_every_device(shop: Shop) -> None:
    laptop = await open_widget(shop, SITE, identity=signed(shop, "maria"))
    await laptop.says("is there parking?")
    phone = await open_widget(shop, OTHER, identity=signed(shop, "maria", phone="+12025550100"))
    assert [m["text"] for m in await phone.thread()][0] == "is there parking?"
    someone = await open_widget(shop, SITE, identity=signed(shop, "paul"))
    assert await someone.thread() == []
    assert "maria" not in laptop.session


async def test_who_signs_out_on_the_site_leaves_the_thread(shop: Shop) -> None:
    known = await open_widget(shop, SITE, identity=signed(shop, "iris"))
    await known.says("is there parking?")
    for identity in (None, signed(shop, "otto")):
        after = await ask_session(shop, SITE, token=known.token, identity=identity)
        assert Guest(shop, "", after.json()["token"], SITE).session != known.session
    again = await ask_session(shop, SITE, token=known.token, identity=signed(shop, "iris"))
    assert Guest(shop, "", again.json()["token"], SITE).session == known.session


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"user": "43"}, "does not fit"), ({"phone": "+12025550199"}, "does not fit"), ({"expires": 1}, "does not fit"),
        ({"signature": "0" * 64}, "does not fit"), ({"ahead": -1}, "is over"), ({"ahead": 0}, "is over"),
        ({"ahead": 25 * 3600}, "more than 24 hours"), ({"secret": "another-secret"}, "does not fit"),
    ],
)  # fmt: skip
async def test_a_user_that_was_not_signed_is_refused(shop: Shop, change: dict[str, Any], why: str) -> None:
    made = {k: v for k, v in change.items() if k in ("ahead", "secret")}
    identity = signed(shop, **made) | {k: v for k, v in change.items() if k not in made}
    answer = await ask_session(shop, SITE, identity=identity)
    assert answer.status_code == 403
    assert why in answer.json()["error"]
    assert "token" not in answer.json()


@pytest.mark.parametrize(
    "identity", [5, "x", [], {"user": "42"}, {"user": "a\nb", "phone": "", "expires": 9, "signature": "0" * 64}]
)
async def test_a_malformed_user_is_refused(shop: Shop, identity: Any) -> None:
    answer = await shop.http.post("/chat/session", json={"identity": identity}, headers={"Origin": SITE})
    assert answer.status_code == 422


async def test_without_a_shared_secret_nobody_is_vouched_for(tmp_path: Path) -> None:
    async with opened_shop(tmp_path / "home", pack=allowing(tmp_path, SITE)) as plain:
        answer = await ask_session(plain, SITE, identity=signed(plain, secret=""))
        assert answer.status_code == 403
        assert "QOTBOT_CHAT_IDENTITY_SECRET" in answer.json()["error"]


async def test_a_signed_number_joins_nobodys_thread(shop: Shop) -> None:
    mia = shop.somebody()
    await mia.says("book a haircut with Ana on Friday 27 November at 2pm")
    guest = await open_widget(shop, SITE, identity=signed(shop, "mia", phone=mia.number))
    assert "2:00" not in " ".join(await guest.says("when is my appointment?"))
    assert not any("2pm" in m["text"] for m in await guest.thread())


async def test_a_stream_ends_with_its_token(shop: Shop) -> None:
    guest = await open_widget(shop, SITE)
    await guest.send("hello")
    async with following(shop.site, "/chat/events", guest.headers) as stream:
        await stream.until(lambda got: len(got) >= 1)
        shop.clock.advance(25 * 3600)
        shop.app.database.live.notify()
        await stream.ended(5)
