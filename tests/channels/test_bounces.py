"""Mails of ours that come back: the address takes no more, staff see it, and nobody can fake it for somebody else."""

from __future__ import annotations

import json
from email.message import EmailMessage, Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import httpx
import pytest
from postbox import KEY, OURS, Post, written

from graphs import effects
from graphs.effects import Outgoing
from records.database import Scope

pytestmark = pytest.mark.asyncio(loop_scope="module")
HOURS = "what are your opening hours?"


def report(of: Message, to: str, *, status: str = "5.1.1", action: str = "failed", whole: bool = True) -> bytes:
    """A delivery report as mail servers write it (RFC 3464)."""
    mail = MIMEMultipart("report")
    mail.set_param("report-type", "delivery-status")
    mail["From"], mail["To"], mail["Subject"] = "MAILER-DAEMON@mx.example", OURS, "Undelivered Mail Returned to Sender"
    mail["Auto-Submitted"], mail["Return-Path"], mail["Message-ID"] = "auto-replied", "<>", "<dsn@mx.example>"
    mail.attach(MIMEText(f"I am sorry, <{to}>: host said: 550 {status} no such user"))
    told = (
        f"Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; {to}\nAction: {action}\nStatus: {status}\n"
        f"Diagnostic-Code: smtp; 550 {status} no\n"
    )
    part = MIMEText(told, "delivery-status")
    mail.attach(part)
    quoted = of.as_string() if whole else "".join(f"{k}: {v}\n" for k, v in of.items())
    mail.attach(MIMEText(quoted, "rfc822-headers"))
    raw = mail.as_bytes().replace(
        b'Content-Type: text/delivery-status; charset="us-ascii"\n', b"Content-Type: message/delivery-status\n"
    )
    if whole:
        raw = raw.replace(b"Content-Type: text/rfc822-headers", b"Content-Type: message/rfc822")
    return raw


async def sent(post: Post) -> tuple[str, EmailMessage]:
    """Somebody who was answered, and the answer."""
    mia = post.somebody()
    [answer] = await post.says(mia, HOURS)
    return mia, answer


def loops(post: Post, address: str) -> list[str]:
    """What is owed because of mails that did not arrive."""
    return [kind for kind in post.loops(address) if kind in ("unreachable", "delivery")]


def out(post: Post, address: str) -> list[tuple[str, str | None]]:
    """Where our mails to an address are."""
    query = "SELECT state, error FROM message WHERE address = :a AND direction = 'out' ORDER BY n"
    return [(row.state, row.error) for row in post.shop.rows(query, a=address)]


@pytest.mark.parametrize("whole", [True, False], ids=["whole mail", "headers only"])
@pytest.mark.parametrize("status", ["5.1.1", "5.1.10", "5.2.1", "5.4.4"])
async def test_a_bounce_is_seen_and_nothing_more_goes_there(post: Post, status: str, whole: bool) -> None:
    mia, answer = await sent(post)
    for _ in range(2):
        told = await post.bring(report(answer, mia, status=status, whole=whole))
        assert told.json() == {"reported": str(answer["Message-ID"])[1:].partition("@")[0]}
    assert out(post, mia) == [("undelivered", status)]
    assert loops(post, mia) == ["unreachable"]
    [row] = post.shop.rows("SELECT untextable_why FROM address WHERE value = :a", a=mia)
    assert row.untextable_why == status
    before = len(post.box.taken)
    contact = post.shop.rows("SELECT contact FROM address WHERE value = :a", a=mia)[0].contact
    outgoing = Outgoing(
        text="Hello again.", purpose="reply", contact=contact, channel="email", address=mia, cause="t", proposed_by="t"
    )  # fmt: skip
    deps = post.shop.app.deps
    action = await post.shop.app.database.write(Scope("salon", contact), lambda tx: effects.send(tx, deps, outgoing))
    assert action.state == "refused" and "reachable" in {f["rule"] for f in action.findings}
    assert len(post.box.taken) == before
    assert len(await post.says(mia, HOURS)) == 1, "a mail from there proves that it takes mail"


@pytest.mark.parametrize(("status", "owed"), [("5.7.1", ["delivery"]), ("5.0.0", ["delivery"]), ("5.2.2", [])])
async def test_other_bounces_say_nothing_against_the_address(post: Post, status: str, owed: list[str]) -> None:
    mia, answer = await sent(post)
    await post.bring(report(answer, mia, status=status))
    assert out(post, mia) == [("undelivered", status)]
    assert loops(post, mia) == owed
    assert post.shop.rows("SELECT 1 FROM address WHERE value = :a AND untextable_at IS NOT NULL", a=mia) == []
    if status == "5.2.2":
        post.shop.clock.advance(2 * 3600 + 1)
        await post.shop.app.run_until_idle()
        assert [state for state, _ in out(post, mia)] == ["undelivered", "sent"], "a full mailbox is tried again"


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", ""])
async def test_a_report_of_something_else_moves_nothing(post: Post, action: str) -> None:
    mia, answer = await sent(post)
    assert "not_answered" in (await post.bring(report(answer, mia, action=action))).json()
    assert (out(post, mia), loops(post, mia)) == ([("sent", None)], [])


async def test_a_report_by_another_recipient_marks_nobody(post: Post) -> None:
    mia, answer = await sent(post)
    await post.bring(report(answer, "somebody@else.example"))
    assert loops(post, mia) == ["delivery"], "her mail is passed on to an address that is gone: a person looks"
    assert post.shop.rows("SELECT 1 FROM address WHERE untextable_at IS NOT NULL AND value = :a", a=mia) == []


async def test_a_report_on_no_mail_of_ours_changes_nothing(post: Post) -> None:
    mia, answer = await sent(post)
    for forged in ("<act_0000000000000000@willow.example>", "<other@willow.example>", "<act_1@elsewhere.example>"):
        before = post.shop.counts()
        raw = report(answer, mia).replace(str(answer["Message-ID"]).encode(), forged.encode())
        told = await post.bring(raw)
        assert (told.status_code, "not_answered" in told.json()) == (200, True)
        assert post.shop.counts() == before


async def test_a_mail_system_without_reports_is_understood_as_well(post: Post) -> None:
    mia, answer = await sent(post)
    mail = written(f"550-5.1.1 no such user\n\n{answer.as_string()}", sender="mailer-daemon@mx.example",
                   X_Failed_Recipients=mia, Return_Path="<>")  # fmt: skip
    await post.bring(mail)
    assert (out(post, mia), loops(post, mia)) == ([("undelivered", "5.1.1")], ["unreachable"])


@pytest.mark.parametrize(
    ("reply", "owed", "marked"),
    [
        ("550 5.1.1 nobody of that name", ["unreachable"], 1),
        ("550 no such user here", ["unreachable"], 1),
        ("550 5.7.1 relaying denied", ["delivery"], 0),
        ("data 550 we do not like it", ["delivery"], 0),
    ],
)
async def test_a_refusal_says_so_at_once(post: Post, reply: str, owed: list[str], marked: int) -> None:
    mia = post.somebody()
    post.box.troubles.append(reply)
    assert await post.says(mia, HOURS) == []
    assert loops(post, mia) == owed
    assert len(post.shop.rows("SELECT 1 FROM address WHERE value = :a AND untextable_at IS NOT NULL", a=mia)) == marked


async def test_postmarks_json_brings_the_whole_mail(post: Post) -> None:
    mia = post.somebody()
    raw = written(HOURS, sender=mia, Message_ID="<pm@customers.example>").as_string()
    auth = httpx.BasicAuth("qotbot", KEY)
    answer = await post.shop.http.post("/email/inbound", json={"From": mia, "RawEmail": raw}, auth=auth)
    assert answer.status_code == 200 and len(post.heard(mia)) == 1
    for odd in ("{}", "[]", "7", "{", "[" * 5000, json.dumps({"From": mia})):
        headers = {"Content-Type": "application/json"}
        assert (await post.shop.http.post("/email/inbound", content=odd, headers=headers, auth=auth)).status_code == 422
