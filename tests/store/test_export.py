"""Everything that is in the house, as a folder that needs no program to be read."""

from __future__ import annotations

import csv
import errno
import json
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest

from rathaus_desk.kernel.clock import FixedClock
from rathaus_desk.kernel.errors import BadInput, CannotWork
from rathaus_desk.kernel.money import Money
from rathaus_desk.store import export
from rathaus_desk.store.engine import Store
from rathaus_desk.store.export import LEFT_OUT, export_all, safe_name
from rathaus_desk.store.local import save_draft, set_setting

NINE = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


@pytest.fixture
def store(village: ModuleType, make_store) -> Store:
    return make_store(clock=FixedClock(NINE))


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=";"))


def table(folder: Path, name: str) -> list[dict[str, str]]:
    return rows_of(folder / "tabellen" / f"{name}.csv")


def schema_of(folder: Path, name: str) -> dict[str, Any]:
    tables = json.loads((folder / "schema.json").read_text("utf-8"))["tables"]
    (found,) = [entry for entry in tables if entry["table"] == name]
    return found


def move_in(store: Store, village: ModuleType, name: str = "Erika Beispiel") -> UUID:
    house = store.run(village.Build(name="Am Anger")).value
    return store.run(village.MoveIn(name=name, house=house)).value


def test_every_table_of_the_database_has_its_file_and_its_entry(store, village, tmp_path, behind_the_back):
    move_in(store, village)
    with behind_the_back(store) as raw:
        raw.execute("CREATE TABLE from_a_later_program (key TEXT, value)")
        raw.execute("INSERT INTO from_a_later_program VALUES ('=1', x'ff00')")
        names = {name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    folder = tmp_path / "alles"
    export_all(store, folder)
    files = {path.stem for path in (folder / "tabellen").iterdir()}
    left = {name for name in names - files if not name.startswith(("search_text", "sqlite_"))}
    assert left == set(LEFT_OUT) == {"secret"}
    described = json.loads((folder / "schema.json").read_text("utf-8"))
    assert {entry["table"] for entry in described["tables"]} == files
    for entry in described["tables"]:
        rows = table(folder, entry["table"])
        assert len(rows) == entry["rows"]
        assert all(list(row) == [column["column"] for column in entry["columns"]] for row in rows)
    assert table(folder, "from_a_later_program") == [{"key": "'=1", "value": "ff00"}]
    assert table(folder, "village_citizen")
    assert table(folder, "journal")


def test_values_can_be_read_by_anybody(store, village, tmp_path):
    citizen = move_in(store, village, '=Müller; "der\nÄltere"')
    export_all(store, tmp_path / "alles")
    (row,) = table(tmp_path / "alles", "village_citizen")
    assert row["id"] == str(citizen)
    assert row["name"] == '\'=Müller; "der\nÄltere"'
    assert (row["owes"], row["share"], row["known"], row["children"]) == ("48.00", "0.250", "false", "0")
    assert json.loads(row["facts"]) == {"number": 1, "ä": [None, True, "x"]}
    assert row["seen_at"] == "2026-11-25T08:00:00.000000Z"
    (house,) = table(tmp_path / "alles", "village_house")
    assert (house["roof"], house["built"], house["survey"]) == ("ziegel", "2026-11-25", "00ff000000")


def test_an_unknown_value_differs_from_an_empty_one(store, village, tmp_path):
    citizen = move_in(store, village)
    store.run(village.Relocate(citizen=citizen, street=""))
    export_all(store, tmp_path / "alles")
    content = (tmp_path / "alles" / "tabellen" / "village_citizen.csv").read_bytes()
    assert content.startswith(b'\xef\xbb\xbf"id";')
    line = content.decode("utf-8-sig").splitlines()[1]
    assert '"Erika Beispiel";"";"Musterrode"' in line
    assert line.endswith(";")


def test_the_schema_says_what_is_what(store, village, tmp_path):
    export_all(store, tmp_path / "alles")
    house = {column["column"]: column for column in schema_of(tmp_path / "alles", "village_house")["columns"]}
    assert house["roof"]["values"] == ["ziegel", "schiefer"]
    assert house["version"]["meaning"].startswith("Number of the server's operation")
    citizen = schema_of(tmp_path / "alles", "village_citizen")
    assert citizen["kind"] == "record"
    columns = {column["column"]: column for column in citizen["columns"]}
    assert columns["house"]["refers_to"] == "village_house.id"
    assert (columns["owes"]["type"], columns["seen_at"]["type"]) == ("amount", "moment")
    journal = schema_of(tmp_path / "alles", "journal")
    assert (journal["kind"], journal["meaning"]) == ("kept", "One operation.")
    assert schema_of(tmp_path / "alles", "setting")["kind"] == "local"


def test_deleted_rows_history_drafts_and_settings_are_there(store, village, tmp_path):
    citizen = move_in(store, village)
    store.run(village.Leave(citizen=citizen))
    with store.local() as session:
        set_setting(session, "font", 12)
        save_draft(session, "village.move_in", {"name": "Halb getippt"}, clerk=None, at=NINE)
    export_all(store, tmp_path / "alles")
    (row,) = table(tmp_path / "alles", "village_citizen")
    assert row["deleted_at"] == "2026-11-25T08:00:00.000000Z"
    changes = "".join(row["change"] for row in table(tmp_path / "alles", "journal_change"))
    assert "Erika Beispiel" in changes
    assert "Halb getippt" in table(tmp_path / "alles", "draft")[0]["content"]
    assert table(tmp_path / "alles", "setting") == [{"key": "font", "value": "12"}]


def test_attachments_are_ordinary_files_with_an_index(store, village, tmp_path):
    citizen = move_in(store, village)
    attachment = store.run(village.Scan(citizen=citizen, content=b"%PDF-1.7 Antrag")).value
    done = export_all(store, tmp_path / "alles")
    (line,) = rows_of(tmp_path / "alles" / "dateien" / "verzeichnis.csv")
    assert line["datei"] == f"dateien/village_citizen/{attachment.hex[-12:]}-scan.pdf"
    assert (tmp_path / "alles" / line["datei"]).read_bytes() == b"%PDF-1.7 Antrag"
    assert (line["name"], line["gehoert_zu"], line["id"]) == ("scan.pdf", "Erika Beispiel", str(citizen))
    assert done.damaged == []
    assert tmp_path / "alles" / line["datei"] in done.files
    assert {path for path in (tmp_path / "alles").rglob("*") if path.is_file()} == set(done.files)


def test_a_damaged_attachment_is_named_and_the_rest_comes(store, village, tmp_path):
    citizen = move_in(store, village)
    for content in (b"eins", b"zwei"):
        store.run(village.Scan(citizen=citizen, content=content))
    stored = sorted(path for path in store.home.attachments.rglob("*") if path.is_file())
    stored[0].unlink()
    done = export_all(store, tmp_path / "alles")
    assert done.damaged == [
        "„scan.pdf“: Die Datei zu diesem Anhang fehlt. Bitte stellen Sie sie aus einer Sicherung wieder her."
    ]
    assert done.damaged[0] in (tmp_path / "alles" / "README.txt").read_text("utf-8")
    assert len(list((tmp_path / "alles" / "dateien" / "village_citizen").iterdir())) == 1


def test_the_readme_is_german_and_warns(store, tmp_path):
    export_all(store, tmp_path / "alles")
    text = (tmp_path / "alles" / "README.txt").read_bytes().decode("utf-8")
    assert "Stand: 25.11.2026 um 09:00 Uhr" in text
    assert "unverschlüsselt und enthält personenbezogene Daten" in text
    assert "\r\n" in text
    assert all(len(line) <= 110 for line in text.splitlines())


def test_keys_never_leave_the_house(store, village, tmp_path, behind_the_back):
    move_in(store, village)
    with behind_the_back(store) as raw:
        keys = [value for (value,) in raw.execute("SELECT value FROM secret")]
    export_all(store, tmp_path / "alles")
    for path in (tmp_path / "alles").rglob("*.csv"):
        content = path.read_bytes()
        assert not any(key in content or key.hex().encode() in content for key in keys)


def test_an_empty_folder_is_filled(store, tmp_path):
    folder = tmp_path / "stick"
    folder.mkdir()
    export_all(store, folder)
    assert sorted(path.name for path in folder.iterdir()) == [
        "README.txt",
        "dateien",
        "schema.json",
        "tabellen",
    ]


def test_only_its_owner_may_read_a_new_folder(store, tmp_path):
    export_all(store, tmp_path / "alles")
    assert (tmp_path / "alles").stat().st_mode & 0o077 == 0


def test_a_folder_that_is_in_use_is_refused(store, tmp_path):
    (tmp_path / "voll").mkdir()
    (tmp_path / "voll" / "urlaub.jpg").write_bytes(b"x")
    (tmp_path / "datei").write_bytes(b"x")
    for target, sentence in (
        (tmp_path / "voll", "ist nicht leer"),
        (tmp_path / "datei", "ist eine Datei, kein Ordner"),
        (tmp_path / "fehlt" / "alles", "gibt es nicht"),
        (store.home.folder / "alles", "darf nicht im Datenordner liegen"),
        (store.home.folder, "darf nicht im Datenordner liegen"),
    ):
        with pytest.raises(BadInput, match=sentence):
            export_all(store, target)
    assert (tmp_path / "voll" / "urlaub.jpg").exists()


@pytest.mark.parametrize("there", [False, True])
def test_a_full_disk_leaves_nothing_behind(store, village, tmp_path, monkeypatch, there: bool):
    folder = tmp_path / "ziel" / "alles"
    (folder if there else folder.parent).mkdir(parents=True)

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "voll")

    monkeypatch.setattr(export, "_write_schema", full)
    with pytest.raises(CannotWork, match="kein Platz mehr"):
        export_all(store, folder)
    assert list(folder.parent.iterdir()) == ([folder] if there else [])
    assert not there or list(folder.iterdir()) == []


def test_a_row_broken_behind_the_back_does_not_stop_the_export(store, village, tmp_path, behind_the_back):
    move_in(store, village)
    with behind_the_back(store) as raw:
        raw.execute(
            "UPDATE village_citizen SET owes = 'viel', token = x'01', known = 7,"
            " seen_at = CAST(x'ff' AS TEXT)"
        )
    export_all(store, tmp_path / "alles")
    (row,) = table(tmp_path / "alles", "village_citizen")
    assert (row["owes"], row["token"], row["known"], row["seen_at"]) == ("viel", "01", "7", "\ufffd")


def test_amounts_below_zero_stay_numbers(store, village, tmp_path):
    store.run(village.MoveIn(name="Gutschrift", owes=Money(-1250)))
    export_all(store, tmp_path / "alles")
    assert table(tmp_path / "alles", "village_citizen")[0]["owes"] == "-12.50"


def test_any_name_makes_a_file_name():
    id_ = UUID("01900000-0000-7000-8000-0123456789ab")
    assert safe_name("Antrag Müller.pdf", id_) == "0123456789ab-Antrag Müller.pdf"
    assert safe_name("../../etc/passwd", id_) == "0123456789ab-_.._etc_passwd"
    assert safe_name("CON", id_) == "0123456789ab-CON"
    assert safe_name(" . ", id_) == "0123456789ab-Datei"
    long = safe_name("ä" * 300 + ".tiff", id_)
    assert long.endswith("ä.tiff")
    assert len(long.encode()) <= 220
