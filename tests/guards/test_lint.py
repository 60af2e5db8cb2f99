"""Wording that may not leave the house is found before anybody gets it, with file, line and fix."""

from __future__ import annotations

from dataclasses import replace

import pytest
from making import salon

from domain.settings import Pack
from guards.lint import Problem, campaign, lint

FILE = "messages/en/mine.md"


def clinic() -> Pack:
    """The salon as if it were a clinic."""
    return replace(salon(), business=salon().business.model_copy(update={"sector": "clinic"}))


def found(key: str, text: str, pack: Pack | None = None) -> list[str]:
    """The rules that object to a wording."""
    return [p.rule for p in lint({FILE: f"## {key}\n{text}\n"}, pack or salon())]


REFUSED = [
    "Reply CANCEL to cancel your appointment.", "Text END to end your session.", "Reply QUIT if you can't come.",
    "Reply STOP to cancel your appointment.", "Reply YES to confirm.", "Please answer with YES.",
    "Text back the word 'cancel' to move it.", "reply yes or no", "Respond STOP if you want another day.",
    "Reply CANCEL to opt out of your appointment.",
]  # fmt: skip
ACCEPTED = [
    "Reply STOP to opt out.", "Reply C to cancel or R for another time.", "Reply STOP to unsubscribe.",
    "Shall I book it?", "Reply 1 to confirm, 2 for another time.", "Text STOP to end these messages.", "Reply STOP.",
    "Please tell us at least four hours ahead when you need to cancel.", "Reply HELP for help, STOP to opt out.",
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_nobody_is_asked_to_text_a_stop_word_for_business(text: str) -> None:
    assert found("reminder.day_before", text) == ["stop-word"]


@pytest.mark.parametrize("text", ACCEPTED)
def test_ways_out_and_harmless_answers_may_be_asked_for(text: str) -> None:
    assert found("reminder.day_before", text) == []


def test_a_campaign_names_its_sender_and_the_way_out() -> None:
    assert found("campaign.autumn", "{business}: 20% off colour. Reply STOP to opt out.") == []
    assert found("campaign.autumn", "20% off colour. Reply STOP to opt out.") == ["campaign-sender"]
    assert found("campaign.autumn", "Willow & Co Hair: 20% off colour.") == ["campaign-way-out"]
    assert [fix for _, _, fix in campaign("20% off", salon())] == [
        "write {business} into it", "add: Reply STOP to opt out.",
    ]  # fmt: skip


def test_long_templates_are_counted_as_they_are_sent() -> None:
    three = "{business}: " + "word " * 80
    assert found("reminder.x", three) == []
    assert found("reminder.x", three + "word " * 20) == ["length"]
    assert found("small.x", three + "word " * 20) == []
    assert found("consent.stopped", "a" * 161) == ["length"]
    assert found("consent.stopped", "a" * 137 + "{when}") == ["length"], "fields are counted as long as they get"


def test_costly_signs_are_a_warning() -> None:
    (problem,) = lint({FILE: "## reminder.x\nSee you soon 😀\n"}, salon())
    assert (problem.level, problem.rule) == ("warning", "alphabet") and "😀" in problem.what


@pytest.mark.parametrize("text", ["Your root canal is at 2.", "{treatment} tomorrow at {when}", "Your test results"])
def test_a_clinic_begins_no_message_about_health(text: str) -> None:
    assert found("reminder.x", text, clinic()) == ["health"]
    assert found("book.asked", text, clinic()) == []
    assert found("reminder.x", text) == []


def test_promotion_stands_only_in_campaigns() -> None:
    assert found("book.done", "You're booked. Next time 20% off!") == ["promotion"]


def test_who_speaks_and_what_is_kept_is_disclosed() -> None:
    assert found("call.greeting", "Hi, the automated assistant of {business}. This call may be recorded.") == []
    assert found("call.greeting", "Hi, the automated assistant of {business}.") == ["disclosure"]
    assert found("call.greeting", "Hi, this is Anna of {business}. This call may be recorded.") == ["disclosure"]
    assert found("about.disclosure", "Hi, I am the AI assistant of {business}.") == []
    assert found("missed_call.text_back", "Sorry we missed you! {business}") == ["disclosure"]


def test_a_finding_names_the_line_of_its_paragraph() -> None:
    text = "# Chapter\n\n## reminder.x\nFine.\n\nReply YES\nto confirm.\n"
    (problem,) = lint({FILE: text}, salon())
    assert problem == Problem(
        FILE, 6, "stop-word", "error", "it asks people to text 'YES', which carriers and the law read as an opt-out or "
        "opt-in", "ask for C, R, 1 or 2, or for an answer in their own words",
    )  # fmt: skip


def test_the_shipped_pack_has_nothing_to_mend() -> None:
    from making import SALON

    from compose import load_pack, pack_files

    assert lint(pack_files(SALON), load_pack(SALON)) == []
