"""Whatever lies at a path: a delivery, or a sentence; no exception, no link followed, no file changed."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rathaus_desk.applications.channels.drop_folder import DropFolder, Unread, files_at, read
from rathaus_desk.applications.delivery import Delivery, Limits
from rathaus_desk.kernel.errors import CannotWork

NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)


def reading(path: Path, limits: Limits | None = None) -> Delivery | Unread:
    return read(path, received_at=NOW, limits=limits or Limits())


def sentence(path: Path, limits: Limits | None = None) -> str:
    found = reading(path, limits)
    assert isinstance(found, Unread), found
    return found.sentence


def test_a_file_becomes_a_delivery(tmp_path: Path) -> None:
    (tmp_path / "antrag.json").write_bytes(b"{}")
    found = reading(tmp_path / "antrag.json")
    assert isinstance(found, Delivery)
    assert (found.content, found.name, found.received_at) == (b"{}", "antrag.json", NOW)


def test_what_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("secret")
    (tmp_path / "antrag.json").symlink_to(tmp_path / "key")
    (tmp_path / "lose.json").symlink_to(tmp_path / "nirgends")
    os.mkfifo(tmp_path / "rohr.json")
    assert "Verknüpfung" in sentence(tmp_path / "antrag.json")
    assert "Verknüpfung" in sentence(tmp_path / "lose.json")
    assert "Ordner" in sentence(tmp_path)
    assert "keine gewöhnliche Datei" in sentence(tmp_path / "rohr.json")
    assert "gibt es nicht" in sentence(tmp_path / "fehlt.json")
    assert "Name" in sentence(tmp_path / "a\0b")


def test_a_file_nobody_may_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "antrag.json").write_bytes(b"{}")
    monkeypatch.setattr(os, "open", refuse)
    assert "Berechtigung" in sentence(tmp_path / "antrag.json")


def test_a_file_that_cannot_be_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> os.stat_result:
        raise OSError(5, "Input/output error")

    (tmp_path / "antrag.json").write_bytes(b"{}")
    monkeypatch.setattr(Path, "lstat", broken)
    assert "kann nicht gelesen werden" in sentence(tmp_path / "antrag.json")


def test_a_file_over_the_limit_is_not_read_but_known_again(tmp_path: Path) -> None:
    (tmp_path / "gross.json").write_bytes(b"x" * 2_000_000)
    found = reading(tmp_path / "gross.json", Limits(bytes=1_000_000))
    assert isinstance(found, Unread)
    assert found.sentence.startswith("Die Datei ist 2,0 MB groß, erlaubt sind 1,0 MB.")
    assert (found.size, len(found.content_hash)) == (2_000_000, 64)


def test_a_name_that_is_no_text_can_still_be_shown(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/antrag\xff.json"))
    path.write_bytes(b"{}")
    found = reading(path)
    assert found.name == "antrag\ufffd.json"


def test_a_folder_stands_for_the_files_in_it(tmp_path: Path) -> None:
    for name in ("b.json", "a.json", ".versteckt", "c.json.part", "~$brief.docx"):
        (tmp_path / name).write_bytes(b"{}")
    (tmp_path / "unten").mkdir()
    (tmp_path / "unten" / "d.json").write_bytes(b"{}")
    assert [path.name for path in files_at([tmp_path, tmp_path / ".versteckt"])] == [
        "a.json",
        "b.json",
        "unten",
        ".versteckt",
    ]


def test_a_file_is_taken_when_it_has_stopped_growing(tmp_path: Path) -> None:
    folder = DropFolder(tmp_path)
    path = tmp_path / "antrag.json"
    path.write_bytes(b"{")
    assert folder.look(NOW) == []
    path.write_bytes(b'{"a": 1}')
    assert folder.look(NOW) == []
    (found,) = folder.look(NOW)
    assert isinstance(found, Delivery)
    assert found.content == b'{"a": 1}'
    assert folder.look(NOW) == []


def test_a_file_laid_down_anew_is_taken_again(tmp_path: Path) -> None:
    folder = DropFolder(tmp_path)
    path = tmp_path / "antrag.json"
    path.write_bytes(b"{}")
    folder.look(NOW)
    assert len(folder.look(NOW)) == 1
    path.write_bytes(b'{"a": 1}')
    folder.look(NOW)
    assert len(folder.look(NOW)) == 1


def test_a_folder_out_of_reach_is_said(tmp_path: Path) -> None:
    with pytest.raises(CannotWork, match="Eingangsordner"):
        DropFolder(tmp_path / "weg").look(NOW)
