"""What Twilio's TwiML may say, as documented (voice verbs and ConversationRelay, read 2026-11-22): anything else is
refused, as is a frame that the relay does not know."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

import httpx

ANY = frozenset({"any", "none", "dtmf", "speech"})
YES_NO = frozenset({"true", "false"})
_HTTP = frozenset({"GET", "POST"})
_Values = Mapping[str, frozenset[str] | None]
_RELAY: _Values = {
    **dict.fromkeys(
        "url language ttsLanguage transcriptionLanguage ttsProvider voice transcriptionProvider speechModel "
        "welcomeGreeting hints intelligenceService debug events speechTimeout eagerEotThreshold customerName "
        "turnDetection ttsTextNormalization".split()
    ),
    **dict.fromkeys(
        "profanityFilter dtmfDetection preemptible partialPrompts partialPromptOnHangup backgroundNoiseReduction "
        "ignoreBackchannel deepgramSmartFormat asrSmartFormat applicationReconnect echoPromptFiltering".split(),
        YES_NO,
    ),
    **dict.fromkeys(("interruptible", "welcomeGreetingInterruptible", "reportInputDuringAgentSpeech"), ANY),
    "interruptSensitivity": frozenset({"low", "medium", "high"}),
    "includeInPrompt": frozenset({"turn-state", "prompt-segments"}),
}
_RECORDING: _Values = {"recordingStatusCallback": None, "recordingStatusCallbackMethod": _HTTP}
VERBS: dict[str, tuple[_Values, frozenset[str]]] = {
    "Response": ({}, frozenset(
        "Say Gather Redirect Hangup Connect Start Dial Record Enqueue Leave Reject".split()
    )),
    "Say": ({"language": None, "voice": None}, frozenset()),
    "Gather": (
        {"input": frozenset({"dtmf", "speech", "speech dtmf"}), "action": None, "method": _HTTP, "timeout": None,
         "speechTimeout": None, "numDigits": None, "actionOnEmptyResult": YES_NO},
        frozenset({"Say"}),
    ),
    "Enqueue": (
        {"action": None, "method": _HTTP, "waitUrl": None, "waitUrlMethod": _HTTP, "maxQueueSize": None},
        frozenset(),
    ),
    "Leave": ({}, frozenset()),
    "Reject": ({"reason": frozenset({"rejected", "busy"})}, frozenset()),
    "Redirect": ({"method": _HTTP}, frozenset()),
    "Hangup": ({}, frozenset()),
    "Start": ({}, frozenset({"Recording"})),
    "Recording": (_RECORDING, frozenset()),
    "Connect": ({"action": None, "method": _HTTP}, frozenset({"ConversationRelay"})),
    "ConversationRelay": (_RELAY, frozenset({"Parameter", "Language"})),
    "Parameter": ({"name": None, "value": None}, frozenset()),
    "Dial": ({"action": None, "method": _HTTP, "timeout": None, "answerOnBridge": YES_NO}, frozenset({"Number"})),
    "Number": (
        {"url": None, "method": _HTTP, "machineDetection": frozenset({"Enable", "DetectMessageEnd"}),
         "amdStatusCallback": None, "amdStatusCallbackMethod": _HTTP},
        frozenset(),
    ),
    "Record": (
        {"action": None, "method": _HTTP, "maxLength": None, "timeout": None, "playBeep": YES_NO,
         "transcribe": YES_NO, "transcribeCallback": None},
        frozenset(),
    ),
}  # fmt: skip
_ABSOLUTE = ("url", "recordingStatusCallback", "amdStatusCallback")
_FRAMES: dict[str, dict[str, type | tuple[type, ...]]] = {
    "text": {"token": str, "last": bool, "lang": str, "interruptible": bool, "preemptible": bool},
    "play": {"source": str, "loop": int, "preemptible": bool, "interruptible": bool},
    "sendDigits": {"digits": str},
    "language": {"ttsLanguage": str, "transcriptionLanguage": str},
    "end": {"handoffData": str},
}
_NEEDED = {"text": ("token",), "play": ("source",), "sendDigits": ("digits",), "language": (), "end": ()}


class Undocumented(httpx.HTTPError):
    """The business said something that Twilio does not know."""


def parsed(twiml: str) -> ElementTree.Element:
    """A TwiML document; `Undocumented` names what is wrong with it."""
    try:
        root = ElementTree.fromstring(twiml)  # noqa: S314 - our own server's answer
    except ElementTree.ParseError as problem:
        raise Undocumented(f"error 12100: {problem}") from problem
    if root.tag != "Response":
        raise Undocumented(f"error 12100: a document begins with <Response>, not <{root.tag}>")
    _check(root)
    return root


def _check(element: ElementTree.Element) -> None:
    attributes, children = VERBS[element.tag]
    for name, value in element.attrib.items():
        if name not in attributes:
            raise Undocumented(f"warning 12200: <{element.tag}> has no attribute {name}")
        allowed = attributes[name]
        if allowed is not None and value not in allowed:
            raise Undocumented(f"warning 12200: <{element.tag} {name}> cannot be {value!r}")
        if name in _ABSOLUTE and not value.startswith(("http://", "https://", "ws://", "wss://")):
            raise Undocumented(f"error 11200: <{element.tag} {name}> is not an absolute address")
    for child in element:
        if child.tag not in children:
            raise Undocumented(f"error 12100: <{child.tag}> cannot stand in <{element.tag}>")
        _check(child)


def frame(raw: str | bytes) -> dict[str, Any]:
    """A frame of the business; `Undocumented` is what Twilio answers with error 64107."""
    try:
        found = json.loads(raw) if isinstance(raw, str) else None
    except ValueError:
        found = None
    if not isinstance(found, dict) or found.get("type") not in _FRAMES:
        raise Undocumented(f"error 64107: invalid message {raw!r:.80}")
    keys = _FRAMES[found["type"]]
    wrong = [k for k, v in found.items() if k != "type" and (k not in keys or not isinstance(v, keys[k]))]
    missing = [k for k in _NEEDED[found["type"]] if k not in found]
    if wrong or missing:
        raise Undocumented(f"error 64107: a {found['type']} message with {[*wrong, *missing]}")
    return found
