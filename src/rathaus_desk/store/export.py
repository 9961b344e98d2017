"""Everything that is in the house, readable without this program: tables as CSV, files as they are.

A folder with ``README.txt`` (German: what is what), ``schema.json`` (every table and column: type, meaning,
what it refers to), ``tabellen/`` (one CSV for each table of the database, known to the program or not) and
``dateien/`` (attachments and letters, readable, with an index). Rows that were deleted are there with their
``deleted_at``, the journal with every old value: an export is the whole house, not today's view of it. Left
out are the keys that attachments are encrypted by, and the full-text index, which repeats other tables.

The CSV files: semicolon, UTF-8 with byte order mark; every value in quotation marks, nothing for NULL; days
and moments (UTC) ISO, amounts as ``2731.00``, identifiers as UUID, bytes in hex. Texts are escaped against
formulas in a way that can be taken back (`kernel.spreadsheet.harmless_exactly`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
import sqlalchemy as sa

from rathaus_desk import __version__
from rathaus_desk.kernel.clock import at_town
from rathaus_desk.kernel.errors import BadInput, CannotWork
from rathaus_desk.kernel.money import Money
from rathaus_desk.kernel.spreadsheet import harmless_exactly
from rathaus_desk.store import journal, schema, secret
from rathaus_desk.store.attachments import Shelf
from rathaus_desk.store.connection import connect
from rathaus_desk.store.failures import in_words
from rathaus_desk.store.home import beside, cannot_write, real
from rathaus_desk.store.meanings import column_meanings, table_meaning
from rathaus_desk.store.schema import Base

if TYPE_CHECKING:
    from rathaus_desk.store.engine import Store

README, SCHEMA, TABLES, FILES = "README.txt", "schema.json", "tabellen", "dateien"
INDEX = f"{FILES}/verzeichnis.csv"

LEFT_OUT: Mapping[str, str] = {
    secret.Secret.__tablename__: "Schlüssel, mit denen die Anhänge im Datenordner verschlüsselt sind",
}
"""Tables that are not exported, and what is in them."""

_FULL_TEXT = "search_text"
_LONGEST_NAME = 100

_INDEX_COLUMNS = (
    "datei", "name", "gehoert_zu", "tabelle", "id", "art", "bytes", "sha256", "abgelegt", "geloescht",
    "hinweis",
)  # fmt: skip

Texts = list[str | None]


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: the files, and one sentence for each attachment that could not be read."""

    files: list[Path]
    damaged: list[str]


def export_all(store: Store, folder: Path) -> Exported:
    """Writes everything to ``folder``, which must be absent or empty; all of it or nothing.

    It shows one state of the data, while the program runs on. An attachment that is missing or damaged does
    not stop the rest. BadInput or CannotWork, with nothing left behind, if it cannot be written.
    """
    target = folder.absolute()
    _refuse(target, store.home.folder.absolute())
    with in_words(), _one_state(store) as driver, _filled(target) as fresh:
        tables = [_write_table(fresh, driver, name) for name in table_names(driver)]
        files, damaged = _write_files(fresh, driver, Shelf(store.home, driver))
        made_at = at_town(store.clock.now())
        _write_schema(fresh, tables, made_at.isoformat())
        readme = _readme(f"{made_at:%d.%m.%Y um %H:%M Uhr}", len(tables), len(files), damaged)
        (fresh / README).write_text(readme, "utf-8", newline="\r\n")
    names = [README, SCHEMA, *(table["file"] for table in tables), INDEX, *files]
    return Exported([folder / name for name in names], damaged)


def _refuse(target: Path, home: Path) -> None:
    try:
        if real(target).is_relative_to(real(home)):
            raise BadInput(
                "Die Ausgabe ist unverschlüsselt und darf nicht im Datenordner liegen. Bitte nennen Sie "
                "einen anderen Ordner."
            )
        if target.exists() and not target.is_dir():
            raise BadInput(f"„{target}“ ist eine Datei, kein Ordner.")
        if target.exists() and any(target.iterdir()):
            raise BadInput(f"Der Ordner „{target}“ ist nicht leer. Bitte nennen Sie einen neuen oder leeren.")
        if not target.parent.is_dir():
            raise BadInput(f"Den Ordner „{target.parent}“ gibt es nicht.")
    except OSError as error:
        raise cannot_write(target, error) from error


@contextmanager
def _one_state(store: Store) -> Iterator[Any]:
    """A connection of the driver that reads one state throughout, broken texts included."""
    with closing(connect(store.home.database, store._key)) as raw:
        raw.text_factory = lambda content: content.decode("utf-8", "replace")
        raw.execute("PRAGMA query_only=ON")
        raw.execute("BEGIN")
        yield raw


@contextmanager
def _filled(target: Path) -> Iterator[Path]:
    """A folder to write to, which becomes ``target`` in the end, or whose content moves there.

    An empty folder is filled, not replaced: it may be a drive.
    """
    there = target.exists()
    try:
        with beside(target / "unfertig" if there else target) as fresh:
            fresh.mkdir(mode=0o700)
            (fresh / TABLES).mkdir()
            (fresh / FILES).mkdir()
            yield fresh
            if there:
                # What says what is what comes last: without it the export is not complete.
                for name in (TABLES, FILES, SCHEMA, README):
                    (fresh / name).rename(target / name)
            else:
                fresh.rename(target)
    except OSError as error:
        raise cannot_write(target, error) from error


# --- tables ----------------------------------------------------------------------------------------------


def table_names(driver: Any) -> list[str]:
    """Every table that is exported: all of the database but `LEFT_OUT` and the full-text index."""
    names = driver.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    return [
        name
        for (name,) in names
        if name not in LEFT_OUT and name != _FULL_TEXT and not name.startswith(("sqlite_", f"{_FULL_TEXT}_"))
    ]


@dataclass(frozen=True, slots=True)
class _Form:
    """How the values of a column are written: the form's name, and the text of a stored value."""

    name: str
    text: Callable[[Any], str]


def _bare(value: Any) -> str:
    """A stored value as it is; also what a damaged row holds instead of what it should."""
    return value.hex() if isinstance(value, bytes) else str(value)


def _text(value: Any) -> str:
    return harmless_exactly(_bare(value))


def _uuid(value: Any) -> str:
    return str(UUID(bytes=value)) if isinstance(value, bytes) and len(value) == 16 else _bare(value)


def _amount(value: Any) -> str:
    return str(Money(value)) if isinstance(value, int) else _bare(value)


def _flag(value: Any) -> str:
    return "false" if value == 0 else "true" if value == 1 else _bare(value)


def _form_of(kind: sa.types.TypeEngine[Any]) -> _Form:
    match kind:
        case schema.Identifier():
            return _Form("uuid", _uuid)
        case schema.Cents():
            return _Form("amount", _amount)
        case sa.Boolean():
            return _Form("flag", _flag)
        case schema.Moment():
            return _Form("moment", _bare)
        case schema.DecimalText():
            return _Form("decimal", _bare)
        case schema.CanonicalJson():
            return _Form("json", _bare)
        case sa.Date():
            return _Form("day", _bare)
        case sa.LargeBinary():
            return _Form("bytes", _bare)
        case sa.Integer():
            return _Form("integer", _bare)
        case _:
            return _Form("text", _text)


def _write_table(folder: Path, driver: Any, name: str) -> dict[str, Any]:
    """Writes one table; its entry in the schema."""
    known = Base.metadata.tables.get(name)
    stored = driver.execute(f"PRAGMA table_info({_quoted(name)})").fetchall()
    columns = [column[1] for column in stored]
    keys = [column[1] for column in sorted(stored, key=lambda column: column[5]) if column[5]]
    forms = [
        _form_of(known.c[column].type) if known is not None and column in known.c else _Form("any", _text)
        for column in columns
    ]
    order = f" ORDER BY {', '.join(map(_quoted, keys))}" if keys else ""
    rows = driver.execute(f"SELECT {', '.join(map(_quoted, columns))} FROM {_quoted(name)}{order}")
    file = f"{TABLES}/{name}.csv"
    written = _write_csv(
        folder / file,
        columns,
        (
            [None if value is None else form.text(value) for form, value in zip(forms, row, strict=True)]
            for row in rows
        ),
    )
    meanings = column_meanings(name)
    return {
        "table": name,
        "file": file,
        "rows": written,
        "kind": _kind(known),
        "meaning": table_meaning(name),
        "columns": [
            {
                "column": column,
                "type": form.name,
                "meaning": meanings.get(column, ""),
                **_relations(known, column),
            }
            for column, form in zip(columns, forms, strict=True)
        ],
    }


def _kind(table: sa.Table | None) -> str:
    """``record`` (of the town), ``local`` (of this workstation), ``kept`` (by the store), or ``other``."""
    if table is None:
        return "other"
    if table.info.get("synced"):
        return "record"
    return "local" if table.info.get("local") else "kept"


def _relations(table: sa.Table | None, name: str) -> dict[str, Any]:
    """What a column refers to, and the values it can have, where that is said."""
    said: dict[str, Any] = {}
    if table is not None and name in table.c:
        column = table.c[name]
        for key in column.foreign_keys:
            said["refers_to"] = key.target_fullname
        if isinstance(column.type, sa.Enum):
            said["values"] = list(column.type.enums)
    return said


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _write_csv(path: Path, heading: Iterable[str], rows: Iterable[Texts]) -> int:
    """Writes the lines; how many there are below the heading. NULL is nothing, an empty text is ``""``."""
    written = -1
    lines: Iterable[Iterable[str | None]] = chain((heading,), rows)
    with path.open("w", encoding="utf-8-sig", errors="replace", newline="") as stream:
        for texts in lines:
            stream.write(";".join("" if text is None else _quoted(text) for text in texts) + "\r\n")
            written += 1
    return written


# --- files -----------------------------------------------------------------------------------------------


def _write_files(folder: Path, driver: Any, shelf: Shelf) -> tuple[list[str], list[str]]:
    """Writes every attachment and the index of them; the files, and a sentence for each that is damaged."""
    titles = dict(driver.execute("SELECT record, title FROM search_entry").fetchall())
    attachments = driver.execute(
        "SELECT id, record, name, media_type, size, sha256, created_at, deleted_at"
        " FROM attachment ORDER BY id"
    ).fetchall()
    owners = _tables_of(driver, {attachment[1] for attachment in attachments})
    files: list[str] = []
    damaged: list[str] = []
    lines: list[Texts] = []
    for id_, record, name, media_type, size, sha256, created_at, deleted_at in attachments:
        table = owners.get(record, "ohne")
        file, remark = f"{FILES}/{table}/{safe_name(name, UUID(bytes=id_))}", ""
        try:
            content = shelf.get(sha256)
        except CannotWork as error:
            file, remark = "", error.sentence
            # Of a file that was deleted long ago the content may be gone for good.
            if deleted_at is None:
                damaged.append(f"„{name}“: {error.sentence}")
        else:
            (folder / file).parent.mkdir(exist_ok=True)
            (folder / file).write_bytes(content)
            files.append(file)
        known: Texts = [
            file,
            name,
            titles.get(record, ""),
            table,
            _uuid(record),
            media_type,
            str(size),
            sha256,
        ]
        lines.append([text and harmless_exactly(text) for text in (*known, created_at, deleted_at, remark)])
    _write_csv(folder / INDEX, _INDEX_COLUMNS, lines)
    return files, damaged


def _tables_of(driver: Any, records: set[bytes]) -> dict[bytes, str]:
    """Record → the table it stands in."""
    found: dict[bytes, str] = {}
    for name in schema.synced_tables():
        ids = driver.execute(f"SELECT id FROM {_quoted(name)}")
        found.update((id_, name) for (id_,) in ids if id_ in records)
    return found


def safe_name(name: str, id_: UUID) -> str:
    """A file name that any system takes, unique by the end of ``id_``: ``9f…c1-Antrag Müller.pdf``."""
    allowed = "".join(letter if letter.isalnum() or letter in " .-_()" else "_" for letter in name)
    plain = PurePosixPath(" ".join(allowed.split()).strip(" .") or "Datei")
    suffix = plain.suffix[:12]
    stem = plain.name.removesuffix(plain.suffix)[: _LONGEST_NAME - len(suffix)]
    while len((stem + suffix).encode()) > 2 * _LONGEST_NAME:
        stem = stem[:-1]
    return f"{id_.hex[-12:]}-{stem.strip()}{suffix}"


# --- what says what is what ---------------------------------------------------------------------------------


def _write_schema(folder: Path, tables: list[dict[str, Any]], made_at: str) -> None:
    document = {
        "program": f"Rathaus Desk {__version__}",
        "revision": journal.SCHEMA,
        "made_at": made_at,
        "csv": {
            "delimiter": ";",
            "encoding": "utf-8-sig",
            "null": "nothing between the delimiters; an empty text is two quotation marks",
            "text": "one apostrophe was put before =, +, -, @, tab, line end and apostrophe at the start",
        },
        "tables": tables,
        "left_out": [{"table": table, "what": what} for table, what in LEFT_OUT.items()],
    }
    (folder / SCHEMA).write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n")


def _readme(made_at: str, tables: int, files: int, damaged: list[str]) -> str:
    missing = ""
    if damaged:
        sentences = "\n".join(f"  - {sentence}" for sentence in damaged)
        missing = f"\nNicht lesbar waren:\n{sentences}\n"
    left_out = "\n".join(f"  - {table}: {what}" for table, what in LEFT_OUT.items())
    return f"""\
Rathaus Desk: Ausgabe des gesamten Bestandes
Stand: {made_at}, Version {__version__}

ACHTUNG: Dieser Ordner ist unverschlüsselt und enthält personenbezogene Daten, auch von Personen mit
Auskunftssperre. Bitte verwahren Sie ihn sicher und löschen Sie ihn, wenn er nicht mehr gebraucht wird.

Was liegt wo?

  {TABLES}/          {tables} Tabellen, je eine CSV-Datei. Sie öffnen sich in Excel und LibreOffice.
  {FILES}/           Anhänge und Schreiben ({files}) als gewöhnliche Dateien, geordnet nach der Tabelle, zu
                     deren Einträgen sie gehören.
  {INDEX}
                     Welche Datei zu welchem Eintrag gehört.
  {SCHEMA}        Jede Tabelle und jede Spalte: Art, Bedeutung, worauf sie verweist.

Wie sind die Tabellen geschrieben?

  - UTF-8, getrennt durch Semikolon, jeder Wert in Anführungszeichen. Steht zwischen zwei Semikolons nichts,
    ist der Wert unbekannt; zwei Anführungszeichen sind ein leerer Text.
  - Tage 2026-11-20, Zeitpunkte in Weltzeit (UTC), Beträge in Euro 2731.00, ja und nein als true und false.
  - Jeder Eintrag hat eine Kennung (id). Spalten, die auf „_id“ enden, nennen die Kennung eines anderen.
  - Beginnt ein Text mit einem Zeichen, das Excel als Formel läse (= + - @), oder mit einem Apostroph, steht
    ein Apostroph davor. Wer die Werte weiterverarbeitet, nimmt dieses eine Zeichen weg.
  - Gelöschte Einträge sind enthalten; in „deleted_at“ steht, wann sie gelöscht wurden.
  - journal und journal_change sind der Verlauf: jede Änderung mit altem und neuem Wert.
  - setting und draft gehören nur zu diesem Arbeitsplatz.

Nicht enthalten sind

{left_out}
  - der Volltextindex, der nur wiederholt, was in search_entry steht
  - Sicherungen und Protokolldateien
{missing}"""
