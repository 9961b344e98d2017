"""``catalogue check``: reads files, computes their examples, says what is wrong with them. No database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rathaus_desk.catalogue.examples import ExampleResult, ExampleRunner, Outcome, expectations, judge
from rathaus_desk.catalogue.findings import BadFile, Finding
from rathaus_desk.catalogue.kinds import Bundle, CatalogueFile, FileKind, Kinds, Version
from rathaus_desk.catalogue.law import LawBook
from rathaus_desk.catalogue.law_file import LAW, entries
from rathaus_desk.catalogue.reading import convert, nearest
from rathaus_desk.catalogue.toml_text import Source, parse, read_source
from rathaus_desk.kernel.errors import BadInput, DeskError
from rathaus_desk.kernel.periods import german_date

OTHER_HEADS = ("columns", "service")
"""TOML files that may lie beside the catalogue and are none of it: import mappings, services."""


@dataclass(frozen=True)
class Report:
    """What a check found, in the order of the files."""

    files: tuple[CatalogueFile, ...]
    examples: tuple[ExampleResult, ...]
    findings: tuple[Finding, ...]
    refused: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """No file refused and every example comes out; findings do not count."""
        return not self.refused and all(example.ok for example in self.examples)

    def exit_status(self, *, strict: bool = False) -> int:
        """0 or 1, as the command line ends; with ``strict`` findings count too."""
        return 0 if self.ok and not (strict and self.findings) else 1

    def as_json(self) -> dict[str, object]:
        """The document of ``catalogue check --json``."""
        return {
            "examples": [example.as_json() for example in self.examples],
            "findings": [finding.as_json() for finding in self.findings],
            "refused": [finding.as_json() for finding in self.refused],
        }


def check(
    paths: Iterable[Path],
    kinds: Kinds,
    runners: Sequence[ExampleRunner],
    *,
    law: LawBook | None = None,
) -> Report:
    """Checks files, and all ``*.toml`` of folders and below.

    The files of one folder see each other (the statute beside the tariff), also those that were not named.
    Raises ``BadInput`` only for a path that does not exist.
    """
    named = _toml_files(paths)
    beside = {other for path in named for other in path.parent.glob("*.toml")} - set(named)
    read, refused = _read_all(named, kinds)
    seen, _ = _read_all(sorted(beside), kinds)
    return _judge_all(read, seen, refused, runners, law or LawBook.shipped())


def read_file(path: Path, kinds: Kinds) -> CatalogueFile:
    """Reads one catalogue file; raises :class:`BadFile` with everything that is wrong with it alone."""
    return _made(read_source(path), kinds)


def read_text(path: Path, text: str, kinds: Kinds) -> CatalogueFile:
    """As :func:`read_file`, for text that is not (or no longer) in a file; ``path`` only names it."""
    return _made(parse(path, text), kinds)


def run_examples(
    file: CatalogueFile,
    bundle: Bundle,
    runners: Sequence[ExampleRunner],
    *,
    refused: Sequence[str] = (),
) -> list[ExampleResult]:
    """Computes every ``[[example]]`` of a file; raises :class:`BadFile` for examples that cannot be read.

    ``refused``: names of files beside it that cannot be used; they may be why an example cannot be computed.
    """
    tables: Sequence[Mapping[str, object]] = getattr(file.content, "example", ())
    results: list[ExampleResult] = []
    wrong: list[Finding] = []
    for position, table in enumerate(tables):
        outcome = _run_example(file, bundle, runners, position, table, refused)
        if isinstance(outcome, ExampleResult):
            results.append(outcome)
        else:
            wrong.extend(outcome)
    if wrong:
        raise BadFile(wrong)
    return results


def _run_example(
    file: CatalogueFile,
    bundle: Bundle,
    runners: Sequence[ExampleRunner],
    position: int,
    table: Mapping[str, object],
    refused: Sequence[str],
) -> ExampleResult | list[Finding]:
    at = ("example", position)
    runner = next((runner for runner in runners if runner.runs(table)), None)
    if runner is None:
        return [
            file.finding(
                at,
                "Dieses Beispiel sagt nicht, wovon es handelt.",
                'kind = "…" (Grabart) oder hall = "…" (Halle)',
            )
        ]
    source = Source(file.path, file.text, dict(file.tree), file.lines)
    example, findings = convert(source, table, runner.schema, at)
    if example is None:
        return findings
    title = str(table.get("title") or f"Beispiel {position + 1}")
    expect = expectations(example.expect)  # type: ignore[attr-defined]  # the protocol's schema has it
    if not expect:
        return [file.finding(at, f"Das Beispiel „{title}“ erwartet nichts.", 'expect = { total = "…" }')]
    try:
        outcome = runner.run(example, file, bundle)
    except BadInput as error:
        names = " und ".join(f"„{name}“" for name in refused)
        why = f"solange {names} abgelehnt wird." if refused else error.sentence
        return [
            file.finding(
                at, f"Das Beispiel „{title}“ lässt sich nicht rechnen{',' if refused else ':'} {why}"
            )
        ]
    except DeskError as error:
        outcome = Outcome(refused=error.sentence)
    return judge(file.name, title, expect, outcome)


def _judge_all(
    read: Sequence[CatalogueFile],
    seen: Sequence[CatalogueFile],
    refused: list[Finding],
    runners: Sequence[ExampleRunner],
    law: LawBook,
) -> Report:
    examples: list[ExampleResult] = []
    findings: list[Finding] = []
    everything = [*read, *seen]
    broken = list(dict.fromkeys(Path(finding.file) for finding in refused))
    refused.extend(_overlaps(read, everything))
    for file in read:
        near = [other for other in everything if other.path.parent == file.path.parent]
        bundle = Bundle(near, everything, _law(law, near))
        findings.extend(file.kind.find(file, bundle))
        findings.extend(_open_ends(file, near))
        beside = [path.name for path in broken if path.parent == file.path.parent]
        try:
            examples.extend(run_examples(file, bundle, runners, refused=beside))
        except BadFile as error:
            refused.extend(error.findings)
    return Report(tuple(read), tuple(examples), tuple(findings), tuple(refused))


def _law(law: LawBook, near: Sequence[CatalogueFile]) -> LawBook:
    """The law in use: tables beside the file go before the shipped ones."""
    for file in near:
        if file.kind is LAW:
            law = law.with_entries(entries(file.content))
    return law


def _toml_files(paths: Iterable[Path]) -> list[Path]:
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inside = sorted(file for file in path.rglob("*.toml") if file.is_file())
            found.update(dict.fromkeys(file for file in inside if not _hidden(file, path)))
        elif path.exists():
            found[path] = None
        else:
            raise BadInput(f"„{path}“ gibt es nicht.")
    return list(found)


def _hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


def _read_all(paths: Iterable[Path], kinds: Kinds) -> tuple[list[CatalogueFile], list[Finding]]:
    read: list[CatalogueFile] = []
    refused: list[Finding] = []
    for path in paths:
        try:
            source = read_source(path)
            if not any(head in source.tree for head in OTHER_HEADS):
                read.append(_made(source, kinds))
        except BadFile as error:
            refused.extend(error.findings)
    return read, refused


def _made(source: Source, kinds: Kinds) -> CatalogueFile:
    kind = _kind_of(source, kinds)
    content, findings = convert(source, source.tree, kind.schema)
    if content is None:
        raise BadFile(findings)
    file = CatalogueFile(source.path, source.text, kind, content, source.lines, source.tree)
    findings = [*_backward(file), *kind.refuse(file)]
    if findings:
        raise BadFile(findings)
    return file


def _kind_of(source: Source, kinds: Kinds) -> FileKind:
    found = kinds.named_in(source.tree)
    if len(found) == 1:
        return found[0]
    name = str(source.path)
    heads = ", ".join(kind.written for kind in kinds)
    if len(found) > 1:
        second = max(source.lines.line((kind.head,)) or 1 for kind in found)
        both = " und ".join(kind.written for kind in found)
        what = f"Die Datei hat zwei Köpfe: {both}."
        raise BadFile([Finding(name, second, what, "je Kopf eine eigene Datei")])
    for word in source.tree:
        if near := nearest(word, [kind.head for kind in kinds]):
            line = source.lines.line((word,))
            raise BadFile([Finding(name, line, f"Den Kopf [{word}] gibt es nicht.", kinds[near].written)])
    what = "Die Datei ist leer." if not source.tree else "Die Datei hat keinen bekannten Kopf."
    raise BadFile([Finding(name, 1, what, f"einer von {heads}")])


def _backward(file: CatalogueFile) -> Iterable[Finding]:
    for version in file.versions:
        if version.valid_until is not None and version.valid_until < version.valid_from:
            yield file.finding(
                (file.kind.head, "valid_until"),
                f"valid_until ({german_date(version.valid_until)}) liegt vor valid_from "
                f"({german_date(version.valid_from)}).",
                "valid_until nach valid_from",
            )


def _overlaps(read: Sequence[CatalogueFile], everything: Sequence[CatalogueFile]) -> Iterable[Finding]:
    """Two versions of one key that both say they are in force on the same day."""
    for file in read:
        for other in _others(file, everything):
            for mine in file.versions:
                for theirs in other.versions:
                    if mine.key == theirs.key and mine.valid_from >= theirs.valid_from:
                        yield from _overlap(file, mine, other, theirs)


def _overlap(file: CatalogueFile, mine: Version, other: CatalogueFile, theirs: Version) -> Iterable[Finding]:
    head = file.kind.head
    if mine.valid_from == date.min:
        where = f"„{mine.key}“ steht auch in „{other.path.name}“."
        yield file.finding((head,), where, "nur in einer der beiden Dateien")
        return
    # A later version simply follows one that names no end: the earlier ends the day before.
    follows = theirs.valid_until is None and mine.valid_from > theirs.valid_from
    if not follows and mine.validity.overlaps(theirs.validity):
        yield file.finding(
            (head, "valid_from"),
            f"„{mine.key}“ gilt ab {german_date(mine.valid_from)}, die Fassung in "
            f"„{other.path.name}“ aber noch bis {german_date(theirs.validity.last)}.",
            "valid_until der früheren Fassung auf den Vortag setzen",
        )


def _open_ends(file: CatalogueFile, near: Sequence[CatalogueFile]) -> Iterable[Finding]:
    for other in _others(file, near):
        for mine in file.versions:
            for later in other.versions:
                follows = mine.key == later.key and later.valid_from > mine.valid_from
                if follows and mine.valid_until is None:
                    yield file.finding(
                        (file.kind.head, "valid_from"),
                        f"„{mine.key}“ hat kein Ende, obwohl „{other.path.name}“ ab "
                        f"{german_date(later.valid_from)} gilt; gerechnet wird mit der neueren Fassung.",
                        "valid_until eintragen",
                    )


def _others(file: CatalogueFile, files: Sequence[CatalogueFile]) -> Iterable[CatalogueFile]:
    return (
        other
        for other in files
        if other is not file and other.kind is file.kind and other.path.parent == file.path.parent
    )
