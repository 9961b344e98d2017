"""A town's own letters come with its folder, and an error never replaces good wording."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from rathaus_desk.kernel import resources
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.letters import template
from rathaus_desk.letters.queries import own_templates
from rathaus_desk.office.founding import found
from rathaus_desk.office.own_letters import own_letters, save_letters
from rathaus_desk.office.town_hall import TownHall

OURS = "werden Gebühren in Höhe von"
THEIRS = "setzt der Magistrat Gebühren fest in Höhe von"


@pytest.fixture
def town(tmp_path: Path, musterrode: Path) -> Path:
    """The example town with a fee notice in its own words, and a Markdown file that is no letter."""
    folder = tmp_path / "town"
    shutil.copytree(musterrode, folder)
    (folder / "briefe").mkdir()
    text = resources.path("letters", "fee_notice.md").read_text(encoding="utf-8")
    (folder / "briefe" / "fee_notice.md").write_text(text.replace(OURS, THEIRS), encoding="utf-8")
    (folder / "briefe" / "LIESMICH.md").write_text("{{ kein Brief", encoding="utf-8")
    return folder


def test_the_towns_folder_brings_its_letters(town: Path, tmp_path: Path) -> None:
    founded = found(tmp_path / "home", town, key_file=tmp_path / "key")
    office = TownHall.open(founded.home, key_file=founded.key_file)
    with office.store.read() as session:
        (version,) = own_templates(session, "fee_notice")
        assert THEIRS in version.text
    assert save_letters(office, own_letters(town)) == 0
    office.close()


def test_a_letter_that_does_not_work_is_refused_with_its_line_and_nothing_is_set_up(
    town: Path, tmp_path: Path
) -> None:
    letter = town / "briefe" / "fee_notice.md"
    letter.write_text(letter.read_text(encoding="utf-8") + "\n{{ quatsch }}\n", encoding="utf-8")
    with pytest.raises(BadInput, match="quatsch"):
        found(tmp_path / "home", town, key_file=tmp_path / "key")
    assert not (tmp_path / "home").exists()


def test_a_letter_in_another_encoding_is_refused_with_a_sentence(town: Path) -> None:
    (town / "briefe" / "fee_notice.md").write_bytes("für".encode("cp1252"))
    with pytest.raises(BadInput, match="UTF-8"):
        own_letters(town)


def test_the_doctor_tells_of_a_letter_that_works_no_longer(
    town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    founded = found(tmp_path / "home", town, key_file=tmp_path / "key")
    office = TownHall.open(founded.home, key_file=founded.key_file)
    assert office.data_checks() == []

    def stricter(text: str, name: str) -> None:
        raise BadInput("Die Angabe „occasion“ gibt es in diesem Brief nicht.")

    template.choose.cache_clear()
    monkeypatch.setattr(template, "check", stricter)
    (remark,) = office.data_checks()
    assert (remark.check, "occasion" in remark.what) == ("letter_template", True)
    template.choose.cache_clear()
    office.close()
