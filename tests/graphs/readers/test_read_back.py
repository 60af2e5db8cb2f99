"""At a read-back only a clean yes is one: every doubt, condition, question or other detail is asked again."""

from __future__ import annotations

import pytest
from salon import acts, hear

from graphs.readers.consent import is_plain_yes, is_yes

YES = """\
yes|Yes.|YES!!|yess|yep|yeah|yup|y|ok|okay|k|kk|sure|sure thing|perfect|perfect thanks|great, thank you
sounds good|sounds gud|that works|that works for me|works for me|that's right|thats right|correct
all correct, yes|go ahead|go ahead and book it|please book it|book it|book it please|yes please|yes pls
yes please book it|👍|👍👍|ok 👍|absolutely|definitely|that's fine with me|I agree|I confirm|confirmed|do it
let's do it|looks good|yes that is correct, please go ahead|Yes, that would be great!|that's perfect
that'll work|yes tuesday at 10:30|yes with ana|yes, the haircut|you got it|fine by me|cool|alright|why not
that's what i said"""
NOT_YES = """\
no|nope|nah|no thanks|not yet|not now|not really|wait|hold on|hang on|stop|cancel|cancel that|never mind
forget it|maybe|maybe later|perhaps|possibly|probably|i guess|i guess so|i suppose|i think so?|not sure
i'm not sure|hmm|um|idk|dunno|depends|yes?|ok?|really?|is that ok?|are you sure?|what?|what time was that?
how much?|how much is it|who with?|is it with ana?|ok if it's with ana|yes if it doesn't rain
yes unless it rains|only if it's cheaper|yes as long as it's free|sure, but later|yes but not tuesday
ok but can we do 11|yeah no|no yeah|yes no|yes wait|ok wait|yes actually no|yes i mean no|yes hold on
yes with bob|yes for my sister|yes at the other salon|ok whatever|fine, whatever|if you must|let me check
let me ask my wife|i'll think about it|i need to check my calendar|can you hold it?|don't book it|do not book
please don't|don't|i don't think so|that's wrong|that's not right|not right|wrong|incorrect
that isn't what i said|i said wednesday|another time|a different day|something else|anything later?
can i get back to you|remind me later|talk to a human|let me talk to someone|refund|🙂|😀|🤔|thanks|bye|ok bye
hello|make it friday|actually make it friday|can we do 11 instead|change it to 3pm|wednesday|at 3
with ben instead|not friday|colour instead|make it a colour|yes make it two people|book it for 4
yes for wednesday|yes at 11|ok 3pm then|yes but with ben|yes and also book my son friday|stop texting me
yes but stop texting me|yes, what else do you have|it's not ok|not ok|no problem?"""


@pytest.mark.parametrize("text", [one for line in YES.splitlines() for one in line.split("|")])
def test_a_yes_is_read(text: str) -> None:
    reading = hear(text, "read_back")
    assert is_plain_yes(reading), acts(reading)


@pytest.mark.parametrize("text", [one for line in NOT_YES.splitlines() for one in line.split("|")])
def test_nothing_else_is_a_yes(text: str) -> None:
    reading = hear(text, "read_back")
    assert not is_yes(reading), acts(reading)


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("yes but on wednesday", ["affirm", "inform"]),
        ("yes for wednesday", ["affirm", "inform"]),
        ("yes with ben", ["affirm", "inform"]),
        ("no, friday", ["negate", "inform"]),
        ("actually make it friday", ["negate", "inform"]),
        ("can we do wednesday instead?", ["negate", "inform"]),
        ("make it a colour", ["negate", "inform"]),
        ("something else?", ["negate", "alternatives"]),
        ("no thanks", ["negate", "thanks"]),
        ("talk to a human", ["human"]),
        ("who is it with?", ["ask"]),
        ("is that on friday?", ["ask"]),
        ("sorry what?", ["repeat"]),
    ],
)
def test_what_else_is_said(text: str, read_as: list[str]) -> None:
    reading = hear(text, "read_back")
    if "but" in text:
        assert not is_yes(reading) and "inform" in acts(reading)
    else:
        assert acts(reading) == read_as


@pytest.mark.parametrize(
    "text",
    ["Yes please. What's the address?", "yes that's right and can you tell me the price", "sure, where are you?"],
)
def test_a_question_beside_a_yes_leaves_the_yes_but_not_a_plain_one(text: str) -> None:
    reading = hear(text, "read_back")
    assert is_yes(reading) and not is_plain_yes(reading)
    assert acts(reading) == ["affirm", "ask"]


def test_a_yes_with_what_was_read_back_is_plain_and_with_anything_else_is_not() -> None:
    assert is_plain_yes(hear("yes, tuesday 10:30 with ana", "read_back"))
    for other in ("yes, tuesday 11:30 with ana", "yes, wednesday 10:30 with ana", "yes, tuesday 10:30 with ben"):
        reading = hear(other, "read_back")
        assert acts(reading) == ["affirm", "inform"] and not is_yes(reading)


# Beside a yes: what somebody feels about it, a question on something else, a slip in spelling.
AGREED_WITH_MORE = [
    "Yes, that fits into my schedule perfectly",
    "I do.",
    "I certainly do!",
    "Yes, that's perfect. She will be so surprised.",
    "Yes please. I'm so excited!",
    "That's great. We're celebrating and this will make it special.",
    "Yes tat works.",
    "yes, corrrect",
    "Ok, you can comfirm it. Also, do you have parking?",
    "ok that suits me. how much does it cost?",
    "Perfect. What is the price again?",
    "That is correct. One more thing, do you have parking?",
    "Yup. I have a question, is there parking?",
    "Is okay.",
    "Got it. That's what I want.",
    "yes, is there parking there?",
    "I fully assent",
    "Yes, surely, that was exactly what I described",
    "Perfect, all set",
]
# One word more, and it names somebody, sets a condition, doubts, or is no yes at all.
NOT_AGREED = [
    "Yes, with Bob",
    "ok unless it rains",
    "Yes, that's perfect. She will bring Bob",
    "Great. I hate it.",
    "Yes but make it 11",
    "Yes. Make it two people",
    "Yes, three tickets",
    "yes one more person",
    "Perfect. My daughter also needs one, she is so excited",
    "I am so excited",
    "That's great, we're celebrating with ten people",
    "Yes. We're celebrating, please add champagne",
    "Got it. No.",
    "Got it",
    "Thanks. What's the phone number?",
    "Okay, what is the cost?",
    "ok how much is it?",
    "Do you have parking?",
    "Great. Is it not too late?",
    "yes? I mean no",
    "Yes if he is free",
    "Yes, provided it is under $40",
    "perfect for my sister",
    "I know",
    "I see",
    "I think so, let me check",
    "I believe it was Thursday",
    "Yes, move it to Friday",
    "Yes, from 11",
    "yes, check with Bob",
    "Right, that's it.",
    "That's it, bye",
    "Great. Bye",
    "I feel sick",
    "Yes to Thursday",
    "yes, without the wash",
    "Actually",
    "actually no",
    "I understand",
    "understood, but not that day",
    "deal with Bob",
    "use my card then",
    "Can't wait to hear the price",
    "I can't wait that long",
    "Finally! But not that one",
    "sorry for the trouble, cancel it",
    "Perfect, all set. Cancel it",
    "okay. wait",
    "say yes later",
    "clear it",
    "I want to know if it is right",
    "he says yes",
    "Yes, he thinks so",
    "Yes she does",
    "one question",
    "i have a question",
    "sure, one thing: is it refundable?",
    "Who is Ana?",
    "yes, who?",
    "Have it your way",
]


@pytest.mark.parametrize("text", AGREED_WITH_MORE)
def test_a_feeling_or_a_question_leaves_a_yes_a_yes(text: str) -> None:
    reading = hear(text, "read_back")
    assert is_yes(reading), acts(reading)


@pytest.mark.parametrize("text", NOT_AGREED)
def test_a_word_that_adds_or_doubts_makes_it_none(text: str) -> None:
    reading = hear(text, "read_back")
    assert not is_yes(reading), acts(reading)
