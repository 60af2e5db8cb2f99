"""Opt-outs in any wording: keywords by channel, one slip, polite padding, and what a reasonable person understands."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guards.optout import STRICTEST, carrier_answers, classify, keywords, revokes

DATA = Path(os.environ.get("QOTBOT_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
VECTORS = DATA / "compliance_vectors.json"
HAM = DATA / "sms_ham_spam.jsonl.gz"
needs_data = pytest.mark.skipif(not VECTORS.exists(), reason=f"the recorded texts are not at {DATA}")

STOPS = ["stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "opt out",
         "opt-out", "remove", "ARRÊT", "退订", "СТОП"]  # fmt: skip
DRESSED = ["STOP", " Stop. ", "stop!!!", '"Stop"', "STOP\n", "ｓｔｏｐ", "*stop*", "Stop  All", "_stop_", "stop 🙏",
           "S T O P", "Stop please", "please stop", "STOP STOP STOP", "🛑", "stooop", "ok stop now"]  # fmt: skip
MISSPELT = ["STPO", "sotp", "stoop it", "unsubcribe", "unsubscribbe", "stpo"]


@pytest.mark.parametrize("word", [*STOPS, *DRESSED, "STPO", "unsubcribe", "unsubscribbe"])
def test_the_carriers_words_stop_texts_however_they_are_dressed(word: str) -> None:
    wish = classify(word)
    assert (wish.decision, wish.scope) == ("OPT_OUT", "all")


@pytest.mark.parametrize(
    ("text", "decision"),
    [("HELP", "HELP"), ("info", "HELP"), ("Help!", "HELP"), ("Start", "OPT_IN"), ("UNSTOP", "OPT_IN")],
)
def test_the_other_words(text: str, decision: str) -> None:
    assert classify(text).decision == decision


ORDINARY = ["stop by at 5?", "can you cancel my appointment", "the end", "", "   ", "!!!", "yes", "don't stop", "shop",
            "step", "please cancel", "cancel it", "end of day", "quiet", "top", "spot"]  # fmt: skip


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_words_are_ordinary(text: str) -> None:
    assert classify(text).decision == "NONE"


@pytest.mark.parametrize(
    ("language", "text", "decision"),
    [("es", "para", "OPT_OUT"), ("en", "para", "NONE"), ("vi", "huy", "OPT_OUT"), ("en", "huy", "NONE")],
)
def test_words_of_one_language_count_only_in_it(language: str, text: str, decision: str) -> None:
    assert classify(text, language=language).decision == decision


CHANNELS = [
    ("web", "stop", "OPT_OUT"), ("web", "unsubscribe", "OPT_OUT"), ("web", "start", "OPT_IN"),
    ("web", "cancel", "NONE"),
    ("web", "end", "NONE"), ("web", "quit", "NONE"), ("web", "help", "NONE"), ("call", "stop", "NONE"),
    ("call", "cancel", "NONE"), ("call", "help", "NONE"), ("call", "start", "NONE"), ("fax", "stop", "NONE"),
    ("call", "take me off your list", "OPT_OUT"), ("web", "stop texting me", "OPT_OUT"),
    ("email", "please stop", "OPT_OUT"), ("note", "customer asked us not to contact him, opt out", "OPT_OUT"),
]  # fmt: skip


@pytest.mark.parametrize(("channel", "text", "decision"), CHANNELS)
def test_keywords_are_their_channels_and_phrases_everybodys(channel: str, text: str, decision: str) -> None:
    assert classify(text, channel=channel).decision == decision


SAID = [
    ("please quit messaging me", "OPT_OUT", "texts"), ("get me off this list", "OPT_OUT", "all"),
    ("i never signed up for this", "OPT_OUT", "all"), ("dejen de mandarme mensajes", "OPT_OUT", "texts"),
    ("arrêtez de m'envoyer des textos", "OPT_OUT", "texts"), ("stop calling and texting me", "OPT_OUT", "all"),
    ("stop calling me", "OPT_OUT", "calls"), ("no more promos, just reminders", "OPT_OUT", "marketing"),
    ("only text me about my appointments", "OPT_OUT", "marketing"), ("I'm not Jessica", "WRONG_NUMBER", "all"),
    ("this isn't Maria's phone", "WRONG_NUMBER", "all"), ("you have the wrong number", "WRONG_NUMBER", "all"),
    ("please call me instead of texting", "CHANNEL_PREF", "texts"),
    ("don't call me, just text", "CHANNEL_PREF", "calls"),
    ("text me after 9", "TIME_PREF", None), ("no calls after 8pm please", "TIME_PREF", None),
    ("start texting me again", "OPT_IN", None), ("too many texts", "AMBIGUOUS", "marketing"),
    ("why do you keep texting me", "AMBIGUOUS", "marketing"), ("I'm not hungry", "NONE", None),
    ("i gave you the wrong number", "NONE", None), ("please don't stop the reminders", "NONE", None),
    ("can you take me off the waitlist", "NONE", None), ("don't text and drive lol", "NONE", None),
    ("not now, text me tomorrow", "NONE", None), ("what happens if i text stop", "NONE", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "decision", "scope"), SAID)
def test_what_a_reasonable_person_understands(text: str, decision: str, scope: str | None) -> None:
    wish = classify(text)
    assert (wish.decision, wish.scope if wish.decision != "NONE" else None) == (decision, scope)


def test_after_an_offer_no_interest_ends_advertising_and_elsewhere_nothing() -> None:
    assert classify("not interested", context="marketing").scope == "marketing"
    assert classify("not interested", context="reminder").decision == "NONE"


def test_a_yes_of_somebody_who_opted_out_is_no_start() -> None:
    assert classify("yes", context="opted_out").decision == "OPT_IN_UNCONFIRMED"
    assert classify("YES", context="pending_question").decision == "NONE"


def test_what_else_was_said_is_not_lost() -> None:
    assert classify("stop sending promos. can I come at 3 on friday?").rest
    assert not classify("stop sending promos. thanks!").rest


@pytest.mark.parametrize("text", [
    "please take me off your list and cancel my appointment",
    "Stop texting me, and move my booking to Friday",
    "cancel my appointment and stop calling me",
])  # fmt: skip
def test_what_is_asked_in_the_same_breath_still_wants_an_answer(text: str) -> None:
    wish = classify(text)
    assert wish.decision == "OPT_OUT" and wish.rest


@pytest.mark.parametrize("text", [
    "take me off your list and never text me again",
    "stop texting me about my appointment and leave me alone",
    "please remove my number, and have a nice day",
    "stop the promos but keep my appointment reminders",
])  # fmt: skip
def test_a_wish_in_more_words_is_all_that_was_said(text: str) -> None:
    wish = classify(text)
    assert wish.decision == "OPT_OUT" and not wish.rest
    assert classify("don't call me. stop texting me. I mean it").scope == "all"


def test_no_word_means_two_things() -> None:
    for channel in ("sms", "web", "email"):
        listed = [word for kind in ("stop", "help", "start") for word in keywords(channel).get(kind, ())]
        assert len(listed) == len(set(listed))


def test_a_carrier_that_confirms_itself_does_so_for_its_own_words_only() -> None:
    assert carrier_answers(" Stop", "twilio_default") and carrier_answers("HELP", "twilio_default")
    assert not carrier_answers("Stop please", "twilio_default")
    assert not carrier_answers("stop", "self_managed")


def test_stopping_texts_ends_no_calls_that_were_asked_for_and_stopping_all_does() -> None:
    assert revokes("all")["call"] == "all" and revokes("texts")["call"] == "marketing"
    assert revokes("calls") == {"call": "all"} and set(revokes("marketing").values()) == {"marketing"}


HOSTILE = ["stop " * 400, "all the " * 500, "dont want ever " * 300, "remove me from the " * 200, "a" * 50_000,
           "no more more more " * 300, "stop the the the all the " * 100, "\u200b" * 5000, "stop!" * 900]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_are_read_to_their_end(text: str) -> None:
    assert classify(text).decision in STRICTEST


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.sampled_from(["sms", "web", "call", "email", "note", "fax"]))
def test_any_text_can_be_read(text: str, channel: str) -> None:
    assert classify(text, channel=channel).decision in (*STRICTEST, "HELP", "OPT_IN_UNCONFIRMED")


def _vectors() -> list[dict[str, Any]]:
    return json.loads(VECTORS.read_text("utf-8"))["groups"]["inbound_text"] if VECTORS.exists() else []


@needs_data
@pytest.mark.parametrize("vector", _vectors(), ids=lambda v: v["id"])
def test_the_vectors(vector: dict[str, Any]) -> None:
    wish = classify(vector["text"], context=vector["context"])
    assert wish.decision == vector["intent"]
    assert vector["scope"] in ("-", wish.scope)


@needs_data
def test_ordinary_messages_are_no_opt_outs() -> None:
    with gzip.open(HAM, "rt", encoding="utf-8") as lines:
        ham = [row["text"] for row in map(json.loads, lines) if row["label"] == "ham"]
    heard = [text for text in ham if classify(text).decision in ("OPT_OUT", "WRONG_NUMBER")]
    assert len(ham) > 3_000 and len(heard) <= len(ham) / 1_000, heard


@pytest.mark.parametrize(
    ("word", "default", "toll_free"),
    [("STOP", True, True), ("quit", True, False), ("UNSTOP", True, True), ("YES", True, False), ("help", True, False)],
)
def test_a_toll_free_network_obeys_stop_alone(word: str, default: bool, toll_free: bool) -> None:
    assert (carrier_answers(word, "twilio_default"), carrier_answers(word, "toll_free")) == (default, toll_free)
