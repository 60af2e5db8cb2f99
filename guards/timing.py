"""How long a customer's own words count, from the dated table."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from importlib import resources
from typing import Any

_TABLE: dict[str, Any] = tomllib.loads(resources.files("guards").joinpath("data/timing.toml").read_text("utf-8"))
INQUIRY = timedelta(days=_TABLE["inquiry"]["days"])
FRESH = timedelta(minutes=_TABLE["fresh"]["minutes"])
