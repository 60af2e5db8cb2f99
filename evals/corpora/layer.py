"""A corpus's tools behind the real guards: its calls become actions that the door judges, claims and records.

The recorded assistant stands where a model would: it proposes the calls it made. What decides is ours: the door with
all shipped guards, the customer's yes bound to the arguments' hash, the claim that mints the permit, the ledger.
"""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, cast

from pydantic import ConfigDict

from compose import App, Settings, compose
from domain.action import Action, Assurance, Receipt, Tier
from domain.clock import SteppingClock
from domain.message import Heard, Receipted
from domain.tool import Args, Context, Tool
from graphs import approval, effects, untraced
from graphs.effects import Deps
from graphs.guarded import Compiled, guarded, park, proposal_of
from guards.door import submit
from records import actions, conversations, ledger
from records.database import Tx
from records.staff_answers import Kind, StaffAnswer
from workers import hearing

SALON = Path(__file__).parent.parent.parent / "packs" / "salon"
START = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)
Dial = Literal["strict", "balanced", "relaxed"]
Does = Callable[[str, dict[str, Any], str], Receipt]


class Recorded(Args):
    """Whatever arguments a recorded call has."""

    model_config = ConfigDict(extra="allow", frozen=True, str_max_length=20_000)


@dataclass(frozen=True, slots=True)
class Caller:
    """A customer of the replay with the turn in which they are answered."""

    contact: str
    address: str
    turn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call that the recorded assistant made; `cause` keeps replays of the same call apart."""

    tool: str
    args: dict[str, Any]
    cause: str


@dataclass(slots=True)
class Layer:
    """The real parts with a corpus's tools; `effects` counts what was written, by action."""

    app: App
    deps: Deps
    clock: SteppingClock
    tools: dict[str, Tool]
    does: Does
    effects: dict[str, int] = field(default_factory=dict)
    graphs: dict[str, Compiled] = field(default_factory=dict)
    heard: int = 0

    def offer(self, name: str, tier: Tier, *, checked_by: Any = None) -> None:
        """Make a corpus's intent a tool; a second time it is left as it is."""
        if name in self.tools:
            return
        about: dict[str, Any] = {"name": name, "tier": tier, "purpose": "service", "assurance": Assurance.ADDRESS,
                                 "args": Recorded}  # fmt: skip
        if tier == Tier.READ:
            self.tools[name] = Tool(**about, read=lambda args, ctx: self.does(name, args.model_dump(), ctx.action))
        else:
            self.tools[name] = Tool(**about, write=self._write(name), checked_by=checked_by)

    async def hear(self, address: str, text: str, said: str) -> Receipted:
        """Let a text arrive as it would from the carrier; by `said`, the carrier's id, a second one is known."""
        return await hearing.hear(
            self.deps,
            Heard(
                channel="sms", kind="text", address_kind="phone", address=address, text=text or "…",
                provider="replay", provider_id=said,
            ),
        )  # fmt: skip

    async def caller(self, text: str) -> Caller:
        """A new customer who says something, and the turn that answers it."""
        self.heard += 1
        address = f"+1999{self.heard:07d}"
        got = await self.hear(address, text, f"said:{self.heard}")
        return await self.next_turn(got.contact, address)

    async def next_turn(self, contact: str, address: str) -> Caller:
        """The turn over what the customer said last; the one before is closed."""

        def work(tx: Tx) -> str:
            turn = conversations.open_turn(tx, contact, self.clock.now())
            if turn is None:  # nothing but a wish to be left alone was said: hearing has answered it
                return ""
            conversations.close_turn(tx, turn.id, "answered", steps=[], now=self.clock.now())
            return turn.id

        return Caller(contact, address, await self.deps.database.write(self.deps.scope(contact), work))

    def propose(self, who: Caller, call: Call, *, continues: Action | None = None, yes: bool = False) -> Action:
        """Ask the door, and run what it clears; `yes` is the customer's yes to the action that is continued."""
        tool = self.tools[call.tool]

        def work(tx: Tx) -> Action:
            now = self.clock.now()
            if continues is not None and yes:
                actions.confirm(tx, continues.id, continues.args_hash, turn=who.turn, now=now)
            proposal = proposal_of(tool, self._call(who, call, continues), self.deps)
            _, row = submit(tx, proposal, self.deps.clearance())
            return effects.execute(tx, self.deps, row) if row.state == "cleared" else row

        return self.deps.database.write_now(self.deps.scope(who.contact), work)

    async def through_graph(
        self, who: Caller, call: Call, *, continues: str | None = None, yes: str | None = None
    ) -> Any:
        """The same through the compiled guarded tool: propose, every guard, gate, its ending, record."""
        if call.tool not in self.graphs:
            self.graphs[call.tool] = guarded(self.tools[call.tool], self.deps.guards, hold=park).compile()
        given = {**self._call(who, call, None), "action": continues, "yes": yes}
        state = await untraced.invoke(self.graphs[call.tool], {"call": given}, {}, deps=self.deps)
        return state["results"][0]

    async def decided(self, held: Action, kind: Kind) -> Action:
        """Let staff decide a held action; its own thread waits in the interrupt before, and goes on after."""
        only = replace(self.deps, tools={held.tool: self.tools[held.tool]})
        saver = next(iter(self.app.action_graphs.values())).checkpointer
        threads = approval.action_graphs(only, cast(Any, saver))
        await approval.drive(self.deps, threads, held.id)
        said = StaffAnswer(kind=kind, by="replay", args_hash=held.args_hash)
        scope = self.deps.scope(held.contact)
        await self.deps.database.write(scope, lambda tx: approval.answer(tx, self.deps, held.id, said=said))
        await approval.drive(self.deps, threads, held.id)
        after = await self.deps.database.read(lambda tx: actions.load(tx, held.id))
        return after or held

    def story(self, action: str) -> list[str]:
        """What the ledger says about an action, in order: "judged ask", "confirmed", "judged run", "done" …"""
        business = self.deps.pack.business.id
        found = self.deps.database.read_now(lambda tx: ledger.about(tx, business, action))
        kinds = [(e.kind.removeprefix("action."), e.body.get("outcome")) for e in found]
        return [f"{kind} {outcome}" if kind == "judged" else kind for kind, outcome in kinds]

    def _call(self, who: Caller, call: Call, continues: Action | None) -> dict[str, Any]:
        return {
            "args": call.args, "contact": who.contact, "cause": call.cause, "by": "replay", "turn": who.turn or None,
            "channel": "sms", "address": who.address, "action": continues.id if continues else None,
        }  # fmt: skip

    def _write(self, name: str) -> Callable[[Any, Context], Receipt]:
        def write(args: Any, ctx: Context) -> Receipt:
            receipt = self.does(name, args.model_dump(), ctx.action)
            self.effects[ctx.action] = self.effects.get(ctx.action, 0) + 1
            return receipt

        return write


def in_order(wanted: list[str], story: list[str]) -> bool:
    """Whether all that is wanted happened in this order, whatever else happened between."""
    rest = iter(story)
    return all(one in rest for one in wanted)


def done(_tool: str, _args: dict[str, Any], action: str) -> Receipt:
    """What a tool leaves whose recorded result does not matter."""
    return {"code": action[-6:]}


@asynccontextmanager
async def layer(does: Does = done, *, dial: Dial = "balanced") -> AsyncIterator[Layer]:
    """Open the real parts on a database of their own, without fsync; it is gone afterwards.

    Under `balanced` a commitment needs the customer's yes and money a person's; under `relaxed` commitments need none.
    """
    with tempfile.TemporaryDirectory(prefix="qotbot-eval-") as folder:
        clock = SteppingClock(START)
        app = await compose(Settings(home=Path(folder), business=SALON, durable=False), clock)
        tools, policy = dict(app.deps.tools), app.pack.policy.model_copy(update={"dial": dial})
        try:
            yield Layer(app, replace(app.deps, tools=tools, pack=replace(app.pack, policy=policy)), clock, tools, does)
        finally:
            await app.close()
