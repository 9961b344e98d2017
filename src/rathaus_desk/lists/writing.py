"""Lists as files for people and programs: Excel, CSV, JSON. A file appears only when it is complete.

Excel: dates, times, amounts and numbers are real ones; text never becomes a formula or a link. What Excel
cannot hold stands as text (days before March 1900, the right without end) or ends in a remark (cells over
32,767 characters); more lines than a sheet has are refused. Equal lists made at the same moment are equal
files, byte by byte.

CSV: as a German Excel opens it by double click: semicolon, UTF-8 with byte order mark, ``20.11.2026``,
``2731,00``. A text that Excel would take as a formula gets an apostrophe in front (`harmless`).

JSON: for programs. Days ISO, amounts and decimal numbers as text with a point, an uncertain date as
``{"text", "earliest", "latest"}``, null for what is not known.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import msgspec

from rathaus_desk.kernel.clock import at_town
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.listing import ColumnKind, Listing, Row
from rathaus_desk.kernel.money import Money
from rathaus_desk.kernel.periods import FOR_EVER, german_date
from rathaus_desk.kernel.spreadsheet import harmless, looks_like_formula
from rathaus_desk.kernel.uncertain import UncertainDate
from rathaus_desk.store.home import beside, cannot_write

Format = Literal["excel", "csv", "json"]

SUFFIXES: dict[Format, str] = {"excel": ".xlsx", "csv": ".csv", "json": ".json"}

MOST_ROWS = 1_048_576 - 1
"""Lines that an Excel sheet holds below its heading."""

LONGEST_CELL = 32_767
"""What a cell of Excel holds, in UTF-16 code units."""

_CUT = " … [gekürzt, Excel fasst je Zelle nur 32.767 Zeichen; vollständig in der CSV-Datei]"
_FIRST_DAY = date(1900, 3, 1)
"""Excel believes in a 29 February 1900; programs disagree about the days before."""
_LARGEST = 10**15
"""From here on a number loses digits in Excel."""
_WIDTHS: dict[ColumnKind, int] = {"date": 11, "time": 8, "uncertain": 12, "money": 14, "number": 8, "flag": 8}
_NARROWEST, _WIDEST = 8, 48
_FILTER_BUTTON = 3
_NUMBER_FORMATS: dict[ColumnKind, str] = {
    "date": "dd.mm.yyyy",
    "uncertain": "dd.mm.yyyy",
    "time": "hh:mm",
    "money": "#,##0.00\\ [$€-407]",
}


def write(target: Path, form: Format, listing: Listing, rows: Iterable[Row], made_at: datetime) -> None:
    """Writes ``rows`` of ``listing`` to the file ``target``, over an older one of that name.

    BadInput or CannotWork, with ``target`` as it was, if that cannot be.
    """
    writers: dict[Format, Callable[[Path, Listing, Iterable[Row], datetime], None]] = {
        "excel": _write_xlsx,
        "csv": _write_csv,
        "json": _write_json,
    }
    with replacing(target) as fresh:
        writers[form](fresh, listing, rows, made_at)


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A file to write to that takes the place of ``target`` in the end, if nothing went wrong."""
    try:
        if target.is_dir():
            raise BadInput(f"„{target}“ ist ein Ordner; bitte nennen Sie eine Datei.")
        if not target.parent.is_dir():
            raise BadInput(f"Den Ordner „{target.parent}“ gibt es nicht.")
        with beside(target) as fresh:
            fresh.touch(mode=0o600)
            yield fresh
            fresh.replace(target)
    except OSError as error:
        raise cannot_write(target, error) from error


# --- CSV -------------------------------------------------------------------------------------------------


def _write_csv(target: Path, listing: Listing, rows: Iterable[Row], _made_at: datetime) -> None:
    with target.open("w", encoding="utf-8-sig", errors="replace", newline="") as stream:
        writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
        writer.writerow([column.title for column in listing.columns])
        for row in rows:
            writer.writerow([_csv_text(value) for value in _checked(row, listing)])


def _csv_text(value: Any) -> str:
    """``value`` as Germans write it; an amount without sign of currency, so that it stays a number."""
    match value:
        case str():
            return harmless(value)
        case Money():
            return str(value).replace(".", ",")
        case UncertainDate() if value.day is None:
            return harmless(str(value))
        case UncertainDate():
            return _german_text(value.day)
        case _:
            return _german_text(value)


def _german_text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "ja" if value else "nein"
        case date():
            return german_date(value)
        case time():
            return value.strftime("%H:%M")
        case Decimal():
            return format(value, "f").replace(".", ",")
        case _:
            return str(value)


def _checked(row: Row, listing: Listing) -> Row:
    if len(row) != len(listing.columns):
        raise ValueError(f"{listing.name}: a row of {len(row)} values for {len(listing.columns)} columns")
    return row


# --- JSON ------------------------------------------------------------------------------------------------


def _write_json(target: Path, listing: Listing, rows: Iterable[Row], made_at: datetime) -> None:
    document = {
        "list": listing.name,
        "title": listing.title,
        "made_at": at_town(made_at).isoformat(),
        "columns": [
            {"key": column.key, "title": column.title, "kind": column.kind} for column in listing.columns
        ],
        "rows": [
            {
                column.key: _plain(value)
                for column, value in zip(listing.columns, _checked(row, listing), strict=True)
            }
            for row in rows
        ],
    }
    target.write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n")


def _plain(value: Any) -> Any:
    match value:
        case str():
            return value.encode("utf-8", "replace").decode()
        case Money():
            return str(value)
        case Decimal():
            return format(value, "f")
        case time():
            return value.strftime("%H:%M")
        case date():
            return value.isoformat()
        case UncertainDate():
            return (
                {"text": value.text, "earliest": _plain(value.earliest), "latest": _plain(value.latest)}
                if value
                else None
            )
        case _:
            return value


# --- Excel -----------------------------------------------------------------------------------------------


def _write_xlsx(target: Path, listing: Listing, rows: Iterable[Row], made_at: datetime) -> None:
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    # In memory: otherwise the parts of the file, readable, pass through the folder for temporary files.
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True, "use_zip64": True}
    book = xlsxwriter.Workbook(str(target), options)
    book.set_properties(
        {
            "title": listing.title,
            "author": "Rathaus Desk",
            "created": made_at.astimezone(UTC).replace(tzinfo=None),
        }
    )
    _Sheet(book, listing, made_at).fill(rows)
    try:
        book.close()
    except FileCreateError as error:
        raise error.args[0] from None


class _Sheet:
    """The one sheet of a list."""

    def __init__(self, book: Any, listing: Listing, made_at: datetime) -> None:
        self._listing, self._book = listing, book
        self._sheet = sheet = book.add_worksheet(sheet_name(listing.title))
        self._heading = book.add_format({"bold": True, "bg_color": "#E7ECF1", "bottom": 1, "valign": "top"})
        # With the quote prefix a text stays a text, also after somebody edits the cell.
        self._plain = book.add_format({"valign": "top"})
        self._quoted = book.add_format({"valign": "top", "quote_prefix": True})
        self._wrapped = book.add_format({"valign": "top", "text_wrap": True})
        self._formats = {
            kind: book.add_format({"valign": "top", "num_format": number_format, "align": "right"})
            for kind, number_format in _NUMBER_FORMATS.items()
        }
        self._widths = [
            max(_WIDTHS.get(column.kind, _NARROWEST), len(column.title) + _FILTER_BUTTON)
            for column in listing.columns
        ]
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_margins(left=0.5, right=0.5)
        title = listing.title.replace("&", "&&")
        sheet.set_header(f"&L&B{title}&B&R{german_date(at_town(made_at).date())}")
        sheet.set_footer("&RSeite &P von &N")

    def fill(self, rows: Iterable[Row]) -> None:
        """Heading and lines; BadInput if they are more than a sheet holds."""
        from xlsxwriter.utility import xl_range

        columns, line = self._listing.columns, 0
        for place, column in enumerate(columns):
            self._sheet.write_string(0, place, column.title, self._heading)
        for line, row in enumerate(rows, start=1):
            if line > MOST_ROWS:
                most = f"{MOST_ROWS:,}".replace(",", ".")
                raise BadInput(
                    f"„{self._listing.title}“ hat mehr als {most} Zeilen; mehr fasst eine Excel-Tabelle "
                    "nicht. Bitte grenzen Sie die Liste ein oder wählen Sie CSV."
                )
            for place, value in enumerate(_checked(row, self._listing)):
                self._write(line, place, columns[place].kind, value)
        self._sheet.freeze_panes(1, 0)
        self._sheet.autofilter(0, 0, line, len(columns) - 1)
        # A grave "17" and a postal code are texts on purpose: no green corner that doubts it.
        whole = xl_range(0, 0, line, len(columns) - 1)
        self._sheet.ignore_errors({"number_stored_as_text": whole})
        for place, width in enumerate(self._widths):
            self._sheet.set_column(place, place, min(width, _WIDEST))
        if self._listing.chart and line:
            self._draw(line)

    def _draw(self, lines: int) -> None:
        """The numbers of the listing's chart as stacked bars below the table, a bar a line."""
        keys = [column.key for column in self._listing.columns]
        texts = [place for place, column in enumerate(self._listing.columns) if column.kind == "text"]
        chart = self._book.add_chart({"type": "bar", "subtype": "stacked"})
        name = self._sheet.get_name()
        for key in self._listing.chart:
            place = keys.index(key)
            chart.add_series(
                {
                    "name": [name, 0, place],
                    "categories": [name, 1, texts[0], lines, texts[0] + (texts[1:2] == [texts[0] + 1])],
                    "values": [name, 1, place, lines, place],
                }
            )
        chart.set_title({"name": self._listing.title})
        chart.set_y_axis({"reverse": True})
        chart.set_size({"width": 900, "height": max(240, 28 * lines + 120)})
        self._sheet.insert_chart(lines + 2, 0, chart)

    def _write(self, line: int, place: int, kind: ColumnKind, value: Any) -> None:
        # Of an uncertain date one certain day is a day to sort by; anything else stands as it was written.
        cell: Any = (value.day or str(value)) if isinstance(value, UncertainDate) else value
        match cell:
            case None | "":
                pass
            case Money():
                self._sheet.write_number(line, place, Decimal(cell.cents) / 100, self._formats["money"])
            case date() if _FIRST_DAY <= cell < FOR_EVER:
                self._sheet.write_datetime(line, place, cell, self._formats["date"])
            case time():
                self._sheet.write_datetime(line, place, cell, self._formats["time"])
            case bool() | date():
                self._write_text(line, place, _german_text(cell))
            case int() | Decimal() if -_LARGEST < cell < _LARGEST:
                self._sheet.write_number(line, place, cell, self._plain)
            case _:
                self._write_text(line, place, _german_text(cell))
        if kind in ("text", "uncertain") and isinstance(cell, str):
            longest = max(map(len, cell.split("\n")), default=0)
            self._widths[place] = max(self._widths[place], longest + 1)

    def _write_text(self, line: int, place: int, text: str) -> None:
        format_ = self._wrapped if "\n" in text else self._plain
        if looks_like_formula(text):
            format_ = self._quoted
        self._sheet.write_string(line, place, cell_text(text), format_)


def cell_text(text: str) -> str:
    """``text`` as a cell of Excel can hold it. Control characters the library writes in Excel's own way."""
    text = text.encode("utf-8", "replace").decode()
    if text.startswith("<r>") and text.endswith("</r>"):
        # XlsxWriter takes such a text for ready markup and would write it unescaped.
        text += " "
    if len(text) * 2 <= LONGEST_CELL:
        return text
    units = text.encode("utf-16-le")
    if len(units) // 2 <= LONGEST_CELL:
        return text
    return units[: 2 * (LONGEST_CELL - len(_CUT))].decode("utf-16-le", "ignore") + _CUT


def sheet_name(title: str) -> str:
    """A name that Excel takes for a sheet: at most 31 characters, none of ``[]:*?/\\``."""
    allowed = "".join(" " if letter in "[]:*?/\\" else letter for letter in title)
    return " ".join(allowed.split())[:31].strip(" '") or "Liste"
