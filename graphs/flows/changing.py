"""Seeing, moving and cancelling one's own appointment, and asking for a deposit back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from domain.clock import from_ms
from domain.codes import LENGTH, code_said, digits_in
from graphs.flow import Call, Flow, Line, Next, Step, View
from graphs.flows.booking import service_key, staff_key
from graphs.flows.offers import either
from graphs.flows.times import choose, heard_when, offer, search, time_wish
from graphs.readers.idioms import direction, shift, takes_all

MAX_CODE_TRIES = 3
DAY_MINUTES = 1440


def collect(view: View) -> Next:
    """Take up the wish; the booking is looked up first, because nobody else's can be meant."""
    slots: dict[str, Any] = {}
    for said in view.said:
        if said.staff:
            slots |= {"staff": staff_key(view.pack, said.staff), "staff_found": None, "start": None}
    booking = view.slots.get("booking")
    slots |= _described(view)
    if booking and slots.get("named") and booking["service"] not in slots["named"]:
        slots |= {"booking": None, "rest": None}
        booking = None
    if view.slots["task"] == "move":
        wished, back = time_wish(view)
        slots |= wished
        if back is not None:
            return replace(back, slots={**slots, **back.slots})
    return Next(goto="next_question" if booking else "look", slots=slots)


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
    fitting, named = _narrowed(view, found)
    if view.slots["task"] == "check":
        labels = [f"{b['label']} (code {b['code']})" for b in (fitting or found)[:4]]
        return Next(done=True, say=(Line("change.listed", {"bookings": "; ".join(labels)}),))
    if len(fitting) == 1:
        return Next(goto="next_question", slots={"booking": fitting[0]})
    if takes_all(view.text) and view.slots["task"] in ("cancel", "refund"):
        return Next(goto="next_question", slots={"booking": found[0], "rest": found[1:]})
    no_such = (Line("change.no_such", {"service": named}),) if named and not fitting else ()
    return _ask_which((fitting or found)[:4], *no_such)


def _ask_which(found: list[dict[str, Any]], *before: Line) -> Next:
    labels = tuple(b["label"] for b in found)
    key = "change.which" if len(labels) > 1 else "change.is_it"
    line = Line(key, {"choices": either(labels)}, options=labels)
    return Next(wait="pick", say=(*before, line), slots={"found": found}, our_act="offered", offered=labels)


def _described(view: View) -> dict[str, Any]:
    """How the customer describes the appointment they mean: its services, and its day and time where none is wished."""
    named = [key for s in view.said if s.service and (key := service_key(view.pack, s.service))]
    slots: dict[str, Any] = {"named": named} if named else {}
    when = heard_when(view) if view.slots["task"] != "move" else None
    if when is not None:
        slots["on_day"] = when.date.isoformat() if when.date else None
        slots["on_time"] = f"{when.time:%H:%M}" if when.time else None
    return slots


def _narrowed(view: View, found: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], str]:
    """The appointments that the description fits, and the service it names."""
    about = {**view.slots, **_described(view)}
    named: list[str] = about.get("named") or []
    fitting = [b for b in found if not named or b["service"] in named]
    if len(fitting) > 1:
        fitting = [b for b in fitting if _on(view, b["start"], about)] or fitting
    return fitting, view.pack.business.services[named[0]].name.lower() if named else ""


def _on(view: View, start: int, about: dict[str, Any]) -> bool:
    local = view.pack.business.local(from_ms(start))
    day, at = about.get("on_day"), about.get("on_time")
    return day in (None, local.date().isoformat()) and at in (None, f"{local:%H:%M}")


def pick(view: View) -> Next:
    """Take one of the appointments, or all of them one by one."""
    found: list[dict[str, Any]] = view.slots["found"]
    chosen = next((s.choice for s in view.said if s.choice and s.choice <= len(found)), None)
    if chosen is not None:
        return Next(goto="next_question", slots={"booking": found[chosen - 1], "found": None})
    if takes_all(view.text) and view.slots["task"] in ("cancel", "refund"):
        return Next(goto="next_question", slots={"booking": found[0], "rest": found[1:] or None, "found": None})
    fitting, _ = _narrowed(view, found)
    agreed = len(found) == 1 and any(s.act == "affirm" for s in view.said)
    told = any(s.service or s.when_words for s in view.said)
    if (told and len(fitting) == 1) or agreed:
        return Next(goto="next_question", slots={"booking": fitting[0], "found": None})
    return _ask_which(found)


def next_question(view: View) -> Next:
    """What the task still needs."""
    if view.slots["task"] != "move":
        return Next(goto="read_back")
    if any(view.slots.get(k) is not None for k in ("first_day", "at", "not_before", "not_after", "after", "before")):
        return Next(goto="find")
    if (minutes := shift(view.text)) and (moved := _shifted(view, minutes)):
        return Next(goto="find", slots=moved)
    booking, way = view.slots["booking"], direction(view.text)
    if way:
        return Next(goto="find", slots={"after" if way > 0 else "before": booking["start"], **_day_of(view)})
    line = Line("move.when", {"booking": booking["label"]})
    return Next(wait="collect", say=(line,), our_act="asked_when")


def _shifted(view: View, minutes: int) -> dict[str, Any] | None:
    """The wish for so many minutes later on the day of the appointment; None where that is another day."""
    was = view.pack.business.local(from_ms(view.slots["booking"]["start"]))
    at = was.hour * 60 + was.minute + minutes
    return {"at": at, **_day_of(view)} if 0 <= at < DAY_MINUTES else None


def find(view: View) -> Next:
    """Look for another time; a bare hour keeps the day the appointment is on."""
    booking, slots = view.slots["booking"], view.slots
    if not slots.get("first_day") and slots.get("after") is None:
        slots = {**slots, **_day_of(view)}
    staff = slots.get("staff") or booking["staff"]
    return search(replace(view, slots=slots), service=booking["service"], staff=staff, then="offer")


def _day_of(view: View) -> dict[str, str]:
    day = view.pack.business.local(from_ms(view.slots["booking"]["start"])).date().isoformat()
    return {"first_day": day, "last_day": day}


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
    if result.get("state") == "expired":
        return Next(goto="next_question", say=(Line("asking.lapsed"),), slots={"start": None})
    rest = view.slots.get("rest")
    if rest and result.get("state") in ("done", "held"):
        return Next(goto="next_question", slots={"booking": rest[0], "rest": rest[1:] or None})
    return Next(done=True)


def prove(view: View) -> Next:
    """Text a code to the number that calls or texts, or to the one a visitor names."""
    if view.channel in ("call", "sms"):
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
        if why == "bad_number" and view.channel != "call":
            return Next(wait="prove", say=(Line("code.bad_number"),), our_act="asked_detail")
        return Next(done=True, say=(Line("code.cannot"),))
    return Next(wait="code", say=(Line("code.sent"),), our_act="asked_code")


def code(view: View) -> Next:
    """Hear the code; on a call it may come in two breaths."""
    begun = view.slots.get("digits") or ""
    said = code_said(view.text) or code_said(begun + digits_in(view.text))
    if said is not None:
        return Next(call=Call("check_code", {"code": said}), then="checked", slots={"digits": None})
    half = digits_in(view.text) if view.channel == "call" else ""
    slots = {"digits": half if len(half) < LENGTH else None}
    return Next(wait="code", say=(Line("code.again"),), slots=slots, our_act="asked_code")


def checked(view: View) -> Next:
    """Go on as the person who holds the number, or let them try again."""
    if "challenge" in (view.result or {}).get("receipt", {}):
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
        Step("settled", settled, ("find", "look", "next_question"), ("settled",)),
        Step("prove", prove, later=("prove", "code_sent")),
        Step("code_sent", code_sent, later=("prove", "code")),
        Step("code", code, later=("code", "checked")),
        Step("checked", checked, ("look",), ("code",)),
    ),
)
