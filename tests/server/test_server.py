"""The web process: what it shows, whom it answers, and how it begins and ends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from fastapi import APIRouter
from shop import DESK, MIA, PUBLIC, Shop, opened_shop

from domain.errors import BadInput, Unavailable
from domain.message import Heard
from server import Serving, web

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    """Return the salon behind its site."""
    async with opened_shop(tmp_path_factory.mktemp("server") / "home") as opened:
        yield opened


async def test_health_names_the_reader_and_the_database(shop: Shop) -> None:
    answer = await shop.http.get("/health")
    ours = {"reader": "phrasebook", "database": "sqlite", "live": "this process"}
    assert answer.json() == {"status": "ok", **ours, "jobs": 0, "stops_waiting": 0}
    await shop.post("/twilio/sms", shop.somebody().sms("hello"))
    assert (await shop.http.get("/health")).json()["jobs"] == 1
    await shop.app.run_until_idle()
    assert (await shop.http.get("/health")).json()["jobs"] == 0


async def test_health_names_what_waits_for_the_database_and_a_database_that_is_away(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool, now = shop.app.deps.spool, shop.clock.now()
    stop = Heard(channel="sms", kind="text", address_kind="phone", address=MIA, text="STOP", provider="twilio",
                 provider_id="SM-waits")  # fmt: skip
    spool.keep("msg_waits", stop, now=now)

    def away(_work: object) -> None:
        raise Unavailable("the database did not answer")

    with monkeypatch.context() as patched:
        patched.setattr(shop.app.database, "read_now", away)
        answer = await shop.http.get("/health")
        told = answer.json()
        assert (answer.status_code, told["status"], told["jobs"], told["stops_waiting"]) == (503, "down", None, 1)
    told = (await shop.http.get("/health")).json()
    assert (told["status"], told["stops_waiting"]) == ("degraded", 1) and MIA not in str(told)
    await shop.app.run_until_idle()
    assert (await shop.http.get("/health")).json()["status"] == "ok"


async def test_the_first_page_leads_to_the_others(shop: Shop) -> None:
    answer = await shop.http.get("/")
    assert answer.status_code == 200
    assert "Willow &amp; Co Hair" in answer.text
    for link in ("/chat", "/phone", "/desk"):
        assert f'href="{link}"' in answer.text
    online = web(shop.app, Serving(DESK, offline=False))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=online), base_url=PUBLIC) as http:
        assert 'href="/phone"' not in (await http.get("/")).text
        assert (await http.get("/phone")).status_code == 404


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/redoc", "/.env", "/chat/static/../chat.py", "/nothing"])
async def test_nothing_else_is_shown(shop: Shop, path: str) -> None:
    assert (await shop.http.get(path)).status_code == 404


@pytest.mark.parametrize("path", ["/health", "/", "/chat", "/desk", "/twilio/sms"])
async def test_another_name_for_this_machine_is_not_answered(shop: Shop, path: str) -> None:
    answer = await shop.http.get(path, headers={"Host": "evil.example"})
    assert answer.status_code == 400


async def test_the_desk_is_closed_without_its_link(shop: Shop) -> None:
    for path in ("/desk", "/desk?token=wrong", "/desk/inbox", "/desk/events"):
        answer = await shop.http.get(path)
        assert answer.status_code in (401, 403, 404)
        assert "Refund" not in answer.text


async def test_our_own_errors_are_answers(shop: Shop) -> None:
    router = APIRouter()

    async def fail(kind: str) -> None:
        raise {"bad": BadInput("write it like 5"), "away": Unavailable("the database is away")}[kind]

    router.add_api_route("/fail/{kind}", fail, methods=["GET"])
    site = web(shop.app, Serving(DESK, (router,)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=site), base_url=PUBLIC) as http:
        bad, away = await http.get("/fail/bad"), await http.get("/fail/away")
    assert (bad.status_code, bad.json()) == (422, {"error": "write it like 5"})
    assert (away.status_code, away.json()) == (503, {"error": "the database is away"})


async def test_the_workers_live_as_long_as_the_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.runner.PAUSE_S", 0.02)
    async with opened_shop(tmp_path / "home") as shop:
        mia = shop.somebody()
        async with shop.site.router.lifespan_context(shop.site):
            await shop.post("/twilio/sms", mia.sms("is there parking?"))
            shop.clock.advance(3)
            await shop.quiet()
            assert len(mia.inbox) == 1
        with pytest.raises(RuntimeError, match="shutdown"):
            await shop.app.database.read(lambda tx: None)
