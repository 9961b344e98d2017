"""The check of everything: was anything changed behind the program's back, is anything broken.

It reads one state of the data throughout, so the program may run on meanwhile. Each finding says what is
wrong and what to do. The search index, which can be made anew from the records, is made anew at once;
attachment files that no record has named for a day are removed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from sqlcipher3 import dbapi2

from rathaus_desk.kernel.errors import CannotWork
from rathaus_desk.store import attachments, journal, schema, search, secret
from rathaus_desk.store.canonical import digest
from rathaus_desk.store.connection import Guard, connect, driver_of, guard_of
from rathaus_desk.store.failures import in_words
from rathaus_desk.store.shape import Shape, referring_to, shape_of

if TYPE_CHECKING:
    from rathaus_desk.store.engine import Store

RESTORE = "Bitte die letzte Sicherung wiederherstellen, in der diese Prüfung nichts fand."
LOOK = "Bitte vergleichen Sie den Eintrag mit der Akte; der Verlauf zeigt, was eingetragen wurde."

_ORPHAN_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: which check found it, what it is, what to do."""

    check: str
    what: str
    remedy: str


def examine(store: Store) -> list[Finding]:
    """All findings, the gravest first; empty if nothing is wrong."""
    with in_words(), closing(connect(store.home.database, store._key)) as raw:
        # A byte changed by hand may be no text any more: it must be found, not stop the search.
        raw.text_factory = lambda content: content.decode("utf-8", "surrogateescape")
        raw.execute("PRAGMA query_only=ON")
        raw.execute("BEGIN")
        try:
            findings = list(_database(raw))
            if findings:
                return findings
            for check in (_journal, _rows, _references, _claims, _numbers):
                findings += check(raw)
            findings += _attachments(store, raw)
        except dbapi2.DatabaseError as error:
            findings.append(Finding("database", f"Die Datenbank ist nicht lesbar ({error}).", RESTORE))
            return findings
    if not findings:
        findings += _search(store)
        collect_orphans(store)
    return findings


def _database(raw: Any) -> Iterator[Finding]:
    try:
        pages = raw.execute("PRAGMA cipher_integrity_check").fetchall()
        told = [message for (message,) in raw.execute("PRAGMA integrity_check") if message != "ok"]
    except dbapi2.DatabaseError as error:
        pages, told = [], [str(error)]
    if pages:
        yield Finding("database", f"{len(pages)} Seiten der Datenbank sind beschädigt.", RESTORE)
    if told:
        yield Finding("database", f"Die Datenbank ist in sich nicht stimmig ({told[0]}).", RESTORE)


def _journal(raw: Any) -> Iterator[Finding]:
    """Every link, header, request and change of every chain."""

    def wrong(number: int, what: str) -> Finding:
        return Finding("journal", f"Verlauf, Eintrag {number}: {what}.", RESTORE)

    linked, snapshot = _where_it_began(raw)
    chains: dict[bytes, list[tuple[int, int, bytes, bytes, bool]]] = {}
    emptied: list[tuple[int, list[bytes]]] = []
    erasures: set[bytes] = set()
    changes = _grouped(raw)
    columns = (
        "number, id, ws, seq, undoes, import_id, prev, hash, header, request, request_salt, request_digest,"
        " n IS NOT NULL"
    )
    for entry in raw.execute(f"SELECT {columns} FROM journal ORDER BY number"):
        number, id_, ws, seq, undoes, import_id, prev, hash_, header, request, salt, request_digest, known = (
            entry
        )
        chains.setdefault(ws, []).append((seq, number, prev, hash_, bool(known)))
        read = _header(header)
        if read is None or _columns_of(read) != (id_, ws, seq, undoes, import_id):
            yield wrong(number, "Der Kopf wurde geändert")
        if (request is None) != (salt is None) or (
            request is not None and digest(_bytes(salt), _bytes(request)) != request_digest
        ):
            yield wrong(number, "Die Eingaben wurden geändert")
        rows = changes(number)
        if request is None:
            emptied.append((number, [row[1] for row in rows]))
        for position, record, change, change_salt, change_digest in rows:
            if change is None and change_salt is None:
                emptied.append((number, [record]))
                continue
            kept = _change(change)
            if kept is None or digest(_bytes(change_salt), _bytes(change)) != change_digest:
                yield wrong(number, f"Die Änderung {position + 1} wurde verändert")
            elif kept.id.bytes != record:
                yield wrong(number, f"Die Änderung {position + 1} steht bei einem anderen Eintrag")
            elif kept.k == "erase":
                erasures.add(record)
        if [row[0] for row in rows] != list(range(len(rows))):
            yield wrong(number, "Änderungen fehlen")
        digests = [_bytes(row[4]) for row in rows]
        if journal.chained(_bytes(prev), _bytes(header), _bytes(request_digest), digests) != hash_:
            yield wrong(number, "Die Prüfsumme stimmt nicht; der Eintrag wurde verändert")
    if linked:
        # What was erased before a snapshot, or handed in by others, is known by the register alone.
        erasures |= {record for (record,) in raw.execute("SELECT record FROM erased")}
    out_of_force = f"SELECT number FROM journal WHERE NOT ({journal.COUNTS})"
    named = {number for (number,) in raw.execute(out_of_force)} if emptied else set()
    for number, records in emptied:
        # An operation that is not in force goes if it only names what was erased, or cannot be read.
        if number not in named and not any(record in erasures for record in records):
            yield wrong(number, "Angaben fehlen, ohne dass eine Löschung sie entfernt hätte")
    lost = raw.execute("SELECT count(*) FROM journal_change WHERE entry NOT IN (SELECT number FROM journal)")
    if lost.fetchone()[0]:
        yield Finding("journal", "Der Verlauf enthält Änderungen ohne Eintrag.", RESTORE)
    yield from _decisions(raw, snapshot)
    # Of what a server has decided on its own chain says what followed what (`_decisions`): a copy may have
    # handed in an operation as a link of another chain.
    ends: dict[bytes, tuple[int, bytes]] = {}
    for ws, links in chains.items():
        ends[ws], covered = (0, journal.NO_HASH), linked
        for seq, number, prev, hash_, known in sorted(links, key=lambda one: tuple(map(_whole, one[:2]))):
            if (_whole(seq) - 1, prev) != ends[ws] and not (covered or (linked and known)):
                yield wrong(
                    number, "Die Kette ist unterbrochen; davor fehlt etwas oder es wurde ausgetauscht"
                )
            ends[ws], covered = (_whole(seq), hash_), linked and known
    stations = raw.execute("SELECT id, seq, head FROM workstation").fetchall()
    if len(stations) != 1 or stations[0][1:] != ends.get(stations[0][0], (0, journal.NO_HASH)):
        yield Finding("journal", "Am Ende des Verlaufs fehlen Einträge.", RESTORE)


def _where_it_began(raw: Any) -> tuple[bool, int]:
    """Whether there is a server, and the number of its snapshot the database began with (0: it has all)."""
    link = raw.execute("SELECT snapshot_n FROM server_link").fetchone()
    return link is not None, link[0] if link else 0


_SOUND_STANDING = """CASE
    WHEN n IS NULL THEN chain IS NULL AND decided_at IS NULL AND is_open = 0 AND (
        state = 'pending' AND verdict IS NULL
        OR state = 'suspended' AND verdict IS NOT NULL AND EXISTS (SELECT 1 FROM server_link))
    ELSE EXISTS (SELECT 1 FROM server_link WHERE journal.n <= snapshot_n
        OR (journal.chain IS NOT NULL AND decided_at IS NOT NULL)) AND (
        state = 'accepted' AND verdict IS NULL AND is_open = 0
        OR state = 'refused' AND verdict IS NOT NULL)
    END"""


def _decisions(raw: Any, snapshot: int) -> Iterator[Finding]:
    """The server's chain over what it decided: no number left out, no verdict changed."""
    for (number,) in raw.execute(f"SELECT number FROM journal WHERE NOT ({_SOUND_STANDING})"):
        yield Finding("journal", f"Verlauf, Eintrag {number}: Der Stand wurde geändert.", RESTORE)
    link = raw.execute("SELECT snapshot_chain, chain FROM server_link").fetchone()
    if link is None:
        return
    last, end = snapshot, link[1]
    chain = link[0]
    decided = "SELECT number, n, hash, verdict, chain FROM journal WHERE n > ? ORDER BY n"
    for number, n, hash_, verdict, kept in raw.execute(decided, (snapshot,)):
        chain = journal.decided(chain, n, hash_, verdict)
        if chain != kept:
            yield Finding(
                "journal", f"Verlauf, Eintrag {number}: Die Entscheidung des Servers wurde geändert.", RESTORE
            )
            chain = kept
        last = n
    cursor = raw.execute("SELECT cursor FROM workstation").fetchone()[0]
    if (last, chain) != (cursor, end):
        yield Finding("journal", "Am Ende des Verlaufs fehlen Entscheidungen des Servers.", RESTORE)


def _grouped(raw: Any) -> Callable[[int], list[tuple[Any, ...]]]:
    """The changes of each entry, asked for in ascending order, read in one go."""
    rows = raw.execute(
        "SELECT entry, position, record, change, salt, digest FROM journal_change ORDER BY entry, position"
    )
    groups = groupby(rows, key=lambda row: row[0])
    ahead: list[tuple[int, list[tuple[Any, ...]]]] = []

    def changes(number: int) -> list[tuple[Any, ...]]:
        while True:
            if not ahead:
                entry, group = next(groups, (None, iter(())))
                if entry is None:
                    return []
                ahead.append((entry, [row[1:] for row in group]))
            if ahead[0][0] > number:
                return []
            entry, found = ahead.pop()
            if entry == number:
                return found

    return changes


def _whole(value: Any) -> int:
    """A stored number, or -1 for what somebody has made of it."""
    return value if type(value) is int else -1


def _bytes(value: Any) -> bytes:
    """The bytes of a stored value, whatever kind somebody has made of it."""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape")
    return value if isinstance(value, bytes) else repr(value).encode()


def _header(text: Any) -> journal.Header | None:
    try:
        return journal.read_header(_bytes(text))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _columns_of(header: journal.Header) -> tuple[Any, ...]:
    def raw(value: UUID | None) -> bytes | None:
        return None if value is None else value.bytes

    return raw(header.id), raw(header.ws), header.seq, raw(header.undoes), raw(header.import_id)


def _change(text: Any) -> journal.StoredChange | None:
    try:
        return journal.read_change(_bytes(text), journal.SCHEMA)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _rows(raw: Any) -> Iterator[Finding]:
    """Every record against what the journal says of it: no column changed, none missing, none too many.

    After a snapshot the journal says everything only of what was made since; of other rows what they became.
    """
    shapes = {name: shape_of(name) for name in sorted(_present(raw))}
    known = dict.fromkeys(shapes, 0)
    snapshot = _where_it_began(raw)[1]
    rows = raw.execute(
        "SELECT c.record, c.change, j.header, j.n FROM journal_change c JOIN journal j ON j.number = c.entry"
        f" WHERE {journal.COUNTS} AND (j.n IS NULL OR j.n > ?)"
        f" ORDER BY c.record, {journal.IN_ORDER}, c.position",
        (snapshot,),
    )
    for record, group in groupby(rows, key=lambda row: row[0]):
        expected = _Expected()
        readable = True
        for _, change, header, n in group:
            if change is None:
                expected = _Expected()
            else:
                readable = readable and expected.follow(change, header, n)
        if not readable:
            continue
        shape = shapes.get(expected.table)
        if shape is None:
            continue
        known[expected.table] += 1
        if snapshot and "created_at" not in expected.kept:
            expected.kept = {}
        yield from _compare(raw, shape, record, expected)
    if snapshot:
        return
    for name, count in known.items():
        there = raw.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
        if there > count:
            yield Finding("rows", f"{there - count} Einträge in „{name}“ stehen nicht im Verlauf.", RESTORE)


def _present(raw: Any) -> set[str]:
    tables = {name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return tables & set(schema.synced_tables())


class _Expected:
    """What a record must look like, by its changes."""

    def __init__(self) -> None:
        self.table = ""
        self.values: dict[str, Any] = {}
        self.kept: dict[str, Any] = {}

    def follow(self, change: Any, header: Any, n: int | None) -> bool:
        """One change more; False if it cannot be read (the journal's own check says so)."""
        made = _header(header)
        if made is None:
            return False
        try:
            read = journal.read_change(_bytes(change), made.schema)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return False
        self.table = read.t
        gone = self.kept.get("deleted_at") is not None
        # What is already as it shall be is not written again (`sync.rules.apply_op`).
        if {
            "ins": "created_at" in self.kept,
            "del": gone,
            "restore": self.kept.get("deleted_at", "") is None,
        }.get(read.k, False):
            return True
        if read.k == "erase":
            self.kept = {"version": 0, "created_at": made.issued_at, "deleted_at": made.issued_at}
        if read.k == "ins":
            self.kept = {"version": 0, "created_at": made.issued_at, "deleted_at": None}
        if n is not None:
            self.kept["version"] = n
        self.kept["changed_at"] = made.issued_at
        if read.k in ("del", "restore"):
            self.kept["deleted_at"] = made.issued_at if read.k == "del" else None
        self.values.update(read.new)
        return True


def _compare(raw: Any, shape: Shape, record: bytes, expected: _Expected) -> Iterator[Finding]:
    found = shape.read(raw, record)
    if found is None:
        yield Finding("rows", f"In „{shape.name}“ fehlt der Eintrag {UUID(bytes=record)}.", RESTORE)
        return
    wire = shape.wire(found, shape.content)
    known = shape.content if "created_at" in expected.kept else tuple(expected.values)
    differing = [name for name in known if not _same(wire[name], expected.values.get(name))]
    differing += [name for name, value in expected.kept.items() if not _same(found[name], value)]
    if differing:
        yield Finding(
            "rows",
            f"„{shape.name}“, Eintrag {UUID(bytes=record)}: am Verlauf vorbei geändert "
            f"({', '.join(differing)}).",
            LOOK,
        )


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def _references(raw: Any) -> Iterator[Finding]:
    for name in sorted(_present(raw)):
        for reference in referring_to(name):
            column = f'r."{reference.column}"'
            query = (
                f'SELECT count(*) FROM "{reference.table}" r LEFT JOIN "{name}" t ON t.id = {column}'
                f" WHERE r.deleted_at IS NULL AND {column} IS NOT NULL"
                " AND (t.id IS NULL OR t.deleted_at IS NOT NULL)"
            )
            count = raw.execute(query).fetchone()[0]
            if count:
                yield Finding(
                    "references",
                    f"{count} Einträge in „{reference.table}“ verweisen auf etwas, das es nicht gibt.",
                    RESTORE,
                )


def _claims(raw: Any) -> Iterator[Finding]:
    query = (
        "SELECT count(*) FROM (SELECT starts, ends, max(ends) OVER (PARTITION BY resource"
        " ORDER BY starts, ends ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS taken"
        " FROM claim WHERE deleted_at IS NULL) WHERE taken > starts OR ends <= starts"
    )
    count = raw.execute(query).fetchone()[0]
    if count:
        yield Finding("claims", f"{count} Belegungen überschneiden sich mit einer anderen.", RESTORE)


def _numbers(raw: Any) -> Iterator[Finding]:
    query = (
        "SELECT d.series, d.number FROM number_drawn d WHERE NOT EXISTS (SELECT 1 FROM number_block b"
        " WHERE b.series = d.series AND d.number >= b.first AND d.number < b.next)"
        " OR NOT EXISTS (SELECT 1 FROM journal j WHERE j.id = d.operation)"
    )
    for series, number in raw.execute(query):
        yield Finding("numbers", f"Die Nummer {series} {number} wurde nie ordentlich vergeben.", RESTORE)
    for (series,) in raw.execute("SELECT series FROM number_block WHERE next < first OR next > last + 1"):
        yield Finding("numbers", f"Der Nummernkreis {series} ist durcheinander.", RESTORE)


def _attachments(store: Store, raw: Any) -> Iterator[Finding]:
    shelf = attachments.Shelf(store.home, raw)
    if secret.secret(raw, secret.ATTACHMENTS_BEFORE) is not None:
        yield Finding(
            "attachments",
            "Ein Schlüsselwechsel ist noch nicht bei allen Anhängen durch.",
            "Bitte „rathaus-desk key rotate“ noch einmal ausführen.",
        )
    for sha256, size, name in raw.execute(
        "SELECT sha256, max(size), max(name) FROM attachment WHERE deleted_at IS NULL GROUP BY sha256"
    ):
        try:
            sound = len(shelf.get(sha256)) == size
        except (CannotWork, ValueError):
            sound = False
        if not sound:
            yield Finding("attachments", f"Der Anhang „{name}“ fehlt oder ist beschädigt.", RESTORE)


def _search(store: Store) -> Iterator[Finding]:
    """Compares the index with the records and, if it is not in step, makes it anew."""
    with store._writing() as session:
        driver = driver_of(session)
        entries = {
            record: tuple(entry)
            for record, *entry in driver.execute(
                "SELECT record, kind, title, subtitle, folded, words, sounds FROM search_entry"
            )
        }
        in_step = True
        for cls in search.searchable_classes():
            for record in search.ids(session, cls):
                in_step = (
                    entries.pop(record.bytes, None) == search.described(session, cls, record) and in_step
                )
            session.expunge_all()
        try:
            with guard_of(session.connection()).open():
                check = "INSERT INTO search_text(search_text, rank) VALUES('integrity-check', 1)"
                driver.execute(check + Guard.mark)
        except dbapi2.DatabaseError:
            in_step = False
        if not in_step or entries:
            search.rebuild(session)
            yield Finding(
                "search", "Das Verzeichnis der Suche war nicht auf dem Stand.", "Es wurde eben neu aufgebaut."
            )


def collect_orphans(store: Store) -> list[Path]:
    """Removes attachment files that no record has named for a day; their paths.

    They were left by an operation that was refused or cut off. A younger one may be waiting for its record.
    """
    with store.read() as session:
        shelf = attachments.Shelf(store.home, driver_of(session))
        hashes = driver_of(session).execute("SELECT DISTINCT sha256 FROM attachment").fetchall()
        known = {shelf.path(sha256) for (sha256,) in hashes}
    old = time.time() - _ORPHAN_SECONDS
    orphans = [
        path
        for path in sorted(store.home.attachments.glob("*/*"))
        if path not in known and path.stat().st_mtime < old
    ]
    for path in orphans:
        path.unlink(missing_ok=True)
    return orphans
