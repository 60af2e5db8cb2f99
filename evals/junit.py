"""Results as JUnit XML, as build servers read it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from evals.finding import Result


def write(file: Path, results: Sequence[Result]) -> None:
    """One test case a run: failures for expectations and invariants, errors for what could not be played."""
    counts = {
        "tests": len(results), "failures": sum(r.status in ("failed", "violated") for r in results),
        "errors": sum(r.status == "error" for r in results), "time": f"{sum(r.ms for r in results) / 1000:.3f}",
    }  # fmt: skip
    suite = ElementTree.Element("testsuite", {"name": "qotbot eval", **{k: str(v) for k, v in counts.items()}})
    for result in results:
        named = {"classname": result.suite or "cases", "name": result.name, "time": f"{result.ms / 1000:.3f}"}
        case = ElementTree.SubElement(suite, "testcase", named)
        if not result.ok:
            kind = "error" if result.status == "error" else "failure"
            ElementTree.SubElement(case, kind, message=result.status).text = _storable(result.told())
    file.parent.mkdir(parents=True, exist_ok=True)
    ElementTree.ElementTree(suite).write(file, encoding="utf-8", xml_declaration=True)


def _storable(text: str) -> str:
    """The text without what XML cannot hold."""
    return "".join(c for c in text if c in "\n\t" or ord(c) >= 32)
