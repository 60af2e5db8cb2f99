"""What happens inside a transaction once the door has decided: execute, dispatch, send, tell.

Graph nodes, workers, the desk's answers and campaigns all end here; nothing here decides.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import records.contacts
from domain.action import Action, Proposal, Purpose, Receipt
from domain.clock import Clock, from_ms, to_ms
from domain.decision import Decision
from domain.errors import ConfigurationError, ToolRefused
from domain.guard import Guard
from domain.phone import is_e164
from domain.reading import Listening
from domain.segments import divided, folded
from domain.settings import Pack
from domain.tool import Context, Tool
from graphs.identity import begins, identified
from graphs.readers.reader import ReadBy
from guards.door import submit
from guards.facts import Clearance
from records import actions, conversations, jobs, messages, obligations, timers
from records.database import Database, Scope, Tx
from records.jobs import Work
from records.obligations import Owed
from records.spool import Spool

MOST_PARTS = 10  # of one text: 1530 characters in GSM-7, and phones put longer ones together badly
UNSPOKEN = timedelta(seconds=30)  # words for a caller; whoever hung up before they were spoken gets them as a text
PIECE = 1 << 40  # above every ordinal that anybody gives


@dataclass(frozen=True, slots=True, kw_only=True)
class Deps:
    """What graph nodes are given at run time; never stored."""

    database: Database
    clock: Clock
    pack: Pack
    tools: Mapping[str, Tool]
    guards: tuple[Guard, ...]
    styles: Mapping[str, str]
    spool: Spool
    understand: Callable[[str, Listening], Awaitable[ReadBy]]

    def guard(self, name: str) -> Guard:
        """A guard by name; LookupError where this composition has none of that name."""
        for guard in self.guards:
            if guard.name == name:
                return guard
        raise LookupError(f"there is no guard {name!r}")

    def clearance(self) -> Clearance:
        """What the door works with now."""
        return Clearance(self.guards, self.pack, self.clock.now())

    def scope(self, contact: str | None) -> Scope:
        """The scope of a unit of work about a contact."""
        return Scope(self.pack.business.id, contact)

    def step(self, contact: str | None) -> Scope:
        """The scope of a step on the way to an answer: nobody is told before what it leads to."""
        return Scope(self.pack.business.id, contact, news=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message that the runtime wants to send; the recipient comes from records, never from a reader."""

    text: str
    purpose: Purpose
    contact: str
    channel: str
    address: str
    cause: str
    proposed_by: str
    options: tuple[str, ...] = ()
    ordinal: int = 0
    turn: str | None = None
    session: str | None = None
    author: str = "assistant"
    media: tuple[str, ...] = ()


def send(tx: Tx, deps: Deps, outgoing: Outgoing) -> Action:
    """Submit a message to the door and, if cleared, set it on its way; a denial with a time is tried again then.

    A text that is too long for one leaves in several, each an action of its own; the first of them is returned.
    """
    text = outgoing.text
    if outgoing.channel != "sms":
        return _send(tx, deps, replace(outgoing, text="\n".join((text, *outgoing.media)), media=()))
    if begins(tx, outgoing.purpose, contact=outgoing.contact, now=deps.clock.now()):
        text = identified(tx, deps.pack, text, contact=outgoing.contact, now=deps.clock.now())
    first, *more = divided(folded(text), MOST_PARTS) or [text]
    sent = _send(tx, deps, replace(outgoing, text=first, options=() if more else outgoing.options))
    for n, piece in enumerate(more, 1):
        last = n == len(more)
        _send(tx, deps, replace(outgoing, text=piece, options=outgoing.options if last else (), media=(),
                                ordinal=outgoing.ordinal + n * PIECE))  # fmt: skip
    return sent


def _send(tx: Tx, deps: Deps, outgoing: Outgoing) -> Action:
    tool = deps.tools["message"]
    args = {"text": outgoing.text, "options": list(outgoing.options), "author": outgoing.author}
    if outgoing.media:
        args["media"] = list(outgoing.media)
    proposal = Proposal(
        tool=tool.name,
        args=args,
        tier=tool.tier,
        purpose=outgoing.purpose,
        assurance=tool.assurance,
        business=deps.pack.business.id,
        contact=outgoing.contact,
        cause=outgoing.cause,
        proposed_by=outgoing.proposed_by,
        ordinal=outgoing.ordinal,
        turn=outgoing.turn,
        channel=outgoing.channel,
        address=outgoing.address,
        snapshot=deps.pack.snapshot,
    )
    decision, action = submit(tx, proposal, deps.clearance())
    put_off(tx, decision, action)
    return dispatch(tx, deps, action, session=outgoing.session) if action.state == "cleared" else action


def send_or_owe(tx: Tx, deps: Deps, outgoing: Outgoing) -> Action | None:
    """Send news; who cannot be reached so (no number, after STOP) is owed a call back instead."""
    reachable = outgoing.channel != "sms" or is_e164(outgoing.address)
    action = send(tx, deps, outgoing) if reachable else None
    if action is None or action.state == "refused":
        now = deps.clock.now()
        due = now + timedelta(minutes=deps.pack.policy.answer_within_minutes)
        detail = f"Could not be told by message: {outgoing.text}"
        owed = Owed(kind="callback", cause=outgoing.cause, contact=outgoing.contact, due=due, detail=detail)
        obligations.open_one(tx, deps.pack.business.id, owed, now=now)
    return action


def put_off(tx: Tx, decision: Decision, action: Action) -> None:
    """Set a refused message down for when the door says it may be tried again."""
    if action.tool == "message" and action.state == "refused" and decision.not_before is not None:
        work = Work("resubmit", action.id, f"contact:{action.contact}")
        timers.set_timer(tx, action.business, work, due=from_ms(decision.not_before))


def dispatch(tx: Tx, deps: Deps, action: Action, *, session: str | None = None) -> Action:
    """Set a cleared action going: at once, by the deliveries worker, or for the channel's own request to fetch.

    `session` is whose page or call it is for where no turn says so.
    """
    style = deps.styles.get(action.channel or "", "push")
    if action.tool == "message" and style == "answer":
        written(tx, deps, action, session=session)
        due = from_ms(-(-to_ms(deps.clock.now() + UNSPOKEN) // 1000) * 1000)  # one timer for all words of a second
        timers.set_timer(
            tx, action.business, Work("unspoken", action.contact or "", f"contact:{action.contact}"), due=due
        )
        return action
    if action.tool != "message" and deps.tools[action.tool].deliver is None:
        return execute(tx, deps, action)
    if action.tool == "message" and style == "pull":
        return execute(tx, deps, action, session=session)
    lane = f"deliver:{action.contact or action.id}"
    jobs.put(tx, action.business, Work("deliver", action.id, lane), ready=deps.clock.now())
    return action


def execute(tx: Tx, deps: Deps, action: Action, *, detached: bool = False, session: str | None = None) -> Action:
    """Claim, write and settle in this transaction; a savepoint keeps the failed row while undoing its effect."""
    now = deps.clock.now()
    permit, row = actions.claim(tx, action, now=now)
    if permit is None:
        return row
    try:
        with tx.begin_nested():
            receipt = written(tx, deps, row, session=session)
    except ToolRefused as refusal:
        let_go(tx, deps, row)
        row = actions.settle(tx, row.id, "failed", receipt={"why": refusal.code, **refusal.facts}, now=now)
        return ended(tx, deps, row, detached=detached)
    if row.tool == "message":
        messages.set_state(tx, row.id, "sent", now=now)
    return ended(tx, deps, actions.settle(tx, row.id, "done", receipt=receipt, now=now), detached=detached)


def written(tx: Tx, deps: Deps, action: Action, *, session: str | None = None) -> Receipt:
    """Do what the action's tool writes; raises `ToolRefused`, and `ConfigurationError` for a tool that only reads."""
    tool = deps.tools[action.tool]
    if tool.write is None:
        raise ConfigurationError(f"tool {tool.name}: it only reads, so no action can run it")
    return dict(tool.write(tool.args.model_validate(action.args), context(tx, deps, action, session=session)))


def ended(tx: Tx, deps: Deps, action: Action, *, detached: bool = False) -> Action:
    """What follows from an action's end, in its transaction: loops that close, and a conversation that must be told."""
    now = deps.clock.now()
    if action.tool == "message" and action.state == "done":
        obligations.close_answered(tx, action, now=now)
    elif detached and action.tool != "message":
        tell_conversation(tx, deps, action, kind="outcome")
    return action


def tell_conversation(tx: Tx, deps: Deps, action: Action, *, kind: str) -> None:
    """Put an action's news into its conversation, if any, as an internal event, once per version and state."""
    now, contact = deps.clock.now(), action.contact
    if contact is not None and messages.insert_internal(tx, action, contact, kind=kind, now=now):
        put_turn(tx, deps, contact, ready=now)


def put_turn(tx: Tx, deps: Deps, contact: str, *, ready: datetime) -> None:
    """Make the contact's next turn runnable."""
    jobs.put(tx, deps.pack.business.id, Work("turn", contact, f"contact:{contact}"), ready=ready)


def let_go(tx: Tx, deps: Deps, action: Action) -> None:
    """Release what an action held, because it will not happen."""
    tool = deps.tools[action.tool]
    if tool.release is not None:
        tool.release(tool.args.model_validate(action.args), context(tx, deps, action))


def context(
    tx: Tx, deps: Deps, action: Action, *, expires: datetime | None = None, session: str | None = None
) -> Context:
    """What the tool of an action may use; the turn's session comes before the one that is named."""
    reached = conversations.reached(tx, action)

    def tell(text: str, *, channel: str, address: str, purpose: Purpose) -> bool:
        kind = "phone" if channel in ("sms", "call") else channel
        contact = records.contacts.ensure(tx, action.business, kind=kind, value=address, now=deps.clock.now())
        outgoing = Outgoing(
            text=text, purpose=purpose, contact=contact, channel=channel, address=address, cause=action.id,
            proposed_by=f"tool:{action.tool}",
        )  # fmt: skip
        return send(tx, deps, outgoing).state != "refused"

    return Context(
        tx=tx, now=deps.clock.now(), pack=deps.pack, action=action.id, contact=reached.contact, channel=action.channel,
        address=action.address, address_kind=reached.address_kind, session=reached.session or session,
        turn=action.turn, expires=expires, tell=tell,
    )  # fmt: skip


def described(tx: Tx, deps: Deps, action: Action) -> dict[str, str]:
    """What an action will do, in the business's words; from the arguments that will run."""
    tool = deps.tools[action.tool]
    args = tool.args.model_validate(action.args)
    if tool.describe is None:
        return {name: str(value) for name, value in args.model_dump().items() if value is not None}
    try:
        return tool.describe(args, context(tx, deps, action))
    except (ToolRefused, LookupError):  # a booking that is gone, a member of staff who left the settings
        return {}
