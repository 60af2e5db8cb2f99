"""What holds for every channel, whatever its style: in once, out once and unchanged, and nothing breaks it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from postbox import KEY, OURS, Mailbox, served_mail
from styles import OK, STYLES, Customer
from telephone import Exchange, opened_exchange

from domain.channel import Voice
from graphs import effects
from graphs.effects import Outgoing
from records.database import Scope

pytestmark = pytest.mark.asyncio(loop_scope="module")
PARKING, PLACE = "is there parking?", "where are you?"
FREE, STREET = "free parking", "48 Chapel Street"
ODD = {
    "empty": "",
    "blank": " \n\t ",
    "emoji": "\N{GRINNING FACE}" * 200 + "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{ROCKET}",
    "binary": "\x01\x02\x7f\x1b[31m\x00 odd",
    "backwards": "\u202eparking\u202c \ufeff\u200b",
    "braces": "{" * 5000,
    "fields": "{0.__class__} {business!r} %s %(name)s ${HOME} {{}} }{",
    "markup": '<script>alert(1)</script> & <Say>hi</Say> ]]> <!--#exec --> "quoted"',
    "huge": "parking " * 12_500,
}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def box() -> AsyncIterator[Mailbox]:
    """Return a mail server, and the settings that lead to it."""
    with served_mail() as (mailbox, url), pytest.MonkeyPatch.context() as patch:
        patch.setenv("QOTBOT_SMTP_URL", url)
        patch.setenv("QOTBOT_EMAIL_FROM", f"Willow & Co <{OURS}>")
        patch.setenv("QOTBOT_EMAIL_KEY", KEY)
        patch.setattr("workers.runner.PAUSE_S", 0.05)
        yield mailbox


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=STYLES)
async def style(request: pytest.FixtureRequest) -> str:
    """Return a style's name."""
    return str(request.param)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shop(style: str, box: Mailbox, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Exchange]:
    """Return the salon with its server running."""
    home = tmp_path_factory.mktemp("conformance") / "home"
    async with opened_exchange(home, voice="relay" if style == "socket-relay" else "gather") as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def mia(style: str, shop: Exchange, box: Mailbox) -> Customer:
    """Return a customer whom the salon has not heard of."""
    return await STYLES[style](shop, box)


async def say(customer: Customer, text: str, key: str) -> list[str]:
    """Bring a message and let all settle; what reached the customer since."""
    before = len(await customer.reached())
    assert await customer.bring(text, key) in (200, 202)
    await customer.settle()
    return (await customer.reached())[before:]


def answers(lines: list[str], words: str) -> int:
    """How many of the lines have the words in them."""
    return sum(words in line for line in lines)


async def test_what_is_acknowledged_is_kept(mia: Customer) -> None:
    assert await mia.bring(PARKING, "1") in (200, 202)
    assert mia.heard() == [PARKING]
    await mia.settle()
    assert answers(await mia.reached(), FREE) == 1
    assert [row.kind for row in mia.rows("obligation", "closed_at IS NULL", "t.id")] == []


async def test_what_comes_again_lands_once(mia: Customer) -> None:
    for _ in range(3):
        assert await mia.bring(PARKING, "1") in (200, 202)
    await mia.settle()
    assert await mia.bring(PARKING, "1") in (200, 202)
    await mia.settle()
    assert mia.heard() == [PARKING]
    assert answers(await mia.reached(), FREE) == 1


async def test_an_older_message_that_comes_late_again_changes_nothing(mia: Customer) -> None:
    await say(mia, PARKING, "1")
    await say(mia, PLACE, "2")
    assert await mia.bring(PARKING, "1") in (200, 202)
    await mia.settle()
    assert mia.heard() == [PARKING, PLACE]
    lines = await mia.reached()
    assert (answers(lines, FREE), answers(lines, STREET)) == (1, 1)


async def test_answers_come_once_and_in_order(mia: Customer) -> None:
    for n, question in enumerate((PARKING, PLACE, PARKING), 1):
        assert await mia.bring(question, str(n)) in (200, 202)
        await mia.settle()
    said = " ".join(await mia.reached())
    assert [word for word in said.replace(FREE, "|P|").replace(STREET, "|S|").split("|") if word in "PS" and word] == [
        "P", "S", "P",
    ]  # fmt: skip
    states = {row.state for row in mia.rows("message", "direction = 'out'")}
    assert states <= {"sent", "delivered"}, "and all that was said is known to have left"


WORDS = "Ana’s “free” slot – 10:30… <b>bold</b> & {braces} %s 50€ \N{PARTY POPPER} José, Ångström."


async def test_our_words_arrive_unchanged_but_for_the_channels_folding(mia: Customer) -> None:
    await say(mia, PLACE, "1")
    [first, *_] = mia.rows("message", "direction = 'in'")
    outgoing = Outgoing(
        text=WORDS, purpose="reply", contact=first.contact, channel=first.channel, address=first.address,
        cause=first.id, proposed_by="test", ordinal=77, turn=first.turn, session=first.session,
    )  # fmt: skip
    deps = mia.shop.app.deps
    await mia.shop.app.database.write(Scope("salon", first.contact), lambda tx: effects.send(tx, deps, outgoing))
    lines = await say(mia, PARKING, "2")
    if not answers(lines, mia.shown(WORDS)):
        lines = await mia.reached()
    assert answers(lines, mia.shown(WORDS)) == 1
    assert answers(lines, FREE) == 1


@pytest.mark.parametrize("odd", ODD)
async def test_odd_input_is_kept_or_refused_and_the_conversation_goes_on(mia: Customer, odd: str) -> None:
    status = await mia.bring(ODD[odd], "1")
    assert status < 500
    await mia.settle()
    assert not any("internal" in line.lower() or "error" in line.lower() for line in await mia.reached())
    lines = await say(mia, PARKING, "2")
    assert answers(lines, FREE) == 1, "who wrote something odd is still answered"
    assert all("<script" not in line and "<Say" not in line for line in lines)
    kept = mia.heard()
    assert kept[-1] == PARKING
    if len(kept) == 2:
        assert status in (200, 202) and len(kept[0]) <= 4000
    assert not mia.shop.rows("SELECT 1 FROM turn WHERE status IN ('open', 'quarantined')")


async def test_stop_is_obeyed_and_confirmed_once(mia: Customer) -> None:
    await say(mia, PARKING, "1")
    confirmed = await say(mia, mia.stop, "2")
    said = ("unsubscribed", "no more", "not call you any more")
    assert len(confirmed) == 1 and any(words in confirmed[0].lower() for words in said)
    assert mia.rows("consent", "act = 'revoke'", "t.id")
    again = await say(mia, mia.stop, "3")
    assert not any(words in line.lower() for line in again for words in said)


async def test_what_the_provider_did_not_send_is_refused_and_changes_nothing(mia: Customer) -> None:
    await say(mia, PLACE, "1")
    before = mia.shop.counts()
    assert await mia.forge(PARKING) in (401, 403)
    await mia.settle()
    assert mia.shop.counts() == before
    assert answers(await mia.reached(), FREE) == 0


async def test_a_customers_words_never_become_markup_for_anybody(mia: Customer) -> None:
    await say(mia, "hello, my name is <b>Jo</b> & I need </Say><Dial>+19005550100</Dial>", "1")
    lines = await say(mia, PARKING, "2")
    assert answers(lines, FREE) == 1
    assert not any("<Dial" in line or "<b>" in line for line in await mia.reached())
    assert "<Dial>" in mia.heard()[0], "kept as it was written"


async def test_who_is_answered_in_a_second_life_is_answered_once(
    style: str, box: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies between the acknowledgement and the answer."""
    voice: Voice = "relay" if style == "socket-relay" else "gather"
    with monkeypatch.context() as dying:
        dying.setattr("workers.turns.run_turn", died)
        dying.setattr("channels.call.WAIT_S", 0.0)
        async with opened_exchange(tmp_path / "home", voice=voice) as first:
            mia = await STYLES[style](first, box)
            assert await mia.bring(PARKING, "1") == OK or style == "pull-web"
            assert mia.heard() == [PARKING]
    async with opened_exchange(tmp_path / "home", voice=voice) as second:
        await mia.moved(second)
        await mia.settle()
        assert await mia.bring(PARKING, "1") in (200, 202)
        await mia.settle()
        assert answers(await mia.reached(), FREE) == 1
        assert mia.heard() == [PARKING]
        assert [row.kind for row in mia.rows("obligation", "closed_at IS NULL", "t.id")] == []


async def died(*_: object) -> None:
    """Nothing is answered in this life."""
    raise OSError("the process died here")
