"""From the bytes of a file to a TOML document; every way this can fail is a German sentence with its line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rathaus_desk.catalogue.findings import BadFile, Finding
from rathaus_desk.catalogue.lines import LineMap
from rathaus_desk.kernel.toml_words import NoToml, parse_toml

LARGEST = 4 * 1024 * 1024
"""Bytes. The largest statutes seen have 60 kB; whatever is larger is no catalogue file."""


@dataclass(frozen=True)
class Source:
    """A TOML document, its text and where everything stands. Decimal points become Decimal, not float."""

    path: Path
    text: str
    tree: dict[str, Any]
    lines: LineMap


def read_source(path: Path) -> Source:
    """Reads a file; :class:`BadFile` if it is missing, too large, binary, not UTF-8, or no TOML."""
    return parse(path, _text(path, _bytes(path)))


def parse(path: Path, text: str) -> Source:
    """Parses text that came from ``path`` (or would)."""
    try:
        tree = parse_toml(text)
    except NoToml as error:
        wrong = error.wrong
        raise _refuse(
            path, wrong.line, wrong.what, wrong.should, detail=type(error.__cause__).__name__
        ) from error
    return Source(path, text, tree, LineMap.of(text.replace("\r\n", "\n")))


def _bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise _refuse(path, None, "Das ist ein Ordner, keine Datei.")
        if path.stat().st_size > LARGEST:
            raise _refuse(path, None, f"Die Datei ist größer als {LARGEST // 1024 // 1024} MB.")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise _refuse(path, None, "Diese Datei gibt es nicht.") from error
    except PermissionError as error:
        raise _refuse(path, None, "Diese Datei darf nicht gelesen werden.") from error
    except (OSError, ValueError) as error:
        raise _refuse(path, None, "Diese Datei lässt sich nicht lesen.", detail=str(error)) from error


def _text(path: Path, content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _refuse(path, None, "Die Datei ist als UTF-16 gespeichert.", "sie als „UTF-8“ speichern")
    if b"\0" in content:
        raise _refuse(
            path, None, "Die Datei ist keine Textdatei.", "eine TOML-Textdatei, als UTF-8 gespeichert"
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _refuse(
            path,
            line,
            "Die Datei ist nicht als UTF-8 gespeichert (vermutlich Windows-1252): Umlaute wären verfälscht.",
            "sie im Editor als „UTF-8“ speichern",
        ) from error


def _refuse(path: Path, line: int | None, what: str, should: str = "", *, detail: str = "") -> BadFile:
    refused = BadFile([Finding(str(path), line, what, should)])
    if detail:
        refused.detail = detail
    return refused
