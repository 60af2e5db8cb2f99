"""The first words of a call: by the states of both ends, and the strictest where one of them is not known."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from rehearsal import altered_pack
from shop import OURS, Person, Shop, opened_shop

import records.contacts
from commands.consent import shown
from commands.opening import Opened
from domain.errors import ConfigurationError
from records import preferences
from records.database import Tx
from records.preferences import Preference

FULL = "Hi, this is the automated assistant of Willow & Co Hair. This call may be recorded and transcribed."
SHORT = "Hi, this is the automated assistant of Willow & Co Hair. How can I help?"
AGAIN = "This call is being recorded."
WORDINGS = (
    "## call.unheard", "## call.greeting.one_party\nHi, this is the automated assistant of {business}. How can I help?"
    f"\n\n## call.greeting.within\n{AGAIN}\n\n## call.unheard",
)  # fmt: skip
NEW_YORK, LOS_ANGELES, SEATTLE, TORONTO = "+15185550143", "+13105550143", "+12065550143", "+14165550143"


def made(folder: Path, *, recorded: bool) -> Path:
    """The salon (of New York) with the shorter words, and with recording where that is asked for."""
    pack = altered_pack(folder, "messages/en/calls.md", lambda text: text.replace(*WORDINGS))
    if recorded:
        yaml = pack / "business.yaml"
        yaml.write_text(yaml.read_text("utf-8").replace("links: []", "record_calls: true\nlinks: []"), "utf-8")
    return pack


async def hears(shop: Shop, number: str, **form: str) -> list[str]:
    """What the TwiML for a call from a number says, with the recording where it begins."""
    answer = await shop.post("/twilio/call", Person(shop, number).call(CallStatus="ringing", **form))
    root = ElementTree.fromstring(answer.text)  # noqa: S314 - our own server's answer
    return [e.text or "" if e.tag == "Say" else "(recording)" for e in root.iter() if e.tag in ("Say", "Recording")]


async def test_where_both_ends_need_one_party_the_short_words_do(tmp_path: Path) -> None:
    async with opened_shop(tmp_path / "home", pack=made(tmp_path / "pack", recorded=False)) as shop:
        assert shop.app.pack.business.phone == OURS, "a number of New York state"
        assert await hears(shop, NEW_YORK) == [SHORT]
        for number in (LOS_ANGELES, SEATTLE, TORONTO, "anonymous", "+266696687", "+493012345678", "+18885550143"):
            [said] = await hears(shop, number)
            assert said.startswith(FULL), number
        [forged] = await hears(shop, NEW_YORK, StirVerstat="TN-Validation-Failed-C")
        assert forged.startswith(FULL)
        kept = shop.rows("SELECT body FROM event WHERE kind = 'call.began' ORDER BY n")
        assert '"kept":0,"notice":"one_party"' in kept[0].body and '"kept":1,"notice":"CA"' in kept[1].body
        assert '"notice":"unknown"' in kept[-1].body


async def test_a_zone_that_the_customer_told_counts_too(tmp_path: Path) -> None:
    async with opened_shop(tmp_path / "home", pack=made(tmp_path / "pack", recorded=False)) as shop:
        business, now = shop.app.pack.business.id, shop.clock.now()

        def move(tx: Tx) -> None:
            contact = records.contacts.ensure(tx, business, kind="phone", value=NEW_YORK, now=now)
            wish = Preference(business=business, contact=contact, kind="zone", value="America/Los_Angeles",
                              actor="customer", evidence="said")  # fmt: skip
            preferences.set_preference(tx, wish, now=now)

        await shop.app.database.write(shop.app.deps.scope(None), move)
        [said] = await hears(shop, NEW_YORK)
        assert said.startswith(FULL), "they may be in California now"


async def test_a_recorded_call_is_never_unsaid_and_in_some_states_said_on_the_recording(tmp_path: Path) -> None:
    async with opened_shop(tmp_path / "home", pack=made(tmp_path / "pack", recorded=True)) as shop:
        full, begun = await hears(shop, NEW_YORK)
        assert full.startswith(FULL) and begun == "(recording)"
        for number in (SEATTLE, TORONTO, "anonymous"):
            first, begun, again = await hears(shop, number)
            assert (first.startswith(FULL), begun, again) == (True, "(recording)", AGAIN)
        assert len(await hears(shop, LOS_ANGELES)) == 2


async def test_who_goes_on_agreed_to_the_words_that_were_said(tmp_path: Path) -> None:
    async with opened_shop(tmp_path / "home", pack=made(tmp_path / "pack", recorded=True)) as shop:
        mia = Person(shop, NEW_YORK)
        form = mia.call(CallStatus="ringing")
        await shop.post("/twilio/call", form)
        await shop.post("/twilio/call/heard?n=1", {**form, "SpeechResult": "are you open today"})
        [row] = shown(Opened(tmp_path, shop.app.pack, shop.app.database, shop.app.keys), NEW_YORK)
        assert row["purpose"] == "recording" and row["wording"].startswith(FULL)


@pytest.mark.parametrize(
    ("key", "text"),
    [("one_party", "Hi! How can I help?"), ("within", "Please go on.")],
    ids=["who speaks", "recording"],
)
async def test_shorter_words_that_hide_it_do_not_start(tmp_path: Path, key: str, text: str) -> None:
    worded = f"## call.greeting.{key}\n{text}\n\n## call.unheard"
    pack = altered_pack(tmp_path / "pack", "messages/en/calls.md", lambda all_: all_.replace("## call.unheard", worded))
    with pytest.raises(ConfigurationError, match="it does not say"):
        async with opened_shop(tmp_path / "home", pack=pack):
            pass
