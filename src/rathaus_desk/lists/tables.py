"""Reading the file itself: characters, delimiter, where the heading stands, what each row holds."""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from html import unescape
from html.entities import html5
from pathlib import Path

from rathaus_desk.kernel.errors import BadInput, Place
from rathaus_desk.kernel.names import fold, nfc
from rathaus_desk.kernel.periods import german_date

Cell = str | int | float | bool | date | datetime | time | timedelta | None
"""What a cell holds. Texts are composed (NFC) and keep their line breaks; an empty cell is None."""

MAX_BYTES = 64_000_000
MAX_UNPACKED_BYTES = 600_000_000
MAX_ROWS = 200_000
MAX_CELLS = 8_000_000
_HEADING_WITHIN = 30
_SAMPLE_LINES = 200
_RUNAWAY_LINES = 20

_DELIMITERS = ";,\t|"
_GERMAN = "äöüÄÖÜß§€"
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
# A reference may mean a letter that would split the line: till it is split, a private one stands for it.
_HELD = {ord(letter): chr(0xE000 + ord(letter)) for letter in ';,\t|"\n\r'}
_RELEASED = {ord(held): chr(letter) for letter, held in _HELD.items()}
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_SIGNATURES = {
    b"%PDF": "ein PDF-Dokument",
    b"\x89PNG": "ein Bild",
    b"\xff\xd8\xff": "ein Bild",
    b"GIF8": "ein Bild",
    b"MZ": "ein Programm",
    b"{\\rtf": "ein RTF-Dokument",
    b"SQLite format 3": "eine Datenbank",
    b"\x1f\x8b": "ein gepacktes Archiv",
    b"7z\xbc\xaf": "ein gepacktes Archiv",
    b"Rar!": "ein gepacktes Archiv",
}
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True, slots=True)
class Layout:
    """What somebody said about a file; everything left out is found out."""

    encoding: str = ""
    delimiter: str = ""
    header_row: int | None = None
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: ``line`` counts from 1 in the file or sheet (a row over several lines: its first)."""

    line: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows under a heading. Every row has one cell per heading; ``notes`` are sentences for the clerk."""

    file: str
    headings: tuple[str, ...]
    heading_line: int
    rows: tuple[Row, ...]
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    notes: tuple[str, ...] = ()


def shown(cell: Cell) -> str:
    """A cell as the list shows it: German dates, no ".0" behind whole numbers, nothing for an empty one."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "ja" if cell else "nein"
    if isinstance(cell, datetime):
        return german_date(cell.date()) + (f" {cell:%H:%M}" if cell.time() != time() else "")
    if isinstance(cell, date):
        return german_date(cell)
    return f"{cell:.10g}".replace(".", ",") if isinstance(cell, float) else str(cell)


def read_table(path: Path, layout: Layout | None = None, *, recognise: Callable[[str], bool]) -> Table:
    """The table in the file ``path`` (CSV or text, xlsx, xls, ods).

    ``recognise`` says of a text whether it is a heading one expects; it decides which row is the heading
    where ``layout`` names none. Character references of HTML are read as letters before lines are split,
    because they contain the semicolon. Raises BadInput, with a sentence, for what is no table.
    """
    layout = layout or Layout()
    raw = _bytes_of(path)
    if raw.startswith((_ZIP, _OLE)):
        return _from_workbook(path.name, raw, layout, recognise)
    for signature, what in _SIGNATURES.items():
        if raw.startswith(signature):
            raise BadInput(f"Das ist {what}, keine Tabelle.", place=Place(path.name))
    return _from_text(path.name, raw, layout, recognise)


def _bytes_of(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise BadInput("Das ist ein Ordner, keine Datei.", place=Place(path.name))
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise BadInput(
                f"Die Datei ist mit {size // 1_000_000} MB zu groß für eine Liste (höchstens 64 MB).",
                place=Place(path.name),
            )
        raw = path.read_bytes()
    except FileNotFoundError:
        raise BadInput("Diese Datei gibt es nicht.", place=Place(str(path))) from None
    except OSError as error:
        raise BadInput(
            "Die Datei lässt sich nicht lesen.", place=Place(path.name), detail=str(error)
        ) from error
    if not raw.strip():
        raise BadInput("Die Datei ist leer.", place=Place(path.name))
    return raw


# Text files


def _from_text(file: str, raw: bytes, layout: Layout, recognise: Callable[[str], bool]) -> Table:
    encoding, text = _decoded(file, raw, layout.encoding)
    if _CONTROL.search(text):
        raise BadInput("Die Datei enthält keine lesbare Liste (Steuerzeichen).", place=Place(file))
    if re.match(r"\s*<(!doctype|html|table|\?xml)", text, re.IGNORECASE):
        sentence = "Das ist eine HTML- oder XML-Datei. Bitte in Excel öffnen und als „.xlsx“ speichern."
        raise BadInput(sentence, place=Place(file))
    text = _REFERENCE.sub(_letter_held, text)
    first_line = 1
    if (stated := re.match(r"sep=(.)\r?\n", text)) is not None:
        layout = Layout(layout.encoding, layout.delimiter or stated[1], layout.header_row, layout.sheet)
        text, first_line = text[stated.end() :], 2
    delimiter = layout.delimiter or _delimiter(text)
    notes: list[str] = []
    records = _records(file, text, delimiter, csv.QUOTE_MINIMAL)
    if any(cell.count("\n") > _RUNAWAY_LINES for _, cells in records for cell in cells):
        # An opening quote that nobody closed would swallow the rest of the file.
        records = _records(file, text, delimiter, csv.QUOTE_NONE)
        notes.append(
            "Ein Anführungszeichen wird nicht geschlossen; Anführungszeichen wurden als Text gelesen."
        )
    rows = [
        Row(line + first_line - 1, tuple(_lines(cell.translate(_RELEASED)) or None for cell in cells))
        for line, cells in records
    ]
    return _table(file, rows, layout, recognise, notes, encoding=encoding, delimiter=delimiter)


def _decoded(file: str, raw: bytes, stated: str) -> tuple[str, str]:
    """Encoding and text: the one stated, else the mark at the start, UTF-8, or the likelier code page."""
    if stated:
        try:
            return stated, raw.decode(stated).removeprefix("\ufeff")
        except LookupError:
            raise BadInput(f"Den Zeichensatz „{stated}“ gibt es nicht.", place=Place(file)) from None
        except UnicodeError as error:
            sentence = f"Die Datei ist nicht im Zeichensatz „{stated}“ geschrieben."
            raise BadInput(sentence, place=Place(file), detail=str(error)) from error
    marks = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
    for mark, encoding in marks:
        if raw.startswith(mark):
            return encoding, raw.decode(encoding, errors="replace")
    zeros = raw[:2000].count(0)
    if zeros > len(raw[:2000]) // 4:
        encoding = "utf-16-le" if raw[1:2] == b"\0" else "utf-16-be"
        return encoding, raw.decode(encoding, errors="replace")
    try:
        return "utf-8", raw.decode("utf-8")
    except UnicodeDecodeError:
        pages = [(page, raw.decode(page, errors="replace")) for page in ("cp1252", "cp850")]
        return max(pages, key=lambda page: sum(map(page[1].count, _GERMAN)))


def _letter_held(reference: re.Match[str]) -> str:
    letter = _letter(reference)
    return letter if letter == reference[0] else letter.translate(_HELD)


def _letter(reference: re.Match[str]) -> str:
    """The letter a reference of HTML means; what only looks like one stays ("&Sohn;")."""
    name = reference[0][1:]
    return unescape(reference[0]) if name.startswith("#") or name in html5 else reference[0]


def _unescaped(text: str) -> str:
    return _REFERENCE.sub(_letter, text) if "&" in text else text


def _delimiter(text: str) -> str:
    """The delimiter that gives most lines the same number of columns.

    csv.Sniffer prefers the comma of "Name, Vorname" in files whose columns a semicolon separates.
    """
    sample = "".join(text.splitlines(keepends=True)[:_SAMPLE_LINES])

    def columns(delimiter: str) -> int:
        try:
            widths = Counter(
                len(cells) for cells in csv.reader(io.StringIO(sample), delimiter=delimiter) if cells
            )
        except csv.Error:
            return 0
        return max((width - 1) * lines for width, lines in widths.items()) if widths else 0

    return max(_DELIMITERS, key=columns)


def _records(file: str, text: str, delimiter: str, quoting: int) -> list[tuple[int, list[str]]]:
    """Each record with the line it starts on."""
    if len(delimiter) != 1:
        raise BadInput(f"Das Trennzeichen „{delimiter}“ ist kein einzelnes Zeichen.", place=Place(file))
    csv.field_size_limit(MAX_BYTES)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting)  # type: ignore[arg-type]
    records: list[tuple[int, list[str]]] = []
    line = 0
    try:
        for cells in reader:
            records.append((line + 1, cells))
            line = reader.line_num
            if len(records) > MAX_ROWS:
                raise _too_long(file)
    except (csv.Error, ValueError) as error:
        raise BadInput(
            "Die Zeile lässt sich nicht in Spalten teilen.", place=Place(file, line + 1), detail=str(error)
        ) from error
    return records


# Spreadsheets


def _from_workbook(file: str, raw: bytes, layout: Layout, recognise: Callable[[str], bool]) -> Table:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    _refuse_bomb(file, raw)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        names = book.sheet_names
        wanted = [name for name in names if fold(name) == fold(layout.sheet)] if layout.sheet else names
        if layout.sheet and not wanted:
            raise BadInput(
                f"Ein Tabellenblatt „{layout.sheet}“ gibt es nicht. Vorhanden: {', '.join(names)}.",
                place=Place(file),
            )
        filled: list[tuple[str, list[Row]]] = []
        for name in wanted:
            sheet = book.get_sheet_by_name(name)
            if sheet.total_height > MAX_ROWS or sheet.total_height * sheet.total_width > MAX_CELLS:
                raise _too_long(file)
            rows = [
                Row(line, tuple(_cell(cell) for cell in cells))
                for line, cells in enumerate(sheet.to_python(skip_empty_area=False), start=1)
            ]
            _spread_merged(rows, sheet.merged_cell_ranges or [])
            if sum(any(cell is not None for cell in row.cells) for row in rows) > 1:
                filled.append((name, rows))
    except PasswordError as error:
        sentence = "Die Datei ist mit einem Kennwort geschützt. Bitte ohne Kennwort speichern."
        raise BadInput(sentence, place=Place(file), detail=str(error)) from error
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        sentence = "Die Tabelle ist beschädigt oder keine Excel- oder ODS-Datei."
        raise BadInput(sentence, place=Place(file), detail=str(error)) from error
    if not filled:
        raise BadInput("Die Tabelle enthält keine Zeilen.", place=Place(file))
    name, rows = max(filled, key=lambda sheet: _recognised(sheet[1], recognise))
    others = [other for other, _ in filled if other != name]
    notes = [f"Nicht gelesen wurden die Tabellenblätter: {', '.join(others)}."] if others else []
    return _table(file, rows, layout, recognise, notes, sheet=name)


def _refuse_bomb(file: str, raw: bytes) -> None:
    if raw.startswith(_ZIP):
        try:
            with zipfile.ZipFile(io.BytesIO(raw)) as archive:
                unpacked = sum(entry.file_size for entry in archive.infolist())
        except zipfile.BadZipFile as error:
            raise BadInput("Die Datei ist beschädigt.", place=Place(file), detail=str(error)) from error
        if unpacked > MAX_UNPACKED_BYTES:
            raise _too_long(file)


def _lines(text: str) -> str:
    """``text`` composed, without needless spaces and control characters; its lines stay lines."""
    text = _CONTROL.sub(" ", text)
    return "\n".join(filter(None, map(nfc, text.splitlines()))) if "\n" in text or "\r" in text else nfc(text)


def _cell(value: object) -> Cell:
    if isinstance(value, str):
        return _lines(_unescaped(value)) or None
    if isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, datetime) and value.time() == time():
        return value.date()
    return value if isinstance(value, int | float | date | time | timedelta) else None


def _spread_merged(rows: list[Row], ranges: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """Give every row of a merged cell its value: a section named once beside twenty graves names each."""
    for (top, left), (bottom, right) in ranges:
        if top >= len(rows) or left >= len(rows[top].cells):
            continue
        value = rows[top].cells[left]
        for number in range(top, min(bottom, len(rows) - 1) + 1):
            cells = list(rows[number].cells)
            cells[left : right + 1] = [value] * len(cells[left : right + 1])
            rows[number] = Row(rows[number].line, tuple(cells))


# Heading and rows, for both


def _too_long(file: str) -> BadInput:
    return BadInput(
        f"Die Liste ist zu lang (höchstens {MAX_ROWS:,} Zeilen).".replace(",", "."), place=Place(file)
    )


def _recognised(rows: Sequence[Row], recognise: Callable[[str], bool]) -> int:
    return max((_known(row, recognise) for row in rows[:_HEADING_WITHIN]), default=0)


def _known(row: Row, recognise: Callable[[str], bool]) -> int:
    return sum(isinstance(cell, str) and recognise(cell) for cell in row.cells)


def _heading(file: str, rows: Sequence[Row], layout: Layout, recognise: Callable[[str], bool]) -> int:
    """The place in ``rows`` of the heading: the row stated, else the one with most headings one expects."""
    if layout.header_row is not None:
        for place, row in enumerate(rows):
            if row.line == layout.header_row and any(cell is not None for cell in row.cells):
                return place
        raise BadInput("In dieser Zeile steht keine Überschrift.", place=Place(file, layout.header_row))
    candidates = range(min(len(rows), _HEADING_WITHIN))
    best = max(candidates, key=lambda place: (_known(rows[place], recognise), -place), default=0)
    if rows and _known(rows[best], recognise) >= 2:
        return best
    filled = (place for place in candidates if sum(cell is not None for cell in rows[place].cells) > 1)
    return next(filled, 0)


def _headings(rows: Sequence[Row], at: int, width: int) -> tuple[str, ...]:
    """One distinct name per column. Where names repeat, the row of groups above them tells them apart."""
    own = [nfc(shown(cell)) for cell in rows[at].cells] + [""] * (width - len(rows[at].cells))
    above = [nfc(shown(cell)) for cell in rows[at - 1].cells] if at else []
    if len(set(filter(None, own))) < len(list(filter(None, own))) and sum(map(bool, above)) > 1:
        group, many = "", Counter(own)
        for column, name in enumerate(own):
            group = (above[column] if column < len(above) else "") or group
            if group and group != name and many[name] > 1:
                own[column] = f"{group} {name}".strip()
    seen: Counter[str] = Counter()
    names: list[str] = []
    for column, name in enumerate(own, start=1):
        name = name or f"Spalte {column}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(names)


def _table(
    file: str,
    rows: Sequence[Row],
    layout: Layout,
    recognise: Callable[[str], bool],
    notes: list[str],
    *,
    encoding: str = "",
    delimiter: str = "",
    sheet: str = "",
) -> Table:
    rows = [row for row in rows if any(cell is not None for cell in row.cells)]
    if not rows:
        raise BadInput("Die Datei enthält keine Zeilen.", place=Place(file))
    at = _heading(file, rows, layout, recognise)
    heading = rows[at]
    width = max(map(_used, rows[at:]))
    headings = _headings(rows, at, width)
    body = tuple(_filled_up(row, width) for row in _without_repeats(rows[at + 1 :], heading))
    if not body:
        raise BadInput("Unter der Überschrift stehen keine Zeilen.", place=Place(file, heading.line))
    return Table(file, headings, heading.line, body, encoding, delimiter, sheet, tuple(notes))


def _used(row: Row) -> int:
    """The number of cells up to the last one that holds something."""
    return max(place for place, cell in enumerate(row.cells, start=1) if cell is not None)


def _filled_up(row: Row, width: int) -> Row:
    return Row(row.line, (row.cells + (None,) * width)[:width])


def _without_repeats(rows: Sequence[Row], heading: Row) -> Iterator[Row]:
    """The rows that are not the heading once more, as on each page of a printed list."""
    used = heading.cells[: _used(heading)]
    return (row for row in rows if row.cells[: len(used)] != used)
