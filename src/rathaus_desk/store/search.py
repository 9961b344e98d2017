"""One full-text search over everything, kept in step by the journal hook alone.

An entry holds what is shown (title, subtitle) and the folded words that find it; names are found by their
sound as well when the letters find too little. Hits whose title begins with what was typed come first, from a
sorted index; the full text fills up. The full text is never ranked: ranking reads every hit, and for "s"
that is tens of milliseconds.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from rathaus_desk.kernel.names import fold, phonetic
from rathaus_desk.store import parts
from rathaus_desk.store.connection import Guard, among, driver_of, guard_of
from rathaus_desk.store.recorder import OperationSession
from rathaus_desk.store.schema import Base, Found, Kept, Record, Searchable, record_class

LIMIT = 9
"""Hits that a search shows at once."""

_log = logging.getLogger(__name__)
_AT_ONCE = 2000
"""Records that are described together."""
_FEW = 3
_MOST_WORDS = 8
_MOST_LETTERS = 200
# Letters and digits, but for a few signs that SQLite's tokenizer takes as a gap between two words.
_WORD = re.compile(r"[^\W_\u19b0-\u19c9\u1cf2\u1cf3]+")
_LAST_LETTER = "\U0010ffff"

FULL_TEXT = """CREATE VIRTUAL TABLE search_text USING fts5(
    words, sounds, content='search_entry', content_rowid='number',
    detail=column, prefix='1 2 3', tokenize='unicode61 remove_diacritics 0')"""
"""Made by `tables.make`. Deleted words are overwritten at once (secure-delete), or they would stay readable
until the index is merged."""


class SearchEntry(Kept):
    """How one record is found."""

    __tablename__ = "search_entry"
    number: Mapped[int] = mapped_column(primary_key=True)
    record: Mapped[UUID] = mapped_column(unique=True)
    kind: Mapped[str]
    title: Mapped[str]
    subtitle: Mapped[str]
    folded: Mapped[str] = mapped_column(index=True)
    """The title, folded."""
    words: Mapped[str]
    sounds: Mapped[str]


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that a search found, in two lines."""

    kind: str
    id: UUID
    title: str
    subtitle: str


_Entry = tuple[str, str, str, str, str, str]
"""kind, title, subtitle, folded, words, sounds"""


def search(session: Session, text: str, *, limit: int = LIMIT, kinds: Sequence[str] = ()) -> list[Hit]:
    """What ``text`` finds, best first, at most ``limit``; only of ``kinds``, if any are named.

    Every word of ``text`` must begin a word of the entry. Nothing a user types is an error.
    """
    driver = driver_of(session)
    folded = fold(text[:_MOST_LETTERS])
    words = _WORD.findall(folded)[:_MOST_WORDS]
    if not words:
        return []
    found: dict[int, Hit] = {}
    _collect(driver, found, _BEGINS, (folded, folded + _LAST_LETTER), kinds, limit, order=" ORDER BY folded")
    if len(found) < limit:
        wanted = " ".join(f'words : "{word}"*' for word in words)
        _collect(driver, found, _MATCHES, (wanted,), kinds, limit)
    if len(found) < min(_FEW, limit):
        sounds = [phonetic(word).split() if word.isalpha() else [] for word in words]
        if any(len(code) > 1 for codes in sounds for code in codes):
            wanted = " ".join(
                " ".join(f'sounds : "{code}"' for code in codes) or f'words : "{word}"*'
                for word, codes in zip(words, sounds, strict=True)
            )
            _collect(driver, found, _MATCHES, (wanted,), kinds, limit)
    return list(found.values())


def matching(session: Session, text: str, *, kind: str) -> frozenset[bytes]:
    """The ids of every record of ``kind`` that has all words of ``text``.

    For lists that are filtered; they know their own order.
    """
    folded = fold(text[:_MOST_LETTERS])
    words = _WORD.findall(folded)[:_MOST_WORDS]
    if not words:
        return frozenset()
    wanted = " ".join(f'words : "{word}"*' for word in words)
    query = f"SELECT record FROM {_MATCHES} AND kind = ?"
    return frozenset(row[0] for row in driver_of(session).execute(query, (wanted, kind)))


_BEGINS = "search_entry WHERE folded >= ? AND folded < ?"
_MATCHES = "search_text CROSS JOIN search_entry ON number = search_text.rowid WHERE search_text MATCH ?"


def _collect(
    driver: Any,
    found: dict[int, Hit],
    source: str,
    values: tuple[str, ...],
    kinds: Sequence[str],
    limit: int,
    order: str = "",
) -> None:
    of_kind = f" AND kind IN ({', '.join('?' * len(kinds))})" if kinds else ""
    query = f"SELECT number, kind, record, title, subtitle FROM {source}{of_kind}{order} LIMIT ?"
    for number, kind, record, title, subtitle in driver.execute(query, (*values, *kinds, limit)):
        if len(found) < limit:
            found.setdefault(number, Hit(kind, UUID(bytes=record), title, subtitle))


@lru_cache(maxsize=1)
def _followers(_mapped: int) -> dict[str, list[tuple[type[Record], str]]]:
    """Table → the searchable classes, and their columns, that are described from its records."""
    followers: dict[str, list[tuple[type[Record], str]]] = {}
    for cls in searchable_classes():
        assert cls.__search__ is not None
        for name in cls.__search__.follow:
            for key in cls.__table__.c[name].foreign_keys:
                followers.setdefault(key.column.table.name, []).append((cls, name))
    return followers


def searchable_classes() -> list[type[Record]]:
    """Every record class that can be found, by table name."""
    classes = [mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, Record)]
    return sorted((cls for cls in classes if cls.__search__), key=lambda cls: cls.__tablename__)


def ids(session: Session, cls: type[Record]) -> Sequence[UUID]:
    """The ids of all live records of a class."""
    return session.scalars(sa.select(cls.id)).all()


def update(
    session: OperationSession, touched: Iterable[tuple[str, bytes]], *, from_elsewhere: bool = False
) -> None:
    """Brings the entries of touched records (table, id), and of those described from them, up to date."""
    driver = driver_of(session)
    wanted = _to_describe(driver, touched)
    if not wanted:
        return
    left_out = _found_by_others(driver, wanted)
    with guard_of(session.connection()).open(), parts.read_ahead(session, wanted):
        entries: dict[bytes, _Entry | None] = dict.fromkeys(left_out)
        for record, cls in wanted.items():
            describe = _leniently if from_elsewhere else described
            entries[record.bytes] = describe(session, cls, record)
        put(driver, entries)


def _to_describe(driver: Any, touched: Iterable[tuple[str, bytes]]) -> dict[UUID, type[Record]]:
    """What must be described because of ``touched``: it, what it is part of, what is named after it."""
    by_table: dict[str, list[bytes]] = {}
    for table, record in touched:
        by_table.setdefault(table, []).append(record)
    wanted: dict[bytes, type[Record]] = {}
    followers = _followers(len(Base.registry._class_registry))
    for table, records in by_table.items():
        cls = record_class(table)
        if cls.__search__ is not None:
            wanted.update(dict.fromkeys(records, cls))
        if cls.__part_of__:
            query = f'SELECT "{cls.__part_of__}" FROM "{table}" WHERE id IN'
            owners = (owner for (owner,) in among(driver, query, records) if owner is not None)
            wanted.update(dict.fromkeys(owners, _owner(cls)))
        for follower, column in followers.get(table, ()):
            query = f'SELECT id FROM "{follower.__tablename__}" WHERE deleted_at IS NULL AND "{column}" IN'
            wanted.update(dict.fromkeys((id_ for (id_,) in among(driver, query, records)), follower))
    return {UUID(bytes=record): cls for record, cls in wanted.items()}


def _leniently(session: Session, cls: type[Record], record: UUID) -> _Entry | None:
    """As `described`; a row of another workstation that cannot be described must not stop the sync."""
    try:
        return described(session, cls, record)
    except Exception:
        _log.exception("not to be described: %s %s", cls.__tablename__, record)
        return None


def _found_by_others(driver: Any, wanted: dict[UUID, type[Record]]) -> list[bytes]:
    """Takes out of ``wanted`` what is not found by itself, without loading any of it."""
    left_out: list[bytes] = []
    for cls in {cls for cls in wanted.values() if cls.__search__ is not None and cls.__search__.unless}:
        assert cls.__search__ is not None
        query = f'SELECT id FROM "{cls.__tablename__}" WHERE "{cls.__search__.unless}" IS NOT NULL AND id IN'
        records = [record.bytes for record, owner in wanted.items() if owner is cls]
        left_out += (id_ for (id_,) in among(driver, query, records))
    for record in left_out:
        del wanted[UUID(bytes=record)]
    return left_out


def _owner(cls: type[Record]) -> type[Record]:
    """The class that records of ``cls`` are parts of."""
    column = cls.__table__.c[cls.__part_of__]
    return record_class(next(iter(column.foreign_keys)).column.table.name)


def described(session: Session, cls: type[Record], record: UUID) -> _Entry | None:
    """The entry a record should have now; None if it should not be found."""
    spec: Searchable | None = cls.__search__
    row = session.get(cls, record)
    if spec is None or row is None or row.deleted_at is not None:
        return None
    if spec.unless and getattr(row, spec.unless) is not None:
        return None
    found = spec.describe(row, session)
    if found is None:
        return None
    return entry_of(spec.kind, found)


def entry_of(kind: str, found: Found) -> _Entry:
    """An entry with everything that finds it."""
    text = f"{found.title} {found.subtitle} {found.words}"
    words = dict.fromkeys(_WORD.findall(fold(text)))
    sounds = dict.fromkeys(phonetic(text).split())
    return (kind, found.title, found.subtitle, fold(found.title), " ".join(words), " ".join(sounds))


def put(driver: Any, entries: Mapping[bytes, _Entry | None]) -> None:
    """Replaces the entries of records, by id; the guard must be open."""
    mark = Guard.mark
    columns = "record, kind, title, subtitle, folded, words, sounds, number"
    query = f"SELECT {columns} FROM search_entry WHERE record IN"
    old: list[tuple[Any, ...]] = []
    new = {record: entry for record, entry in entries.items() if entry is not None}
    for record, *before, number in among(driver, query, list(entries)):
        if tuple(before) == entries[record]:
            del new[record]
        else:
            old.append((number, before[4], before[5]))
    if old:
        driver.executemany(
            "INSERT INTO search_text(search_text, rowid, words, sounds) VALUES('delete', ?, ?, ?)" + mark, old
        )
        driver.executemany("DELETE FROM search_entry WHERE number = ?" + mark, [one[:1] for one in old])
    if new:
        (last,) = driver.execute("SELECT coalesce(max(number), 0) FROM search_entry").fetchone()
        driver.executemany(
            "INSERT INTO search_entry (number, kind, title, subtitle, folded, words, sounds, record)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)" + mark,
            [(number, *entry, record) for number, (record, entry) in enumerate(new.items(), last + 1)],
        )
        driver.executemany(
            "INSERT INTO search_text(rowid, words, sounds) VALUES (?, ?, ?)" + mark,
            [(number, *entry[4:]) for number, entry in enumerate(new.values(), last + 1)],
        )


def rebuild(session: OperationSession) -> None:
    """The whole index anew, from the records."""
    driver = driver_of(session)
    with guard_of(session.connection()).open():
        driver.execute("INSERT INTO search_text(search_text) VALUES('delete-all')" + Guard.mark)
        driver.execute("DELETE FROM search_entry" + Guard.mark)
    for cls in searchable_classes():
        found = list(ids(session, cls))
        for at in range(0, len(found), _AT_ONCE):
            some = found[at : at + _AT_ONCE]
            update(session, ((cls.__tablename__, record.bytes) for record in some), from_elsewhere=True)
            session.expunge_all()
