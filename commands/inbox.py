"""`qotbot inbox`: what waits for a person, and the answers staff give, without a browser."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from commands.opening import working
from compose import App, own_home
from desk import forms
from desk.board import Board
from desk.cards import Accepted, Answer, AnswerKind, Card, Conflict, Invalid
from domain.clock import iso
from domain.errors import BadInput, Unavailable
from records import actions
from records.database import Tx
from records.home import owned


@dataclass(frozen=True, slots=True)
class Said:
    """What staff say on the command line."""

    kind: AnswerKind
    ref: str
    by: str
    text: str
    changes: tuple[str, ...]


async def listed(home: Path, business: Path, *, as_json: bool) -> None:
    """Print the held, undecided actions."""
    async with working(home, business) as app:
        cards = await Board(app.deps, app.submit).cards()
        if as_json:
            sys.stdout.write(json.dumps([_plain(c) for c in cards], ensure_ascii=False) + "\n")
            return
        for card in cards or ():
            until = iso(card.expires_at) if card.expires_at else ""
            sys.stdout.write(f"{card.ref}  {card.title}\n       why: {', '.join(w.reason for w in card.why)}"
                             f" · until {until}\n")  # fmt: skip
        if not cards:
            sys.stdout.write("Nothing waits for a person.\n")


async def decide(home: Path, business: Path, said: Said) -> None:
    """Record an answer; where no server is running, carry it out here."""
    with ExitStack() as stack:
        try:
            stack.enter_context(owned(home))
            mine = True
        except Unavailable:
            mine = False  # the running server carries it out
        async with working(home, business) as app:
            if mine:
                own_home(app)
            row = await app.database.read(lambda tx: _find(tx, app, said.ref))
            card = await Board(app.deps, app.submit).card(row)
            shown = card.args_hash if card else ""
            args = {name: value for name, _, value in (part.partition("=") for part in said.changes)}
            answer = Answer(kind=said.kind, args_hash=shown, by=said.by, args=args, text=said.text)
            outcome = await Board(app.deps, app.submit).decide(row, answer)
            match outcome:
                case Accepted():
                    if mine:
                        await app.run_until_idle()
                    left = "; the server carries it out" if not mine else await _texts_left(app)
                    sys.stdout.write(f"{said.ref}: recorded{left}\n")
                case Conflict("timer", at):
                    raise BadInput(f"{said.ref} expired at {iso(at)}; the customer is told, and can ask again")
                case Conflict(by, at):
                    raise BadInput(f"{said.ref} was already decided by {by} at {iso(at)}")
                case Invalid(errors):
                    raise BadInput("; ".join(f"{k or 'the answer'}: {v}" for k, v in errors.items()))
                case _:
                    raise BadInput(f"{said.ref} does not wait for a person any more")


async def _texts_left(app: App) -> str:
    """That texts wait for a process with a carrier account, if some do."""
    if app.settings.carries_texts:
        return ""
    waiting = await app.database.read(lambda tx: actions.in_state(tx, app.pack.business.id, ("cleared",)))
    texts = sum(1 for row in waiting if row.tool == "message")
    return f"; {texts} waiting to be texted: start 'qotbot serve' to send what is queued" if texts else ""


def _find(tx: Tx, app: App, ref: str) -> str:
    row = actions.load(tx, ref) or actions.by_ref(tx, app.pack.business.id, ref)
    if row is None:
        raise BadInput(f"there is no action {ref!r}; 'qotbot inbox list' shows what waits")
    return row.id


def _plain(card: Card) -> dict[str, object]:
    return {
        "action": card.id, "ref": card.ref, "tool": card.tool, "title": card.title, "tier": card.tier,
        "args": {f.name: f.value for f in card.fields}, "why": [{"rule": w.rule, "reason": w.reason} for w in card.why],
        "expires_at": iso(card.expires_at) if card.expires_at else None, "will_send": card.will_send,
        "editable": [f.name for f in card.fields if f.editable and f.name not in forms.FIXED],
    }  # fmt: skip
