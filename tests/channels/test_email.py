"""E-mail: heard by webhook, answered over a real SMTP server; machines are not answered, and one click ends it."""

from __future__ import annotations

import re
from email.message import EmailMessage
from urllib.parse import urlsplit

import httpx
import pytest
from postbox import KEY, OURS, Post, written

pytestmark = pytest.mark.asyncio(loop_scope="module")


def body(mail: EmailMessage) -> str:
    return str(mail.get_content()).strip()


def link(mail: EmailMessage) -> str:
    """The path of the one-click link."""
    parts = urlsplit(str(mail["List-Unsubscribe"]).strip("<>"))
    return f"{parts.path}?{parts.query}"


async def test_a_question_is_answered_in_its_thread(post: Post) -> None:
    mia = post.somebody()
    first = "<first@customers.example>"
    [answer] = await post.says(mia, "Hi,\n\nwhat are your opening hours?\n", subject="Opening hours", Message_ID=first)
    assert "Tuesday" in body(answer) or "Mon" in body(answer), body(answer)
    assert (answer["From"], answer["To"], answer["Subject"]) == (f"Willow & Co <{OURS}>", mia, "Re: Opening hours")
    assert (answer["In-Reply-To"], answer["References"]) == (first, first)
    assert re.fullmatch(r"<act_\w+@willow\.example>", answer["Message-ID"])
    assert (answer["Auto-Submitted"], answer.get_content_type()) == ("auto-replied", "text/plain")
    assert answer["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    ours, second = str(answer["Message-ID"]), "<second@customers.example>"
    quoted = (
        "And is there parking?\n\nOn Tue, 24 Nov 2026 at 10:00, Willow & Co <hello@willow.example>\nwrote:\n> STOP\n"
    )
    headers = {"Message_ID": second, "In_Reply_To": ours, "References": f"{first} {ours}"}
    [again] = await post.says(mia, quoted, subject="Re: Opening hours", **headers)
    assert (again["Subject"], again["In-Reply-To"], again["References"]) == (
        "Re: Opening hours", second, f"{first} {second}",
    )  # fmt: skip
    assert post.heard(mia) == ["Opening hours\n\nHi,\n\nwhat are your opening hours?", "And is there parking?"]
    assert post.loops(mia) == []


async def test_nobody_is_known_by_the_sender_they_write(post: Post) -> None:
    mia = post.somebody()
    await post.says(mia, "can I book a haircut with Ana on Friday at 10am?", subject="Booking")
    await post.says(mia, "yes please", subject="Re: Booking", In_Reply_To="<x@y.example>")
    booked = "SELECT b.id FROM booking b JOIN address a ON a.contact = b.contact WHERE a.value = :a"
    assert post.shop.rows(booked, a=mia) == [], "a booking needs somebody who is known"


MACHINES = [
    {"Auto-Submitted": "auto-replied"}, {"Auto-Submitted": "auto-generated"}, {"Auto-Submitted": "auto-notified; x=y"},
    {"Precedence": "bulk"}, {"Precedence": "Junk"}, {"List-Id": "<n.example>"}, {"List-Post": "<mailto:a@b.example>"},
    {"X-Auto-Response-Suppress": "All"}, {"X-Autoreply": "yes"}, {"Return-Path": "<>"}, {"X-Failed-Recipients": "a@b"},
    {"From": "MAILER-DAEMON@mx.example"}, {"From": "Post <postmaster@mx.example>"}, {"From": "no-reply@x.example"},
    {"From": f"Willow <{OURS}>"},
]  # fmt: skip


@pytest.mark.parametrize("headers", MACHINES, ids=lambda h: "-".join(h))
async def test_what_a_machine_writes_is_not_answered(post: Post, headers: dict[str, str]) -> None:
    before, counts = len(post.box.taken), post.shop.counts()
    head = {"From": post.somebody(), "Subject": "Out of office", **headers}
    raw = "".join(f"{name}: {value}\n" for name, value in head.items()) + "\nI am away. What are your hours?\n"
    answer = await post.bring(raw.encode())
    await post.shop.app.run_until_idle()
    assert answer.status_code == 200 and answer.json()["not_answered"]
    assert len(post.box.taken) == before
    assert post.shop.counts() == counts


async def test_a_report_of_the_mail_system_is_not_answered(post: Post) -> None:
    head = b'From: a@b.example\nContent-Type: multipart/report; report-type=delivery-status; boundary="x"\n\n'
    raw = head + b"--x\n\nno\n--x--\n"
    assert (await post.bring(raw)).json() == {"not_answered": "Return-Path"}


@pytest.mark.parametrize("value", ["no", "No", "no; because=person", ""])
async def test_a_person_who_says_so_is_answered(post: Post, value: str) -> None:
    assert await post.says(
        post.somebody(), "what are your opening hours?", **({"Auto_Submitted": value} if value else {})
    )


async def test_html_alone_and_odd_charsets_are_read(post: Post) -> None:
    mia = post.somebody()
    head = f"From: {mia}\nMessage-ID: <h@x.example>\nContent-Type: text/html; charset=klingon\n\n"
    assert (await post.bring(head.encode() + b"<p>What are your <b>hours</b>?</p>")).status_code == 200
    both = written("Is there parking?", sender=mia, subject="=?nonsense?Q?x?=", Message_ID="<i@x.example>")
    both.add_alternative("<p>Something else</p>", subtype="html")
    both.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="hair\u202e.png")
    assert (await post.bring(both)).status_code == 200
    assert post.heard(mia)[0] == "What are your hours?"
    assert post.heard(mia)[1].endswith("Is there parking?")
    await post.shop.app.run_until_idle()
    assert post.loops(mia) == ["media"], "staff look at the picture"


async def test_stop_by_mail_is_obeyed_and_confirmed_once(post: Post) -> None:
    mia = post.somebody()
    await post.says(mia, "what are your opening hours?")
    [told] = await post.says(mia, "please stop emailing me")
    assert "unsubscribed" in body(told) and told["List-Unsubscribe"] is None
    assert await post.says(mia, "Unsubscribe") == [], "one confirmation"
    revoked = [row.purpose for row in post.shop.rows(
        "SELECT purpose FROM consent WHERE address = :a AND act = 'revoke' AND channel = 'email'", a=mia)]  # fmt: skip
    assert "all" in revoked
    post.shop.clock.advance(1)
    [answer] = await post.says(mia, "one more question: is there parking?")
    assert body(answer), "what is asked after STOP is answered, nothing else is sent"


@pytest.mark.parametrize(
    ("subject", "text"),
    [("unsubscribe", ""), ("STOP", "\n-- \nMia"), ("hello", "Take me off your list"), ("", "remove me")],
)
async def test_every_way_to_say_stop(post: Post, subject: str, text: str) -> None:
    mia = post.somebody()
    [told] = await post.says(mia, text, subject=subject)
    assert "unsubscribed" in body(told)


async def test_one_click_unsubscribes_and_looking_does_not(post: Post) -> None:
    mia = post.somebody()
    [answer] = await post.says(mia, "what are your opening hours?")
    path, sent = link(answer), len(post.box.taken)
    page = await post.shop.http.get(path)
    assert page.status_code == 200 and 'method="post"' in page.text and "Willow &amp; Co" in page.text
    assert not revocations(post, mia)
    done = await post.shop.http.post(path, content=b"List-Unsubscribe=One-Click")
    assert done.status_code == 200 and "no more messages" in done.text
    assert revocations(post, mia) == ["all"]
    again = await post.shop.http.post(path, content=b"List-Unsubscribe=One-Click")
    assert (again.status_code, revocations(post, mia)) == (200, ["all"])
    await post.shop.app.run_until_idle()
    assert len(post.box.taken) == sent, "the page confirmed it, so no mail does"
    await post.says(mia, "resubscribe")
    post.shop.clock.advance(60)
    assert (await post.shop.http.post(path)).status_code == 200
    assert revocations(post, mia) == ["all", "all"], "an old mail's link still works"


@pytest.mark.parametrize(
    "token", ["", "x", "mia@customers.example/act_1", "mia@customers.example/act_1.abc", "%00", "é"]
)
async def test_a_link_that_is_not_ours_does_nothing(post: Post, token: str) -> None:
    counts = post.shop.counts()
    for ask in (post.shop.http.get, post.shop.http.post):
        assert (await ask("/email/unsubscribe", params={"t": token})).status_code == 403
    assert post.shop.counts() == counts


def revocations(post: Post, address: str) -> list[str]:
    query = "SELECT purpose FROM consent WHERE address = :a AND act = 'revoke' AND channel = 'email' ORDER BY n"
    return [row.purpose for row in post.shop.rows(query, a=address)]


async def test_services_forms_bring_the_same(post: Post) -> None:
    for field in ("email", "body-mime"):
        mia = post.somebody()
        raw = written("is there parking?", sender=mia, Message_ID=f"<{field}@x.example>").as_string()
        key = httpx.BasicAuth("qotbot", KEY)
        for files in (None, {"attachment1": ("a.png", b"x" * 3_000_000)}):
            answer = await post.shop.http.post("/email/inbound", data={field: raw}, files=files, auth=key)
            assert answer.status_code == 200, answer.text
        assert post.heard(mia) == ["A question\n\nis there parking?"], "the same mail twice is one message"
    nothing = await post.shop.http.post("/email/inbound", data={"text": "hi"}, auth=httpx.BasicAuth("qotbot", KEY))
    assert nothing.status_code == 422 and "body-mime" in nothing.json()["error"]


@pytest.mark.parametrize(
    ("trouble", "state", "copies", "loops"),
    [
        ("450 4.2.0 greylisted", "done", 1, []),
        ("data 451 4.3.0 not now", "done", 1, []),
        ("550 5.1.1 nobody of that name", "failed", 0, ["answer", "unreachable"]),
        ("data 554 5.7.1 we do not like it", "failed", 0, ["answer", "delivery"]),
        ("before", "unknown", 0, ["answer", "delivery"]),
        ("after", "unknown", 1, ["answer", "delivery"]),
    ],
)
async def test_what_becomes_of_a_mail(post: Post, trouble: str, state: str, copies: int, loops: list[str]) -> None:
    mia = post.somebody()
    post.box.troubles.append(trouble)
    assert len(await post.says(mia, "what are your opening hours?")) == copies
    assert post.states(mia) == [state]
    assert post.loops(mia) == loops


@pytest.mark.parametrize(
    "subject",
    [
        "=?utf-8?Q?Hi=0D=0ABcc:_all@x.example?=",
        "=?utf-8?B?SGkNCkJjYzogYWxsQHguZXhhbXBsZQ==?=",
        "a\u2028b\x00c",
        "x" * 5000,
    ],
)
async def test_a_subject_cannot_smuggle_headers(post: Post, subject: str) -> None:
    mia = post.somebody()
    raw = (
        f"From: {mia}\nSubject: {subject}\nMessage-ID: <a{len(subject)}\x01@x>\n\nwhat are your opening hours?".encode()
    )
    before = len(post.box.taken)
    assert (await post.bring(raw)).status_code == 200
    await post.shop.app.run_until_idle()
    [answer] = post.box.taken[before:]
    assert answer["Bcc"] is None and post.box.to[-1] == [mia]
    assert len(answer.get_all("Subject", [])) == 1 and len(str(answer["Subject"])) < 200
