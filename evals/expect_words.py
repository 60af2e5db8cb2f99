"""What customers were told, what waits to be told, how they consented, and what a reader was given."""

from __future__ import annotations

from domain.clock import to_ms
from evals.evidence import Evidence
from evals.finding import Judged
from evals.matching import counted, pattern, wished
from evals.story import Sent, decision_told, judged, planned, sent
from evals.vocabulary import ConsentIs, Queued, Says, Seen, Sends
from records.consents import channel_group


def says(evidence: Evidence, wanted: Says, *, at: str, negative: bool) -> Judged:
    """A message of the scope says all of `contains`, one of `any_of`, and matches."""
    candidates = [(one.told(evidence), _unsaid(evidence, wanted, one)) for one in sent(evidence, at)]
    return counted(wanted, candidates, negative=negative, said=wished(wanted))


def _unsaid(evidence: Evidence, wanted: Says, one: Sent) -> list[str]:
    if one.status != "sent":
        return [f"it is {one.status}"]
    if one.text is None:
        return ["the log holds no words"]
    text = one.text.casefold()
    parts = [wanted.contains] if isinstance(wanted.contains, str) else wanted.contains or []
    wrong = [f"{part!r} is not in it" for part in parts if part.casefold() not in text]
    if wanted.any_of is not None and not any(part.casefold() in text for part in wanted.any_of):
        wrong.append(f"none of {wanted.any_of} is in it")
    if wanted.matches is not None and not pattern(wanted.matches).search(one.text):
        wrong.append(f"it does not match {wanted.matches!r}")
    wrong += [f"channel: wanted {wanted.channel}"] if wanted.channel not in (None, one.channel) else []
    wrong += [f"purpose: wanted {wanted.purpose}"] if wanted.purpose not in (None, one.purpose) else []
    return wrong + _to(evidence, wanted.to, one)


def _to(evidence: Evidence, ref: str | None, one: Sent) -> list[str]:
    if ref is None:
        return []
    person = evidence.people.get(ref)
    known = one.contact in evidence.contacts_of(ref) or (person is not None and one.address in person.addresses)
    return [] if known else [f"to: wanted {ref}"]


def sends(evidence: Evidence, wanted: Sends, *, at: str, negative: bool) -> Judged:
    """Messages were sent (or are planned, or failed)."""
    candidates = []
    for one in [*sent(evidence, at), *planned(evidence, at)]:
        wrong = [f"status: it is {one.status}"] if wanted.status not in ("any", one.status) else []
        wrong += [f"purpose: wanted {wanted.purpose}"] if wanted.purpose not in (None, one.purpose) else []
        wrong += [f"channel: wanted {wanted.channel}"] if wanted.channel not in (None, one.channel) else []
        if wanted.between is not None:
            first, last = (to_ms(evidence.instant(t)) for t in wanted.between)
            wrong += [] if first <= one.event.at <= last else [f"between {wanted.between}"]
        candidates.append((one.told(evidence), wrong + _to(evidence, wanted.to, one)))
    return counted(wanted, candidates, negative=negative, said=wished(wanted))


def queued(evidence: Evidence, wanted: Queued, *, at: str, negative: bool) -> Judged:
    """A message was refused until later, and a timer tries it again then."""
    timers = {row["ref"]: row["due_at"] for row in evidence.rows("timers") if row["kind"] == "resubmit"}
    candidates = []
    for event in judged(evidence, at, messages=True):
        due = timers.get(event.body["action"])
        if event.body["tool"] != "message" or event.body["outcome"] != "refuse" or due is None:
            continue
        wrong = []
        if wanted.until is not None and to_ms(evidence.instant(wanted.until)) != due:
            wrong.append(f"until: wanted {wanted.until}, it is {evidence.clock(due)}")
        if wanted.to is not None and event.body["contact"] not in evidence.contacts_of(wanted.to):
            wrong.append(f"to: wanted {wanted.to}")
        candidates.append((f"{decision_told(event)} until {evidence.clock(due)}", wrong))
    return counted(wanted, candidates, negative=negative, said=wished(wanted))


def consent(evidence: Evidence, wanted: ConsentIs, *, at: str, negative: bool) -> Judged:
    """How consent stands after everything up to now, by the events alone."""
    whose, group = evidence.contacts_of(wanted.contact), channel_group(wanted.channel)
    state, method, steps = "none", None, []
    for event in evidence.events:
        kind, body = event.kind, event.body
        if not kind.startswith("consent.") or body.get("group") != group or body.get("contact") not in whose:
            continue
        about = body["purpose"] in (wanted.purpose, "all") or (kind == "consent.revoke" and wanted.purpose == "all")
        if not about or (kind == "consent.grant" and body["purpose"] == "all" and wanted.purpose == "marketing"):
            continue  # START never brings advertising back
        state = {"revoke": "revoked", "pending": "pending"}.get(kind.removeprefix("consent."), "granted")
        method = body.get("method")
        steps.append(f"{evidence.clock(event.at)} {kind} {body['purpose']} by {method}")
    holds = state == wanted.state and wanted.method in (None, method)
    return Judged(
        holds=holds != negative, wanted=wished(wanted), evidence=tuple(steps[-6:]), nearest=f"it stands at {state}"
    )


def model_called(evidence: Evidence, wanted: bool, *, at: str, negative: bool) -> Judged:
    """Whether a reader was asked at all: what is obeyed before any reader never reaches one."""
    read = [f"{evidence.clock(e.at)} read by {e.body['by']}" for e in evidence.scoped(at) if e.kind == "turn.read"]
    return Judged(holds=(bool(read) == wanted) != negative, wanted=str(wanted), evidence=tuple(read[:6]))


def model_saw(evidence: Evidence, wanted: Seen, *, at: str, negative: bool) -> Judged:
    """What a reader was given: the words of the messages of every turn that was read."""
    heard = {e.body["message"]: e.texts.get("text", "") for e in evidence.events if e.kind == "message.heard"}
    opened = {e.body["turn"]: e.body["messages"] for e in evidence.events if e.kind == "turn.opened"}
    texts = [
        "\n".join(heard.get(message, "") for message in opened.get(event.body["turn"], ()))
        for event in evidence.scoped(at)
        if event.kind == "turn.read"
    ]
    found = [
        text
        for text in texts
        if (wanted.contains or "").casefold() in text.casefold()
        and (wanted.matches is None or pattern(wanted.matches).search(text))
    ]
    return Judged(holds=bool(found) != negative, found=len(found), wanted=wished(wanted), evidence=tuple(texts[:6]))
