"""Attachments: encrypted files that are on the disk before the operation counts."""

from __future__ import annotations

import os

import pytest
import sqlalchemy as sa

from rathaus_desk.kernel.errors import BadInput, CannotWork, Refused
from rathaus_desk.store import attachments
from rathaus_desk.store.attachments import Attachment, Shelf, attachments_of, seal, unseal
from rathaus_desk.store.connection import driver_of
from rathaus_desk.store.doctor import collect_orphans

CONTENT = b"%PDF-1.7 Geheime Urkunde" * 100


@pytest.fixture
def scanned(store, village):
    citizen = store.run(village.MoveIn(name="A")).value
    store.run(village.Scan(citizen=citizen, content=CONTENT))
    with store.read() as session:
        (kept,) = attachments_of(session, citizen)
    return kept


def path_of(store, attachment):
    with store.read() as session:
        return Shelf(store.home, driver_of(session)).path(attachment.sha256)


def files(store):
    return sorted(store.home.attachments.glob("*/*"))


def test_a_file_comes_back_as_it_was(store, scanned):
    assert (scanned.name, scanned.media_type, scanned.size) == ("scan.pdf", "application/pdf", len(CONTENT))
    assert store.read_attachment(scanned) == CONTENT


def test_the_folder_tells_nothing(store, scanned):
    (path,) = files(store)
    assert CONTENT[:20] not in path.read_bytes()
    assert path.name != scanned.sha256
    assert len(path.name) == 64


def test_equal_content_is_stored_once(store, village, scanned):
    store.run(village.Scan(citizen=scanned.record, content=CONTENT))
    assert len(files(store)) == 1


def test_an_empty_file_can_be_kept(store, village, scanned):
    done = store.run(village.Scan(citizen=scanned.record, content=b""))
    with store.read() as session:
        kept = session.get_one(Attachment, done.value)
    assert store.read_attachment(kept) == b""


@pytest.mark.parametrize(
    "damage", [lambda path: path.unlink(), lambda path: path.write_bytes(b"RDA1" + bytes(99))]
)
def test_a_missing_or_damaged_file_is_told_and_found(store, scanned, damage):
    damage(files(store)[0])
    with pytest.raises(CannotWork, match="Anhang"):
        store.read_attachment(scanned)
    assert [finding.check for finding in store.examine()] == ["attachments"]


def test_any_changed_byte_of_a_file_is_noticed():
    key = bytes(32)
    sealed = seal(CONTENT, key)
    assert unseal(sealed, key) == CONTENT
    assert unseal(sealed, bytes(31) + b"\1") is None
    for place in range(0, len(sealed), 37):
        changed = bytearray(sealed)
        changed[place] ^= 1
        assert unseal(bytes(changed), key) is None
    assert unseal(sealed[:-1], key) is None
    assert unseal(b"", key) is None


def test_a_file_too_large_is_refused_with_its_size(store, village, scanned, monkeypatch):
    monkeypatch.setattr(attachments, "MAX_SIZE", 2**20)
    with pytest.raises(BadInput, match=r"„scan\.pdf“ ist 2 MB groß; aufgenommen werden Dateien bis 1 MB"):
        store.run(village.Scan(citizen=scanned.record, content=bytes(2 * 2**20)))


def age(path, hours):
    moment = path.stat().st_mtime - hours * 3600
    os.utime(path, (moment, moment))


def test_a_file_without_a_record_goes_after_a_day(store, village, scanned):
    with pytest.raises(Refused):
        store.run(village.Fail(name="A"))
    (orphan,) = set(files(store)) - {path_of(store, scanned)}
    age(orphan, 23)
    assert collect_orphans(store) == []
    age(orphan, 2)
    assert collect_orphans(store) == [orphan]
    assert store.read_attachment(scanned) == CONTENT


def test_a_file_put_down_again_starts_its_day_anew(store, scanned):
    sha256 = store.keep(b"spaeter", "x.txt")
    (orphan,) = set(files(store)) - {path_of(store, scanned)}
    age(orphan, 25)
    assert store.keep(b"spaeter", "x.txt") == sha256
    assert collect_orphans(store) == []


def test_the_file_of_a_record_undone_stays_for_redoing(store, village, scanned):
    done = store.run(village.Scan(citizen=scanned.record, content=b"zweite"))
    undone = store.undo(done.operation)
    assert collect_orphans(store) == []
    store.undo(undone.operation)
    with store.read() as session:
        again = session.scalars(sa.select(Attachment).where(Attachment.id == done.value)).one()
    assert store.read_attachment(again) == b"zweite"
