"""Reading a business's files; every mistake is told with file, line and what to do."""

from __future__ import annotations

import pytest
from making import SALON

from domain.errors import ConfigurationError
from domain.pack import read_pack

FILES = {name: (SALON / name).read_text("utf-8") for name in ("business.yaml", "policy.yaml")}


def refused(name: str, text: str) -> str:
    with pytest.raises(ConfigurationError) as problem:
        read_pack({**FILES, name: text})
    return str(problem.value)


def test_the_shipped_salon() -> None:
    pack = read_pack(FILES)
    assert pack.business.id == "salon" and pack.policy.dial == "balanced"
    assert pack.wording == {} and pack.knowledge == ()


def test_the_snapshot_changes_with_any_file() -> None:
    other = {**FILES, "policy.yaml": FILES["policy.yaml"] + "# a word\n"}
    assert read_pack(FILES).snapshot == read_pack(dict(reversed(FILES.items()))).snapshot != read_pack(other).snapshot


@pytest.mark.parametrize("name", ["business.yaml", "policy.yaml"])
def test_a_missing_file_is_named(name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{name} is missing: copy it"):
        read_pack({k: v for k, v in FILES.items() if k != name})


MISTAKES = [
    ("policy.yaml", "dial: balanced\nquiet_hour: 9\n", "policy.yaml:2: quiet_hour: unknown setting; remove it"),
    ("policy.yaml", "dial: balanced\nnotice:\n  book_minutes: -1\n", "policy.yaml:3: notice.book_minutes"),
    ("policy.yaml", "dial: [\n", "not valid YAML"),
    ("policy.yaml", "- dial\n", "policy.yaml:1: expected settings"),
    ("business.yaml", FILES["business.yaml"].replace("minutes: 45", "minutes: long"), "services.cut.minutes"),
    ("business.yaml", FILES["business.yaml"].replace("id: salon", "name2: x", 1), "id: this setting is needed"),
    (
        "business.yaml",
        FILES["business.yaml"].replace("America/New_York", "New York"),
        "write one like America/New_York",
    ),
    ("messages/en/a.md", "no heading\n", "messages/en/a.md:1: no '## heading' found"),
    ("messages/en/a.md", "## hello\n\n## bye\n\nBye.\n", "the wording 'hello' is empty"),
]


@pytest.mark.parametrize(("name", "text", "told"), MISTAKES)
def test_a_mistake_is_told_with_its_place_and_its_mending(name: str, text: str, told: str) -> None:
    assert told in refused(name, text)


def test_every_mistake_is_told_at_once() -> None:
    told = refused("policy.yaml", "dial: lax\nhorizon_days: 0\nx: 1\n").splitlines()
    assert [line.split(": ")[0] for line in told] == ["policy.yaml:1", "policy.yaml:2", "policy.yaml:3"]


def test_wordings_have_variants_and_knowledge_has_sections() -> None:
    pack = read_pack(
        {
            **FILES,
            "messages/en/a.md": "# Words\n\n## hello\n\nHi\nthere.\n\nHello.\n",
            "knowledge/k.md": "## Parking\n\nBehind.\n",
        }
    )
    assert pack.wording == {"hello": ("Hi there.", "Hello.")}
    assert [(s.file, s.title, s.text) for s in pack.knowledge] == [("knowledge/k.md", "Parking", "Behind.")]


def test_other_languages_wordings_are_left_alone() -> None:
    assert read_pack({**FILES, "messages/fr/a.md": "## hello\n\nSalut.\n"}).wording == {}


def test_one_wording_stands_in_one_file() -> None:
    words = "## hello\n\nHi.\n"
    with pytest.raises(ConfigurationError, match="stands in two files"):
        read_pack({**FILES, "messages/en/a.md": words, "messages/en/b.md": words})
