"""What the `qotbot` command does: one file a command or group; `cli.py` is its face."""
