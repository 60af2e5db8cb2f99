"""A texted code that the caller reads aloud, on both ways of speaking."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from shop import Person
from telephone import Exchange, opened_exchange

from domain.channel import Voice

pytestmark = pytest.mark.asyncio(loop_scope="module")
WORDS = "zero one two three four five six seven eight nine".split()


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=["relay", "gather"])
async def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Exchange]:
    """Return the salon, once by each way of speaking."""
    folder: Path = tmp_path_factory.mktemp("spoken")
    voice: Voice = request.param
    async with opened_exchange(folder / "home", voice=voice) as opened:
        yield opened


@pytest.fixture
def mia(shop: Exchange) -> Person:
    """Return a customer whom the salon has not heard of."""
    return shop.somebody()


def spelled(code: str) -> str:
    """A code in words."""
    return " ".join(WORDS[int(digit)] for digit in code)


def doubled(code: str) -> str:
    """A code in words, what comes twice as "double"."""
    said, rest = [], code
    while rest:
        twice = rest[:2] == rest[0] * 2
        said.append(("double " if twice else "") + WORDS[int(rest[0])])
        rest = rest[2 if twice else 1 :]
    return " ".join(said)


@pytest.mark.parametrize(
    "how",
    [
        lambda code: [" ".join(code)],
        lambda code: [f"It's {', '.join(code)}."],
        lambda code: [f"{code[:3]} {code[3:]}"],
        lambda code: [spelled(code)],
        lambda code: [doubled(code)],
        lambda code: [spelled(code[:3]), spelled(code[3:])],
    ],
    ids=["spaces", "commas", "halves", "words", "doubles", "two breaths"],
)
async def test_a_code_may_be_spoken_as_people_speak(
    shop: Exchange, mia: Person, how: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("records.challenges.secrets.randbelow", lambda _: 443_910)
    call = await shop.handset.call(mia.number, "answered")
    await shop.handset.say(call, "when is my appointment?")
    assert "What is the code?" in call.says[0]
    await shop.quiet()
    [text] = mia.inbox
    said: list[str] = how(text[:6])  # type: ignore[operator]
    for words in said:
        await shop.handset.say(call, words)
    assert "code" not in " ".join(call.says), "the code was right"
    assert call.says[0].startswith("I cannot see an upcoming appointment of yours.")
    await shop.handset.hang_up(call)
