"""`python -m qotbot` is the `qotbot` command."""

from __future__ import annotations

from qotbot import main

main()
