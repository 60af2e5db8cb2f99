"""What follows when somebody says how they want to be contacted: obeyed at once, confirmed once, and nothing lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import records.contacts
from domain.message import Heard, Receipted
from domain.phone import toll_free
from graphs import effects
from graphs.effects import Deps, Outgoing
from graphs.obeying import Wished, hand_on, revoke
from graphs.wording import worded
from guards.clocktimes import bounds
from guards.optout import Wish, asks_for_a_text, carrier_answers, classify, languages
from records import consents, messages, obligations, preferences, timers
from records.database import Tx
from records.exporting import receipt_about
from records.jobs import Work
from records.messages import Before
from records.obligations import Owed
from records.preferences import Preference

UNCLEAR_FOR = timedelta(hours=24)  # an unclear wish that nobody explains by then ends advertising
CARRIER = {
    "STOP": Wish("OPT_OUT", "all", "carrier", "exact"),
    "START": Wish("OPT_IN", None, "carrier", "exact"),
    "HELP": Wish("HELP", None, "carrier", "exact"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """What was heard, as which message of whom, and what it wishes."""

    heard: Heard
    message: str
    contact: str
    wish: Wish


def may_revoke(deps: Deps, heard: Heard) -> bool:
    """Whether a message may be a revocation, decided without the database: in any language and after any message."""
    if told := CARRIER.get(heard.carrier_word):
        return told.decision == "OPT_OUT"
    if heard.kind not in ("text", "speech", "voicemail"):
        return False
    spoken = {deps.pack.business.language, *languages(heard.channel)}
    found = (
        classify(heard.text, channel=heard.channel, context=context, language=language).decision
        for language in spoken for context in ("any", "marketing")
    )  # fmt: skip
    return any(decision in ("OPT_OUT", "WRONG_NUMBER") for decision in found)


def wish_in(tx: Tx, deps: Deps, heard: Heard, *, before: Before) -> Wish:
    """What a message wishes: what the carrier read, else what we read, knowing what we last sent."""
    if told := CARRIER.get(heard.carrier_word):
        return told
    context, business = "any", deps.pack.business
    if consents.revoked(tx, business.id, heard.address, channel=heard.channel):
        context = "opted_out"
    elif before.purpose == "marketing":
        context = "marketing"
    language = before.language or business.language
    return classify(heard.text, channel=heard.channel, context=context, language=language)


def obey(tx: Tx, deps: Deps, said: Said) -> bool:
    """Obey a wish in the transaction that heard it; whether that was all the message said."""
    follow = _FOLLOW.get(said.wish.decision)
    if follow is None or (said.wish.decision == "WRONG_NUMBER" and said.heard.channel in ("call", "web")):
        return False  # who calls or chats by mistake asks for nothing
    follow(tx, deps, said)
    return not said.wish.rest


def obey_unanswered(tx: Tx, deps: Deps, heard: Heard, *, got: Receipted) -> None:
    """Obey a wish to be left alone where nobody listens for an answer: a message after the tone."""
    before = messages.before(tx, got.contact, heard.channel)
    said = Said(heard, got.message, got.contact, wish_in(tx, deps, heard, before=before))
    if said.wish.decision == "OPT_OUT":
        revoke(tx, deps, _wished(said), scope=said.wish.scope or "all")


def note_asked(tx: Tx, deps: Deps, heard: Heard, *, message: str, contact: str) -> None:
    """Keep that a caller asked to be texted: consent to service messages, given aloud, the transcript its proof."""
    if heard.channel != "call" or not asks_for_a_text(heard.text):
        return
    entry = consents.Entry(
        business=deps.pack.business.id, contact=contact, address=heard.address, channel="sms", purpose="service",
        act="grant", method=consents.SAID_ON_CALL, evidence=message, actor="customer",
        source={"call": heard.session or heard.provider_id},
    )  # fmt: skip
    consents.add(tx, entry, deps.clock.now())


def _opt_out(tx: Tx, deps: Deps, said: Said) -> None:
    scope = said.wish.scope or "all"
    new = revoke(tx, deps, _wished(said), scope=scope)
    if not new:
        return  # one confirmation only (47 CFR 64.1200(a)(12))
    stopped = _STOPPED.get(said.heard.channel, "consent.stopped_chat")
    key = {"marketing": "consent.no_offers", "calls": "consent.no_calls"}.get(scope, stopped)
    facts = {"receipt": receipt_about(tx, new) or ""} if key == "consent.stopped" else {}
    _confirm(tx, deps, said, key=key, facts=facts)


_STOPPED = {"sms": "consent.stopped", "call": "consent.stopped_call"}


def _wrong_number(tx: Tx, deps: Deps, said: Said) -> None:
    """Nothing more goes to this number, and it is no longer the contact's; staff are told."""
    new, owner = hand_on(tx, deps, _wished(said))
    if new and owner:
        _confirm(tx, deps, Said(said.heard, said.message, owner, said.wish), key="consent.wrong_number")


def _opt_in(tx: Tx, deps: Deps, said: Said) -> None:
    """START brings back service messages where they were stopped, never advertising."""
    entry = consents.Entry(
        business=deps.pack.business.id, contact=said.contact, address=said.heard.address, channel=said.heard.channel,
        purpose="all", act="grant", method=said.wish.layer, evidence=said.message, actor="customer",
        detector=_detector(said.wish),
    )  # fmt: skip
    consents.add(tx, entry, deps.clock.now())
    _prefer(tx, deps, said, kind="paused", value=None)
    _confirm(tx, deps, said, key="consent.started")


def _help(tx: Tx, deps: Deps, said: Said) -> None:
    _confirm(tx, deps, said, key="consent.help")


def _channel(tx: Tx, deps: Deps, said: Said) -> None:
    """Texts are held back where calls are preferred, and calls where texts are; staff see the wish."""
    avoided = said.wish.scope or "texts"
    asked_for = "email" if "mail" in said.wish.quote else "call" if avoided == "texts" else "sms"
    _prefer(tx, deps, said, kind="channel", value=asked_for)
    _tell_staff(tx, deps, said, detail=f"This customer prefers {asked_for}.")
    _answer(tx, deps, said, key="wish.channel")


def _time(tx: Tx, deps: Deps, said: Said) -> None:
    """Keep the hours that were named; what no clock time says goes to staff."""
    not_before, not_after = bounds(said.wish.quote)
    if not_before is not None:
        _prefer(tx, deps, said, kind="not_before", value=f"{not_before:%H:%M}")
    if not_after is not None:
        _prefer(tx, deps, said, kind="not_after", value=f"{not_after:%H:%M}")
    if not_before is None and not_after is None:
        _tell_staff(
            tx, deps, said, detail="This customer wants to be contacted at certain times only: see the message."
        )
    _answer(tx, deps, said, key="wish.time")


def _unclear(tx: Tx, deps: Deps, said: Said) -> None:
    """Hold back what we begin, ask once, tell staff; without an answer advertising ends."""
    if preferences.of(tx, said.contact).paused:
        return
    _prefer(tx, deps, said, kind="paused", value="yes")
    due = deps.clock.now() + UNCLEAR_FOR
    work = Work("unclear", said.message, f"contact:{said.contact}")
    timers.set_timer(tx, deps.pack.business.id, work, due=due)
    _tell_staff(tx, deps, said, detail="It is not clear whether this customer wants our messages: please look.")
    _answer(tx, deps, said, key="consent.unclear")


def clear_up(tx: Tx, deps: Deps, message: str) -> None:
    """A day after an unclear wish: who said nothing more gets no advertising; the pause ends."""
    asked = messages.load(tx, message)
    if asked is None or not preferences.of(tx, records.contacts.current(tx, asked.contact)).paused:
        return
    contact = records.contacts.current(tx, asked.contact)
    said = Wished(
        contact=contact, channel=asked.channel, address=asked.address, evidence=message, method="silence",
        actor="system",
    )  # fmt: skip
    revoke(tx, deps, said, scope="marketing")
    unpause(tx, deps, contact, evidence=f"{message}:silence")


def unpause(tx: Tx, deps: Deps, contact: str, *, evidence: str) -> None:
    """End the pause of an unclear wish: the customer goes on talking, or said nothing for a day."""
    business, now = deps.pack.business.id, deps.clock.now()
    over = Preference(business=business, contact=contact, kind="paused", value=None, actor="system", evidence=evidence)
    preferences.set_preference(tx, over, now=now)


_FOLLOW: dict[str, Callable[[Tx, Deps, Said], None]] = {
    "OPT_OUT": _opt_out,
    "WRONG_NUMBER": _wrong_number,
    "OPT_IN": _opt_in,
    "HELP": _help,
    "CHANNEL_PREF": _channel,
    "TIME_PREF": _time,
    "AMBIGUOUS": _unclear,
}


def _wished(said: Said) -> Wished:
    method = "keyword" if said.wish.layer == "exact" else "phrase"
    return Wished(
        contact=said.contact, channel=said.heard.channel, address=said.heard.address, evidence=said.message,
        method=method, detector=_detector(said.wish),
    )  # fmt: skip


def _detector(wish: Wish) -> dict[str, str]:
    return {"layer": wish.layer, "rule": wish.rule or ""}


def _prefer(tx: Tx, deps: Deps, said: Said, *, kind: preferences.Kind, value: str | None) -> None:
    wish = Preference(
        business=deps.pack.business.id, contact=said.contact, kind=kind, value=value, actor="customer",
        evidence=said.message,
    )  # fmt: skip
    preferences.set_preference(tx, wish, now=deps.clock.now())


def _tell_staff(tx: Tx, deps: Deps, said: Said, *, detail: str) -> None:
    now = deps.clock.now()
    owed = Owed(kind="wish", cause=f"{said.message}:wish", contact=said.contact, due=now, detail=detail)
    obligations.open_one(tx, deps.pack.business.id, owed, now=now)


def _confirm(tx: Tx, deps: Deps, said: Said, *, key: str, facts: Mapping[str, str] | None = None) -> None:
    """Confirm what the law lets us confirm, unless the carrier does."""
    mode: str = deps.pack.business.optout_mode
    if mode == "twilio_default" and toll_free(deps.pack.business.phone):
        mode = "toll_free"
    if said.heard.carrier_word or (said.heard.channel == "sms" and carrier_answers(said.heard.text, mode)):
        return
    text = worded(deps.pack, key, facts or {}, seed=said.message)
    _say(tx, deps, said, text=text, mandated=True)


def _answer(tx: Tx, deps: Deps, said: Said, *, key: str) -> None:
    _say(tx, deps, said, text=worded(deps.pack, key, {}, seed=said.message), mandated=False)


def _say(tx: Tx, deps: Deps, said: Said, *, text: str, mandated: bool) -> None:
    heard = said.heard
    outgoing = Outgoing(
        text=text, purpose="mandated" if mandated else "reply", contact=said.contact, channel=heard.channel,
        address=heard.address, cause=f"{said.message}:wish" if said.wish.rest else said.message,
        proposed_by="opt_out", session=heard.session,
    )  # fmt: skip
    effects.send(tx, deps, outgoing)
