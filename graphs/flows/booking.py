"""Booking an appointment, from the wish to the receipt."""

from __future__ import annotations

from typing import Any

from domain.settings import Pack
from graphs.flow import Call, Flow, Line, Next, Step, View
from graphs.flows.times import answered_question, choose, doubt, heard_when, offer, search, wish_slots


def collect(view: View) -> Next:
    """Take up whatever was said: service, staff, day and time, name."""
    slots: dict[str, Any] = answered_question(view) or {}
    for said in view.said:
        if said.service and (key := service_key(view.pack, said.service)):
            slots |= {"service": key, "start": None}
        if said.staff:
            slots |= {"staff": staff_key(view.pack, said.staff), "start": None}
        if said.name:
            slots["name"] = said.name
    if "question" not in slots and (when := heard_when(view)) is not None:
        if (back := doubt(view, when)) is not None:
            return Next(wait=back.wait, say=back.say, slots={**slots, **back.slots}, our_act=back.our_act,
                        offered=back.offered)  # fmt: skip
        slots |= wish_slots(view, when)
    known = {**view.slots, **slots}
    if not known.get("service"):
        return Next(goto="ask_service", slots=slots)
    staff = known.get("staff")
    if staff and staff not in view.pack.business.services[known["service"]].staff:
        who = view.pack.business.staff[staff].name
        facts = {"staff": who, "service": view.pack.business.services[known["service"]].name.lower()}
        return Next(goto="next_question", slots={**slots, "staff": None}, say=(Line("book.not_by", facts),))
    return Next(goto="next_question", slots=slots)


def next_question(view: View) -> Next:
    """Search as soon as a day is known or the customer takes anything."""
    open_wish = any(s.act == "alternatives" for s in view.said) or view.slots.get("after")
    if view.slots.get("first_day") or open_wish:
        return Next(goto="find")
    return Next(goto="ask_when")


def ask_service(view: View) -> Next:
    """Ask what it is for."""
    services = view.pack.business.services.values()
    names = tuple(s.name for s in services)
    line = Line("book.which_service", {"services": ", ".join(names[:-1]) + " or " + names[-1]}, options=names[:4])
    return Next(wait="collect", say=(line,), our_act="asked_service")


def ask_when(view: View) -> Next:
    """Ask for the day."""
    facts = {"service": view.pack.business.services[view.slots["service"]].name.lower()}
    return Next(wait="collect", say=(Line("book.when", facts),), our_act="asked_when")


def find(view: View) -> Next:
    """Look for free times."""
    return search(view, service=view.slots["service"], staff=view.slots.get("staff"), then="offer")


def read_back(view: View) -> Next:
    """Propose the booking; the gate will ask the customer, and the question is read back from the arguments."""
    service = view.slots["service"]
    args: dict[str, Any] = {
        "service": service,
        "staff": view.slots.get("staff_found") or view.slots.get("staff"),
        "start": view.slots["start"],
        "price_cents": view.pack.business.services[service].price_cents,
        "name": view.slots.get("name"),
    }
    return Next(call=Call("book", args), then="settled")


def settled(view: View) -> Next:
    """What became of the proposal; asking, holding and refusing are worded by whoever proposed it."""
    result = view.result or {}
    why = result.get("receipt", {}).get("why")
    if result.get("state") == "failed" and why in ("slot_taken", "not_bookable"):
        return Next(goto="find", say=(Line("times.taken"),), slots={"start": None})
    if result.get("state") == "failed" and why == "price_changed":
        return Next(goto="read_back", say=(Line("book.price_changed"),))
    if result.get("state") == "asked":
        return Next(wait="settled")
    return Next(done=True)


def service_key(pack: Pack, words: str) -> str | None:
    """The service that a reader named, by its listed name or an alias."""
    wanted = words.casefold().strip()
    for key, service in pack.business.services.items():
        if wanted in (key, service.name.casefold(), *(a.casefold() for a in service.aliases)):
            return key
    return None


def staff_key(pack: Pack, words: str) -> str | None:
    """The member of staff that a reader named; None for anyone."""
    wanted = words.casefold().strip()
    for key, member in pack.business.staff.items():
        if wanted in (key, member.name.casefold(), *(a.casefold() for a in member.aliases)):
            return key
    return None


FLOW = Flow(
    name="booking",
    tasks=("book", "find"),
    start="collect",
    correct="collect",
    steps=(
        Step("collect", collect, ("ask_service", "next_question"), ("collect",)),
        Step("next_question", next_question, ("find", "ask_when")),
        Step("ask_service", ask_service, later=("collect",)),
        Step("ask_when", ask_when, later=("collect",)),
        Step("find", find, later=("offer",)),
        Step("offer", lambda view: offer(view, chosen="read_back"), ("read_back",), ("collect", "choose")),
        Step(
            "choose",
            lambda view: choose(view, chosen="read_back"),
            to=("read_back", "collect", "find"),
            later=("choose", "collect"),
        ),
        Step("read_back", read_back, later=("settled",)),
        Step("settled", settled, ("find", "read_back"), ("settled",)),
    ),
)
