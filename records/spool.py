"""The spool: what may not be lost while the database cannot be written, one small file each in the home.

A file is complete and on the disk before `keep` returns: written beside its name, synced, then renamed. Names hold the
time and the id of the message, so that the same message is kept once and files are read in the order they came.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from domain.clock import from_ms, to_ms
from domain.errors import BadInput
from domain.message import Heard

FOLDER = "stops"  # in the home; numbers and words lie in it, so it is the owner's alone
_KEPT, _UNFINISHED = ".json", ".part"


@dataclass(frozen=True, slots=True)
class Spool:
    """The folder of a home in which opt-outs wait for the database."""

    folder: Path

    def keep(self, message: str, heard: Heard, *, now: datetime) -> None:
        """Keep what was heard, once per message id, with the time it came; on the disk when this returns."""
        if any(name.endswith(f"-{message}{_KEPT}") for name in self.waiting()):
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        came = heard.at or now
        content = json.dumps({**asdict(replace(heard, at=None)), "at": to_ms(came)})
        name = self.folder / f"{to_ms(came):015d}-{message}{_KEPT}"
        unfinished = name.with_suffix(_UNFINISHED)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(name)
        self._sync()

    def waiting(self) -> Sequence[str]:
        """The names of what waits, in the order it came."""
        try:
            return sorted(name for name in os.listdir(self.folder) if name.endswith(_KEPT))
        except FileNotFoundError:
            return ()

    def read(self, name: str) -> Heard | None:
        """What waits under a name; None where another process has just taken it, `BadInput` where it is no message."""
        try:
            known = json.loads((self.folder / name).read_text("utf-8"))
            return Heard(**{**known, "at": from_ms(known["at"]), "media": tuple(known["media"])})
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as problem:
            raise BadInput(f"{self.folder / name} holds no message that can be read") from problem

    def drop(self, name: str) -> None:
        """Let go of what the database has taken."""
        (self.folder / name).unlink(missing_ok=True)
        self._sync()

    def _sync(self) -> None:
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
