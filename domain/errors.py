"""The errors people can do something about.

QotBotError
├── ConfigurationError     settings or wording are wrong: names file, line and fix
├── BadInput               a caller sent something that cannot be used (4xx, exit code 2)
├── Unavailable            a needed part does not answer (503, exit code 4)
├── IntegrityError         the ledger does not verify (exit code 3)
├── ReusedActionId         one action id with two meanings
├── Later                  a job cannot run before an instant
└── ToolRefused            a tool's own "not possible": a value for the conversation, never a crash
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime


class QotBotError(Exception):
    """Any error this project raises on purpose; its text names cause and next step."""


class ConfigurationError(QotBotError, ValueError):
    """Settings, wording or extensions that cannot be used."""


class BadInput(QotBotError, ValueError):
    """Input from outside that cannot be used; nothing was changed."""


class Unavailable(QotBotError):
    """A needed part does not answer; try again later."""


class IntegrityError(QotBotError):
    """What is recorded contradicts its own proof."""


class ReusedActionId(QotBotError):
    """An action id came back with other arguments."""


class Later(QotBotError):
    """A job cannot run yet; `ready` (aware, UTC) is when to try again."""

    def __init__(self, ready: datetime) -> None:
        super().__init__(ready.isoformat())
        self.ready = ready


class ToolRefused(QotBotError):
    """A tool cannot do what was asked; `code` is stable, `facts` fill the wording."""

    def __init__(self, code: str, facts: Mapping[str, str | int] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.facts: dict[str, str | int] = dict(facts or {})
