"""Joining the parts: what does not fit is named before anything is served, and a deployment's own parts join in."""

from __future__ import annotations

import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from shop import PACK, START, opened_shop

import compose
from compose import App, Settings
from domain.clock import SteppingClock
from domain.errors import ConfigurationError
from graphs.readers.scripted import ScriptedModel

TOOL = '''
from domain.action import Assurance, Tier
from domain.tool import Args, Tool


class Wave(Args):
    """How often."""

    times: int = 1


def write(args, ctx):
    """Wave."""
    return {"slot": args.times}


TOOL = Tool(name="%s", tier=%s, purpose="service", assurance=Assurance.UNKNOWN, args=Wave, %s=write)
'''
GUARD = """
from domain.decision import Finding
from domain.guard import Guard

GUARD = Guard("%s", reads=(), judge=lambda action, facts: Finding("%s", "deny", "not today"))
"""
CHANNEL = """
from fastapi import APIRouter
from domain.channel import Channel
from domain.message import Refused


async def deliver(permit, words):
    return Refused("no pigeons", "no_pigeons")


def CHANNEL(reception):
    def routes(hear):
        router = APIRouter()
        router.add_api_route("/pigeon", lambda: {"coo": reception.pack.business.name}, methods=["GET"])
        return router

    return Channel(name="%s", style="push", routes=routes, deliver=deliver)
"""


@pytest.fixture
def extensions(tmp_path: Path) -> Iterator[Path]:
    """Return a deployment's own folder."""
    folder = tmp_path / "extensions"
    for part in ("tools", "guards", "channels"):
        (folder / part).mkdir(parents=True)
    yield folder
    for name in [name for name in sys.modules if name.startswith("qotbot_extensions")]:
        del sys.modules[name]


@asynccontextmanager
async def composed(home: Path, *, business: Path = PACK, extensions: Path | None = None) -> AsyncIterator[App]:
    """The app alone."""
    settings = Settings(home=home, business=business, extensions=extensions, durable=False)
    app = await compose.compose(settings, SteppingClock(START))
    try:
        yield app
    finally:
        await app.close()


async def refused(home: Path, *, business: Path = PACK, extensions: Path | None = None) -> str:
    """Why the parts cannot be joined."""
    with pytest.raises(ConfigurationError) as problem:
        async with composed(home, business=business, extensions=extensions):
            pass
    return str(problem.value)


def changed(tmp_path: Path, file: str, text: str) -> Path:
    """The salon's folder with something put at the end of a file."""
    folder = tmp_path / "pack"
    shutil.copytree(PACK, folder)
    with (folder / file).open("a") as out:
        out.write(text)
    return folder


async def test_a_deployments_own_parts_join_the_shipped_ones(tmp_path: Path, extensions: Path) -> None:
    (extensions / "tools" / "wave.py").write_text(TOOL % ("wave", 1, "write"))
    (extensions / "guards" / "never.py").write_text(GUARD % ("never", "never"))
    (extensions / "channels" / "pigeon.py").write_text(CHANNEL % "pigeon")
    async with opened_shop(tmp_path / "home", extensions=extensions) as shop:
        assert "wave" in shop.app.deps.tools
        assert shop.app.deps.guards[-1].name == "never"
        assert set(shop.app.channels) == {"call", "email", "pigeon", "sms", "web"}
        assert (await shop.http.get("/pigeon")).json() == {"coo": "Willow & Co Hair"}
        assert await shop.somebody().says("is there parking?") == [], "a guard of one's own can only tighten"


@pytest.mark.parametrize(
    ("file", "text", "why"),
    [
        ("tools/book2.py", TOOL % ("book", 1, "write"), "two tools are called 'book'"),
        ("guards/tier2.py", GUARD % ("tier", "tier"), "two guards are called 'tier'"),
        ("channels/sms2.py", CHANNEL % "sms", "two channels are called 'sms'"),
        ("tools/empty.py", "", "empty.py: defines no TOOL"),
        ("guards/empty.py", "TOOL = 1", "empty.py: defines no GUARD"),
        ("channels/empty.py", "", "empty.py: defines no CHANNEL"),
        ("tools/wild.py", TOOL % ("wild", 0, "write"), "a tool that reads has tier 0"),
    ],
)
async def test_parts_that_do_not_fit_are_named(
    tmp_path: Path, extensions: Path, file: str, text: str, why: str
) -> None:
    (extensions / file).write_text(text)
    assert why in await refused(tmp_path / "home", extensions=extensions)


async def test_without_guards_nothing_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = compose.discover
    monkeypatch.setattr(compose, "discover", lambda kind, *rest: [] if kind == "guards" else found(kind, *rest))
    assert "there are no guards" in await refused(tmp_path / "home")


async def test_a_policy_chooses_its_tools_but_not_whether_people_can_be_reached(tmp_path: Path) -> None:
    pack = changed(tmp_path, "policy.yaml", "tools: [answer, find_slots, book, list_bookings]\n")
    async with composed(tmp_path / "home", business=pack) as app:
        assert set(app.deps.tools) == {"answer", "book", "find_slots", "hand_over", "list_bookings", "message"}


async def test_a_tool_that_the_policy_wants_and_nobody_brings_is_named(tmp_path: Path) -> None:
    pack = changed(tmp_path, "policy.yaml", "tools: [answer, teleport]\n")
    assert await refused(tmp_path / "home", business=pack) == "policy.yaml: tools: there is no tool 'teleport'"


async def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    assert "nowhere is not a folder" in await refused(tmp_path / "home", business=tmp_path / "nowhere")


async def test_the_message_of_a_missing_channel_fails_and_says_so(tmp_path: Path) -> None:
    async with opened_shop(tmp_path / "home") as shop:
        mia = shop.somebody()
        shop.app.channels.pop("sms")
        await mia.says("is there parking?")
        assert mia.states("message") == ["failed"]
        assert mia.loops() == ["answer", "delivery"]


async def test_the_owner_of_a_home_takes_over_what_a_dead_one_left_running(tmp_path: Path) -> None:
    async with opened_shop(tmp_path / "home") as shop:
        mia = shop.somebody()
        await shop.post("/twilio/sms", mia.sms("is there parking?"))
        shop.clock.advance(3)
        from records import jobs
        from records.database import Scope

        scope, now = Scope(shop.app.pack.business.id), shop.clock.now()
        assert await shop.app.database.write(scope, lambda tx: jobs.take(tx, now)) is not None
    async with opened_shop(tmp_path / "home") as again:
        again.clock.advance(5)
        await again.app.run_until_idle()
        assert len([t for t in again.company.texts if t.to == mia.number]) == 1


class Held(ScriptedModel):
    """A model that tells whether it was let go."""

    closed: bool = False

    async def aclose(self) -> None:
        """Note it."""
        self.closed = True


async def test_the_app_lets_go_of_the_model_it_was_given(tmp_path: Path) -> None:
    model = Held(script=[])
    settings = Settings(home=tmp_path / "home", business=PACK, durable=False)
    app = await compose.compose(settings, SteppingClock(START), model=model)
    assert not model.closed
    await app.close()
    assert model.closed
