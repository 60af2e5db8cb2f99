"""Seeing, moving and cancelling one's own appointment, and asking for a deposit back."""

from __future__ import annotations

import re
from typing import Any

from graphs.flow import Call, Flow, Line, Next, Step, View
from graphs.flows.booking import staff_key
from graphs.flows.times import answered_question, choose, doubt, heard_when, offer, search, wish_slots

MAX_CODE_TRIES = 3


def collect(view: View) -> Next:
    """Take up the wish; the booking is looked up first, because nobody else's can be meant."""
    slots: dict[str, Any] = answered_question(view) or {}
    for said in view.said:
        if said.staff:
            slots |= {"staff": staff_key(view.pack, said.staff), "start": None}
    if view.slots["task"] == "move" and "question" not in slots and (when := heard_when(view)) is not None:
        if (back := doubt(view, when)) is not None:
            return Next(wait=back.wait, say=back.say, slots={**slots, **back.slots}, our_act=back.our_act,
                        offered=back.offered)  # fmt: skip
        slots |= wish_slots(view, when)
    return Next(goto="next_question" if view.slots.get("booking") else "look", slots=slots)


def look(view: View) -> Next:
    """Look up the customer's own appointments."""
    which = "refundable" if view.slots["task"] == "refund" else "upcoming"
    return Next(call=Call("list_bookings", {"which": which}), then="which")


def which(view: View) -> Next:
    """Find out which appointment is meant, or prove who is asking."""
    result = view.result or {}
    if result.get("state") == "refused":
        return Next(goto="prove")
    found: list[dict[str, Any]] = list(result.get("receipt", {}).get("bookings", []))
    if not found:
        if view.channel == "web" and not view.slots.get("proved"):
            return Next(goto="prove", say=(Line("change.none_here"),))
        return Next(
            done=True, say=(Line("change.none_refundable" if view.slots["task"] == "refund" else "change.none"),)
        )
    if view.slots["task"] == "check":
        listed = "; ".join(b["label"] for b in found[:4])
        return Next(done=True, say=(Line("change.listed", {"bookings": listed}),))
    if len(found) == 1:
        return Next(goto="next_question", slots={"booking": found[0]})
    labels = tuple(b["label"] for b in found[:4])
    line = Line("change.which", {"choices": "; ".join(labels)}, options=labels)
    return Next(wait="pick", say=(line,), slots={"found": found[:4]}, our_act="offered", offered=labels)


def pick(view: View) -> Next:
    """Take one of the appointments."""
    found: list[dict[str, Any]] = view.slots["found"]
    chosen = next((s.choice for s in view.said if s.choice and s.choice <= len(found)), None)
    if chosen is None:
        labels = tuple(b["label"] for b in found)
        line = Line("change.which", {"choices": "; ".join(labels)}, options=labels)
        return Next(wait="pick", say=(line,), our_act="offered", offered=labels)
    return Next(goto="next_question", slots={"booking": found[chosen - 1], "found": None})


def next_question(view: View) -> Next:
    """What the task still needs."""
    if view.slots["task"] != "move":
        return Next(goto="read_back")
    timed = any(view.slots.get(k) is not None for k in ("first_day", "at", "not_before", "not_after", "after"))
    if timed:
        return Next(goto="find")
    line = Line("move.when", {"booking": view.slots["booking"]["label"]})
    return Next(wait="collect", say=(line,), our_act="asked_when")


def find(view: View) -> Next:
    """Look for another time; a bare hour keeps the day the appointment is on."""
    booking = view.slots["booking"]
    slots = view.slots
    if not slots.get("first_day") and slots.get("after") is None:
        start = view.now.fromtimestamp(booking["start"] / 1000, tz=view.now.tzinfo)
        day = view.pack.business.local(start).date().isoformat()
        slots = {**slots, "first_day": day, "last_day": day}
    staff = slots.get("staff") or booking["staff"]
    kept = View(slots=slots, said=view.said, text=view.text, result=view.result, pack=view.pack, now=view.now,
                channel=view.channel, tools=view.tools)  # fmt: skip
    return search(kept, service=booking["service"], staff=staff, then="offer")


def read_back(view: View) -> Next:
    """Propose the change; the gate will ask the customer."""
    booking = view.slots["booking"]
    base = {"booking": booking["booking"], "version": booking["version"]}
    if view.slots["task"] == "cancel":
        return Next(call=Call("cancel", base), then="settled")
    if view.slots["task"] == "refund":
        args = {"booking": booking["booking"], "amount_cents": booking["deposit_cents"]}
        return Next(call=Call("refund_deposit", args), then="settled")
    staff = view.slots.get("staff_found") or booking["staff"]
    return Next(call=Call("reschedule", {**base, "staff": staff, "start": view.slots["start"]}), then="settled")


def settled(view: View) -> Next:
    """What became of the proposal."""
    result = view.result or {}
    why = result.get("receipt", {}).get("why")
    if result.get("state") == "failed" and why in ("slot_taken", "not_bookable"):
        return Next(goto="find", say=(Line("times.taken"),), slots={"start": None})
    if result.get("state") == "failed" and why == "booking_changed":
        return Next(goto="look", slots={"booking": None})
    if result.get("state") == "asked":
        return Next(wait="settled")
    return Next(done=True)


def prove(view: View) -> Next:
    """Text a code to the caller's own number, or to the number a visitor names."""
    if view.channel == "call":
        return Next(call=Call("send_code", {}), then="code_sent")
    said = next((s.contact for s in view.said if s.contact), None)
    if said:
        return Next(call=Call("send_code", {"phone": said}), then="code_sent")
    return Next(wait="prove", say=(Line("code.which_number"),), our_act="asked_detail")


def code_sent(view: View) -> Next:
    """Ask for the code."""
    result = view.result or {}
    if result.get("state") != "done":
        why = result.get("receipt", {}).get("why", "")
        if why == "bad_number":
            return Next(wait="prove", say=(Line("code.bad_number"),), our_act="asked_detail")
        return Next(done=True, say=(Line("code.cannot"),))
    return Next(wait="code", say=(Line("code.sent"),), our_act="asked_code")


def code(view: View) -> Next:
    """Hear the code."""
    digits = re.sub(r"\D", "", view.text)
    if len(digits) == 6:
        return Next(call=Call("check_code", {"code": digits}), then="checked")
    return Next(wait="code", say=(Line("code.again"),), our_act="asked_code")


def checked(view: View) -> Next:
    """Go on as the person who holds the number, or let them try again."""
    if (view.result or {}).get("state") == "done":
        return Next(goto="look", slots={"proved": True})
    tries = view.slots.get("tries", 0) + 1
    if tries >= MAX_CODE_TRIES:
        return Next(done=True, say=(Line("code.cannot"),))
    return Next(wait="code", say=(Line("code.wrong"),), slots={"tries": tries}, our_act="asked_code")


FLOW = Flow(
    name="changing",
    tasks=("move", "cancel", "check", "refund"),
    start="collect",
    correct="collect",
    steps=(
        Step("collect", collect, ("look", "next_question"), ("collect",)),
        Step("look", look, later=("which",)),
        Step("which", which, ("prove", "next_question"), ("pick",)),
        Step("pick", pick, ("next_question",), ("pick",)),
        Step("next_question", next_question, ("find", "read_back"), ("collect",)),
        Step("find", find, later=("offer",)),
        Step("offer", lambda view: offer(view, chosen="read_back"), ("read_back",), ("collect", "choose")),
        Step(
            "choose",
            lambda view: choose(view, chosen="read_back"),
            to=("read_back", "collect", "find"),
            later=("choose", "collect"),
        ),
        Step("read_back", read_back, later=("settled",)),
        Step("settled", settled, ("find", "look"), ("settled",)),
        Step("prove", prove, later=("prove", "code_sent")),
        Step("code_sent", code_sent, later=("prove", "code")),
        Step("code", code, later=("code", "checked")),
        Step("checked", checked, ("look",), ("code",)),
    ),
)
