"""The policy time machine: recorded decisions asked again under another policy, by the real guards, without any effect.

Both policies judge the same facts: those that stood when the decision was made, rewound in a copy. A decision that
the present policy does not come to again on the rewound facts is left out and counted: nothing could be said of it.
What would have followed from a changed decision is not played on.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from compose import pack_files
from domain.action import Action, Proposal
from domain.clock import from_ms, iso
from domain.decision import Decision
from domain.errors import BadInput
from domain.extensions import discover
from domain.guard import Guard
from domain.pack import read_pack
from domain.settings import Pack
from domain.tool import Tool
from evals.words_of_change import told
from guards.facts import Clearance, load_facts
from guards.gate import ask, judge
from guards.order import ordered
from records import actions, ledger, rewinding
from records.database import Database, Scope, Tx, open_database
from records.ledger import Event
from records.upgrade import upgrade

ALWAYS_THERE: Final = ("message", "hand_over")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A decision that would have been another: what it was about, when, and which rules now decide."""

    action: str
    ref: str
    tool: str
    purpose: str
    at: str
    was: str
    would: str
    later: str | None
    rules: list[str]
    why: str


@dataclass(slots=True)
class Rejudged:
    """What came of it: how many decisions were asked again, which changed, and what could not be asked."""

    decisions: int = 0
    same: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    changes: dict[str, Change] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The result for a command: a summary in words first."""
        listed = sorted(self.changes.values(), key=lambda change: (change.at, change.action))
        return {
            "summary": told([(c.tool, c.was, c.would, c.later is not None) for c in listed]),
            "decisions": self.decisions,
            "unchanged": self.same,
            "left_out": dict(sorted(self.left_out.items())),
            "changes": [{name: getattr(c, name) for name in Change.__slots__} for c in listed],
        }


@dataclass(frozen=True, slots=True)
class Machine:
    """The two policies with the guards and tools that both have."""

    present: Pack
    other: Pack
    guards: tuple[Guard, ...]
    tools: Mapping[str, Tool]


def other_policy(business: Path, policy: Path) -> tuple[Pack, Pack]:
    """The business as it is and under another policy; a mistake in the file is named with its line."""
    files = pack_files(business)
    try:
        text = policy.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise BadInput(f"{policy}: cannot be read: {problem}") from problem
    return read_pack(files), read_pack({**files, "policy.yaml": text})


def machine(present: Pack, other: Pack, extensions: Path | None = None) -> Machine:
    """The guards and tools of this installation, between two policies."""
    guards = tuple(ordered(discover("guards", "GUARD", extensions)))
    tools = {t.name: t for t in discover("tools", "TOOL", extensions) if isinstance(t, Tool)}
    return Machine(present, other, guards, tools)


def rejudge(source: Database, between: Machine) -> Rejudged:
    """Ask every recorded decision again; the source is only read."""
    found = Rejudged()
    business = between.present.business.id
    with tempfile.TemporaryDirectory(prefix="qotbot-replay-") as folder:
        past = open_database(f"sqlite:///{Path(folder) / 'past.db'}", durable=False, hashes=source.hashes)
        try:
            upgrade(past)
            scope = Scope(business)
            source.read_now(lambda tx: past.write_now(scope, lambda target: rewinding.copy(tx, target)))
            past.write_now(scope, lambda tx: _walk(tx, between, found))
        finally:
            past.close()
    return found


def _walk(tx: Tx, between: Machine, found: Rejudged) -> None:
    business = between.present.business.id
    for event in rewinding.backwards(tx, business):
        if event.kind != "action.judged":
            rewinding.undo(tx, event)
            continue
        row = actions.load(tx, event.body["action"])
        story = ledger.about(tx, business, event.body["action"], limit=1000)
        rewinding.undo(tx, event, [one for one in story if one.n < event.n])
        _again(tx, event, row, between=between, found=found)


def _again(tx: Tx, event: Event, row: Action | None, *, between: Machine, found: Rejudged) -> None:
    if row is None:
        found.left_out["its action is not there any more"] += 1
        return
    if row.args_hash != event.body["args_hash"]:
        found.left_out["its arguments were edited afterwards"] += 1
        return
    was = _judged(tx, _proposal(row, between), between, pack=between.present, at=event.at)
    if was.outcome != event.body["outcome"]:
        found.left_out["the present policy decides otherwise on what was known then"] += 1
        return
    would = _judged(tx, _proposal(row, between), between, pack=between.other, at=event.at)
    found.decisions += 1
    outcome, rules, why, later = _outcome(would, row, between)
    if outcome == was.outcome:
        found.same += 1
        return
    found.changes[row.id] = Change(
        action=row.id, ref=row.ref, tool=row.tool, purpose=row.purpose, at=iso(from_ms(event.at)), was=was.outcome,
        would=outcome, later=later, rules=rules, why=why,
    )  # fmt: skip


def _judged(tx: Tx, proposal: Proposal, between: Machine, *, pack: Pack, at: int) -> Decision:
    """What the guards say under one policy; nothing is recorded."""
    clearance = Clearance(between.guards, pack, from_ms(at))
    facts = load_facts(tx, proposal, clearance)
    return judge(proposal, {g.name: ask(g, proposal, facts) for g in between.guards}, clearance)


def _proposal(row: Action, between: Machine) -> Proposal:
    tool = between.tools.get(row.tool)
    return Proposal(
        tool=row.tool, args=row.args, tier=row.tier, purpose=row.purpose, assurance=row.assurance,
        business=row.business, contact=row.contact, cause=row.cause, proposed_by=row.proposed_by, turn=row.turn,
        channel=row.channel, address=row.address, action=row.id,
        look=tool.look(tool.args.model_validate(row.args)) if tool else None,
    )  # fmt: skip


def _outcome(would: Decision, row: Action, between: Machine) -> tuple[str, list[str], str, str | None]:
    """How it would have ended, by which rules, why, and when it would have been tried again."""
    offered = between.other.policy.tools
    if offered is not None and row.tool not in offered and row.tool not in ALWAYS_THERE:
        return "refuse", ["tools"], "the policy does not offer this tool", None
    why = "; ".join(f.reason for f in would.findings if f.rule in would.rules[:1])
    later = iso(from_ms(would.not_before)) if would.outcome == "refuse" and would.not_before else None
    return would.outcome, list(would.rules), why, later
