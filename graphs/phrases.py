"""Every key by which code words something, with the facts it is given; start-up holds a pack's wording to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_PLAIN: Final = """
about.disclosure about.bot about.help call.greeting call.unheard call.moment call.too_long call.next call.again
call.nobody call.message_kept call.whisper call.to_machine call.not_recorded call.still_recorded dropped emergency.call
call.queue call.queue_wait call.will_call_back call.say_again call.menu call.hold call.still_held call.not_decided
small.greet small.thanks small.bye small.what small.no
small.wait small.unclear small.unclear_here small.nothing_open asking.lapsed asking.open any.trouble any.declined
answer.closed_now answer.place answer.number book.next_person book.series
book.price_changed book.declined find.declined
move.declined cancel.declined refund.declined times.none times.taken times.which_instead times.not_free
times.no_earlier when.past change.none change.none_refundable change.none_here code.which_number code.bad_number
code.sent code.again code.wrong code.cannot missed_call.text_back media.heard consent.stopped_chat consent.stopped_call
consent.started consent.help consent.no_offers consent.no_calls consent.wrong_number consent.unclear wish.channel
wish.time consent.form forget.asked
""".split()
_FILLED: Final[dict[str, tuple[str, ...]]] = {
    "consent.stopped": ("receipt",),
    "call.did_you_say": ("said",),
    "missed_call.after_hours": ("opens",),
    "missed_call.emergency": ("opens", "emergency"),
    "answer.found": ("answer",),
    "answer.service": ("service", "price", "length"),
    "answer.services": ("services",),
    "answer.prices": ("services",),
    "answer.who": ("service", "able"),
    "answer.staff_does": ("service", "able", "staff"),
    "answer.staff_does_not": ("service", "able", "staff"),
    "answer.staff_days": ("staff", "days"),
    "answer.staff_in": ("staff", "day", "from", "to"),
    "answer.staff_off": ("staff", "day"),
    "answer.team": ("names",),
    "answer.hours": ("day", "from", "to"),
    "answer.closed": ("day",),
    "answer.closed_days": ("days",),
    "answer.open_now": ("to",),
    "details.kept": ("name", "number"),
    "any.waiting": ("ref", "by"),
    "book.which_service": ("services",),
    "book.when": ("service",),
    "book.not_by": ("service", "able", "staff"),
    "book.only": ("service", "able"),
    "book.one_by_one": ("services",),
    "book.next_service": ("service",),
    "book.one_person": ("people",),
    "times.offer": ("choices",),
    "times.more": ("choices",),
    "times.one": ("choices",),
    "times.which": ("choices",),
    "times.closed": ("day",),
    "times.off": ("day", "staff"),
    "times.outside": ("day", "from", "to"),
    "times.not_in": ("day", "from", "to", "staff"),
    "times.too_late": ("day", "from", "to"),
    "times.too_far": ("until",),
    "when.which": ("choices",),
    "when.several": ("choices",),
    "change.listed": ("bookings",),
    "change.which": ("choices",),
    "change.is_it": ("choices",),
    "change.no_such": ("service",),
    "move.when": ("booking",),
    "go_on.any": (),
    "go_on.book": (),
    "form.any": ("field",),
    "form.name": ("field",),
    "form.need": ("field",),
    "news.approved": ("ref",),
    "news.edited": ("ref",),
    "news.declined": ("ref", "text"),
    "news.declined_because": ("ref", "text"),
    "news.answer": ("ref", "text"),
    "news.expired": ("ref", "text"),
}
# What becomes of an action: by tool and state, `any` for tools without wording of their own.
_STATES: Final = ("asked", "held", "done", "failed", "refused", "expired", "unknown", "superseded", "on_its_way")
_TOOLS: Final[dict[str, tuple[str, ...]]] = {
    "any": (),
    "book": ("service", "treatment", "staff", "when", "price"),
    "reschedule": ("service", "treatment", "staff", "when", "was", "price"),
    "cancel": ("service", "treatment", "staff", "when"),
    "refund_deposit": ("service", "treatment", "when", "amount"),
    "capture_lead": ("name", "need"),
    "hand_over": ("reason", "words"),
}
_OF_RECEIPTS: Final = {"book.done": ("code",), "reschedule.done": ("code",), "cancel.done": ("code",)}
_OF_WAITS: Final = {"asked": ("by",), "held": ("by",)}


def _all() -> dict[str, tuple[str, ...]]:
    ends = {
        f"{tool}.{state}": (
            "ref",
            "details",
            *facts,
            *_OF_WAITS.get(state, ()),
            *_OF_RECEIPTS.get(f"{tool}.{state}", ()),
        )
        for tool, facts in _TOOLS.items()
        for state in _STATES
    }
    return {**dict.fromkeys(_PLAIN, ()), **_FILLED, **ends}


PHRASES: Final[Mapping[str, tuple[str, ...]]] = _all()
