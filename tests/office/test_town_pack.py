"""A town's folder as one file."""

from __future__ import annotations

import zipfile

import pytest

from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.office import town_pack
from rathaus_desk.office.main_job import example_town
from rathaus_desk.office.town_pack import pack, unpacked


@pytest.fixture
def packed(tmp_path):
    target = tmp_path / "Musterrode.rathaus-stadt"
    pack(example_town(), target)
    return target


def test_what_is_packed_comes_out_again(packed):
    with unpacked(packed) as folder:
        out = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert out == {path.name: path.read_bytes() for path in example_town().iterdir()}
    assert not folder.exists()


def test_the_same_folder_gives_the_same_bytes(packed, tmp_path):
    again = tmp_path / "again.rathaus-stadt"
    pack(example_town(), again)
    assert again.read_bytes() == packed.read_bytes()


def test_a_folder_is_taken_as_it_is():
    with unpacked(example_town()) as folder:
        assert folder == example_town()


def test_without_a_town_file_there_is_nothing_to_pack(tmp_path):
    (tmp_path / "notiz.txt").write_text("x")
    with pytest.raises(BadInput, match=r"town\.toml"):
        pack(tmp_path, tmp_path / "x.rathaus-stadt")
    assert not (tmp_path / "x.rathaus-stadt").exists()


@pytest.mark.parametrize(
    "name", ["../boese.toml", "/etc/boese.toml", "a/../../boese", "C:/boese", "a\\..\\boese"]
)
def test_a_pack_cannot_write_elsewhere(tmp_path, name):
    bad = tmp_path / "bad.rathaus-stadt"
    with zipfile.ZipFile(bad, "w") as archive:
        entry = zipfile.ZipInfo("x")
        entry.filename = name
        archive.writestr(entry, "x")
    with pytest.raises(BadInput, match="woanders"), unpacked(bad):
        pytest.fail("was unpacked")


def test_a_pack_that_is_too_large_is_refused(packed, monkeypatch):
    monkeypatch.setattr(town_pack, "_LARGEST", 100)
    with pytest.raises(BadInput, match="zu groß"), unpacked(packed):
        pytest.fail("was unpacked")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 kein Archiv", None])
def test_a_broken_pack_is_refused(packed, content):
    whole = packed.read_bytes()
    packed.write_bytes(whole[: len(whole) // 2] if content is None else content)
    with pytest.raises(BadInput, match="beschädigt"), unpacked(packed):
        pytest.fail("was unpacked")
