"""LangGraph's ready-made agent with its SQLite checkpointer: no guards, no ledger, no inbox, the same tool body."""

from __future__ import annotations

import importlib
import importlib.util
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import aiosqlite
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import BaseTool, StructuredTool
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

import records.contacts
from bench import lead
from bench.ours import PACK
from compose import load_pack
from domain.tool import Context
from records.database import Database, Scope, Tx, open_database
from records.upgrade import upgrade
from tools import capture_lead

Durability = Literal["async", "exit"]
MAKER = "create_agent" if importlib.util.find_spec("langchain") else "create_react_agent"


class Instant(BaseChatModel):
    """Calls the tool, then says so; takes no time."""

    @property
    def _llm_type(self) -> str:
        return "instant"

    def bind_tools(self, tools: Any, **_: Any) -> Any:
        """Know the tools already."""
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **_: Any,
    ) -> ChatResult:
        last = messages[-1]
        if isinstance(last, ToolMessage):
            answer = AIMessage("Thank you, Mia Wong, I have passed that on; somebody will get back to you.")
        else:
            call = {"name": "capture_lead", "args": lead.arguments(str(last.content)), "id": f"call_{len(messages)}"}
            answer = AIMessage("", tool_calls=[call])
        return ChatResult(generations=[ChatGeneration(message=answer)])

    async def _agenerate(
        self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: Any = None, **_: Any
    ) -> ChatResult:
        return self._generate(messages)


@dataclass(kw_only=True)
class Plain:
    """The agent, its checkpoints and the tool's own durable database."""

    graph: Any
    saver: AsyncSqliteSaver
    database: Database
    home: Path
    durability: Durability | None
    done: list[str]

    @property
    def name(self) -> str:
        """What it is called in the table."""
        return f"{MAKER}, {self.durability or 'default'}"

    @classmethod
    async def open(cls, home: Path, durability: Durability | None) -> Plain:
        """Build the agent; None leaves durability at LangGraph's default."""
        saver = AsyncSqliteSaver(await aiosqlite.connect(home / "checkpoints.db"))
        await saver.setup()
        database = open_database(f"sqlite:///{home / 'tool.db'}")
        upgrade(database)
        done: list[str] = []
        graph = _agent(Instant(), [_tool(database, done)], saver)
        return cls(graph=graph, saver=saver, database=database, home=home, durability=durability, done=done)

    async def turn(self, person: str, n: int) -> None:
        """One turn to its answer."""
        config: RunnableConfig = {"configurable": {"thread_id": person}}
        given = {"messages": [HumanMessage(lead.words(n))]}
        options = {"durability": self.durability} if self.durability else {}
        state = await self.graph.ainvoke(given, config, **options)
        assert len(state["messages"]) == 4 * n

    def check(self, turns: int) -> None:
        """Every turn did its lead once."""
        assert len(self.done) == len(set(self.done)) == turns

    async def fsync(self) -> str:
        """SQLite's own words on when the checkpoints are synced; the tool's database syncs as QotBot's does."""
        found = []
        for pragma in ("journal_mode", "synchronous"):
            async with self.saver.conn.execute(f"PRAGMA {pragma}") as cursor:
                row = await cursor.fetchone()
                found.append(f"{pragma}={row[0] if row else None}")
        return " ".join(found)

    def files(self) -> list[Path]:
        """All that is stored."""
        return sorted(self.home.glob("*.db"))

    async def close(self) -> None:
        """Let go."""
        await self.saver.conn.close()
        self.database.close()


def _tool(database: Database, done: list[str]) -> BaseTool:
    """The body of our own tool, in a durable transaction of its own."""
    pack = load_pack(PACK)
    business, now = pack.business.id, datetime.now(UTC)
    database.write_now(
        Scope(business), lambda tx: records.contacts.ensure_business(tx, business, pack.business.name, now=now)
    )

    async def take_down(name: str, need: str, reach: str | None = None) -> str:
        """Take down who is interested and in what."""
        args = capture_lead.CaptureLead(name=name, need=need, reach=reach)

        def work(tx: Tx) -> str:
            person = records.contacts.ensure(tx, business, kind="web", value="w-1", now=now)
            context = Context(tx=tx, now=now, pack=pack, action=f"act_{len(done)}", contact=person)
            return str(capture_lead.write(args, context)["obligation"])

        done.append(await database.write(Scope(business), work))
        return done[-1]

    return StructuredTool.from_function(
        coroutine=take_down, name="capture_lead", description="Take down a lead.", args_schema=capture_lead.CaptureLead
    )


def _agent(model: BaseChatModel, tools: list[BaseTool], saver: AsyncSqliteSaver) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # LangGraph says that its own agent moved to the langchain package
        if MAKER == "create_agent":
            return importlib.import_module("langchain.agents").create_agent(model, tools, checkpointer=saver)
        return importlib.import_module("langgraph.prebuilt").create_react_agent(model, tools, checkpointer=saver)
