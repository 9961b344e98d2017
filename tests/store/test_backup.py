"""Backup and restore: one file, everything in it, and nothing replaced before it was checked."""

from __future__ import annotations

import json
import shutil
import threading
import zipfile
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from rathaus_desk.kernel.errors import BadInput, CannotWork
from rathaus_desk.store.attachments import Attachment
from rathaus_desk.store.backup import SUFFIX, restore
from rathaus_desk.store.engine import Store
from rathaus_desk.store.home import Home
from rathaus_desk.store.journal import Workstation
from rathaus_desk.store.keys import KeyFile, RecoveryCode

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def saved(store, village, tmp_path):
    """A backup of a store with a citizen and a scan."""
    citizen = store.run(village.MoveIn(name="Geheim, Anna")).value
    store.run(village.Scan(citizen=citizen, content=b"Urkunde" * 1000))
    done = store.back_up(tmp_path / f"b{SUFFIX}")
    assert done.attachments == 1
    assert done.size == done.path.stat().st_size
    return done.path


def names(store, village):
    with store.read() as session:
        return list(session.scalars(sa.select(village.Citizen.name).order_by(village.Citizen.name)))


def test_on_another_machine_the_recovery_code_opens_everything(store, village, saved, tmp_path):
    code = store.recovery_code
    elsewhere = Home(tmp_path / "elsewhere" / "home")
    elsewhere.folder.parent.mkdir()
    assert restore(saved, elsewhere, RecoveryCode(code), AT) is None
    with Store.open(elsewhere.folder, RecoveryCode(code)) as again:
        assert names(again, village) == ["Geheim, Anna"]
        with again.read() as session:
            (scan,) = session.scalars(sa.select(Attachment))
        assert again.read_attachment(scan) == b"Urkunde" * 1000
        assert again.examine() == []
        again.add_slot(KeyFile(tmp_path / "new.key"))
    with Store.open(elsewhere.folder, KeyFile(tmp_path / "new.key")) as again:
        assert names(again, village) == ["Geheim, Anna"]


def test_a_restored_town_continues_as_another_workstation_and_leaves_numbers_out(
    store, village, saved, key_file
):
    """Numbers given out after the backup may stand on letters that it knows nothing of."""
    store.run(village.MoveIn(name="Danach"))
    with store.read() as session:
        before = session.scalars(sa.select(Workstation)).one()
    store.close()
    kept = restore(saved, store.home, key_file(store), AT)
    assert kept is not None
    with Store.open(kept, key_file(store)) as old:
        assert names(old, village) == ["Danach", "Geheim, Anna"]
    with Store.open(store.home.folder, key_file(store)) as again:
        assert names(again, village) == ["Geheim, Anna"]
        again.run(village.MoveIn(name="Neu"))
        with again.read() as session:
            station = session.scalars(sa.select(Workstation)).one()
            numbers = [citizen.facts["number"] for citizen in session.scalars(sa.select(village.Citizen))]
        assert (station.forked_from, station.seq) == (before.id, 1)
        assert sorted(numbers) == [1, 1002]
        assert again.examine() == []


def test_two_restores_in_one_second_keep_both_old_folders(store, saved, key_file):
    store.close()
    first, second = (restore(saved, store.home, key_file(store), AT) for _ in range(2))
    assert first != second
    assert {first.parent, second.parent} == {store.home.folder.parent}
    assert (first / "rathaus.db").exists()
    assert (second / "rathaus.db").exists()


def test_a_backup_is_of_one_moment_while_others_write(store, village, tmp_path):
    stop = threading.Event()

    def write():
        while not stop.is_set():
            citizen = store.run(village.MoveIn(name="A")).value
            store.run(village.Scan(citizen=citizen, content=citizen.bytes))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        paths = [store.back_up(tmp_path / f"{number}{SUFFIX}").path for number in range(3)]
    finally:
        stop.set()
        writer.join()
    for number, path in enumerate(paths):
        home = Home(tmp_path / f"r{number}")
        restore(path, home, RecoveryCode(store.recovery_code), AT)
        with Store.open(home.folder, RecoveryCode(store.recovery_code)) as again:
            assert again.examine() == []


def test_a_backup_has_no_readable_word(saved):
    content = saved.read_bytes()
    for word in ("Geheim", "Anna", "Urkunde", "Musterrode", "village"):
        assert word.encode() not in content


def everything(folder):
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def refused(saved, store, way, error, match):
    store.close()
    before = everything(store.home.folder)
    with pytest.raises(error, match=match):
        restore(saved, store.home, way, AT)
    assert everything(store.home.folder) == before
    assert [path for path in store.home.folder.parent.iterdir() if path.name.startswith(".")] == []


def test_a_wrong_key_replaces_nothing(store, saved, make_store):
    refused(saved, store, RecoveryCode(make_store().recovery_code), CannotWork, "passt nicht")


@pytest.mark.parametrize("content", [b"", b"PK", b"x" * 5000])
def test_what_is_no_backup_replaces_nothing(store, saved, key_file, content):
    saved.write_bytes(content)
    refused(saved, store, key_file(store), BadInput, "keine vollständige Sicherung")


def test_a_missing_backup_is_told(store, saved, key_file):
    refused(saved.with_name("nowhere"), store, key_file(store), BadInput, "gibt es nicht")
    refused(saved.parent, store, key_file(store), (BadInput, CannotWork), ".")


def test_a_backup_cut_short_replaces_nothing(store, saved, key_file):
    saved.write_bytes(saved.read_bytes()[:-400])
    refused(saved, store, key_file(store), BadInput, "keine vollständige Sicherung")


def test_a_changed_byte_anywhere_replaces_nothing(store, saved, key_file):
    whole = saved.read_bytes()
    store.close()
    before = everything(store.home.folder)
    for place in range(200, len(whole), len(whole) // 9):
        changed = bytearray(whole)
        changed[place] ^= 0x10
        saved.write_bytes(bytes(changed))
        with pytest.raises((BadInput, CannotWork)):
            restore(saved, store.home, key_file(store), AT)
        assert everything(store.home.folder) == before


def rewritten(saved, change):
    """The same ZIP with one member changed, all checksums of the ZIP right."""
    with zipfile.ZipFile(saved) as file:
        members = {name: file.read(name) for name in file.namelist()}
    change(members)
    with zipfile.ZipFile(saved, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)


def test_a_backup_that_somebody_rewrote_replaces_nothing(store, saved, key_file):
    def smuggle(members):
        manifest = json.loads(members["manifest.json"])
        manifest["members"]["attachments/../../../evil"] = {"size": 1, "sha256": "00"}
        members["manifest.json"] = json.dumps(manifest).encode()
        members["attachments/../../../evil"] = b"x"

    rewritten(saved, smuggle)
    refused(saved, store, key_file(store), CannotWork, "verändert")


def test_a_backup_with_another_database_in_it_replaces_nothing(store, saved, key_file):
    rewritten(saved, lambda members: members.update({"rathaus.db": bytes(len(members["rathaus.db"]))}))
    refused(saved, store, key_file(store), CannotWork, "beschädigt")


def test_a_backup_is_written_whole_or_not_at_all(store, saved, monkeypatch):
    before = saved.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("rathaus_desk.store.backup._add", full)
    with pytest.raises(CannotWork, match="Datenträger ist voll"):
        store.back_up(saved)
    assert saved.read_bytes() == before
    assert [path.name for path in saved.parent.iterdir() if path.name.startswith(".")] == []


def test_a_folder_that_is_not_there_is_told(store, tmp_path):
    with pytest.raises(CannotWork, match="Ordner für die Sicherung"):
        store.back_up(tmp_path / "nowhere" / "b")


def test_once_a_day_and_the_newest_stay(store, tmp_path, village):
    folder = tmp_path / "daily"
    folder.mkdir()
    (folder / "keep.txt").write_text("mine")
    first = date(2026, 11, 1)
    for day in range(5):
        store.clock = village.SteppingClock(datetime(2026, 11, 1, 8, tzinfo=UTC) + timedelta(days=day))
        assert store.daily_backup(folder, keep=3) is not None
        assert store.daily_backup(folder, keep=3) is None
    assert sorted(path.name for path in folder.iterdir()) == [
        "keep.txt",
        *(f"rathaus-desk-{first + timedelta(days=day)}{SUFFIX}" for day in (2, 3, 4)),
    ]


def test_a_changed_key_opens_backups_made_before_by_the_code_of_then(store, village, saved, tmp_path):
    code = store.recovery_code
    store.rotate()
    home = Home(tmp_path / "then")
    restore(saved, home, RecoveryCode(code), AT)
    with Store.open(home.folder, RecoveryCode(code)) as again:
        assert names(again, village) == ["Geheim, Anna"]
    shutil.rmtree(home.folder)
