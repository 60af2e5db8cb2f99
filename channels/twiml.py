"""What Twilio is told to do with a call or a text, in its XML."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import Response

LONGEST = 4096  # characters of one <Say>: Twilio's TwiML reference


def nothing() -> Response:
    """Taken, and nothing to do."""
    from twilio.twiml.voice_response import VoiceResponse

    return _xml(VoiceResponse())


def spoken(lines: Sequence[str], *, listen: str | None = None, redirect: str | None = None) -> Response:
    """Say the lines; then send what is heard to `listen`, else ask again at `redirect`, else hang up."""
    from twilio.twiml.voice_response import Gather, VoiceResponse

    response = VoiceResponse()
    speaker = response
    if listen:
        speaker = Gather(
            input="speech dtmf", action=listen, method="POST", speech_timeout="auto", action_on_empty_result=True
        )
        response.append(speaker)
    for line in lines:
        speaker.say(line[:LONGEST])
    if not listen and redirect:
        response.redirect(redirect, method="POST")
    elif not listen:
        response.hangup()
    return _xml(response)


def _xml(response: object) -> Response:
    return Response(str(response), media_type="text/xml")
