"""The page on evaluations: its case holds as it stands, and it names every assertion, turn and perturbation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evals.case import Turn
from evals.expect import CHECKS
from evals.perturbing import PERTURBATIONS
from evals.play import play
from evals.suite import SHIPPED, load
from evals.venue import Venues
from evals.watch import Playing

PAGE = (Path(__file__).resolve().parent.parent.parent / "docs" / "run-evals.md").read_text("utf-8")
CASES = re.findall(r"^```yaml (\S+\.case\.yaml)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(("name", "text"), CASES)
async def test_the_page_s_case_holds(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    venues = Venues()
    for one in load([tmp_path]):
        result = await play(venues, Playing(loaded=one, case=one.case))
        assert result.ok, result.told()
    await venues.close()


def test_the_page_names_all_there_is() -> None:
    assert CASES
    for name in (*CHECKS, *PERTURBATIONS, *(p.name for p in SHIPPED.iterdir() if p.is_dir())):
        assert f"`{name}`" in PAGE, name
    for kind in set(Turn.KINDS) - {"trigger"}:
        assert f"`{kind}" in PAGE, kind
