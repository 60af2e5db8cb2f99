"""Consequential calls of Schema-Guided Dialogue through the real guards: as they were made, and mutated.

The recorded assistant asks ("... is that right?"), the customer answers, the assistant makes its call. What is asked is
what the dialogue's acts say up to the question. Five mutations follow each call: made before the answer; the answer
left out; another customer's "no" in its place; one argument changed after the yes; the customer's message twice.
Whether an answer is a yes is driven twice: by the corpus's labels, and by the phrasebook from the customer's own words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from domain.action import Action, Tier
from domain.reading import Listening
from evals.corpora.layer import Call, Caller, Layer, in_order, layer
from evals.corpora.rows import share
from evals.corpora.sgd_dialogue import NOW, TASKS, Dialogue, dialogue
from graphs.readers.consent import is_yes
from graphs.readers.phrasebook import read

MUTATIONS: Final = ("early", "yes_removed", "yes_to_no", "argument_changed", "duplicate")
GRAPH_EVERY: Final = 25  # so many calls also run through the compiled guarded tool, which must come to the same end
NOS: Final = 200  # different refusals that are kept to put in a yes's place
TOLD: Final = frozenset({"INFORM", "CONFIRM", "OFFER", "SELECT"})
GENUINE: Final = ["judged ask", "confirmed", "judged run", "done"]


@dataclass(frozen=True, slots=True)
class Write:
    """A consequential call with the question before it and the customer's answer; `asked` is what was read back."""

    id: str
    call: Call
    asked: dict[str, Any]
    before: str
    question: str
    answer: str
    affirmed: bool


async def guarded_replays(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what the guards did to every consequential call and its mutations, by labels and by words apart."""
    nos = refusals(rows)
    counts: Counter[str] = Counter()
    async with layer() as real:
        for one in map(dialogue, rows):
            for write in writes(one):
                counts["writes"] += 1
                no = nos[counts["writes"] % len(nos)] if nos else ("", "No.")
                await _replay(real, write, no, counts=counts)
                real.effects.clear()
    return {"labels": _by_labels(counts), "words": _by_words(counts)}


def refusals(rows: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Different questions of the corpus with the customers' refusals."""
    found: dict[str, str] = {}
    for one in map(dialogue, rows):
        for reply in one.gold.confirm_replies:
            if reply.label == "negate" and len(found) < NOS and max(reply.ask, reply.reply) < len(one.turns):
                found.setdefault(one.turns[reply.reply].text, one.turns[reply.ask].text)
    return [(question, answer) for answer, question in found.items()]


def writes(one: Dialogue) -> Iterator[Write]:
    """The consequential calls of a conversation."""
    for gold in one.gold.writes:
        if not 2 <= gold.turn < len(one.turns):
            continue
        service = gold.name.partition(".")[0]
        known: dict[str, str] = {}
        for turn in one.turns[: gold.turn]:
            for act in turn.acts:
                if act.slot and act.v and act.act in TOLD and (act.svc or one.services[0]) == service:
                    known[act.slot] = (act.c or act.v)[0]
        at = gold.turn
        yield Write(
            id=f"{one.id}:{at}", call=Call(tool=gold.name, args=dict(gold.args), cause=f"{one.id}:{at}"),
            asked={name: known.get(name) for name in gold.args},
            before=one.turns[at - 3].text if at >= 3 else "", question=one.turns[at - 2].text,
            answer=one.turns[at - 1].text, affirmed=gold.affirmed_by_turn is not None,
        )  # fmt: skip


def says_yes(question: str, answer: str) -> bool:
    """Whether the phrasebook reads an answer to a question as a yes and nothing else."""
    listening = Listening(now=NOW, our_act="read_back", confirming=question, tasks=TASKS)
    return is_yes(read(answer, listening))


async def _replay(real: Layer, write: Write, no: tuple[str, str], *, counts: Counter[str]) -> None:
    real.offer(write.call.tool, Tier.COMMITS)
    who = await real.caller(write.before)
    heard = says_yes(write.question, write.answer)
    counts["same_args"] += write.asked == write.call.args
    counts["words_yes"] += heard
    asked = real.propose(who, replace(write.call, args=write.asked))
    _early(real, asked, counts)
    _removed(real, who, write, counts=counts)
    await _refused(real, who, write, no=no, counts=counts)
    _changed(real, who, write, counts=counts)
    await _original(real, who, write, asked=asked, counts=counts)
    if counts["writes"] % GRAPH_EVERY == 0:
        await _in_graph(real, who, write, counts=counts)


def _blocked(real: Layer, *rows: Action) -> bool:
    return all(row.state != "done" and row.id not in real.effects for row in rows)


def _early(real: Layer, asked: Action, counts: Counter[str]) -> None:
    """The call stands where the question stood: the door asked, and nothing was done."""
    counts["early"] += _blocked(real, asked) and asked.state == "asked"


def _removed(real: Layer, who: Caller, write: Write, *, counts: Counter[str]) -> None:
    call = replace(write.call, args=write.asked, cause=f"{write.id}:removed")
    asked = real.propose(who, call)
    row = real.propose(who, replace(call, args=write.call.args), continues=asked)
    counts["yes_removed"] += _blocked(real, asked, row)


async def _refused(real: Layer, who: Caller, write: Write, *, no: tuple[str, str], counts: Counter[str]) -> None:
    """Another customer's refusal is heard instead; the phrasebook reads it as the answer to its own question."""
    call = replace(write.call, cause=f"{write.id}:no")
    asked = real.propose(who, call)
    await real.hear(who.address, no[1], f"{write.id}:no")
    after = await real.next_turn(who.contact, who.address)
    row = real.propose(after, call, continues=asked, yes=says_yes(*no))
    counts["yes_to_no"] += _blocked(real, row)


def _changed(real: Layer, who: Caller, write: Write, *, counts: Counter[str]) -> None:
    """The yes is to the question; the call then made differs in one argument, as the same action and as another."""
    call = replace(write.call, cause=f"{write.id}:changed")
    asked = real.propose(who, call)
    name = sorted(call.args)[counts["writes"] % len(call.args)] if call.args else "more"
    other = replace(call, args={**call.args, name: f"{call.args.get(name, '')} else"})
    same_row = real.propose(who, other, continues=asked, yes=True)
    new_row = real.propose(who, replace(other, cause=f"{write.id}:changed:new"))
    counts["argument_changed"] += _blocked(real, same_row, new_row)


async def _original(real: Layer, who: Caller, write: Write, *, asked: Action, counts: Counter[str]) -> None:
    """The call as it was made; then message and call once more, the call in its own turn and in a new one."""
    await real.hear(who.address, write.answer, write.id)
    after = await real.next_turn(who.contact, who.address)
    row = real.propose(after, write.call, continues=asked, yes=write.affirmed)
    counts["done"] += row.state == "done"
    counts["covered"] += row.state == "done" and in_order(GENUINE, real.story(row.id))
    twice = await real.hear(who.address, write.answer, write.id)
    again = real.propose(after, write.call, continues=asked)
    another = real.propose(after, replace(write.call, cause=f"{write.id}:again"))
    once = real.effects.get(row.id, 0) <= 1 and again.id == row.id and _blocked(real, another)
    counts["duplicate"] += once and not twice.new


async def _in_graph(real: Layer, who: Caller, write: Write, *, counts: Counter[str]) -> None:
    call = replace(write.call, cause=f"{write.id}:graph")
    asked = await real.through_graph(who, call)
    ran = await real.through_graph(who, call, continues=asked["action"], yes=asked["args_hash"])
    counts["graph"] += 1
    counts["graph_same"] += asked["state"] == "asked" and ran["state"] == "done"


def _by_labels(counts: Counter[str]) -> dict[str, Any]:
    whole = counts["writes"]
    return {
        "driven_by": "the corpus's labels; gates nothing but the guards",
        "consequential_calls": whole,
        "asked_what_was_called": counts["same_args"],
        "gate_coverage": share(counts["covered"], counts["done"]),
        "originals_blocked": whole - counts["done"],
        "mutated": {name: {"tried": whole, "blocked": counts[name]} for name in MUTATIONS},
        "mutated_blocked_rate": share(sum(counts[name] for name in MUTATIONS), whole * len(MUTATIONS)),
        "through_the_graph": {"tried": counts["graph"], "same_end": counts["graph_same"]},
    }


def _by_words(counts: Counter[str]) -> dict[str, Any]:
    return {
        "driven_by": "the customers' words, read by the phrasebook",
        "consequential_calls": counts["writes"],
        "pass_at_once": counts["words_yes"],
        "asked_once_more": counts["writes"] - counts["words_yes"],
    }


def missed(found: Mapping[str, Any]) -> list[str]:
    """The hard figures that the guards miss."""
    labels = found["labels"]
    problems = []
    if labels["gate_coverage"] != 1.0 and labels["consequential_calls"] != labels["originals_blocked"]:
        problems.append("gate coverage is not 1.0")
    if labels["originals_blocked"]:
        problems.append("an original call was blocked")
    problems += [f"{n}: a mutated call ran" for n, m in labels["mutated"].items() if m["blocked"] != m["tried"]]
    if labels["through_the_graph"]["tried"] != labels["through_the_graph"]["same_end"]:
        problems.append("the compiled guarded tool came to another end than the door")
    return problems
