"""Speech that the carrier hardly understood is read back before anything is made of it."""

from __future__ import annotations

import pytest
from shop import Person, Shop

from channels.unsure import agrees, denies, doubtful

WISH = "book a haircut with Ben on Saturday at 11am"


def heard(mia: Person) -> list[str]:
    """What counts as said."""
    return [row.text for row in mia.rows("message", "direction = 'in'", "n")]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("yes", ["1", "yes that's right"])
async def test_a_guess_is_read_back_and_counts_once_agreed_to(at_work: Shop, mia: Person, yes: str) -> None:  # V10
    call = await at_work.handset.call(mia.number, "answered")
    await at_work.handset.say(call, WISH, confidence=0.35)
    assert call.says == [f"I heard: {WISH}. Press 1 if that is right, or say it again."]
    assert heard(mia) == []
    await (at_work.handset.press if yes == "1" else at_work.handset.say)(call, yes)
    assert heard(mia) == [WISH]
    assert call.says[0].endswith("Shall I book it?")
    await at_work.handset.say(call, "no thanks")


@pytest.mark.asyncio(loop_scope="module")
async def test_who_says_it_again_is_taken_at_their_word(at_work: Shop, mia: Person) -> None:
    call = await at_work.handset.call(mia.number, "answered")
    await at_work.handset.say(call, "look at hare cup", confidence=0.2)
    await at_work.handset.press(call, "2")
    assert call.says == ["All right, please say it again. Press 0 to speak with a person."]
    await at_work.handset.say(call, WISH, confidence=0.3)
    assert heard(mia) == [WISH], "it is read back once, not for ever"
    await at_work.handset.say(call, "no thanks")


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("told", ["0.9", "0.5", "0", "0.0", "", "x", "nan", "-1", "inf"])
async def test_what_was_understood_or_not_measured_is_not_read_back(at_work: Shop, mia: Person, told: str) -> None:
    form = mia.call(SpeechResult="is there parking?", Confidence=told)
    answer = await at_work.post("/twilio/call/heard?n=1", form)
    assert "free parking" in answer.text


@pytest.mark.asyncio(loop_scope="module")
async def test_agreeing_to_what_was_never_read_back_is_only_a_yes(at_work: Shop, mia: Person) -> None:
    await at_work.post("/twilio/call/heard?n=8&u=7", mia.call(SpeechResult="yes"))
    assert heard(mia) == ["yes"]


def test_yes_and_no_are_whole_answers() -> None:
    assert all(agrees(yes, "") for yes in ("yes", "Yes please.", "that's right", "correct"))
    assert not any(agrees(other, "") for other in ("", "yesterday", "no", "yes, on Friday"))
    assert all(denies(no, "") for no in ("no", "No.", "wrong"))
    assert not any(denies(other, "") for other in ("", "no, Friday", "nobody"))
    assert doubtful("0.49")
    assert not doubtful("0.51")
