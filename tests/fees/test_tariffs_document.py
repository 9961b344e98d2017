"""docs/tariffs.md never lies: every snippet is read and computed, every word it must explain stands in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from rathaus_desk.catalogue import law_file
from rathaus_desk.catalogue.checking import Report
from rathaus_desk.cemetery import examples as cemetery_examples
from rathaus_desk.cemetery import statute
from rathaus_desk.fees import tariff_file
from rathaus_desk.fees.vocabulary import COUNTS, FACTS, PREFIXES
from rathaus_desk.halls import examples as hall_examples
from rathaus_desk.halls import hall_file

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "tariffs.md"

HEAD = '[tariff]\nkey = "ausschnitt"\ntitle = "Ausschnitt"\nvalid_from = 2025-01-01\n\n'


@dataclass(frozen=True)
class Snippet:
    line: int
    label: str
    text: str
    said: tuple[str, ...]


def snippets() -> Iterator[Snippet]:
    text = DOCUMENT.read_text(encoding="utf-8")
    for found in re.finditer(r"^```toml (\S+)\n(.*?)^```\n((?:> [^\n]*\n)*)", text, re.MULTILINE | re.DOTALL):
        said = tuple(line.removeprefix("> ") for line in found[3].splitlines())
        yield Snippet(text.count("\n", 0, found.start()) + 1, found[1], found[2], said)


SNIPPETS = list(snippets())
FILES = {snippet.label: snippet.text for snippet in SNIPPETS if snippet.label.endswith(".toml")}
PARTS = {
    "friedhof": "satzung.toml",
    "halle": "hallen.toml",
    "tarif-halle": "hallen.toml",
    "tarif-kopf": "satzung.toml",
}


def named(label: str) -> list[object]:
    return [pytest.param(one, id=f"line-{one.line}") for one in SNIPPETS if one.label == label]


def test_the_first_tariff_comes_out(tmp_path: Path, check_paths: Callable[..., Report]) -> None:
    for name in ("satzung.toml", "tarif.toml", "hallen.toml", "recht.toml"):
        (tmp_path / name).write_text(FILES[name], encoding="utf-8")
    report = check_paths(tmp_path)
    assert [str(finding) for finding in report.refused] == []
    assert [result.ok for result in report.examples] == [True]
    assert any("Wahlgrab" in finding.what and "award" in finding.what for finding in report.findings)


@pytest.mark.parametrize("snippet", [p for label in PARTS for p in named(label)])
def test_every_construct_computes_its_examples(
    snippet: Snippet, tmp_path: Path, check_paths: Callable[..., Report]
) -> None:
    beside = PARTS[snippet.label]
    (tmp_path / beside).write_text(FILES[beside], encoding="utf-8")
    text = snippet.text if "[tariff]" in snippet.text else HEAD + snippet.text
    (tmp_path / "tarif.toml").write_text(text, encoding="utf-8")
    report = check_paths(tmp_path)
    assert [str(finding) for finding in report.refused] == []
    assert [(one.example, one.computed, one.reasons) for one in report.examples if not one.ok] == []
    assert report.examples or snippet.label == "tarif-kopf"


@pytest.mark.parametrize("snippet", named("satzung-voll"))
def test_the_full_statute_is_accepted(
    snippet: Snippet, tmp_path: Path, check_paths: Callable[..., Report]
) -> None:
    (tmp_path / "satzung.toml").write_text(snippet.text, encoding="utf-8")
    report = check_paths(tmp_path)
    assert [str(finding) for finding in (*report.refused, *report.findings)] == []


@pytest.mark.parametrize("snippet", named("falsch"))
def test_typical_errors_are_answered_as_shown(
    snippet: Snippet, tmp_path: Path, check_paths: Callable[..., Report]
) -> None:
    (tmp_path / "tarif.toml").write_text(snippet.text, encoding="utf-8")
    said = [f"Zeile {one.line}: {one.sentence}" for one in check_paths(tmp_path).refused]
    assert tuple(said) == snippet.said


def test_every_snippet_is_tried() -> None:
    tried = {*FILES, *PARTS, "satzung-voll", "falsch"}
    assert {snippet.label for snippet in SNIPPETS} == tried


def tables(module: object) -> Iterator[type[msgspec.Struct]]:
    for member in vars(module).values():
        if isinstance(member, type) and issubclass(member, msgspec.Struct):
            yield member


SCHEMAS = (tariff_file, statute, hall_file, law_file, cemetery_examples, hall_examples)


@pytest.mark.parametrize("module", SCHEMAS, ids=lambda module: module.__name__.rpartition(".")[2])
def test_every_key_of_every_table_is_explained(module: object) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    words = set(re.findall(r"[a-z0-9_]+", " ".join(re.findall(r"`[^`]+`|^```.*?^```", text, re.M | re.S))))
    for table in tables(module):
        for field in msgspec.structs.fields(table):
            assert field.encode_name in words, f"{table.__name__}.{field.encode_name}"


def test_every_fact_and_count_is_explained() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    words = set(re.findall(r"[a-z0-9_]+", " ".join(re.findall(r"`[^`\n]+`", text))))
    for word in (*FACTS, *COUNTS, *PREFIXES):
        assert word in words, word
    for fact in FACTS.values():
        for choice in fact.choices or {}:
            assert choice in words or choice in ("tuesday", "wednesday", "thursday", "friday"), choice
