"""The support bundle: enough to help, nothing about a person; and whether the program's files are whole."""

from __future__ import annotations

import hashlib
import json
import logging
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import select

from rathaus_desk.kernel.clock import Clock
from rathaus_desk.office import support
from rathaus_desk.office.founding import found
from rathaus_desk.office.installation import examine, parts
from rathaus_desk.office.main_job import do_main_job, example_town
from rathaus_desk.office.support import write_bundle
from rathaus_desk.office.town_hall import TownHall
from rathaus_desk.people.records import Address, BankAccount, ContactPoint, Person
from rathaus_desk.store.home import Home
from rathaus_desk.store.log import close_log, log_to


@pytest.fixture
def worked(tmp_path, monkeypatch):
    """A town in which the main job was done, with a log."""
    logs = tmp_path / "logs"
    monkeypatch.setattr(support, "log_folder", lambda: logs)
    handler = log_to(logs / "rathaus-desk.log")
    home, key = tmp_path / "erika-mustermann" / "home", tmp_path / "key"
    found(home, example_town(), key_file=key)
    office = TownHall.open(home, key_file=key)
    try:
        do_main_job(office, tmp_path / "notice.pdf", lambda _: None)
        logging.getLogger("rathaus_desk").warning("something happened")
    finally:
        office.close()
        close_log(handler)
    return Home(home), key


def test_it_tells_of_the_program_and_of_nobody(worked, tmp_path, monkeypatch):
    home, key = worked
    monkeypatch.setattr(support.getpass, "getuser", lambda: "erika-mustermann")
    done = write_bundle(tmp_path / "bundle.zip", home, key, Clock())
    with zipfile.ZipFile(done.path) as archive:
        assert tuple(archive.namelist()) == done.files
        documents = {name: archive.read(name).decode() for name in done.files}
    told = json.loads(documents["pruefung.json"])
    assert told["opened"] is True
    assert told["findings"] == {}
    assert told["data"]
    assert json.loads(documents["datenordner.json"])["database_bytes"] > 100_000
    assert "something happened" in documents["protokoll/rathaus-desk.log"]
    everything = "".join(documents.values())
    for personal in ("Großmann", "Wagner", "Musterrode", "Schlo", "erika-mustermann", "Abendruh"):
        assert personal not in everything
    for personal in _of_people(home, key):
        assert personal not in everything


_TELLING = {
    Person: ("family_name", "given_names", "birth_name", "organisation", "remark"),
    Address: ("street", "place", "addition"),
    ContactPoint: ("value", "remark"),
    BankAccount: ("iban", "owner"),
}


def _of_people(home: Home, key: Path) -> set[str]:
    """Every name, address, number and account in the register; what is shorter could stand anywhere."""
    office = TownHall.open(home.folder, key_file=key)
    try:
        with office.store.read() as session:
            values = {
                getattr(one, name)
                for kind, names in _TELLING.items()
                for one in session.scalars(select(kind))
                for name in names
            }
    finally:
        office.close()
    telling = {value for value in values if len(value) > 3}
    assert len(telling) > 20
    return telling


def test_it_is_written_also_where_nothing_can_be_opened(worked, tmp_path):
    home, _ = worked
    done = write_bundle(tmp_path / "bundle.zip", home, tmp_path / "no-key", Clock())
    with zipfile.ZipFile(done.path) as archive:
        assert json.loads(archive.read("pruefung.json"))["opened"] is False
    done = write_bundle(tmp_path / "none.zip", Home(tmp_path / "nowhere"), None, Clock())
    with zipfile.ZipFile(done.path) as archive:
        assert json.loads(archive.read("datenordner.json"))["there"] is False


def test_a_program_without_a_list_is_not_examined(tmp_path):
    assert examine(None) == []


def test_changed_and_missing_files_of_the_program_are_found(tmp_path: Path):
    for name in ("eins.dll", "zwei.dll"):
        (tmp_path / name).write_text(name)
    sums = "".join(
        f"{hashlib.sha256(name.encode()).hexdigest()}  {name}\n" for name in ("eins.dll", "zwei.dll")
    )
    (tmp_path / "SHA256SUMS").write_text(sums)
    assert examine(tmp_path) == []
    (tmp_path / "eins.dll").unlink()
    (tmp_path / "zwei.dll").write_text("anders")
    (found_,) = examine(tmp_path)
    assert "eins.dll" in found_.what
    assert "zwei.dll" in found_.what
    assert "reparieren" in found_.remedy


def test_the_parts_of_the_program_are_told_with_their_licences(tmp_path: Path):
    assert parts(None) == parts(tmp_path) == []
    components = [
        {"name": "click", "version": "8.5", "licenses": [{"expression": "BSD-3-Clause"}]},
        {"name": "six", "version": "1.17", "licenses": [{"license": {"name": "MIT License"}}]},
    ]
    (tmp_path / "sbom.cdx.json").write_text(json.dumps({"components": components}))
    assert parts(tmp_path) == [("click 8.5", "BSD-3-Clause"), ("six 1.17", "MIT License")]
    (tmp_path / "sbom.cdx.json").write_text("{}")
    assert parts(tmp_path) == []
