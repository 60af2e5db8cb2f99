"""What a business writes down to offer something to many people: `campaigns/<name>.yaml`."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field, model_validator

from domain.settings import Phone, Strict


class Audience(Strict):
    """Who is meant: these numbers, or who came before and not in the last `away_days` days."""

    numbers: list[Phone] | None = None
    away_days: int | None = Field(default=None, ge=1, le=3650)

    @model_validator(mode="after")
    def _one(self) -> Audience:
        if (self.numbers is None) == (self.away_days is None):
            raise ValueError("write either numbers: or away_days:")
        return self


class CampaignFile(Strict):
    """A text to everybody who is meant and agreed to offers; `{business}` stands for the name.

    After `ends` (in the business's zone where it names none) nobody gets it any more; by default after three days.
    """

    name: str = Field(min_length=1, max_length=80)
    text: str = Field(min_length=1, max_length=1600)
    audience: Literal["everyone"] | Audience = "everyone"
    ends: datetime | None = None
