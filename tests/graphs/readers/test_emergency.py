"""Danger to somebody, now, in the customer's words; told of the past, asked about, joked or denied, it is none."""

from __future__ import annotations

import pytest
from salon import acts, hear

from graphs.readers.emergency import is_emergency, tells_of_emergency

EMERGENCIES = [
    "my mother is not responding",
    "the client in your chair is unresponsive",
    "my husband has collapsed and he's not breathing!",
    "please help - my husband just collapsed, he's not responding",
    "there's smoke coming under my door - i think there's a fire!",
    "there's someone outside my door trying to get in - i'm really scared",
    "my mom is having a heart attack",
    "she won't wake up",
    "he can't breathe",
    "my face is swelling after the dye and i can't breathe",
    "the bleeding won't stop",
    "i smell gas in the basement",
    "there is a gas leak",
    "carbon monoxide alarm is going off",
    "he has a gun",
    "i think he's having a stroke",
    "my son is choking",
    "i just cut myself and i'm bleeding a lot",
    "someone broke into my house right now",
    "call 911",
    "we need an ambulance",
    "my kitchen is on fire",
    "she overdosed",
    "he is unconscious",
    "i want to kill myself",
    "my boyfriend is hitting me",
    "i've got chest pain",
    "my dad fainted and hit his head",
    "i'm having an allergic reaction",
    "this is an emergency",
    "he collapsed 5 minutes ago",
    "someone was just stabbed outside",
    "baby stopped breathing",
    "the dryer caught fire",
]
NONE = [
    "why are you not responding",
    "your website is unresponsive",
    "the app is not responding",
    "you guys stopped responding to me",
    "i'm drowning in laundry",
    "i'm choking up, thank you",
    "stop texting me or i'll call the cops",
    "there is smoke coming from my exhaust, can you look at it",
    "what if there's an actual emergency - would that still get through?",
    "my dad had a stroke last year so he needs the ground floor",
    "in case of fire where are the exits",
    "do you have a fire pit",
    "i almost had a heart attack when i saw the price lol",
    "these nails are to die for",
    "your salon is fire",
    "my hair is on fire lol",
    "it's a hair emergency, my roots are awful",
    "can you install a smoke detector",
    "i want a smoking room",
    "do you do emergency appointments",
    "is there an emergency number",
    "my tooth broke, can i come today",
    "the faucet is leaking",
    "my ac died",
    "this heat is killing me",
    "i'm dying for a massage",
    "can she get in tomorrow",
    "my daughter is trying to get in on friday",
    "this is detective harris with the city police",
    "i passed out flyers for you",
    "the fence collapsed",
    "my friend had a seizure two years ago",
    "if it doesn't stop soon i'm going to call the police myself",
    "nobody's hurt, i just need the noise dealt with",
    "i'm fired up for this cut",
    "stop the bleeding of color on my shirt",
    "there's someone at the door for you",
    "emergency plumbing service near me",
    "he is shot in the movie",
    "i need a shot of espresso",
    "can't breathe in these jeans lol",
]


@pytest.mark.parametrize("text", EMERGENCIES)
def test_danger_is_heard(text: str) -> None:
    assert is_emergency(text)


@pytest.mark.parametrize("text", NONE)
def test_what_only_sounds_like_it_is_none(text: str) -> None:
    assert not is_emergency(text)


def test_it_is_heard_among_other_sentences_and_the_phrasebook_reads_a_wish_for_a_person() -> None:
    text = "Yes, book it. Oh no, my husband just collapsed!"
    assert tells_of_emergency(text)
    assert "human" in acts(hear("My husband just collapsed!", "none"))
