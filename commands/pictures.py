"""`qotbot graph draw`: the state machines as Mermaid."""

from __future__ import annotations

import tempfile
from pathlib import Path

from compose import Settings, compose
from domain.clock import SystemClock
from domain.configuration import Configuration
from graphs.draw import drawing


async def draw(name: str, business: Path) -> str:
    """One picture; `BadInput` lists the names there are."""
    with tempfile.TemporaryDirectory() as folder:
        extensions = Configuration().extensions
        app = await compose(Settings(home=Path(folder), business=business, extensions=extensions), SystemClock())
        try:
            return drawing(name, app.deps.tools, app.deps.guards)
        finally:
            await app.close()
