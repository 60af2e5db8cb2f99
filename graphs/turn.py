"""Running one turn: load what is recorded, run the conversation, commit what is said."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import records.contacts
from domain.action import Purpose
from domain.clock import to_ms
from graphs import effects, stack, untraced
from graphs.effects import Deps, Outgoing
from graphs.guarded import Compiled
from records import actions, conversations, ledger
from records.conversations import Turn
from records.database import Tx

STEP_LIMIT = 80
LONGEST_TEXT = 1500  # characters; Twilio refuses bodies over 1600


async def run_turn(deps: Deps, graph: Compiled, contact: str) -> Turn | None:
    """Run the contact's next turn to its answer; None where nothing waits.

    A turn that was cut off is run again on what it recorded: its reading and its tools' results.
    """

    def begin(tx: Tx) -> tuple[Turn, dict[str, Any]] | None:
        turn = conversations.open_turn(tx, contact, deps.clock.now())
        if turn is None:
            return None
        memory = _memory(tx, deps, turn)
        if turn.tries == 1:
            opened = {
                "turn": turn.id,
                "contact": contact,
                "channel": turn.channel,
                "messages": [m.id for m in turn.heard],
            }
            ledger.append(tx, turn.business, ledger.Entry("turn.opened", opened), at=deps.clock.now())
        return turn, {**_input(turn, memory), "news": _news(tx, deps, turn)}

    begun = await deps.database.write(deps.scope(contact), begin)
    if begun is None:
        return None
    turn, given = begun
    state = await untraced.invoke(graph, given, {"recursion_limit": STEP_LIMIT}, deps=deps)
    joined = await deps.database.write(deps.scope(contact), lambda tx: _say(tx, deps, turn, state=state))
    if joined != contact:
        deps.database.live.notify(joined)  # whoever follows the conversation follows the joined contact by now
    return turn


def _memory(tx: Tx, deps: Deps, turn: Turn) -> dict[str, Any]:
    """The conversation's memory, aged; a question that still waits for its yes keeps all as it is."""
    memory, now = turn.memory, deps.clock.now()
    asking = memory.get("asking")
    row = actions.load(tx, asking["action"]) if asking else None
    waits = row is not None and row.state == "asked" and (row.expires_at or 0) > to_ms(now)
    if not waits:
        memory = stack.aged(memory, now=now, after=timedelta(hours=deps.pack.policy.unfinished_hours))
    heard = any(m.author == "customer" for m in turn.heard)
    return {**memory, "heard_at": to_ms(now)} if heard else memory


def _input(turn: Turn, memory: dict[str, Any]) -> dict[str, Any]:
    facts = {
        "id": turn.id, "contact": turn.contact, "channel": turn.channel, "address": turn.address,
        "session": turn.session, "read_by": turn.read_by,
    }  # fmt: skip
    text = "\n".join(m.text for m in turn.heard if m.kind != "missed_call" and m.author == "customer")
    return {
        "turn": facts, "text": text, "memory": {"tasks": [], **memory}, "reading": turn.reading,
        "read_by": turn.read_by, "todo": None, "results": [], "routed": 0, "lines": [], "steps": [], "ordinal": 0,
        "channel": turn.channel, "move": None,
    }  # fmt: skip


def _news(tx: Tx, deps: Deps, turn: Turn) -> list[dict[str, Any]]:
    """What internal events tell: the actions they name, as they stand now."""
    found: dict[str, dict[str, Any]] = {}
    for message in (m for m in turn.heard if m.author == "system"):
        row = actions.load(tx, message.text.split(":")[0])
        if row is None:
            continue
        found[row.id] = {
            "action": row.id, "ref": row.ref, "tool": row.tool, "state": row.state, "receipt": row.receipt or {},
            "findings": row.findings, "facts": effects.described(tx, deps, row), "args": row.args,
            "args_hash": row.args_hash, "expires_at": row.expires_at, "staff": row.staff,
        }  # fmt: skip
    return list(found.values())


def joined(lines: list[str]) -> list[str]:
    """The lines as texts: one, unless they are too long for one."""
    texts: list[str] = []
    for line in lines:
        if texts and len(texts[-1]) + 1 + len(line) <= LONGEST_TEXT:
            texts[-1] += "\n" + line
        else:
            texts.append(line)
    return texts


def _say(tx: Tx, deps: Deps, turn: Turn, *, state: dict[str, Any]) -> str:
    """The turn's last commit: words, the conversation's state, the closed turn; whose conversation it is now."""
    now = deps.clock.now()
    contact = records.contacts.current(tx, turn.contact)
    on_call, news = turn.channel == "call", bool(state.get("news"))
    purpose: Purpose = "service" if news and not on_call else "reply"  # who waits on the line asked for it
    replies: list[dict[str, Any]] = state["reply"]
    if deps.styles.get(turn.channel, "push") == "push":
        replies = [{"text": text, "options": []} for text in joined([r["text"] for r in replies])]
    for n, reply in enumerate(replies):
        outgoing = Outgoing(
            text=reply["text"], options=tuple(reply["options"]), purpose=purpose, contact=contact,
            channel=turn.channel, address=turn.address, cause=turn.id, proposed_by="conversation", ordinal=n,
            turn=turn.id, session=turn.session,
        )  # fmt: skip
        if news:
            effects.send_or_owe(tx, deps, outgoing)
        else:
            effects.send(tx, deps, outgoing)
    conversations.save_state(tx, contact, state["memory"], now=now)
    conversations.close_turn(tx, turn.id, "answered" if replies else "silent", steps=state["steps"], now=now)
    changed = [c for r in state["reply"] for c in r.get("changed", [])]
    body = {"turn": turn.id, "contact": contact, "steps": state["steps"], "lines": len(replies), "changed": changed}
    ledger.append(tx, turn.business, ledger.Entry("turn.answered", body), at=now)
    return contact
