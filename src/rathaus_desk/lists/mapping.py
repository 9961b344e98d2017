"""Which column holds what: stated in a mapping file, or proposed from headings and values."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
from rapidfuzz import fuzz, process

from rathaus_desk.kernel.errors import BadInput, Place
from rathaus_desk.kernel.german_dates import parse_end
from rathaus_desk.kernel.names import fold
from rathaus_desk.kernel.toml_words import NoToml, parse_toml
from rathaus_desk.lists.fields import Field, Vocabulary, heading_words
from rathaus_desk.lists.tables import Cell, Layout, Table, shown

_SIMILAR = 84
_MOST_IN_A_ROW = 9
_REPEATED = re.compile(r" \(([0-9]+)\)$")
_SAMPLE = 200
_MAX_MAPPING_BYTES = 1_000_000
_FAR_AHEAD = date(2100, 1, 1)


Entry = str | int | bool | dict[str, str | int]
"""What a text of the list stands for: a value, or several that belong together."""


class Mapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mapping file (TOML): ``columns`` names the field of a heading, ``values`` translates its texts."""

    encoding: str = ""
    delimiter: str = ""
    header_row: int | None = None
    sheet: str = ""
    date_formats: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    defaults: dict[str, str | int] = {}
    columns: dict[str, str] = {}
    values: dict[str, dict[str, Entry]] = {}

    @property
    def layout(self) -> Layout:
        """What it says about the file itself."""
        return Layout(self.encoding, self.delimiter, self.header_row, self.sheet)


@dataclass(frozen=True, slots=True)
class Guess:
    """Why a column was taken for a field ("" if for none, its values are kept as remark)."""

    heading: str
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A mapping worked out for a table, with a reason per column, in the order of the columns."""

    mapping: Mapping
    guesses: tuple[Guess, ...] = field(default=())


def read_mapping(path: Path, vocabulary: Vocabulary) -> Mapping:
    """The mapping in the TOML file ``path``. Raises BadInput, naming the line and what would be right."""
    try:
        if path.is_dir():
            raise BadInput("Das ist ein Ordner, keine Datei.", place=Place(path.name))
        if path.stat().st_size > _MAX_MAPPING_BYTES:
            raise BadInput("Die Zuordnung ist zu groß.", place=Place(path.name))
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise BadInput("Diese Zuordnungsdatei gibt es nicht.", place=Place(str(path))) from None
    except (OSError, UnicodeError) as error:
        raise BadInput(
            "Die Zuordnungsdatei lässt sich nicht lesen (sie muss in UTF-8 geschrieben sein).",
            place=Place(path.name),
            detail=str(error),
        ) from error
    return mapping_of(text, vocabulary, file=path.name)


def mapping_of(text: str, vocabulary: Vocabulary, *, file: str = "") -> Mapping:
    """The mapping written in ``text``. Raises BadInput."""
    try:
        mapping = msgspec.convert(parse_toml(text), Mapping)
    except NoToml as error:
        wrong = error.wrong
        should = f" Richtig wäre: {wrong.should}" if wrong.should else ""
        raise BadInput(f"{wrong.what}{should}", place=Place(file, wrong.line)) from error
    except msgspec.ValidationError as error:
        # It names what is meant in backquotes, last: a name that is unknown, or where the value stands.
        (*_, named) = re.findall(r"`(?:\$\.)?([^`\[]*)[^`]*`", str(error)) or [""]
        raise BadInput(
            f"Den Eintrag „{named}“ gibt es nicht, oder er muss eine andere Form haben. "
            f"Möglich sind: {', '.join(Mapping.__struct_fields__)}.",
            place=Place(file),
        ) from error
    for name in (*mapping.columns.values(), *mapping.defaults, *mapping.values):
        if name not in vocabulary.by_name:
            closest = process.extractOne(name, list(vocabulary.by_name))
            meant = f" Gemeint ist vielleicht „{closest[0]}“." if closest and closest[1] > 50 else ""
            raise BadInput(
                f"Ein Feld „{name}“ gibt es nicht.{meant}", place=Place(file, _line_of(text, name))
            )
    return mapping


def write_mapping(mapping: Mapping) -> str:
    """``mapping`` as the text of a TOML file, to be kept for the next list of this form."""

    def value(plain: object) -> str:
        if isinstance(plain, dict):
            return "{ " + ", ".join(f"{quoted(key)} = {value(inner)}" for key, inner in plain.items()) + " }"
        if isinstance(plain, list | tuple):
            return "[" + ", ".join(map(value, plain)) + "]"
        return quoted(plain) if isinstance(plain, str) else json.dumps(plain)

    def quoted(text: str) -> str:
        return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")

    lines = [
        f"{name} = {value(stated)}"
        for name in ("encoding", "delimiter", "header_row", "sheet", "date_formats", "ignore")
        if (stated := getattr(mapping, name))
    ]
    sections: list[tuple[str, dict[str, Any]]] = [
        ("defaults", mapping.defaults),
        ("columns", mapping.columns),
    ]
    sections += [(f"values.{quoted(name)}", translated) for name, translated in mapping.values.items()]
    for head, entries in sections:
        if entries:
            lines += ["", f"[{head}]", *(f"{quoted(key)} = {value(entry)}" for key, entry in entries.items())]
    return "\n".join(lines).strip() + "\n"


def fitted(mapping: Mapping, table: Table, *, file: str = "") -> Mapping:
    """``mapping`` with its headings written as ``table`` writes them (case and spaces do not count).

    Raises BadInput for a heading the table does not have.
    """
    written = {fold(heading): heading for heading in table.headings}

    def as_written(heading: str) -> str:
        if found := written.get(fold(heading)):
            return found
        closest = process.extractOne(fold(heading), list(written), score_cutoff=60)
        meant = f" Gemeint ist vielleicht „{written[closest[0]]}“." if closest else ""
        raise BadInput(
            f"Die Zuordnung nennt die Spalte „{heading}“, die Liste hat sie nicht.{meant}", place=Place(file)
        )

    return msgspec.structs.replace(
        mapping,
        columns={as_written(heading): name for heading, name in mapping.columns.items()},
        ignore=tuple(written.get(fold(heading), heading) for heading in mapping.ignore),
    )


def propose(table: Table, vocabulary: Vocabulary) -> Proposal:
    """A mapping for ``table`` by its headings, the columns beside them and their values.

    A heading that names nobody ("Name", "Ort") belongs to whom the columns before it are about, if that
    field is still free; where it comes a second time, to somebody else. A number in a heading ("Verstorbener
    2") counts the people of a row. A field of dates is only proposed for a column that holds dates. What fits
    nothing stays out of the mapping; its values are kept as remarks.
    """
    guesses: list[Guess] = []
    taken: set[tuple[str, int]] = set()
    used: set[tuple[str, str, int]] = set()
    ignored: list[str] = []
    current, turn = "", 1
    for column, heading in enumerate(table.headings):
        words, number = _numbered(heading)
        sample = [row.cells[column] for row in table.rows[:_SAMPLE] if row.cells[column] is not None]
        if "".join(words) in vocabulary.counter_words and _counts(sample):
            ignored.append(heading)
            guesses.append(Guess(heading, "", "zählt nur die Zeilen"))
            continue
        subject, fields, reason = _candidates(words, vocabulary)
        current = subject or current
        if again := _REPEATED.search(heading):
            number = number or (int(again[1]) if subject in vocabulary.repeated else 0)
        if number and any(each.subject in vocabulary.repeated for each in fields):
            turn = number
        turns = {each.name: turn if each.subject in vocabulary.repeated else 1 for each in fields}
        free = [
            each
            for each in fields
            if (
                each.many
                or (
                    (each.name, turns[each.name]) not in taken
                    and ("".join(words), each.subject, turns[each.name]) not in used
                )
            )
            and _holds(each, sample)
        ]
        of_current = [each for each in free if each.subject == current]
        chosen = next(iter(of_current or free), None)
        if chosen is None:
            guesses.append(Guess(heading, "", "keinem Feld ähnlich, wird als Bemerkung behalten"))
            continue
        taken.add((chosen.name, turns[chosen.name]))
        used.add(("".join(words), chosen.subject, turns[chosen.name]))
        if not subject and len({each.subject for each in fields}) > 1:
            reason = "nach den Nachbarspalten" if of_current else "nach der Überschrift, die niemanden nennt"
        guesses.append(Guess(heading, chosen.name, reason))
    mapping = Mapping(
        encoding=table.encoding,
        delimiter=table.delimiter,
        header_row=table.heading_line,
        sheet=table.sheet,
        ignore=tuple(ignored),
        columns={guess.heading: guess.field for guess in guesses if guess.field},
    )
    return Proposal(mapping, tuple(guesses))


def _numbered(heading: str) -> tuple[tuple[str, ...], int]:
    """The words of a heading without a number, and that number (0: none): "2. Verstorbener"."""
    words = heading_words(_REPEATED.sub("", heading))
    digits = [word for word in words if word.isdigit()]
    if len(digits) == 1 and len(words) > 1 and 1 <= int(digits[0]) <= _MOST_IN_A_ROW:
        return tuple(word for word in words if not word.isdigit()), int(digits[0])
    return words, 0


def with_values(mapping: Mapping, name: str, values: dict[str, Any]) -> Mapping:
    """``mapping`` with translations of the field ``name`` added; those it has win."""
    merged = {**values, **mapping.values.get(name, {})}
    return msgspec.structs.replace(mapping, values={**mapping.values, name: merged})


def _candidates(words: Sequence[str], vocabulary: Vocabulary) -> tuple[str, list[Field], str]:
    """The subject a heading names ("" for none), the fields it can mean, best first, and the reason."""
    whole = "".join(words)
    subject, rest = vocabulary.subject_of(tuple(words))
    if subject:
        named = [each for each in vocabulary.by_heading.get(rest or "name", []) if each.subject == subject]
        if named:
            return subject, named, "nach der Überschrift"
    if exact := vocabulary.by_heading.get(whole):
        subjects = {each.subject for each in exact}
        return (subjects.pop() if len(subjects) == 1 else ""), exact, "nach der Überschrift"
    similar: list[tuple[float, str, str]] = []
    for text, owner in ((rest, subject), (whole, ""), ("".join(reversed(words)), "")):
        own = [
            heading
            for heading, fields in vocabulary.by_heading.items()
            if not owner or any(each.subject == owner for each in fields)
        ]
        closest = process.extractOne(text, own, scorer=fuzz.ratio, score_cutoff=_SIMILAR)
        if len(text) > 3 and closest:
            similar.append((closest[1], closest[0], owner))
    if not similar:
        return subject, [], ""
    _, heading, owner = max(similar)
    found = [each for each in vocabulary.by_heading[heading] if not owner or each.subject == owner]
    return owner, found, "nach einer ähnlichen Überschrift"


def _holds(candidate: Field, sample: Sequence[Cell]) -> bool:
    """Whether the values of a column can be those of the field; an empty column can be anything."""
    if candidate.holds == "text" or not sample:
        return True
    dates = sum(parse_end(cell, not_after=_FAR_AHEAD).date.known for cell in sample)
    return dates * 3 >= len(sample) if candidate.holds == "date" else dates * 2 < len(sample)


def _counts(sample: Sequence[Cell]) -> bool:
    """Whether the values are whole numbers that only rise."""
    numbers = [int(text) for text in map(shown, sample) if text.rstrip(".").isascii() and text.isdigit()]
    return len(numbers) == len(sample) and all(one < other for one, other in pairwise(numbers))


def _line_of(text: str, name: str) -> int | None:
    """The first line of a mapping file that writes ``name`` in quotes or as a bare key."""
    for number, line in enumerate(text.splitlines(), start=1):
        if f'"{name}"' in line or f"'{name}'" in line or line.split("=")[0].strip() == name:
            return number
    return None
