"""Steps that every flow about a time shares: understand the wish, find free times, offer them, take a choice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

from domain.clock import from_ms
from domain.when import When, beside, part_window, read_when
from graphs.flow import Call, Line, Next, View
from graphs.flows.offers import either, spoken
from graphs.readers.idioms import direction, in_hours, takes_either, weekdays_excluded

WIDE_DAYS = 13
WISH_KEYS = ("first_day", "last_day", "skip", "at", "not_before", "not_after", "after", "before", "start", "offers")
FORGOTTEN: dict[str, Any] = {key: None for key in (*WISH_KEYS, "question", "staff_found", "open")}
_SEARCH = ("skip", "at", "not_before", "not_after", "after", "before")


def heard_when(view: View) -> When | None:
    """The date and time words of this turn, read together in the business's zone; None where none were said."""
    words = in_hours(" ".join(s.when_words for s in view.said if s.when_words))
    opens, closes = view.pack.business.bounds()
    when = read_when(words, view.local, opens=opens, closes=closes) if words else When()
    if (about := _talked_about(view)) is not None:
        when = beside(when, about, view.local.date())
    return None if when.empty else when


def _talked_about(view: View) -> date | None:
    """The first day that was offered, read back or wished for, where the wish named its week or date."""
    if not view.slots.get("dated"):
        return None
    offers = [o["start"] for o in view.slots.get("offers") or []]
    if start := view.slots.get("start") or min(offers, default=None):
        return date.fromisoformat(_day(view, start))
    return date.fromisoformat(view.slots["first_day"]) if view.slots.get("first_day") else None


def time_wish(view: View) -> tuple[dict[str, Any], Next | None]:
    """What was said about the time, as slots; or a question back, which its slots belong to."""
    if (answer := _answer(view)) is not None:
        return answer, None
    when = heard_when(view)
    if when is not None:
        back = _doubt(view, when)
        return (back.slots, back) if back else (_wish_slots(view, when), None)
    question = view.slots.get("question")
    if question and not any(s.service or s.staff for s in view.said):
        return {}, _ask_which(question["kind"], question["options"])
    return paging(view) or {}, None


def _wish_slots(view: View, when: When) -> dict[str, Any]:
    """The search that a time wish means; a new day forgets the old times, a new time keeps the day."""
    slots: dict[str, Any] = dict.fromkeys(("start", "offers", "after", "before", "question", "open"))
    if when.date is not None:
        last = when.date_to or when.date
        skip = weekdays_excluded(view.text) if when.date_to else []
        slots |= {"first_day": when.date.isoformat(), "last_day": last.isoformat(), "skip": skip or None}
        slots["dated"] = view.slots.get("dated") or when.bare is None
    elif (days := {_day(view, o["start"]) for o in view.slots.get("offers") or []}) and len(days) == 1:
        slots |= dict.fromkeys(("first_day", "last_day"), days.pop())
    window = part_window(when.part) if when.part else None
    if when.time is not None:
        slots |= {"at": _minute(when.time), "not_before": None, "not_after": None}
    elif when.time_from or when.time_to or window:
        begin = when.time_from or (window[0] if window and not when.time_to else None)
        end = when.time_to or (window[1] if window and not when.time_from else None)
        slots |= {"at": None, "not_before": _minute(begin), "not_after": _minute(end)}
    elif when.date is not None and view.slots.get("first_day") is None:
        slots |= {"at": None, "not_before": None, "not_after": None}
    return slots


def paging(view: View) -> dict[str, Any] | None:
    """The search for others than those offered or read back: onward from the last, or back from the first."""
    known = [o["start"] for o in view.slots.get("offers") or []] or [view.slots.get("start")]
    if known[0] is None or not any(s.act == "alternatives" for s in view.said) or any(s.staff for s in view.said):
        return None
    slots: dict[str, Any] = {"at": None, "not_before": None, "not_after": None, "start": None, "offers": None}
    if direction(view.text) < 0:
        return {**slots, "before": min(known), "after": None}
    return {**slots, "after": max(known), "before": None}


def _doubt(view: View, when: When) -> Next | None:
    """A question back where the words have two readings or name the past; nothing is guessed."""
    if when.past and when.date is None:
        return Next(wait="collect", say=(Line("when.past"),), our_act="asked_when")
    for ambiguity in when.ambiguous:
        options = list(ambiguity.options[:3])
        if len(options) < 2 or (ambiguity.kind == "day" and _settled(ambiguity.options, view)):
            continue
        back = _ask_which(ambiguity.kind, options)
        return replace(back, slots={**_wish_slots(view, when), **back.slots})
    return None


def _ask_which(kind: str, options: list[str]) -> Next:
    labels = tuple(_spoken(option) for option in options)
    key = "when.several" if kind == "several" else "when.which"
    line = Line(key, {"choices": either(labels)}, options=labels)
    slots = {"question": {"kind": kind, "options": options}}
    return Next(wait="collect", say=(line,), slots=slots, our_act="offered", offered=labels)


def _answer(view: View) -> dict[str, Any] | None:
    """The slots that an answer to "which day did you mean" sets."""
    question = view.slots.get("question")
    if not question:
        return None
    options: list[str] = question["options"]
    chosen = next((s.choice for s in view.said if s.act == "choose" and s.choice), None)
    if chosen is not None and chosen <= len(options):
        options = [options[chosen - 1]]
    elif not takes_either(view.text):
        return None
    minutes = [_minute(time.fromisoformat(o)) for o in options if ":" in o]
    if not minutes:
        return {"first_day": min(options), "last_day": max(options), "question": None}
    if len(minutes) == 1:
        return {"at": minutes[0], "not_before": None, "not_after": None, "question": None}
    return {"at": None, "not_before": minutes[0], "not_after": minutes[-1], "question": None}


def search(view: View, *, service: str, staff: str | None, then: str) -> Next:
    """Look for free times that fit the wish."""
    slots = view.slots
    today = view.local.date()
    first = slots.get("first_day") or today.isoformat()
    last = slots.get("last_day") or (today + timedelta(days=WIDE_DAYS)).isoformat()
    args: dict[str, Any] = {"service": service, "staff": staff, "first_day": first, "last_day": last}
    args |= {k: slots[k] for k in _SEARCH if slots.get(k) is not None}
    if (booking := slots.get("booking")) and slots.get("at") is not None:
        args["moving"] = booking["booking"]  # "later" is after it, an hour half into it may be meant
    return Next(call=Call("find_slots", args | {"prefer": slots.get("staff_found")}), then=then)


def offer(view: View, *, chosen: str) -> Next:
    """Say what is free, and why not what was asked for; the very time asked for needs no offer."""
    found = (view.result or {}).get("receipt", {})
    offers: list[dict[str, Any]] = list(found.get("slots", []))
    why = (Line(f"times.{found['why']}", found["facts"]),) if found.get("why") else ()
    if not offers:
        return Next(wait="collect", say=why or (Line("times.none"),), our_act="asked_when", slots=dict(FORGOTTEN))
    if found.get("exact") and (len(offers) == 1 or view.slots.get("staff") is None):
        return Next(goto=chosen, slots=_taken(view, offers[0]))
    labels = tuple(o["label"] for o in offers)
    if found.get("nearest") and not why:
        why = (Line("times.not_free"),)
    more = view.slots.get("after") or view.slots.get("before")
    key = "times.one" if len(offers) == 1 else "times.more" if more and not why else "times.offer"
    line = Line(key, {"choices": spoken(view.pack, offers)}, options=labels)
    slots = {"offers": offers, "start": None}
    return Next(wait="choose", say=(*why, line), slots=slots, our_act="offered", offered=labels)


def choose(view: View, *, chosen: str) -> Next:
    """Take one of the offers, look for others, or hear a new wish."""
    offers: list[dict[str, Any]] = view.slots.get("offers") or []
    picked = _picked(view, offers)
    if picked is not None:
        return Next(goto=chosen, slots=_taken(view, picked))
    acts = {s.act for s in view.said}
    if heard_when(view) is not None or acts & {"alternatives"} or any(s.service or s.staff for s in view.said):
        return Next(goto="collect")
    if acts & {"negate"}:
        return Next(wait="collect", say=(Line("times.which_instead"),), slots=dict(FORGOTTEN), our_act="asked_when")
    labels = tuple(o["label"] for o in offers)
    line = Line("times.which", {"choices": spoken(view.pack, offers)}, options=labels)
    return Next(wait="choose", say=(line,), our_act="offered", offered=labels)


def _taken(view: View, option: dict[str, Any]) -> dict[str, Any]:
    """An offer taken is a wish for its day and time: what is changed later changes only that."""
    local = view.pack.business.local(from_ms(option["start"]))
    day = _day(view, option["start"])
    wish = {"first_day": day, "last_day": day, "at": local.hour * 60 + local.minute}
    return {**FORGOTTEN, **wish, "start": option["start"], "staff_found": option["staff"]}


def _day(view: View, start: int) -> str:
    return view.pack.business.local(from_ms(start)).date().isoformat()


def _picked(view: View, offers: list[dict[str, Any]]) -> dict[str, Any] | None:
    for said in view.said:
        if said.act == "choose" and said.choice and said.choice <= len(offers):
            return offers[said.choice - 1]
    acts = {s.act for s in view.said}
    when, people = heard_when(view), {s.staff.casefold() for s in view.said if s.staff}
    if when is None and not people:
        agreed = "affirm" in acts and not acts & {"negate", "ask", "alternatives"}
        return offers[0] if agreed and len(offers) == 1 else None
    names = view.pack.business.staff
    fitting = [o for o in offers if not people or names[o["staff"]].name.casefold() in people]
    fitting = [o for o in fitting if when is None or _matches(view, o, when)]
    return fitting[0] if len(fitting) == 1 and not any(s.service for s in view.said) else None


def _matches(view: View, option: dict[str, Any], when: When) -> bool:
    local = view.pack.business.local(from_ms(option["start"]))
    if when.date is not None and local.date() != when.date:
        return False
    if when.time is not None:
        return (local.hour % 12, local.minute) == (when.time.hour % 12, when.time.minute)
    window = part_window(when.part) if when.part else None
    return window is None or window[0] <= local.time() < window[1]


def _minute(moment: time | None) -> int | None:
    return None if moment is None else moment.hour * 60 + moment.minute


def _settled(options: tuple[str, ...], view: View) -> bool:
    """Of two readings of a day, one that the business cannot serve at all needs no question."""
    spans = [view.pack.business.spans(date.fromisoformat(o)) for o in options]
    return sum(1 for s in spans if s) < 2


def _spoken(option: str) -> str:
    if ":" in option:
        at = time.fromisoformat(option)
        return f"{at.hour % 12 or 12}:{at.minute:02d} {'am' if at.hour < 12 else 'pm'}"
    day = date.fromisoformat(option)
    return f"{day:%A} {day.day} {day:%B}"
