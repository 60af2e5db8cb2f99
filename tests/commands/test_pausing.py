"""`qotbot pause` and `resume`: what is begun stops for everybody, answers go on, and the doctor says so."""

from __future__ import annotations

from pathlib import Path

from making import heard
from rehearsal import opened
from terminal import Qotbot

from domain.action import Action, Purpose
from domain.clock import SteppingClock, SystemClock
from domain.message import Heard
from graphs import effects
from graphs.effects import Outgoing

PAST = "+12025550143"


async def tried(home: Path, purpose: Purpose, cause: str, *, run: bool = False) -> tuple[Action, list[str]]:
    """How the door answers a text that another process proposes, and what reached the carrier in all."""
    async with opened(home, clock=SteppingClock(SystemClock().now())) as salon:
        said: Heard = heard("hi", f"SM{cause}")
        salon.contact = (await salon.app.hear(said)).contact
        outgoing = Outgoing(
            text="We saved you a place.", purpose=purpose, contact=salon.contact, channel="sms", address=PAST,
            cause=cause, proposed_by="test",
        )  # fmt: skip
        deps = salon.app.deps
        sent = await deps.database.write(deps.scope(salon.contact), lambda tx: effects.send(tx, deps, outgoing))
        if run:
            await salon.app.run_until_idle()
        return sent, salon.carrier.bodies()


async def test_a_pause_of_another_process_stops_what_we_begin(qotbot: Qotbot, tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with opened(home):
        pass
    assert qotbot("doctor", "--home", home).code == 0
    paused = qotbot("pause", "--home", home, "--reason", "a storm", "--by", "Kim")
    assert paused.code == 0 and paused.out.startswith("Paused")
    assert qotbot("pause", "--home", home).out.startswith("Already paused")
    marketing, _ = await tried(home, "marketing", "one")
    assert "brake" in [f["rule"] for f in marketing.findings if f["verdict"] == "deny"]
    reply, bodies = await tried(home, "reply", "two", run=True)
    assert (reply.state, len(bodies)) == ("cleared", 2)  # the agent's own answer, and this reply

    doctor = qotbot("doctor", "--home", home)
    assert doctor.code == 1
    assert "a storm" in doctor.out and "qotbot resume" in doctor.out
    resumed = qotbot("resume", "--home", home, "--by", "Kim")
    assert resumed.out.startswith("Lifted: pause") and "a storm" in resumed.out
    assert qotbot("resume", "--home", home).out == "Nothing was stopped.\n"
    assert qotbot("doctor", "--home", home).code == 0


def test_nothing_to_pause_is_an_error(qotbot: Qotbot, tmp_path: Path) -> None:
    ran = qotbot("pause", "--home", tmp_path / "nowhere")
    assert ran.code == 2 and "holds no records" in ran.err
