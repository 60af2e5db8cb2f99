"""Turns that reach past the customer: campaigns, the carrier's webhooks, the door itself, a process that dies."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from threading import Event, Thread, active_count

import pytest

from domain.errors import BadInput
from evals.coverage import kills
from evals.finding import Result
from evals.restarting import logged
from evals.run import SMALL, Options, run, way
from evals.suite import SHIPPED, load

HEAD = 'id: one\nclock: "2026-11-24T10:00:00-05:00"\n'
TEXT = 'From: "+12025550143", To: "+15185550100", Body: "is there parking?", MessageSid: SM1'


def played(folder: Path, case: str) -> Result:
    """What becomes of a case."""
    (folder / "one.case.yaml").write_text(HEAD + case, "utf-8")
    return run(load([folder]), Options(workers=1))[0]


@pytest.mark.parametrize(
    "file", ["door/guards.case.yaml", "compliance/campaigns.case.yaml", "hostile/webhooks.case.yaml"]
)
def test_the_shipped_cases_with_such_turns_pass(file: str) -> None:
    results = run(load([SHIPPED / file]), Options(workers=1))
    assert not [result.told() for result in results if not result.ok]


def test_a_webhook_that_is_answered_otherwise_is_a_failure(tmp_path: Path) -> None:
    result = played(tmp_path, f"turns:\n  - webhook: {{path: /twilio/sms, form: {{{TEXT}}}, signed: false}}\n")
    assert result.status == "failed"
    assert [f.why for f in result.failures] == ["/twilio/sms answered 403, and 200 was expected"]


def test_a_campaign_that_is_refused_is_a_failure_unless_the_case_says_so(tmp_path: Path) -> None:
    result = played(tmp_path, "turns:\n  - trigger: spring\n")
    assert result.status == "failed" and "nobody may get this campaign" in result.failures[0].why
    assert played(tmp_path, "turns:\n  - trigger: {campaign: spring, refused: true}\n").ok


def test_staff_who_decide_on_nothing_fail_the_turn(tmp_path: Path) -> None:
    result = played(tmp_path, "turns:\n  - user: hello\n  - staff: approve\n")
    assert [f.why for f in result.failures] == ["no action waits for staff"]
    result = played(tmp_path, "turns:\n  - user: hello\n  - staff: {decide: reject, tool: book, again: true}\n")
    assert [f.why for f in result.failures] == ["no action of the tool 'book' was decided before"]


def test_a_second_decision_must_not_count(tmp_path: Path) -> None:
    held = "turns:\n  - user: haircut today at 11\n  - user: 'yes'\n"
    assert played(tmp_path, held + "  - staff: reject\n  - staff: {decide: approve, again: true}\n").ok
    result = played(tmp_path, held + "  - wait: 30h\n  - staff: approve\n")
    assert [f.why for f in result.failures] == ["no action waits for staff"]


@pytest.mark.parametrize(
    ("turn", "why"),
    [
        ("propose: {tool: cancel, args: {booking: '{booking}', version: 1}}", "has no appointment"),
        ("propose: {tool: book, args: {service: cut}}", "book cannot be proposed so"),
    ],
)
def test_what_cannot_be_proposed_is_told(tmp_path: Path, turn: str, why: str) -> None:
    result = played(tmp_path, f"turns:\n  - {turn}\n")
    assert result.status == "error" and why in result.error


def test_a_trigger_names_people_of_the_case(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="turn 1: there is no contact 'jo'"):
        played(tmp_path, "turns:\n  - trigger: {campaign: spring, to: [jo]}\n")


@pytest.mark.parametrize(
    ("cassette", "why"),
    [
        (None, "is missing; record it with 'qotbot eval record'"),
        ("\n{broken\n", "cannot be read: line 2: not JSON"),
        ('{"key": "k"}\n', "cannot be read: line 1: not a recording"),
        ("", "has no recording"),
    ],
)
def test_a_cassette_that_does_not_serve_is_told_with_its_line(tmp_path: Path, cassette: str | None, why: str) -> None:
    if cassette is not None:
        (tmp_path / "c.jsonl").write_text(cassette, "utf-8")
    result = played(tmp_path, "reader: {mode: cassette, cassette: c.jsonl}\nturns:\n  - user: hello\n")
    assert result.status == "error" and why in result.error and "c.jsonl" in result.error


def test_a_case_that_breaks_does_not_keep_the_others_from_being_played(tmp_path: Path) -> None:
    (tmp_path / "extensions" / "tools").mkdir(parents=True)
    (tmp_path / "extensions" / "tools" / "bad.py").write_text("raise RuntimeError('at import')\n", "utf-8")
    bad = HEAD + "extensions: extensions\nturns:\n  - user: hello\n---\n"
    (tmp_path / "two.case.yaml").write_text(bad + HEAD.replace("one", "two") + "turns:\n  - user: hello\n", "utf-8")
    first, second = run(load([tmp_path]), Options(workers=1))
    assert first.status == "error" and "RuntimeError: at import" in first.error and second.ok


def test_a_very_long_conversation_is_played(tmp_path: Path) -> None:
    words = "hello " * 4_000
    turns = "".join(f"  - user: is there parking? {n}\n  - wait: 20m\n" for n in range(40))
    result = played(tmp_path, f"turns:\n  - user: {words}\n{turns}")
    assert result.ok and result.turns == 41, result.told()


def test_smoke_takes_less_than_a_minute() -> None:
    results = run(load([SHIPPED / "smoke"]), Options(workers=1))
    assert not [result.told() for result in results if not result.ok]
    assert sum(result.cpu_ms for result in results) < 60_000


def test_each_guard_is_missed_by_its_own_case() -> None:
    loaded = load([SHIPPED / "door"])
    killed = {kill.guard: kill for kill in kills(loaded, Options(workers=1), run(loaded, Options(workers=1)))}
    for case in loaded:
        guard = next(tag for tag in case.case.tags if tag in killed)
        assert case.case.id in killed[guard].noticed, f"nobody notices that {guard} is gone"


def test_what_a_killed_process_logged_is_read_up_to_its_last_breath(tmp_path: Path) -> None:
    file = tmp_path / "child.log.jsonl"
    assert logged(file) == []
    file.write_text('{"event": "turn.failed", "contact": "con_1"}\n{"event": "cut o', "utf-8")
    assert logged(file) == [{"event": "turn.failed", "contact": "con_1"}, {"event": '{"event": "cut o'}]


def test_what_children_log_is_held_against_them(tmp_path: Path) -> None:
    """A tool of the case's own logs a number in the child: the invariant finds it in the child's log."""
    tools = tmp_path / "extensions" / "tools"
    tools.mkdir(parents=True)
    (tools / "blab.py").write_text(BLAB, "utf-8")
    case = "extensions: extensions\nturns:\n  - user: hello\n  - restart: true\n  - propose: {tool: blab}\n"
    result = played(tmp_path, case)
    assert [v.invariant for v in result.violations] == ["no_personal_data_in_logs"], result.told()
    assert json.dumps(result.as_json())


BLAB = """
import structlog
from domain.action import Assurance, Tier
from domain.tool import Args, Tool

class Blab(Args):
    pass

def write(args, ctx):
    structlog.get_logger().info("blab", to="+12025550143")
    return {}

TOOL = Tool(name="blab", tier=Tier.PRIVATE, purpose="reply", assurance=Assurance.UNKNOWN, args=Blab, write=write)
"""


def test_workers_are_forked_only_where_no_other_thread_runs() -> None:
    over = Event()
    thread = Thread(target=over.wait)
    thread.start()
    assert way() == "spawn"
    over.set()
    thread.join()
    assert way() == ("fork" if sys.platform == "linux" and active_count() == 1 else "spawn")


def test_workers_play_what_one_process_plays(tmp_path: Path) -> None:
    text = "".join(
        f"---\nid: n{n}\n{HEAD.splitlines()[1]}\nturns: [{{user: is there parking?}}]\n" for n in range(SMALL)
    )
    (tmp_path / "many.case.yaml").write_text(text, "utf-8")
    loaded = load([tmp_path])
    assert [r.case for r in run(loaded[:2], Options(workers=2))] == [
        "n0",
        "n1",
    ]  # in this process, before any is forked
    played_there = run(loaded, Options(workers=2))
    assert [(r.case, r.ok) for r in played_there] == [(one.case.id, True) for one in loaded]
