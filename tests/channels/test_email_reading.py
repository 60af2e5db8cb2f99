"""What a person wrote in a mail: without history and signatures, whatever bytes the mail is made of."""

from __future__ import annotations

from email import message_from_bytes
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from postbox import OURS

from channels.email import _heard, _own_words, _send, _shown
from channels.machines import Bounce, bounce, meaning_of
from domain.errors import BadInput
from domain.message import Heard, Refused

OWN = [
    ("Friday works\n\nOn Tue, Nov 24, 2026 at 10:00 AM Willow <a@b.example> wrote:\n> shall I?\n", "Friday works"),
    ("Friday works\n-- \nMia Adams\n+1 202 555 0143", "Friday works"),
    ("Friday works\n\nSent from my iPhone\n\nOn Nov 24, 2026, at 10:00, Willow wrote:\n\n> hm", "Friday works"),
    ("Friday works\n\n-----Original Message-----\nFrom: Willow\nSent: Tuesday", "Friday works"),
    ("Friday works\n\n________________________________\nFrom: Willow", "Friday works"),
    ("Friday works\n\nFrom: Willow <a@b.example>\nSent: Tuesday, 24 November\nTo: Mia\n\nshall I?", "Friday works"),
    ("> shall I?\nYes\n> at 10?\nat 11", "Yes\nat 11"),
    ("Ça va\n\nLe mar. 24 nov. 2026 à 10:00, Willow <a@b.example> a écrit :\n> ok", "Ça va"),
    ("From Friday on I am free", "From Friday on I am free"),
    ("On Friday I wrote you: nothing came", "On Friday I wrote you: nothing came"),
    ("a -- b\n\n\n\n\nc", "a -- b\n\nc"),
    ("> only history", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "own"), OWN)
def test_history_and_signatures_are_left_out(text: str, own: str) -> None:
    assert _own_words(text) == own
    assert _own_words(text.replace("\n", "\r\n")) == own


def test_of_html_only_what_is_shown_and_new_is_read() -> None:
    page = (
        "<html><head><title>t</title><style>p{}</style></head><body><p>Friday&nbsp;works</p><div>at 10 &lt;am&gt;</div>"
        '<script>x()</script><blockquote type="cite"><p>shall I?</p></blockquote></body></html>'
    )
    assert _shown(page).split() == ["Friday", "works", "at", "10", "<am>"]
    assert _shown("<" * 50_000 + "p" * 50_000)


def test_a_server_that_is_away_had_nothing() -> None:
    outcome = _send(urlsplit("smtp://127.0.0.1:1"), OURS, "mia@customers.example", mail=b"words")
    assert isinstance(outcome, Refused) and outcome.code == "absent", "it is tried again later"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80), st.text(max_size=40))
def test_nothing_that_is_written_becomes_a_header(subject: str, name: str) -> None:
    found = _heard(_raw(subject, name), OURS)
    assert isinstance(found, Heard)
    assert "\r" not in found.provider_id and found.address == "mia@customers.example"


def _raw(subject: str, name: str) -> bytes:
    return f"From: mia@customers.example\nSubject: {subject!r}\nX-Name: {name!r}\n\nhello".encode("utf-8", "replace")


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.booleans())
def test_no_bytes_break_the_reader(noise: bytes, headed: bool) -> None:
    raw = (
        b'From: mia@customers.example\nContent-Type: multipart/mixed; boundary="x"\n\n--x\n' + noise
        if headed
        else noise
    )
    try:
        found = _heard(raw, OURS)
    except BadInput:
        return
    assert isinstance(found, Heard | str)


def test_every_code_has_a_meaning() -> None:
    assert meaning_of("5.1.1")[1] == "untextable"
    assert meaning_of("5.1.12")[1] == "staff", "a code is no prefix of another"
    assert meaning_of("4.4.1")[1] == "again" and meaning_of("")[1] == "staff"


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=400))
def test_no_report_breaks_the_reader(noise: bytes) -> None:
    head = b'Content-Type: multipart/report; boundary="x"\n\n--x\nContent-Type: message/delivery-status\n\n'
    found = bounce(message_from_bytes(head + noise + b"\n--x--\n<act_1@willow.example>"), "a@b.example", OURS)
    assert found is None or isinstance(found, Bounce)
