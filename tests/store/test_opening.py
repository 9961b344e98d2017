"""Opening: whatever is wrong with the folder, a sentence says so and nothing is changed."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys

import pytest

from rathaus_desk.kernel.errors import CannotWork
from rathaus_desk.store import connection, home
from rathaus_desk.store.connection import PAGE_SIZE, connect
from rathaus_desk.store.engine import Store
from rathaus_desk.store.home import Home, file_system_of
from rathaus_desk.store.keys import KeyFile


@pytest.fixture
def closed(store, village, key_file):
    """A closed store with something in it, and how to open it."""
    store.run(village.MoveIn(name="A"))
    store.close()
    return lambda: Store.open(store.home.folder, key_file(store))


def test_a_folder_without_a_town_is_told_and_stays_empty(tmp_path):
    with pytest.raises(CannotWork, match="noch keine Stadt"):
        Store.open(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_a_town_is_never_set_up_over_another(store, key_file):
    before = store.home.database.read_bytes()
    with pytest.raises(CannotWork, match="schon eine Stadt"):
        Store.create(store.home.folder, key_file(store))
    store.home.database.rename(store.home.folder / "elsewhere.db")
    with pytest.raises(CannotWork, match="keine Datenbank dazu"):
        Store.create(store.home.folder, key_file(store))
    assert (store.home.folder / "elsewhere.db").read_bytes() == before
    assert not store.home.database.exists()


def test_setting_up_that_fails_leaves_nothing_behind(tmp_path, village, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("rathaus_desk.store.engine.tables.make", full)
    with pytest.raises(CannotWork, match="Datenträger ist voll"):
        Store.create(tmp_path / "home", KeyFile(tmp_path / "key"))
    monkeypatch.undo()
    Store.create(tmp_path / "home", KeyFile(tmp_path / "key")).close()


def test_a_plain_database_is_refused(store, closed):
    store.home.database.unlink()
    with sqlite3.connect(store.home.database) as plain:
        plain.execute("CREATE TABLE x (y)")
    plain.close()
    before = store.home.database.read_bytes()
    with pytest.raises(CannotWork, match="unverschlüsselt"):
        closed()
    assert store.home.database.read_bytes() == before


@pytest.mark.parametrize("size", [0, 1, 2047, 2049])
def test_a_database_cut_short_is_told(store, closed, size):
    store.home.database.write_bytes(store.home.database.read_bytes()[:size])
    with pytest.raises(CannotWork, match="beschädigt"):
        closed()


def test_rubbish_in_place_of_the_database_is_told(store, closed):
    store.home.database.write_bytes(os.urandom(8192))
    with pytest.raises(CannotWork, match="beschädigt"):
        closed()
    assert store.home.database.stat().st_size == 8192


def test_a_damaged_page_is_told_when_it_is_read_and_found_by_the_doctor(store, closed, village):
    content = bytearray(store.home.database.read_bytes())
    for page in range(1, len(content) // PAGE_SIZE):
        content[page * PAGE_SIZE + 100] ^= 1
    store.home.database.write_bytes(bytes(content))
    with pytest.raises(CannotWork, match="beschädigt"), closed() as again:
        again.run(village.MoveIn(name="B"))
    with pytest.raises(CannotWork, match="beschädigt"):
        closed()


def test_a_file_of_a_newer_program_is_refused(store, closed, behind_the_back):
    with behind_the_back(store) as raw:
        raw.execute("PRAGMA user_version=99")
    with pytest.raises(CannotWork, match="neueren Fassung"):
        closed()


def test_an_encrypted_database_of_another_program_is_refused(store, closed, behind_the_back):
    with behind_the_back(store) as raw:
        raw.execute("PRAGMA application_id=1")
    with pytest.raises(CannotWork, match="stammt nicht von Rathaus Desk"):
        closed()


def test_a_key_of_wrong_length_is_a_mistake_of_the_program(tmp_path):
    """SQLCipher would take it as a passphrase, silently."""
    with pytest.raises(ValueError, match="32 bytes"):
        connect(tmp_path / "x", b"short", create=True)
    assert list(tmp_path.iterdir()) == []


def test_the_pragmas_that_everything_rests_on(store):
    raw = store._connected()
    wanted = {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "secure_delete": 1, "temp_store": 2}
    assert {name: raw.execute(f"PRAGMA {name}").fetchone()[0] for name in wanted} == wanted
    assert raw.execute("SELECT v FROM search_text_config WHERE k = 'secure-delete'").fetchone() == (1,)
    assert raw.execute("PRAGMA cipher_version").fetchone()
    raw.close()


MOUNTS = """\
/dev/vda / ext4 rw 0 0
server:/export /mnt/town nfs4 rw 0 0
//server/share /mnt/with\\040space cifs rw 0 0
proc /proc proc rw 0 0
/dev/vdb /mnt/town/local ext4 rw 0 0
broken line
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/srv/desk", "ext4"),
        ("/mnt/town", "nfs4"),
        ("/mnt/town/a/b", "nfs4"),
        ("/mnt/town/local/a", "ext4"),
        ("/mnt/townhall", "ext4"),
        ("/mnt/with space/a", "cifs"),
    ],
)
def test_the_file_system_of_a_folder(folder, kind):
    from pathlib import Path

    assert file_system_of(Path(folder), MOUNTS) == kind


def test_a_network_drive_is_refused(store, closed, monkeypatch):
    monkeypatch.setattr(home, "file_system_of", lambda *_: "cifs")
    with pytest.raises(CannotWork, match="Netzlaufwerk"):
        closed()
    with pytest.raises(CannotWork, match="Netzlaufwerk"):
        Store.create(store.home.folder.with_name("other"))


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write everything")
def test_a_folder_without_rights_is_told(store, closed, village):
    store.home.folder.chmod(0o500)
    try:
        with pytest.raises(CannotWork, match="schreibgeschützt"):
            closed()
    finally:
        store.home.folder.chmod(0o700)


def test_a_read_only_database_is_told_and_nothing_is_lost(store, closed, village, monkeypatch):
    """As root every file may be written; SQLite itself is told not to."""
    real = connection.dbapi2.connect

    def reading(*address, **options):
        return real(address[0].replace("mode=rw", "mode=ro"), **options)

    monkeypatch.setattr(connection.dbapi2, "connect", reading)
    with closed() as again, pytest.raises(CannotWork, match="schreibgeschützt"):
        again.run(village.MoveIn(name="B"))
    monkeypatch.undo()
    with closed() as again:
        assert again.examine() == []


def test_a_full_disk_is_told_and_nothing_is_lost(store, village):
    citizen = store.run(village.MoveIn(name="A")).value
    raw_connected = store._connected

    def narrow():
        raw = raw_connected()
        raw.execute(f"PRAGMA max_page_count={raw.execute('PRAGMA page_count').fetchone()[0]}")
        return raw

    store.close()
    store._connected = narrow

    def write_on():
        for number in range(1000):
            store.run(village.Rename(citizen=citizen, name="Lang" * 500 + str(number)))

    with pytest.raises(CannotWork, match="Datenträger ist voll"):
        write_on()
    store.close()
    store._connected = raw_connected
    assert store.examine() == []
    store.run(village.Rename(citizen=citizen, name="B"))


def test_a_full_disk_while_an_attachment_is_written(store, village, monkeypatch):
    citizen = store.run(village.MoveIn(name="A")).value

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(home.os, "fsync", full)
    with pytest.raises(CannotWork, match="Datenträger ist voll"):
        store.run(village.Scan(citizen=citizen, content=b"x"))
    monkeypatch.undo()
    assert store.examine() == []
    assert [path for path in store.home.attachments.rglob("*") if path.is_file()] == []


def test_a_long_wait_for_another_ends_in_a_sentence(store, village, monkeypatch):
    monkeypatch.setattr(connection, "BUSY_TIMEOUT", 0.05)
    other = store._connected()
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(CannotWork, match="durch einen anderen Vorgang belegt"):
        store.run(village.MoveIn(name="A"))
    other.execute("ROLLBACK")
    other.close()
    store.run(village.MoveIn(name="A"))


def test_whoever_works_alone_is_waited_for(store, monkeypatch):
    with Home(store.home.folder).alone(), pytest.raises(CannotWork, match="wird gerade gearbeitet"):  # noqa: SIM117
        with Home(store.home.folder).alone(timeout=0.05):
            pass


def test_a_copied_folder_opens_elsewhere(store, closed, key_file, tmp_path):
    shutil.copytree(store.home.folder, tmp_path / "copy")
    with Store.open(tmp_path / "copy", key_file(store)) as copy:
        assert copy.examine() == []
