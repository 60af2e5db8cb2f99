"""The page about the offline phone company: its example does what it says, and its table names every rate."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from channels.fake.faults import RATES

PAGE = (Path(__file__).resolve().parent.parent.parent / "docs/offline-phone-company.md").read_text("utf-8")


@pytest.mark.asyncio
async def test_its_example_sends_three_texts() -> None:
    [example] = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(example, "offline-phone-company.md", "exec"), names)  # noqa: S102 - our own page
    assert await names["three_texts"]() == names["outcomes"]
    assert len(names["company"].texts) == 2


def test_its_table_names_every_rate() -> None:
    rows = re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == set(RATES)
