"""Booking an appointment, from the wish to the receipt."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from domain.settings import Pack
from graphs.flow import Call, Flow, Line, Next, Step, View
from graphs.flows.offers import either, listed
from graphs.flows.times import choose, heard_when, offer, search, time_wish
from graphs.readers.idioms import adds, takes_any_time, wants_series, wants_somebody_else

MOST_PEOPLE = 3
GRID = 15
DAY_MINUTES = 1440


def collect(view: View) -> Next:
    """Take up whatever was said: service, staff, day and time, name, how many."""
    wished, back = time_wish(view)
    slots = {**_details(view), **wished}
    if back is not None:
        return replace(back, slots={**slots, **back.slots})
    if view.slots.get("party") is None and slots.get("party", 1) > MOST_PEOPLE:
        args = {"reason": "problem", "words": view.text[:400]}
        return Next(call=Call("hand_over", args), then="settled", slots=slots)
    if heard_when(view) is None and takes_any_time(view.text):
        slots["open"] = True
    lines = _announced(view, slots)
    service = slots.get("service") or view.slots.get("service")
    if not service:
        return Next(goto="ask_service", slots=slots, say=lines)
    found = _with_whom(view, slots, service)
    return replace(found, say=(*lines, *found.say))


def _details(view: View) -> dict[str, Any]:
    slots: dict[str, Any] = {}
    keys = [service_key(view.pack, s.service) for s in view.said if s.service]
    services = list(dict.fromkeys(k for k in keys if k))
    wanted = view.slots.get("service")
    if services and wanted and wanted not in services and adds(view.text):
        services = [wanted, *view.slots.get("more", []), *services]
    if not services and not wanted:
        services = _only_service(view)
    if services:
        slots |= {"service": services[0], "start": None}
    if len(services) > 1:
        slots["more"] = services[1:]
    for said in view.said:
        if said.staff:
            slots |= {"staff": staff_key(view.pack, said.staff), "staff_found": None, "start": None}
        if said.name:
            slots["name"] = said.name
        if said.party and said.party > 1:
            slots["party"] = said.party
    return slots


def _only_service(view: View) -> list[str]:
    """The service picked from the list we read out, or the only one of the person who was named."""
    listed = list(view.pack.business.services.items())
    if picked := next((s.choice for s in view.said if s.choice and s.choice <= len(listed)), None):
        return [listed[picked - 1][0]]
    people = [key for s in view.said if s.staff and (key := staff_key(view.pack, s.staff))]
    theirs = [key for key, service in listed if people and people[0] in service.staff]
    return theirs if len(theirs) == 1 else []


def _announced(view: View, slots: dict[str, Any]) -> tuple[Line, ...]:
    """More than one visit is booked one by one, and said so once."""
    services = view.pack.business.services
    if wants_series(view.text) and not view.slots.get("series"):
        slots["series"] = True
        return (Line("book.series"),)
    if slots.get("more"):
        names = [services[key].name.lower() for key in (slots["service"], *slots["more"])]
        return (Line("book.one_by_one", {"services": listed(names)}),)
    if slots.get("party") and not view.slots.get("party"):
        return (Line("book.one_person", {"people": str(slots["party"])}),)
    return ()


def _with_whom(view: View, slots: dict[str, Any], service: str) -> Next:
    """Who is wished for, if they do that; somebody else where the customer wants a change."""
    business = view.pack.business
    able, name = business.services[service].staff, business.services[service].name.lower()
    staff = slots["staff"] if "staff" in slots else view.slots.get("staff")
    facts = {"service": name, "able": listed([business.staff[m].name for m in able])}
    if staff and staff not in able:
        line = Line("book.not_by", {**facts, "staff": business.staff[staff].name})
        return Next(goto="next_question", slots={**slots, "staff": None}, say=(line,))
    current = view.slots.get("staff_found") or view.slots.get("staff")
    if current and "staff" not in slots and wants_somebody_else(view.text):
        others = [m for m in able if m != current]
        kept = {k: view.slots.get(k) for k in ("at", "not_before", "not_after", "after", "before")}
        if others:
            return Next(goto="next_question", slots={**slots, **kept, "staff": others[0], "start": None})
        return Next(goto="next_question", slots={**slots, **kept}, say=(Line("book.only", facts),))
    return Next(goto="next_question", slots=slots)


def next_question(view: View) -> Next:
    """Search as soon as a day is known or the customer takes anything."""
    known = any(view.slots.get(k) is not None for k in ("first_day", "after", "before", "open"))
    if known or any(s.act == "alternatives" for s in view.said):
        return Next(goto="find")
    return Next(goto="ask_when")


def ask_service(view: View) -> Next:
    """Ask what it is for."""
    services = view.pack.business.services.values()
    names = tuple(s.name for s in services)
    line = Line("book.which_service", {"services": either([n.lower() for n in names])}, options=names[:4])
    return Next(wait="collect", say=(line,), our_act="asked_service", offered=names)


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
        return Next(goto="find", say=(Line("times.taken"),), slots={"start": None, "staff_found": None})
    if result.get("state") == "failed" and why == "price_changed":
        return Next(goto="read_back", say=(Line("book.price_changed"),))
    if result.get("state") == "asked":
        return Next(wait="settled")
    if result.get("state") == "expired":
        return Next(goto="find", say=(Line("asking.lapsed"),), slots={"start": None})
    if result.get("state") in ("done", "held") and result.get("tool") == "book":
        return _following(view)
    return Next(done=True)


def _following(view: View) -> Next:
    """The next service after this one, or the next person beside this one."""
    services, more, party = view.pack.business.services, view.slots.get("more"), view.slots.get("party") or 1
    if more:
        minutes = services[view.slots["service"]].minutes + services[view.slots["service"]].buffer_minutes
        at = int(view.slots["at"]) + -(-minutes // GRID) * GRID
        staff = view.slots.get("staff") if view.slots.get("staff") in services[more[0]].staff else None
        wish = {"service": more[0], "more": more[1:] or None, "at": at if at < DAY_MINUTES else None, "staff": staff}
        line = Line("book.next_service", {"service": services[more[0]].name.lower()})
        return Next(goto="find", say=(line,), slots={**wish, "start": None})
    if party > 1:
        wish = {"party": party - 1, "staff": None, "staff_found": None, "start": None}
        return Next(goto="find", say=(Line("book.next_person"),), slots=wish)
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
        Step("collect", collect, ("ask_service", "next_question"), ("collect", "settled")),
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
