"""The process's own settings, from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from domain.configuration import Configuration

NAMES = ["DATABASE_URL", "OPENAI_API_KEY", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "QOTBOT_HOME", "QOTBOT_MODEL"]


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*NAMES, "QOTBOT_MODEL_TIMEOUT_S"]:
        monkeypatch.delenv(name, raising=False)


def test_without_settings_nothing_outside_is_used() -> None:
    found = Configuration()
    assert (found.home, found.model, found.database_url, found.openai_api_key) == (Path(".qotbot"), "", None, None)


def test_our_names_and_the_usual_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QOTBOT_HOME", "/srv/salon")
    monkeypatch.setenv("DATABASE_URL", "postgresql://db/qotbot")
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "t0ken")
    found = Configuration()
    assert (found.home, found.database_url) == (Path("/srv/salon"), "postgresql://db/qotbot")
    assert found.twilio_auth_token is not None and found.twilio_auth_token.get_secret_value() == "t0ken"
    assert "t0ken" not in repr(found)


def test_nonsense_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QOTBOT_MODEL_TIMEOUT_S", "0")
    with pytest.raises(ValidationError):
        Configuration()
