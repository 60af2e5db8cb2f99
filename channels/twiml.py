"""What Twilio is told to do with a call or a text, in its XML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from fastapi import Response

LONGEST = 4096  # characters of one <Say>: Twilio's TwiML reference
ACCEPT_S, MESSAGE_S = 8, 110
LANGUAGE = "en-US"  # of what is said and heard: there is wording in English only


@dataclass(frozen=True, slots=True)
class Recorded:
    """Where Twilio tells of a recording; `again` is said once it runs, where the notice must be heard on it."""

    callback: str
    again: str = ""


def nothing() -> Response:
    """Taken, and nothing to do."""
    return _xml(_nothing())


def spoken(
    lines: Sequence[str], *, listen: str | None = None, redirect: str | None = None, record: Recorded | None = None
) -> Response:
    """Say the lines; then send what is heard to `listen`, else ask again at `redirect`, else hang up.

    With `record` a recording begins once the lines, which say so, have been heard.
    """
    from twilio.twiml.voice_response import Gather, VoiceResponse

    response = VoiceResponse()
    _recording(response, record, lines)
    speaker: Any = response
    if listen:
        speaker = Gather(
            input="speech dtmf", action=listen, method="POST", speech_timeout="auto", action_on_empty_result=True
        )
        response.append(speaker)
    for line in () if record else lines:
        speaker.say(line[:LONGEST])
    if not listen and redirect:
        response.redirect(redirect, method="POST")
    elif not listen:
        response.hangup()
    return _xml(response)


def connected(url: str, *, greeting: str, token: str, action: str, record: Recorded | None) -> Response:
    """Connect the call to our socket; with `record` the greeting, which says so, and then a recording come first."""
    from twilio.twiml.voice_response import Connect, ConversationRelay, VoiceResponse

    response = VoiceResponse()
    _recording(response, record, [greeting])
    welcome = {} if record else {"welcome_greeting": greeting, "welcome_greeting_interruptible": "none"}
    relay = ConversationRelay(
        url=url, interruptible="any", report_input_during_agent_speech="any", dtmf_detection=True,
        application_reconnect=True, language=LANGUAGE, events="tokens-played", **welcome,
    )  # fmt: skip
    relay.parameter(name="token", value=token)
    connect = Connect(action=action, method="POST")
    connect.append(relay)
    response.append(connect)
    return _xml(response)


def ring(lines: Sequence[str], *, number: str, hooks: Mapping[str, str], action: str, seconds: int) -> Response:
    """Say the lines and ring a number; `hooks` whisper to who picks up, and are told what picked up."""
    from twilio.twiml.voice_response import Dial, VoiceResponse

    response = VoiceResponse()
    for line in lines:
        response.say(line[:LONGEST])
    dial = Dial(action=action, method="POST", timeout=seconds, answer_on_bridge=True)
    dial.number(
        number, url=hooks["whisper"], method="POST", machine_detection="DetectMessageEnd",
        amd_status_callback=hooks["machine"], amd_status_callback_method="POST",
    )  # fmt: skip
    response.append(dial)
    return _xml(response)


def queued(line: str, *, name: str, wait: str, action: str) -> Response:
    """Say the line and put the caller in a queue; `wait` is asked what they hear there."""
    from twilio.twiml.voice_response import VoiceResponse

    response = VoiceResponse()
    response.say(line[:LONGEST])
    response.enqueue(name, wait_url=wait, wait_url_method="POST", action=action, method="POST")
    return _xml(response)


def waiting(line: str, *, action: str, seconds: int) -> Response:
    """What a caller in a queue hears; a key goes to `action`, as does silence after so many seconds."""
    from twilio.twiml.voice_response import Gather, VoiceResponse

    response = VoiceResponse()
    gather = Gather(
        input="dtmf", num_digits=1, timeout=seconds, action=action, method="POST", action_on_empty_result=True
    )
    gather.say(line[:LONGEST])
    response.append(gather)
    return _xml(response)


def leave_queue() -> Response:
    """Take the caller out of the queue; Twilio asks the queue's action what comes then."""
    from twilio.twiml.voice_response import VoiceResponse

    response = VoiceResponse()
    response.leave()
    return _xml(response)


def busy() -> Response:
    """Do not take the call: the caller's side hears a busy line."""
    from twilio.twiml.voice_response import VoiceResponse

    response = VoiceResponse()
    response.reject(reason="busy")
    return _xml(response)


def asked_to_accept(whisper: str, accept: str) -> Response:
    """Whisper to who picked up; without a key the leg ends."""
    from twilio.twiml.voice_response import Gather, VoiceResponse

    response = VoiceResponse()
    gather = Gather(input="dtmf", num_digits=1, timeout=ACCEPT_S, action=accept, method="POST")
    gather.say(whisper)
    response.append(gather)
    response.hangup()
    return _xml(response)


def record_message(lines: Sequence[str]) -> Response:
    """Say the lines and take a message of at most two minutes, which Twilio still transcribes."""
    from twilio.twiml.voice_response import VoiceResponse

    response = VoiceResponse()
    for line in lines:
        response.say(line[:LONGEST])
    response.record(
        action="/twilio/call/recorded", method="POST", max_length=MESSAGE_S, timeout=5, play_beep=True,
        transcribe=True, transcribe_callback="/twilio/call/transcribed",
    )  # fmt: skip
    response.hangup()
    return _xml(response)


def last_words(line: str) -> str:
    """The TwiML that says a line and hangs up."""
    from twilio.twiml.voice_response import VoiceResponse

    response = VoiceResponse()
    response.say(line[:LONGEST])
    response.hangup()
    return str(response)


def _recording(response: Any, record: Recorded | None, notice: Sequence[str]) -> None:
    """Say that the call is recorded, and only then begin: some states want everybody to know before."""
    from twilio.twiml.voice_response import Start

    if record:
        for line in notice:
            response.say(line[:LONGEST])
        start = Start()
        start.recording(recording_status_callback=record.callback)
        response.append(start)
        if record.again:
            response.say(record.again[:LONGEST])


@cache
def _nothing() -> str:
    from twilio.twiml.voice_response import VoiceResponse

    return str(VoiceResponse())


def _xml(response: object) -> Response:
    return Response(str(response), media_type="text/xml")
