"""Steps that every flow about a time shares: understand the wish, find free times, offer them, take a choice."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

from domain.when import When, part_window, read_when
from graphs.flow import Call, Line, Next, View

SLOT_KEYS = ("first_day", "last_day", "at", "not_before", "not_after", "after", "start", "offers", "question")
WIDE_DAYS = 13


def heard_when(view: View) -> When | None:
    """The date and time words of this turn, read together in the business's zone."""
    words = " ".join(s.when_words for s in view.said if s.when_words)
    if not words:
        return None
    opens, closes = view.pack.business.bounds()
    return read_when(words, view.local, opens=opens, closes=closes)


def wish_slots(view: View, when: When) -> dict[str, Any]:
    """The search that a time wish means; a new day forgets the old times, a new time keeps the day."""
    slots: dict[str, Any] = {"start": None, "offers": None, "after": None, "question": None}
    if when.date is not None:
        last = when.date_to or when.date
        slots |= {"first_day": when.date.isoformat(), "last_day": last.isoformat()}
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


def doubt(view: View, when: When) -> Next | None:
    """A question back where the words have two readings or name the past; nothing is guessed."""
    if when.past and when.date is None:
        return Next(wait="collect", say=(Line("when.past"),), our_act="asked_when")
    for ambiguity in when.ambiguous:
        labels = tuple(_spoken(option, ambiguity.kind) for option in ambiguity.options[:3])
        if len(labels) < 2 or (ambiguity.kind == "day" and _settled(ambiguity.options, view)):
            continue
        line = Line("when.which", {"choices": _either(labels)}, options=labels)
        question = {"kind": ambiguity.kind, "options": list(ambiguity.options[:3])}
        slots = {**wish_slots(view, when), "question": question}
        return Next(wait="collect", say=(line,), slots=slots, our_act="offered", offered=labels)
    return None


def answered_question(view: View) -> dict[str, Any] | None:
    """The slots that an answer to "which day did you mean" sets."""
    question = view.slots.get("question")
    if not question:
        return None
    chosen = next((s.choice for s in view.said if s.act == "choose" and s.choice), None)
    if chosen is None or chosen > len(question["options"]):
        return None
    option = question["options"][chosen - 1]
    if question["kind"] == "time":
        hours, minutes = option.split(":")
        return {"at": int(hours) * 60 + int(minutes), "question": None}
    return {"first_day": option, "last_day": option, "question": None}


def search(view: View, *, service: str, staff: str | None, then: str) -> Next:
    """Look for free times that fit the wish."""
    slots = view.slots
    today = view.local.date()
    first = slots.get("first_day") or today.isoformat()
    last = slots.get("last_day") or (today + timedelta(days=WIDE_DAYS)).isoformat()
    args: dict[str, Any] = {"service": service, "staff": staff, "first_day": first, "last_day": last}
    args |= {k: slots[k] for k in ("at", "not_before", "not_after", "after") if slots.get(k) is not None}
    return Next(call=Call("find_slots", args), then=then)


def offer(view: View, *, chosen: str) -> Next:
    """Say what is free; the very time asked for needs no offer."""
    found = (view.result or {}).get("receipt", {})
    offers: list[dict[str, Any]] = list(found.get("slots", []))
    if not offers:
        return Next(wait="collect", say=(Line("times.none"),), our_act="asked_when", slots={"after": None})
    first = offers[0]
    if found.get("exact") and (len(offers) == 1 or view.slots.get("staff") is None):
        return Next(goto=chosen, slots={"start": first["start"], "staff_found": first["staff"], "offers": None})
    labels = tuple(o["label"] for o in offers)
    key = "times.nearest" if found.get("nearest") or view.slots.get("at") is not None else "times.offer"
    key = "times.more" if view.slots.get("after") and not found.get("nearest") else key
    line = Line(key, {"choices": _either(labels)}, options=labels)
    return Next(wait="choose", say=(line,), slots={"offers": offers, "start": None}, our_act="offered", offered=labels)


def choose(view: View, *, chosen: str) -> Next:
    """Take one of the offers, look for others, or hear a new wish."""
    offers: list[dict[str, Any]] = view.slots.get("offers") or []
    picked = _picked(view, offers)
    if picked is not None:
        return Next(goto=chosen, slots={"start": picked["start"], "staff_found": picked["staff"], "offers": None})
    acts = {s.act for s in view.said}
    if heard_when(view) is not None or any(s.service or s.staff for s in view.said):
        return Next(goto="collect")
    if "alternatives" in acts and offers:
        rest = {"at": None, "not_before": None, "not_after": None}
        return Next(goto="find", slots={"after": max(o["start"] for o in offers), **rest})
    if acts & {"negate"}:
        slots = {key: None for key in SLOT_KEYS}
        return Next(wait="collect", say=(Line("times.which_instead"),), slots=slots, our_act="asked_when")
    labels = tuple(o["label"] for o in offers)
    line = Line("times.which", {"choices": _either(labels)}, options=labels)
    return Next(wait="choose", say=(line,), our_act="offered", offered=labels)


def _picked(view: View, offers: list[dict[str, Any]]) -> dict[str, Any] | None:
    when = heard_when(view)
    for said in view.said:
        if said.act == "choose" and said.choice and said.choice <= len(offers):
            return offers[said.choice - 1]
    if when is None:
        agreed = any(s.act == "affirm" for s in view.said) and not any(s.act in ("negate", "ask") for s in view.said)
        return offers[0] if agreed and len(offers) == 1 else None
    fitting = [o for o in offers if _matches(view, o, when)]
    return fitting[0] if len(fitting) == 1 else None


def _matches(view: View, option: dict[str, Any], when: When) -> bool:
    from_ms = view.pack.business.local(view.now.fromtimestamp(option["start"] / 1000, tz=view.now.tzinfo))
    if when.date is not None and from_ms.date() != when.date:
        return False
    if when.time is not None:
        return (from_ms.hour % 12, from_ms.minute) == (when.time.hour % 12, when.time.minute)
    window = part_window(when.part) if when.part else None
    return window is None or window[0] <= from_ms.time() < window[1]


def _minute(moment: time | None) -> int | None:
    return None if moment is None else moment.hour * 60 + moment.minute


def _settled(options: tuple[str, ...], view: View) -> bool:
    """Of two readings of a day, one that the business cannot serve at all needs no question."""
    spans = [view.pack.business.spans(date.fromisoformat(o)) for o in options]
    return sum(1 for s in spans if s) < 2


def _spoken(option: str, kind: str) -> str:
    if kind == "time":
        hours, minutes = (int(p) for p in option.split(":"))
        return f"{hours % 12 or 12}:{minutes:02d} {'am' if hours < 12 else 'pm'}"
    day = date.fromisoformat(option)
    return f"{day:%A} {day.day} {day:%B}"


def _either(labels: tuple[str, ...]) -> str:
    return labels[0] if len(labels) == 1 else f"{'; '.join(labels[:-1])}; or {labels[-1]}"
