"""What Twilio documents of its request to send a message, and what it answers to one that it does not take."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

NUMBER = re.compile(r"^\+[1-9]\d{6,14}$")
# The message resource's parameters, as its reference and the library (9.13.0) name them.
KNOWN = frozenset({
    "To", "StatusCallback", "ApplicationSid", "MaxPrice", "ProvideFeedback", "Attempt", "ValidityPeriod",
    "ForceDelivery", "ContentRetention", "AddressRetention", "SmartEncoded", "PersistentAction", "TrafficType",
    "ShortenUrls", "ScheduleType", "SendAt", "SendAsMms", "ContentVariables", "MessageIntent", "RiskCheck", "From",
    "FallbackFrom", "MessagingServiceSid", "Body", "MediaUrl", "ContentSid",
})  # fmt: skip
INTENTS = frozenset({
    "otp", "notifications", "marketing", "fraud", "security", "customercare", "delivery", "education", "polling",
    "announcements", "events",
})  # fmt: skip
BOOLEANS = ("ProvideFeedback", "ForceDelivery", "SmartEncoded", "ShortenUrls", "SendAsMms")
LONGEST, MOST_MEDIA, LONGEST_URL = 1600, 10, 4000
Refusal = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Lines:
    """What the account has: its numbers, its messaging services; who opted out of it, which numbers are landlines."""

    numbers: Collection[str]
    services: Collection[str]
    blocked: Collection[str]
    landlines: Collection[str]


def refusal(pairs: Sequence[tuple[str, str]], lines: Lines) -> Refusal | None:
    """Twilio's error code and words for a request, or None where it takes it."""
    form: dict[str, str] = dict(pairs)
    media = [value for name, value in pairs if name == "MediaUrl"]
    if unknown := sorted(set(form) - KNOWN):
        return 20001, f"Unknown parameters: {', '.join(unknown)}"
    if twice := sorted({n for n, _ in pairs if n not in ("MediaUrl", "PersistentAction") and _count(pairs, n) > 1}):
        return 20422, f"Invalid parameter: {twice[0]} was given twice"
    checks = (_to(form, lines), _sender(form, lines), _content(form, media), _options(form))
    return next((found for found in checks if found), None)


def _count(pairs: Sequence[tuple[str, str]], name: str) -> int:
    return sum(1 for one, _ in pairs if one == name)


def _to(form: dict[str, str], lines: Lines) -> Refusal | None:
    to = form.get("To", "")
    if not to:
        return 21604, "A 'To' phone number is required."
    if not NUMBER.match(to):
        return 21211, f"The 'To' number {to} is not a valid phone number."
    if to in lines.landlines:
        return 21614, f"'To' number {to} is not a valid mobile number."
    return (21610, "Attempt to send to unsubscribed recipient") if to in lines.blocked else None


def _sender(form: dict[str, str], lines: Lines) -> Refusal | None:
    """A number of the account, or a service, or both where the number is in the service's pool."""
    sender, service = form.get("From", ""), form.get("MessagingServiceSid", "")
    if not sender and not service:
        return 21603, "A 'From' phone number is required."
    if service and service not in lines.services:
        return 21701, f"The Messaging Service {service} does not exist."
    if sender and sender not in lines.numbers:
        if service:
            return 21712, f"The 'From' number {sender} does not belong to the Messaging Service."
        return 21606, f"The 'From' number {sender} is not a number of this account."
    return (21266, "'To' and 'From' number cannot be the same.") if sender == form.get("To") else None


def _content(form: dict[str, str], media: list[str]) -> Refusal | None:
    body = form.get("Body", "")
    if "Body" not in form and not media and "ContentSid" not in form:
        return 21619, "A text message body or media urls must be specified."
    if not body and not media and "ContentSid" not in form:
        return 21602, "Message body is required."
    if len(body) > LONGEST:
        return 21617, f"The concatenated message body exceeds the {LONGEST} character limit."
    if len(media) > MOST_MEDIA:
        return 21623, "Number of media files exceeds allowed limit."
    wrong = [url for url in media if not _absolute(url)]
    return (21620, f"Invalid media URL: {wrong[0]}") if wrong else None


def _options(form: dict[str, str]) -> Refusal | None:
    callback, validity = form.get("StatusCallback"), form.get("ValidityPeriod", "60")
    if callback is not None and (not _absolute(callback) or "_" in (urlsplit(callback).hostname or "_")):
        return 21609, f"The 'StatusCallback' URL {callback} is not a valid URL."
    if not validity.isdecimal() or not 1 <= int(validity[:9]) <= 36_000:
        return 20422, f"Invalid parameter: ValidityPeriod {validity} is not between 1 and 36000"
    if form.get("MessageIntent", "otp") not in INTENTS:
        return 20422, f"Invalid parameter: MessageIntent {form['MessageIntent']}"
    for name in BOOLEANS:
        if form.get(name, "true").lower() not in ("true", "false"):
            return 20422, f"Invalid parameter: {name} {form[name]}"
    if "SendAt" in form and (form.get("ScheduleType") != "fixed" or "MessagingServiceSid" not in form):
        return 35118, "MessagingServiceSid and ScheduleType=fixed are required to schedule a message."
    return None


def _absolute(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and len(url) <= LONGEST_URL
    except ValueError:
        return False
