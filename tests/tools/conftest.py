"""A workbench over a database of its own."""

from __future__ import annotations

import pytest
from making import a_contact
from workbench import Workbench

from records.database import Database


@pytest.fixture
def bench(sqlite: Database) -> Workbench:
    """Return the salon's workbench, with one customer."""
    return Workbench(database=sqlite, contact=a_contact(sqlite))
