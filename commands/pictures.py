"""`qotbot graph draw`: the state machines as Mermaid."""

from __future__ import annotations

import tempfile
from pathlib import Path

from compose import Settings, compose
from domain.clock import SystemClock
from domain.errors import BadInput
from graphs.draw import drawing, names


async def draw(name: str, business: Path) -> str:
    """One picture; `BadInput` lists the names there are."""
    with tempfile.TemporaryDirectory() as folder:
        app = await compose(Settings(home=Path(folder), business=business), SystemClock(), None, None)
        try:
            known = names(app.deps)
            if name.partition(":")[0] not in known:
                raise BadInput(f"there is no picture {name!r}; choose one of {', '.join(known)}")
            return drawing(name, app.deps, app.graph, app.action_graphs)
        finally:
            await app.close()
