"""What a chat's page may post."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from channels.visitors import Identity


class Posted(BaseModel):
    """A message from the page; `id` is the page's own and makes sending again harmless."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str = Field(min_length=8, max_length=64, pattern=r"^[\w-]+$")
    text: str = Field(max_length=4000, pattern=r"\S")


class Left(BaseModel):
    """A filled-in form; `consent` is the hash of the wording that was agreed to, or empty."""

    model_config = ConfigDict(extra="ignore", frozen=True, str_strip_whitespace=True)

    id: str = Field(min_length=8, max_length=64, pattern=r"^[\w-]+$")
    name: str = Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f]+$")
    phone: str = Field(min_length=1, max_length=30)
    text: str = Field(min_length=1, max_length=400)
    consent: str = Field(default="", max_length=64)


class Opened(BaseModel):
    """What a page of another site opens a session with."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    identity: Identity | None = None
