"""From the bytes of a file to a TOML document; every way this can fail is a German sentence with its line."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from rathaus_desk.catalogue.findings import BadFile, Finding
from rathaus_desk.catalogue.lines import LineMap

LARGEST = 4 * 1024 * 1024
"""Bytes. The largest statutes seen have 60 kB; whatever is larger is no catalogue file."""

_WHERE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")

# What tomllib says → what a clerk understands; anything else falls back to a general sentence.
_SAID = (
    ("Cannot overwrite a value", "Diese Angabe steht in der Tabelle schon.", "sie nur einmal nennen"),
    ("Cannot declare", "Dieser Tabellenkopf steht schon in der Datei.", "[[item]] für mehrere gleiche"),
    ("Duplicate inline table key", "Diese Angabe steht in den Klammern zweimal.", "sie nur einmal nennen"),
    ("Cannot mutate immutable", "Eine Tabelle { … } kann nicht später ergänzt werden.", ""),
    ("Expected '=' after a key", "Nach dem Namen fehlt das Gleichheitszeichen.", 'name = "Wert"'),
    ("Invalid statement", "Diese Zeile ist weder [Tabelle] noch name = Wert.", 'name = "Wert"'),
    ("Invalid initial character for a key", "Hier wird ein Name erwartet.", 'name = "Wert"'),
    ("Expected ']]' at the end", "Der Tabellenkopf endet nicht mit ]].", "[[item]]"),
    ("Expected ']' at the end", "Der Tabellenkopf endet nicht mit ].", "[tariff]"),
    ("Unclosed array", "Eine Liste [ … ] ist nicht geschlossen.", "[1, 2, 3]"),
    ("Unclosed inline table", "Eine Tabelle { … } ist nicht geschlossen.", "{ a = 1 }"),
    ("Unterminated string", "Ein Text ist nicht mit Anführungszeichen geschlossen.", 'name = "Wert"'),
    ("Expected '\"'", "Ein Text ist nicht mit Anführungszeichen geschlossen.", 'name = "Wert"'),
    ("Illegal character '\\n'", "Ein Text ist nicht mit Anführungszeichen geschlossen.", 'name = "Wert"'),
    ("Illegal character", "Hier steht ein Steuerzeichen.", "es löschen"),
    ("Unescaped '\\\\' in a string", 'Ein \\ im Text muss verdoppelt werden.', '"\\\\"'),
    ("Invalid date or datetime", "Diesen Tag oder diese Uhrzeit gibt es nicht.", "2024-01-31"),
    ("Expected newline or end of document", "Nach dem Wert steht noch etwas.", "ein Wert je Zeile"),
    ("Invalid value", "Das ist kein gültiger Wert.", 'Text in Anführungszeichen: name = "Wert"'),
)  # fmt: skip


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
        tree = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise _syntax(path, text, str(error)) from error
    except (ValueError, ArithmeticError) as error:  # thousands of digits; exponents beyond Decimal
        raise _refuse(path, None, "Eine Zahl in der Datei ist zu groß.", detail=str(error)) from error
    except RecursionError as error:
        raise _refuse(path, None, "Die Datei ist zu tief verschachtelt.") from error
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


def _syntax(path: Path, text: str, said: str) -> BadFile:
    where = _WHERE.search(said)
    number = int(where[1]) if where and where[1] else max(1, len(text.rstrip().splitlines()))
    lines = text.splitlines()
    written = lines[number - 1] if 0 < number <= len(lines) else ""
    what, should = _hint(written) or next(
        ((what, should) for begin, what, should in _SAID if said.startswith(begin)),
        ("Die Datei ist an dieser Stelle kein gültiges TOML.", 'name = "Wert"'),
    )
    return _refuse(path, number, what, should, detail=said)


def _hint(written: str) -> tuple[str, str] | None:
    """What people write who do not know TOML, told by the line itself."""
    name, _, value = written.partition("=")
    name, value = name.strip(), value.strip()
    if re.search(r"[„“”‚‘’]", value) and not value.startswith(('"', "'")):
        return (
            "Der Text steht in typografischen Anführungszeichen.",
            f'{name} = "…" mit geraden Anführungszeichen',
        )
    if found := re.match(r"(-?\d[\d.]*),(\d{1,2})\s*(?:€|EUR|%)?\s*(?:#.*)?$", value):
        amount = f"{found[1].replace('.', '')}.{found[2]:<02}"
        return f"„{value}“ ist kein gültiger Wert.", f'{name} = "{amount}"'
    if found := re.match(r"(-?\d+(?:\.\d+)?)\s*(?:€|EUR)", value):
        return f"„{value}“ ist kein gültiger Wert.", f'{name} = "{Decimal(found[1]):.2f}"'
    if found := re.match(r"(\d+)\s*%", value):
        return f"„{value}“ ist kein gültiger Wert.", f"{name} = {found[1]}"
    if found := re.match(r"(\d{1,2})\.(\d{1,2})\.(\d{4})\b", value):
        day = f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}"
        return f"„{value}“ ist kein gültiges Datum.", f"{name} = {day}"
    if re.match(r"(?:True|False|Ja|ja|Nein|nein|wahr|falsch)\b", value):
        meant = "true" if value[0] in "TJjw" else "false"
        return f"„{value}“ ist kein gültiger Wert.", f"{name} = {meant}"
    if re.match(r"[A-Za-zÄÖÜäöüß_§][^\"'\[\]{}]*$", value):
        return f"„{value}“ ist kein gültiger Wert: Text braucht Anführungszeichen.", f'{name} = "{value}"'
    if name and not written.isascii() and not name.startswith(("[", "#", '"', "'")) and not name.isascii():
        return f"Der Name „{name}“ enthält Umlaute oder Sonderzeichen.", f'"{name}" = … in Anführungszeichen'
    return None


def _refuse(path: Path, line: int | None, what: str, should: str = "", *, detail: str = "") -> BadFile:
    refused = BadFile([Finding(str(path), line, what, should)])
    if detail:
        refused.detail = detail
    return refused
