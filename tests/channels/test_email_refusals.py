"""E-mail that is not taken: forged, unreadable, too much of it, and a deployment without settings."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from postbox import KEY, OURS, Post, written
from shop import opened_shop

from domain.errors import ConfigurationError

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"", 422), (b"\x00" * 1000, 422), (b"no headers at all", 422), (b"From: a@b.example, c@d.example\n\nhi", 422),
        (b"From: not an address\n\nhi", 422), (b"Subject: nobody\n\nhi", 422), (b"x" * (10 * 1024 * 1024 + 1), 413),
        (b"From: mia@x.example\n" + b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n)
                                             for n in range(3000)), 422),
    ],
    ids=["empty", "zeros", "no-headers", "two-people", "no-address", "no-sender", "huge", "nested"],
)  # fmt: skip
async def test_what_cannot_be_read_is_refused_and_changes_nothing(post: Post, raw: bytes, status: int) -> None:
    counts = post.shop.counts()
    answer = await post.bring(raw)
    assert answer.status_code == status, answer.text
    assert post.shop.counts() == counts


@pytest.mark.parametrize("key", ["", "wrong", KEY + "x", KEY[:-1]])
async def test_who_does_not_know_the_key_is_refused(post: Post, key: str) -> None:
    counts = post.shop.counts()
    mail = written("is there parking?", sender=post.somebody())
    assert (await post.bring(mail, key=key)).status_code == 403
    given = httpx.BasicAuth("qotbot", key)
    assert (await post.shop.http.post("/email/inbound", content=mail.as_bytes(), auth=given)).status_code == 403
    assert (await post.shop.http.post("/email/inbound", content=mail.as_bytes())).status_code == 403
    assert post.shop.counts() == counts


async def test_a_machine_that_does_not_say_so_is_slowed_down(post: Post) -> None:
    mia = post.somebody()
    seen = [
        (await post.bring(written(f"again {n}", sender=mia, Message_ID=f"<{n}@loop.example>"))).status_code
        for n in range(31)
    ]
    assert seen == [200] * 30 + [429]
    await post.shop.app.run_until_idle()


async def test_without_settings_mail_is_neither_heard_nor_sent(tmp_path: Path) -> None:
    async with opened_shop(tmp_path / "home") as shop:
        mail = written("hi", sender="mia@x.example")
        for key in ("", "Bearer ", "Bearer", "Basic cW90Ym90Og=="):
            answer = await shop.http.post("/email/inbound", content=mail.as_bytes(), headers={"Authorization": key})
            assert answer.status_code == 403


@pytest.mark.parametrize(
    ("url", "sender"),
    [("http://mail.example", OURS), ("smtp://", OURS), ("smtp://mail.example", ""), ("smtp://mail.example", "Willow"),],
)  # fmt: skip
async def test_settings_that_cannot_work_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, sender: str
) -> None:
    monkeypatch.setenv("QOTBOT_SMTP_URL", url)
    monkeypatch.setenv("QOTBOT_EMAIL_FROM", sender)
    with pytest.raises(ConfigurationError, match="QOTBOT_SMTP_URL"):
        async with opened_shop(tmp_path / "home"):
            raise AssertionError("it opened")
