"""What is wrong with a TOML file, in words for somebody who has never heard of TOML."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

_WHERE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")

_UNSEEN = re.compile("[\u00a0\u00ad\u200b-\u200f\u2028\u2029\u202f\u2060\ufeff]")
"""Spaces that are none, and characters nobody sees: what is copied from a web page or a PDF brings them."""

# What tomllib says → what a clerk understands; anything else falls back to a general sentence.
_SAID = (
    ("Cannot overwrite a value", "Diese Angabe steht in der Tabelle schon.", "sie nur einmal nennen"),
    ("Cannot declare", "Dieser Tabellenkopf steht schon in der Datei.", "ihn nur einmal nennen"),
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


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong in which line (from 1; None: the whole file), and what would be right ("" if unknown)."""

    line: int | None
    what: str
    should: str = ""


class NoToml(Exception):
    """A text is no TOML document; ``wrong`` says why."""

    def __init__(self, wrong: Wrong) -> None:
        super().__init__(wrong.what)
        self.wrong = wrong


def parse_toml(text: str) -> dict[str, Any]:
    """The document in ``text``; decimal points become Decimal, not float. Raises NoToml."""
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise NoToml(_syntax(text, str(error))) from error
    except (ValueError, ArithmeticError) as error:  # thousands of digits; exponents beyond Decimal
        raise NoToml(Wrong(None, "Eine Zahl in der Datei ist zu groß.")) from error
    except RecursionError as error:
        raise NoToml(Wrong(None, "Die Datei ist zu tief verschachtelt.")) from error


def _syntax(text: str, said: str) -> Wrong:
    where = _WHERE.search(said)
    number = int(where[1]) if where and where[1] else max(1, len(text.rstrip().splitlines()))
    lines = text.splitlines()
    written = lines[number - 1] if 0 < number <= len(lines) else ""
    what, should = _hint(written, said) or next(
        ((what, should) for begin, what, should in _SAID if said.startswith(begin)),
        ("Die Datei ist an dieser Stelle kein gültiges TOML.", 'name = "Wert"'),
    )
    return Wrong(number, what, should)


def _hint(written: str, said: str) -> tuple[str, str] | None:
    """What people write who do not know TOML, told by the line itself."""
    if said.startswith(("Cannot declare", "Cannot overwrite")):
        return _hint_of_head(written)
    return _hint_of_line(written)


def _hint_of_head(written: str) -> tuple[str, str] | None:
    """A head that stands in the file before, with single brackets where several are meant."""
    found = re.match(r"\s*\[(\[?)\s*([\w.-]+)\s*\]", written)
    if found is None:
        return None
    name = found[2]
    if found[1]:
        return f"„{name}“ steht weiter oben schon in einfachen Klammern.", f"überall [[{name}]]"
    return (
        f"Der Tabellenkopf [{name}] steht schon in der Datei.",
        f"[{name}] nur einmal; gibt es mehrere, überall [[{name}]]",
    )


def _hint_of_line(written: str) -> tuple[str, str] | None:
    name, _, value = written.partition("=")
    name, value = name.strip(), value.strip()
    if found := _UNSEEN.search(re.sub(r'"[^"]*"', "", written)):
        return f"In der Zeile steht ein unsichtbares Zeichen (U+{ord(found[0]):04X}).", "die Zeile neu tippen"
    if value.endswith(("{", "{,")):
        return "Eine Tabelle { … } steht ganz in einer Zeile.", f"{name} = {{ … }}"
    if re.search(r",\s*\}\s*(?:#.*)?$", value):
        return "Vor der schließenden Klammer steht ein Komma zu viel.", f"{name} = {{ a = 1, b = 2 }}"
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
    if found := re.match(r"(\d{4})-(\d{1,2})-(\d{1,2})\s*(?:#.*)?$", value):
        day = f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}"
        if day != found[0].rstrip():
            return f"„{value}“ ist kein gültiges Datum.", f"{name} = {day}"
    if found := re.match(r"(\d{1,2})\.(\d{1,2})\.(\d{4})\b", value):
        day = f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}"
        return f"„{value}“ ist kein gültiges Datum.", f"{name} = {day}"
    if found := re.search(r"(?:([\w.-]+)\s*=\s*)(True|False|Ja|ja|Nein|nein|wahr|falsch)\b", written):
        meant = "true" if found[2][0] in "TJjw" else "false"
        return f"„{found[2]}“ ist kein gültiger Wert.", f"{found[1]} = {meant}"
    if re.match(r"[A-Za-zÄÖÜäöüß_§][^\"'\[\]{}]*$", value):
        return f"„{value}“ ist kein gültiger Wert: Text braucht Anführungszeichen.", f'{name} = "{value}"'
    if name and not written.isascii() and not name.startswith(("[", "#", '"', "'")) and not name.isascii():
        return f"Der Name „{name}“ enthält Umlaute oder Sonderzeichen.", f'"{name}" = … in Anführungszeichen'
    return None
