"""The form of an application: JSON read strictly, and its values found by path.

A path names a value as ``verstorbene.familienname``; in lists the place, counted from 0, stands for the name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn

from rathaus_desk.applications.delivery import Limits
from rathaus_desk.kernel.errors import BadInput, Place

Form = dict[str, Any]
"""What the JSON says: text, bool, int, Decimal, None, lists and groups of them."""

_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]|,', re.DOTALL)
_MARKUP = re.compile(r"<(?![^<>\s@]+@[^<>\s@]+>)[a-z/!?]|javascript\s*:|data\s*:\s*text/html", re.IGNORECASE)
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # control characters but tab and line ends
    "\u200e\u200f\u202a-\u202e\u2066-\u2069"  # turn the direction of writing: text would read otherwise
    "\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff\U000f0000-\U0010ffff]"  # no characters at all
)
_SYNTAX = {
    "Expecting property name": "hier wird ein Feldname in Anführungszeichen erwartet",
    "Expecting ':'": "hier fehlt ein Doppelpunkt zwischen Feldname und Wert",
    "Expecting ','": "hier fehlt ein Komma",
    "Expecting value": "hier fehlt ein Wert",
    "Illegal trailing comma": "vor der schließenden Klammer steht ein Komma zu viel",
    "Unterminated string": "ein Text beginnt hier, endet aber nicht",
    "Extra data": "nach dem Ende des Antrags steht noch etwas",
    "Invalid control character": "ein Text enthält einen unzulässigen Zeilenumbruch oder ein Steuerzeichen",
    "Invalid \\": "ein Text enthält eine ungültige Zeichenfolge mit „\\“",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in a form that cannot stay; ``sentence`` goes on after the name of the value."""

    path: str
    sentence: str


def decode(content: bytes) -> str:
    """``content`` as text, without a byte order mark; raises BadInput for anything but UTF-8."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadInput("Die Datei ist in UTF-16 gespeichert. Anträge müssen in UTF-8 gespeichert sein.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadInput(
            "Die Datei enthält Zeichen, die kein gültiges UTF-8 sind; Umlaute wären nicht sicher zu lesen.",
            place=Place(line=line),
            detail=str(error),
        ) from error


def read_form(text: str, limits: Limits) -> Form:
    """The form that ``text`` holds; raises BadInput.

    Stricter than JSON asks: one group at the top, every field once, no NaN or Infinity. Numbers with a
    fraction become Decimal. The bounds on depth and values are checked before anything large is built.
    """
    _check_size(text, limits)
    try:
        form = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_refuse_constant,
            parse_int=lambda digits: int(_short(digits, limits)),
            parse_float=lambda digits: Decimal(_short(digits, limits)),
        )
    except json.JSONDecodeError as error:
        what = next((german for start, german in _SYNTAX.items() if error.msg.startswith(start)), "")
        raise BadInput(
            f"Der Aufbau der Datei ist beschädigt: {what or 'sie ist kein gültiges JSON'}.",
            place=Place(line=error.lineno),
            detail=str(error),
        ) from error
    if isinstance(form, list):
        raise BadInput("Die Datei enthält eine Liste. Jeder Antrag muss in einer eigenen Datei stehen.")
    if not isinstance(form, dict):
        raise BadInput("Die Datei enthält nur einen einzelnen Wert, keinen Antrag.")
    return form


def _check_size(text: str, limits: Limits) -> None:
    depth, values = 0, 1
    for token in _TOKEN.finditer(text):
        match token[0]:
            case "[" | "{":
                depth += 1
            case "]" | "}":
                depth -= 1
            case ",":
                values += 1
        if depth > limits.depth:
            raise BadInput(f"Die Angaben sind mehr als {limits.depth} Ebenen tief verschachtelt.")
        if values > limits.values:
            raise BadInput(f"Die Datei enthält mehr als {limits.values} einzelne Angaben.")


def _unique(pairs: list[tuple[str, Any]]) -> Form:
    group = dict(pairs)
    if len(group) < len(pairs):
        seen: set[str] = set()
        double = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise BadInput(f"Das Feld „{excerpt(double)}“ kommt zweimal vor; es ist unklar, welcher Wert gilt.")
    return group


def _refuse_constant(constant: str) -> NoReturn:
    raise BadInput(f"Die Datei enthält „{constant}“ anstelle einer Zahl.")


def _short(digits: str, limits: Limits) -> str:
    if len(digits) > limits.digits:
        raise BadInput(f"Eine Zahl hat mehr als {limits.digits} Stellen: „{excerpt(digits)}“.")
    return digits


def find(form: Mapping[str, Any], path: str) -> Any:
    """The value at ``path``; None where there is none."""
    value: Any = form
    for step in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and step.isascii() and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every single value with its path, in the form's order; empty lists and groups have none."""
    match value:
        case dict():
            for name, inner in value.items():
                yield from leaves(inner, f"{path}.{name}" if path else name)
        case list():
            for place, inner in enumerate(value):
                yield from leaves(inner, f"{path}.{place}")
        case _:
            yield path, value


def without_blanks(value: Any) -> Any:
    """``value`` without what was left empty: null, blank texts, empty lists and groups."""
    match value:
        case dict():
            kept = {name: without_blanks(inner) for name, inner in value.items()}
            return {name: inner for name, inner in kept.items() if inner is not None} or None
        case list():
            return [inner for inner in map(without_blanks, value) if inner is not None] or None
        case str():
            return value if value.strip() else None
        case _:
            return value


def faults(form: Form, limits: Limits) -> Iterator[Fault]:
    """What no form may hold, whatever its service: overlong texts, control characters, program code.

    Nothing here runs code out of a form, and shown text is never read as HTML; but who sends code means no
    good, and a clerk should know before it stands in a register.
    """
    for path, value in leaves(form):
        if any(fault := _text_fault(step, limits) for step in path.split(".")):
            yield Fault("", f"Ein Feldname {fault}: „{excerpt(path)}“.")
        if isinstance(value, str) and (fault := _text_fault(value, limits)):
            yield Fault(path, f"{fault}: „{excerpt(value)}“.")


def _text_fault(text: str, limits: Limits) -> str:
    if len(text) > limits.text:
        return f"ist {len(text)} Zeichen lang (erlaubt sind {limits.text})"
    if _CONTROL.search(text):
        return "enthält unzulässige, unsichtbare Zeichen"
    if _MARKUP.search(text):
        return "enthält Programmcode oder HTML"
    return ""


def excerpt(value: object, length: int = 60) -> str:
    """``value`` as it may stand in a sentence: one line, visible characters only, shortened."""
    text = str(value)
    line = " ".join(_CONTROL.sub("\ufffd", text[: length + 1]).split())
    return line[:length] + "…" if len(text) > length else line
