"""Taking files into the catalogue: same content, corrections, validity, the law in use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from rathaus_desk.catalogue import queries
from rathaus_desk.catalogue.checking import read_text
from rathaus_desk.catalogue.kinds import Kinds
from rathaus_desk.catalogue.law_file import LAW
from rathaus_desk.catalogue.operations import LoadCatalogue, Loaded, NewVersion, new_versions
from rathaus_desk.catalogue.records import CatalogueVersion
from rathaus_desk.kernel.errors import Refused
from rathaus_desk.kernel.periods import DAY
from rathaus_desk.store.engine import Store


def statute(content: str, valid_from: date, valid_until: date | None = None) -> NewVersion:
    return NewVersion(
        head="statute",
        key="friedhofsordnung",
        title="Friedhofsordnung",
        valid_from=valid_from,
        valid_until=valid_until,
        file_name="ordnung.toml",
        text=content,
    )


def load(store: Store, *versions: NewVersion) -> Loaded:
    loaded: Loaded = store.run(LoadCatalogue(owner="06635998", versions=versions)).value
    return loaded


OLD, NEW = date(2004, 1, 1), date(2024, 1, 1)


def test_the_same_file_again_is_no_change(store: Store) -> None:
    first = load(store, statute("a", NEW))
    assert len(first.loaded) == 1
    again = load(store, statute("a", NEW))
    assert (again.loaded, again.same) == ((), first.loaded)


def test_two_workstations_make_the_same_row(make_store: Callable[[], Store]) -> None:
    assert load(make_store(), statute("a", NEW)).loaded == load(make_store(), statute("a", NEW)).loaded


def test_a_corrected_file_is_the_next_revision_and_the_old_one_stays(store: Store) -> None:
    load(store, statute("a", NEW))
    load(store, statute("b", NEW))
    with store.read() as session:
        (counts,) = queries.versions(session, "statute", "friedhofsordnung")
        assert (counts.revision, counts.text) == (2, "b")
        assert len(session.scalars(select(CatalogueVersion)).all()) == 2


def test_the_version_in_force_is_the_one_that_began_last(store: Store) -> None:
    load(store, statute("old", OLD), statute("new", NEW))
    with store.read() as session:
        found = [
            queries.in_force(session, "statute", "friedhofsordnung", day)
            for day in (OLD, NEW - DAY, NEW, OLD - DAY)
        ]
        assert [version.text if version else None for version in found] == ["old", "old", "new", None]


def test_written_ends_must_not_reach_over_the_next_beginning(store: Store) -> None:
    load(store, statute("old", OLD, NEW))
    with pytest.raises(Refused, match=r"01\.01\.2024"):
        load(store, statute("new", NEW))
    with store.read() as session:
        assert len(queries.versions(session, "statute")) == 1


def test_the_towns_law_goes_before_the_shipped_one(store: Store) -> None:
    text = """
[law]
key = "own"
title = "Eigene Rechtstabelle"
state = "HE"

[[entry]]
key = "service_by_letter.ao"
title = "Bekanntgabe"
valid_from = 2025-01-01
source = "Prüfung"
values = { days = 9, shift = false }
"""
    load(store, *new_versions([read_text(Path("own.toml"), text, Kinds.of(LAW))]))
    with store.read() as session:
        book = queries.law_book(session)
    assert book.entry("service_by_letter.ao", date(2026, 1, 1)).number("days") == 9
    assert book.find("rest_floor", date(2026, 1, 1)) is not None
