"""A change of keys: everything under a new key, every slot opens as before, and a power cut loses nothing."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from rathaus_desk.kernel.errors import CannotWork
from rathaus_desk.store import rotation
from rathaus_desk.store.attachments import Attachment
from rathaus_desk.store.connection import connect
from rathaus_desk.store.engine import Store
from rathaus_desk.store.keys import Keys, RecoveryCode


@pytest.fixture
def filled(store, village):
    citizen = store.run(village.MoveIn(name="A")).value
    for number in range(3):
        store.run(village.Scan(citizen=citizen, content=b"Urkunde" * (number + 1)))
    return store


def contents(store):
    with store.read() as session:
        kept = list(session.scalars(sa.select(Attachment).order_by(Attachment.size)))
    return [store.read_attachment(attachment) for attachment in kept]


WANTED = [b"Urkunde", b"Urkunde" * 2, b"Urkunde" * 3]


def test_the_old_key_opens_nothing_and_the_old_ways_open_everything(filled, key_file):
    old_key = filled._key
    files = {path: path.read_bytes() for path in filled.home.attachments.glob("*/*")}
    filled.rotate()
    assert contents(filled) == WANTED
    assert filled.examine() == []
    with pytest.raises(Exception, match="not a database"):
        connect(filled.home.database, old_key)
    now = {path: path.read_bytes() for path in filled.home.attachments.glob("*/*")}
    assert now.keys() == files.keys()
    assert all(now[path] != files[path] for path in files)
    for way in (key_file(filled), RecoveryCode(filled.recovery_code)):
        with Store.open(filled.home.folder, way) as again:
            assert contents(again) == WANTED


def test_the_journal_goes_on(filled, village):
    filled.rotate()
    filled.run(village.MoveIn(name="B"))
    assert filled.examine() == []


@pytest.mark.parametrize("step", range(8))
def test_cut_off_at_any_step_nothing_is_lost(filled, village, key_file, monkeypatch, step):
    """Power fails at the n-th time that something is written durably, renamed or made known."""
    passed = 0

    class PowerCut(BaseException):
        pass

    def cut(real):
        def perhaps(*arguments, **options):
            nonlocal passed
            passed += 1
            if passed > step:
                raise PowerCut
            return real(*arguments, **options)

        return perhaps

    monkeypatch.setattr(Keys, "save", cut(Keys.save))
    for name in ("sync_folder", "write_durably", "check_sound", "_export"):
        monkeypatch.setattr(rotation, name, cut(getattr(rotation, name)))
    with pytest.raises(PowerCut):
        filled.rotate()
    monkeypatch.undo()

    with Store.open(filled.home.folder, key_file(filled)) as again:
        assert contents(again) == WANTED
        assert {finding.check for finding in again.examine()} <= {"attachments"}
        again.run(village.MoveIn(name="B"))
        again.rotate()
        assert contents(again) == WANTED
        assert again.examine() == []


def test_while_it_is_open_elsewhere_the_key_is_not_changed(filled, monkeypatch):
    monkeypatch.setattr("rathaus_desk.store.maintenance._PATIENCE", 0.1)
    other = filled._connected()
    with pytest.raises(CannotWork, match="anderer Stelle geöffnet"):
        filled.rotate()
    other.close()
    filled.rotate()
