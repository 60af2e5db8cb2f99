"""Ships the root folders inside `qotbot/app/`, so that installing QotBot overwrites nobody's `channels` or `tools`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDERS = (
    "domain",
    "records",
    "guards",
    "tools",
    "graphs",
    "channels",
    "workers",
    "desk",
    "evals",
    "commands",
    "packs",
)
MODULES = ("compose.py", "server.py", "cli.py")


class Ship(BuildHookInterface[Any]):
    """Adds what exists of the application to a standard wheel; an editable one finds it in the checkout."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Extend `force_include` with the root folders and modules."""
        for name in (*FOLDERS, *MODULES) if version == "standard" else ():
            if (source := Path(self.root, name)).exists():
                build_data["force_include"][str(source)] = f"qotbot/app/{name}"
