"""Models that only fill a Reading say so."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from domain.reading import Reading
from graphs.readers.scripted import ScriptedModel


class Other(BaseModel):
    """Another form."""

    a: int


def test_no_other_form_is_filled() -> None:
    model = ScriptedModel(script=[Reading()])
    with pytest.raises(NotImplementedError, match="scripted only fills Reading"):
        model.with_structured_output(Other)
    with pytest.raises(NotImplementedError, match="only fills Reading"):
        model.bind_tools([Reading, Other])


def test_there_is_no_blocking_call() -> None:
    with pytest.raises(NotImplementedError, match="ainvoke"):
        ScriptedModel(script=[Reading()]).invoke("hello")
