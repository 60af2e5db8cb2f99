"""The `qotbot` command: finds the application's folders, then hands over to `cli`."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

__version__ = "0.1.0"


def main() -> None:
    """Run the command line; `--version` alone is answered without loading the application."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"qotbot {__version__}\n")
        return
    sys.path.insert(0, str(home()))
    import_module("cli").main()  # by name: nothing but the line above says where it is


def home() -> Path:
    """Return the folder that holds the application: `app/` beside this file when installed, else the checkout."""
    here = Path(__file__).resolve().parent
    installed = here / "app"
    return installed if installed.is_dir() else here.parent
