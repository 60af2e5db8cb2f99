"""The documentation does what it says: its files load and work, its commands print what is shown, its links lead on.

A fence names what it is: `python tools/x.py` is a file of an extensions folder, `markdown messages/…` a file of the
business's folder, `console` commands with their output, where … stands for anything.
"""

from __future__ import annotations

import asyncio
import hmac
import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI

import compose
from compose import App, Settings
from domain.action import Proposal
from domain.channel import Style
from domain.clock import SteppingClock
from domain.decision import Decision
from domain.message import Heard
from graphs import effects
from guards.door import submit
from records import actions
from records.database import Scope, Tx
from tools.book import Book

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md")])
START = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # a Monday, 10:00 at the salon
FENCE = re.compile(r"^```(\w*)[ ]?(.*)\n((?:.*\n)*?)```$", re.MULTILINE)
LINK = re.compile(r"(?<!`)\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced example: where it stands, its language, the file it names, its text."""

    page: str
    language: str
    file: str
    text: str


@cache
def fences() -> tuple[Fence, ...]:
    """Every fence of every page."""
    found = [(page.relative_to(ROOT).as_posix(), page.read_text("utf-8")) for page in PAGES]
    return tuple(Fence(name, *match.groups()) for name, text in found for match in FENCE.finditer(text))


FILES = [f for f in fences() if f.file]
CONSOLES = [f for f in fences() if f.language == "console"]


def written(target: Path, file: str) -> Path:
    """Write an example and the words that stand on its page: the extensions folder; the business is beside it."""
    shutil.copytree(ROOT / "packs" / "salon", target / "business", dirs_exist_ok=True)
    page = next(f.page for f in FILES if f.file == file)
    for one in (f for f in FILES if f.file == file or (f.page == page and f.language == "markdown")):
        place = target / ("business" if one.language == "markdown" else "extensions") / one.file
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(one.text, "utf-8")
    return target / "extensions"


@asynccontextmanager
async def extended(folder: Path, file: str, *, dial: str = "balanced") -> AsyncIterator[App]:
    """The example salon with one documented file in its extensions folder."""
    extensions = written(folder, file)
    policy = folder / "business" / "policy.yaml"
    policy.write_text(policy.read_text("utf-8").replace("dial: balanced", f"dial: {dial}"), "utf-8")
    settings = Settings(home=folder / "home", business=folder / "business", extensions=extensions, durable=False)
    app = await compose.compose(settings, SteppingClock(START))
    try:
        yield app
    finally:
        await app.close()


async def proposed(app: App, tool: str, args: dict[str, Any], *, contact: str | None = None) -> Decision:
    """What the door says to a tool, proposed by staff."""
    kind = app.deps.tools[tool]
    proposal = Proposal(
        tool=tool, args=kind.args.model_validate(args).model_dump(mode="json"), tier=kind.tier, purpose=kind.purpose,
        assurance=kind.assurance, business=app.pack.business.id, contact=contact, cause=f"test:{args}",
        proposed_by="test",
    )  # fmt: skip
    scope = Scope(app.pack.business.id, contact)
    decision, _ = await app.database.write(scope, lambda tx: submit(tx, proposal, app.deps.clearance()))
    return decision


async def says(app: App, n: int, text: str) -> str:
    """A chat visitor says something; all that is answered."""
    heard = Heard(
        channel="web", kind="text", address_kind="web", address="web-mia", text=text, provider="test",
        provider_id=str(n), session="web-mia",
    )  # fmt: skip
    got = await app.hear(heard)
    await app.run_until_idle()
    query = sa.text("SELECT text FROM message WHERE direction = 'out' AND contact = :who ORDER BY n")
    told = app.database.read_now(lambda tx: list(tx.execute(query, {"who": got.contact}).scalars()))
    return told[-1]


def booking(app: App, service: str) -> dict[str, Any]:
    """Arguments of a booking at Ana's, tomorrow at two."""
    start = int(datetime(2026, 11, 24, 19, 0, tzinfo=UTC).timestamp() * 1000)
    price = app.pack.business.services[service].price_cents
    return Book(service=service, staff="ana", start=start, price_cents=price).model_dump(mode="json")


async def done(app: App, tool: str, args: dict[str, Any], *, contact: str | None = None) -> Decision:
    """Propose an action and let it run to its end."""
    decision = await proposed(app, tool, args, contact=contact)

    def go(tx: Tx) -> None:
        row = actions.load(tx, decision.action)
        if row is not None and row.state == "cleared":
            effects.dispatch(tx, app.deps, row)

    await app.database.write(Scope(app.pack.business.id, contact), go)
    await app.run_until_idle()
    return decision


def test_every_kind_of_part_has_an_example_on_the_first_page() -> None:
    first = {f.file for f in FILES if f.page == "README.md"}
    assert {"tools/order.py", "guards/costly.py", "channels/tablet.py"} <= first
    assert {f.page for f in CONSOLES} >= {"README.md"}


async def test_the_tool_is_asked_about_and_used_in_a_conversation(tmp_path: Path) -> None:
    async with extended(tmp_path, "tools/order.py") as app:
        decision = await proposed(app, "order", {"items": "two bottles of shampoo"})
        assert decision.outcome == "ask" and decision.rules == ("confirmed",)
        await says(app, 1, "I'd like to order something")
        read_back = await says(app, 2, "two bottles of shampoo")
        assert "two bottles of shampoo" in read_back
        await says(app, 3, "yes please")
        owed = app.database.read_now(
            lambda tx: tx.execute(sa.text("SELECT detail FROM obligation WHERE kind = 'order'")).scalars().all()
        )
        assert owed == ["two bottles of shampoo"]


async def test_the_outside_effect_happens_under_its_permit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with extended(tmp_path, "tools/print_ticket.py") as app:
        ran = await done(app, "print_ticket", {"text": "two coffees"})
        row = app.database.read_now(lambda tx: actions.load(tx, ran.action))
    assert [p.name for p in (tmp_path / "tickets").iterdir()] == [f"{ran.action}.json"]
    assert row is not None and row.state == "done" and (row.receipt or {})["ticket"] == ran.action


async def test_the_guard_tightens_what_the_policy_lets_pass(tmp_path: Path) -> None:
    async with extended(tmp_path, "guards/costly.py", dial="relaxed") as app:
        held, free = (
            await proposed(app, "book", booking(app, "balayage")),
            await proposed(app, "book", booking(app, "cut")),
        )
        assert (held.outcome, held.rules) == ("hold", ("costly",))
        assert free.outcome == "run"


async def test_the_guard_with_a_fact_of_its_own_counts(tmp_path: Path) -> None:
    async with extended(tmp_path, "guards/two_at_most.py", dial="relaxed") as app:
        got = await app.hear(
            Heard(
                channel="sms",
                kind="text",
                address_kind="phone",
                address="+12025550143",
                text="hi",
                provider="test",
                provider_id="1",
            )  # fmt: skip
        )
        at = booking(app, "cut")
        three = [{**at, "start": at["start"] + n * 3_600_000} for n in range(3)]
        found = [await done(app, "book", args, contact=got.contact) for args in three]
        assert [d.outcome for d in found] == ["run", "run", "refuse"] and found[2].rules == ("two_at_most",)


async def test_the_guard_is_a_node_that_no_effect_escapes(tmp_path: Path) -> None:
    async with extended(tmp_path, "guards/costly.py") as app:
        assert all("costly" in graph.get_graph().nodes for graph in app.action_graphs.values())


async def test_the_channel_verifies_keeps_once_and_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLET_KEY", "a-key-of-the-tablet")
    line = b'{"id": "line-0001", "session": "tablet-1", "text": "are you open on Saturday?"}'
    mark = {"x-mark": hmac.digest(b"a-key-of-the-tablet", line, "sha256").hex(), "content-type": "application/json"}
    async with extended(tmp_path, "channels/tablet.py") as app:
        assert app.channels["tablet"].style in get_args(Style)
        site, stop = FastAPI(), asyncio.Event()
        for router in app.routes():
            site.include_router(router)
        working = asyncio.create_task(app.runner.run(stop))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=site), base_url="http://tablet.invalid") as http:
            forged = await http.post("/tablet", content=line, headers={**mark, "x-mark": "0" * 64})
            first = await http.post("/tablet", content=line, headers=mark)
            again = await http.post("/tablet", content=line, headers=mark)
        stop.set()
        app.database.live.notify()
        await working
        kept = app.database.read_now(
            lambda tx: tx.execute(
                sa.text("SELECT count(*) FROM message WHERE channel = 'tablet' AND direction = 'in'")
            ).scalar_one()
        )
    assert (forged.status_code, kept) == (403, 1)
    assert "Saturday" in first.text and again.json() == first.json()


def shown(expected: str, printed: str) -> bool:
    """Whether printed text is what a page shows, with … for anything."""
    return re.fullmatch(".*?".join(map(re.escape, expected.strip().split("…"))), printed.strip(), re.DOTALL) is not None


def commands(text: str) -> list[tuple[str, str]]:
    """The commands of a console fence, each with the output shown under it."""
    parts = re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]
    return [(head, rest) for head, _, rest in (part.partition("\n") for part in parts)]


@pytest.mark.parametrize("fence", CONSOLES, ids=lambda f: f.page)
def test_commands_print_what_is_shown(fence: Fence, tmp_path: Path) -> None:
    outside = {k: v for k, v in os.environ.items() if not k.startswith(("QOTBOT_", "TWILIO_", "DATABASE_", "OPENAI_"))}
    environment = {**outside, "QOTBOT_HOME": str(tmp_path / "home"), "COLUMNS": "200"}
    for command, expected in commands(fence.text):
        line = command.replace(".venv/bin/qotbot", f"{sys.executable} -m qotbot")
        done = subprocess.run(
            ["/bin/sh", "-c", line], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        assert shown(expected, done.stdout), f"{command}\n{done.stdout}\n{done.stderr}"


def test_what_is_shown_is_compared() -> None:
    assert shown("a …\n…\nd", "a b\nc\nd\n") and not shown("a …\nd", "b\nd")


def test_the_first_page_is_short() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 200


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_no_link_is_dead(page: Path) -> None:
    text = FENCE.sub("", page.read_text("utf-8"))
    inside = [link for link in LINK.findall(text) if not re.match(r"[a-z]+:", link)]
    dead = [link for link in inside if link[0] != "#" and not (page.parent / link.partition("#")[0]).exists()]
    assert not dead


FOREIGN = re.compile(r"\b(?:pypi|pythonhosted|npmjs|conda)\.\w+|/(?:home|root|Users|work)/|\b\w+\.internal\b")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_pages_name_no_machine_and_no_package_index(page: Path) -> None:
    assert not FOREIGN.findall(page.read_text("utf-8"))
