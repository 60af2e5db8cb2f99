"""Reading a business's files, with errors that name file, line and fix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from domain.canonical import digest
from domain.errors import ConfigurationError
from domain.marked import fix_of, line_of, place_of, plain
from domain.passages import parts
from domain.settings import Business, Pack, Policy, Section

Model = TypeVar("Model", bound=BaseModel)


def read_pack(files: Mapping[str, str]) -> Pack:
    """Read a pack from its files (relative name to text); `ConfigurationError` names file, line and fix."""
    for needed in ("business.yaml", "policy.yaml"):
        if needed not in files:
            raise ConfigurationError(f"{needed} is missing: copy it from packs/salon and edit it")
    business = read_yaml(Business, "business.yaml", files["business.yaml"])
    policy = read_yaml(Policy, "policy.yaml", files["policy.yaml"])
    wording: dict[str, tuple[str, ...]] = {}
    places: dict[str, str] = {}
    for name in sorted(n for n in files if n.startswith(f"messages/{business.language}/")):
        for key, variants in _wordings(name, files[name]).items():
            if key in wording:
                raise ConfigurationError(f"{name}: the wording {key!r} stands in two files; keep one")
            wording[key], places[key] = variants, name
    knowledge = [s for n in sorted(files) if n.startswith("knowledge/") for s in _sections(n, files[n])]
    return Pack(
        business=business,
        policy=policy,
        wording=wording,
        knowledge=tuple(knowledge),
        snapshot=digest(dict(files))[:16],
        wording_files=places,
    )


def read_yaml(model: type[Model], name: str, text: str) -> Model:
    """Validate a YAML text against a model; every finding is told with its line."""
    yaml = YAML(typ="rt")
    try:
        data = yaml.load(text)
    except MarkedYAMLError as problem:
        mark = problem.problem_mark
        line = mark.line + 1 if mark else 1
        raise ConfigurationError(f"{name}:{line}: not valid YAML: {problem.problem}") from problem
    if not isinstance(data, dict):
        raise ConfigurationError(f"{name}:1: expected settings, one 'key: value' a line")
    try:
        return model.model_validate(plain(data))
    except ValidationError as problem:
        told = [f"{name}:{line_of(data, e['loc'])}: {place_of(e['loc'])}: {fix_of(e)}" for e in problem.errors()]
        raise ConfigurationError("\n".join(told)) from problem


def _wordings(name: str, text: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for part in parts(name, text):
        if not part.passages:
            raise ConfigurationError(
                f"{name}:{part.line}: the wording {part.heading!r} is empty; write at least one paragraph under it"
            )
        found[part.heading] = tuple(p.text for p in part.passages)
    return found


def _sections(name: str, text: str) -> list[Section]:
    return [Section(file=name, title=part.heading, text=part.text) for part in parts(name, text)]
