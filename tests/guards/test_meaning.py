"""Wishes to be left alone by what their words mean: any word order, English and Spanish, and what stands in the way."""

from __future__ import annotations

import pytest

from guards.meaning import meant
from guards.optout import classify

WISHES = [
    ("would you mind not texting me anymore", "texts"), ("dont hit my phone no more", "all"),
    ("i no longer want to receive these", "texts"), ("we sold the house so quit with the lawn care texts", "texts"),
    ("these reminders need to stop", "texts"), ("may i be removed", "all"), ("not one more text", "texts"),
    ("nothing more from you please", "texts"), ("turn these off", "texts"), ("mind not calling me", "calls"),
    ("no mas llamadas", "calls"), ("ya no me marquen", "calls"), ("no me sigan escribiendo", "texts"),
    ("no vuelvan a llamarme", "calls"), ("cancelen los mensajes a mi celular", "texts"),
    ("borrenme de su sistema", "all"), ("quiero que me den de baja", "all"), ("no me interesa recibir esto", "texts"),
    ("dont send me promos", "marketing"),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "scope"), WISHES)
def test_it_is_put_together_from_its_words(sentence: str, scope: str) -> None:
    found = meant(sentence)
    assert found is not None and found.scope == scope


# One word changes who, what or when it is about: then it is no wish to be left alone.
ORDINARY = [
    "please dont call my wife", "dont send the plumber today", "i dont text and drive", "why are you not texting me",
    "i dont want these highlights anymore", "dont call until friday", "stop the water heater install",
    "can i be removed from the lease", "no more appointments", "no me llamo nadie", "no me llamaron ayer",
    "ya no quiero el tinte", "saquen el sofa viejo", "no me manden el sofa hoy", "borren la segunda cita",
    "i must not have gotten the message", "should i not text here", "not getting any messages from you",
    "cancelen mi cita por favor", "no quiero mas azucar", "i want these delivered again", "did the texts stop",
]  # fmt: skip


@pytest.mark.parametrize("sentence", ORDINARY)
def test_a_word_that_is_about_something_else_stands_in_the_way(sentence: str) -> None:
    assert meant(sentence) is None


# What the phrase layer once took for an opt-out because of a word in it.
OTHER_BUSINESS = [
    "leave my layers alone just thin it out", "unsubscribe my sister from yoga class",
    "I blocked out the morning for you",
    "please opt me out of the damage waiver", "I want to file a complaint about my haircut",
    "count me out of the class",
    "I don't consent to the x ray", "stop sending the invoice to my old email", "I want to be taken off the medication",
    "no calls came through, is your line down", "I told you to stop at my porch", "cut it out of the picture",
    "cancel the text reminder for tomorrow, I remember", "no escriban mi nombre en el pastel",
]  # fmt: skip


@pytest.mark.parametrize("text", OTHER_BUSINESS)
def test_other_business_is_no_opt_out(text: str) -> None:
    assert classify(text).decision not in ("OPT_OUT", "WRONG_NUMBER")
