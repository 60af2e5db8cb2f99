"""Finding the one-file parts of a folder: each file carries one agreed name, `TOOL`, `GUARD` or `CHANNEL`."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from domain.errors import ConfigurationError


def discover(folder: str, name: str, extensions: Path | None = None) -> list[Any]:
    """The value called `name` of every file directly in a folder and in the extensions folder of the same name.

    Files listed in the folder's `MACHINERY` are not parts. Raises `ConfigurationError` for a file without the name.
    """
    package = importlib.import_module(folder)
    machinery: tuple[str, ...] = getattr(package, "MACHINERY", ())
    found = [_value(m, name) for m in _modules(package, machinery)]
    if extensions is not None and (extensions / folder).is_dir():
        found += [_value(_load(folder, file), name) for file in sorted((extensions / folder).glob("*.py"))]
    return found


def unique(parts: list[Any], kind: str) -> dict[str, Any]:
    """Parts by their name; two with one name are an error."""
    by_name: dict[str, Any] = {}
    for part in parts:
        if part.name in by_name:
            raise ConfigurationError(f"two {kind}s are called {part.name!r}; rename one")
        by_name[part.name] = part
    return by_name


def _modules(package: ModuleType, machinery: tuple[str, ...]) -> Iterator[ModuleType]:
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda i: i.name):
        if not info.ispkg and info.name not in machinery:
            yield importlib.import_module(f"{package.__name__}.{info.name}")


def _load(folder: str, file: Path) -> ModuleType:
    name = f"qotbot_extensions.{folder}.{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ConfigurationError(f"{file}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _value(module: ModuleType, name: str) -> Any:
    if not hasattr(module, name):
        raise ConfigurationError(f"{module.__file__}: defines no {name}; give it one or move the file elsewhere")
    return getattr(module, name)
