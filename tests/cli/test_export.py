"""``export``: lists and everything, as administrators' scripts call it."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from python_calamine import CalamineWorkbook

from rathaus_desk.cemetery.operations.graves import EnterCemetery, EnterGrave
from rathaus_desk.cli import run
from rathaus_desk.kernel.clock import FixedClock
from rathaus_desk.office.founding import found
from rathaus_desk.office.town_hall import TownHall
from rathaus_desk.store.engine import Store
from rathaus_desk.store.keys import KeyFile
from rathaus_desk.store.operations import Request, Work, operation

AT = "2026-11-25T09:00"

Call = Callable[..., "Done"]


class Keep(Request, frozen=True, kw_only=True):
    """Puts a file away."""


@operation(Keep, name="tests.export.keep", title="Ablegen")
def keep(work: Work, _request: Keep) -> None:
    work.attach(b"Scan", "scan.pdf", "application/pdf", to=work.operation)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, musterrode: Path) -> Path:
    """The example town with two cemeteries of one grave each."""
    home = tmp_path_factory.mktemp("rathaus") / "home"
    key_file = home.with_suffix(".key")
    clock = FixedClock(datetime(2026, 11, 25, 8, tzinfo=UTC))
    found(home, musterrode, key_file=key_file, clock=clock)
    hall = TownHall.open(home, key_file=key_file, clock=clock)
    for name, number in (("Kernstadt", "B/4/17"), ("Altenfeld", "=1+1")):
        cemetery = hall.run(EnterCemetery(name=name)).value
        hall.run(EnterGrave(cemetery=cemetery, number=number, kind="wahl_sarg", places=2))
    hall.close()
    return home


@dataclass
class Done:
    """What a command left: its status and what it said."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def call(home: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    """Runs a command on that town, in this process: starting one takes longer than what it does."""

    def called(*arguments: object) -> Done:
        options = ("--home", home, "--key-file", home.with_suffix(".key"), "--at", AT)
        status = run([str(argument) for argument in (*options, *arguments)])
        told = capsys.readouterr()
        return Done(status, told.out, told.err)

    return called


def test_a_process_of_its_own(rathaus_desk: Callable[..., CompletedProcess[str]], home: Path, tmp_path: Path):
    target = tmp_path / "personen.csv"
    options = ("--home", home, "--key-file", home.with_suffix(".key"))
    done = rathaus_desk("export", "csv", "personen", target, *options)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"Geschrieben: {target}\n", "")
    assert target.read_text("utf-8-sig").startswith("Name;Art;")


def test_a_list_for_excel(call: Call, tmp_path: Path):
    target = tmp_path / "liste.xlsx"
    done = call("export", "excel", "grabstaetten", target, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"files": [str(target)]}
    sheet = CalamineWorkbook.from_path(str(target)).get_sheet_by_index(0)
    heading, first, second = sheet.to_python()
    assert heading[:3] == ["Friedhof", "Abteilung", "Grabstätte"]
    assert (first[0], first[2]) == ("Altenfeld", "=1+1")
    assert (second[0], second[4]) == ("Kernstadt", "Wahlgrab für Erdbestattung")


def test_a_list_for_programs_of_one_cemetery(call: Call, tmp_path: Path):
    done = call("export", "json", "Grabstätten", tmp_path, "--cemetery", "kernstadt")
    assert done.stdout == f"Geschrieben: {tmp_path / 'grabstaetten-2026-11-25.json'}\n"
    document = json.loads((tmp_path / "grabstaetten-2026-11-25.json").read_text("utf-8"))
    assert [row["grave"] for row in document["rows"]] == ["B/4/17"]
    assert document["made_at"] == "2026-11-25T09:00:00+01:00"


def test_csv_is_escaped_and_german(call: Call, tmp_path: Path):
    target = tmp_path / "liste.csv"
    assert call("export", "csv", "freie-grabstaetten", target, "--quiet").stdout == ""
    with target.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter=";"))
    assert [row["Grabstätte"] for row in rows] == ["'=1+1", "B/4/17"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["excel", "grabstätte"], "Eine Liste „grabstätte“ gibt es nicht. Es gibt: grabstaetten, "),
        (["csv", "personen", "--year", "2026"], "lässt sich nicht nach Tagen eingrenzen"),
        (["csv", "personen", "--cemetery", "Kernstadt"], "lässt sich nicht nach Friedhof eingrenzen"),
        (["csv", "bestattungen", "--year", "2026", "--to", "2026-01-01"], "--year steht allein"),
        (["csv", "bestattungen", "--from", "31.2.2026"], "„31.2.2026“ ist kein Tag"),
        (["csv", "bestattungen", "--from", "2026-W01-1"], "ist kein Tag"),
        (
            ["csv", "bestattungen", "--from", "2.1.2026", "--to", "2026-01-01"],
            "bevor er beginnt (02.01.2026)",
        ),
        (["csv", "bestattungen", "--year", "0"], "--year"),
        (["csv", "grabstaetten", "--cemetery", "Nordtor"], "Bekannt sind: Altenfeld, Kernstadt."),
        (["csv", "grabstaetten", "fehlt/x.csv"], "gibt es nicht"),
        (["all", "."], "ist nicht leer"),
        (["all", "fehlt/alles"], "gibt es nicht"),
    ],
)
def test_wrong_use_is_one_sentence(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], sentence: str
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "urlaub.jpg").write_bytes(b"x")
    done = call("export", *arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["urlaub.jpg"]


def test_a_period_narrows_both_ends_included(call: Call, tmp_path: Path):
    target = tmp_path / "buch.json"
    for narrowed in (["--year", "2026"], ["--from", "1.1.2026"], ["--to", "2026-12-31"]):
        assert call("export", "json", "bestattungen", target, *narrowed).returncode == 0
        assert json.loads(target.read_text("utf-8"))["rows"] == []


def test_the_lists_there_are(call: Call):
    named = json.loads(call("export", "lists", "--json").stdout)
    by_name = {entry["name"]: entry for entry in named}
    assert by_name["bestattungen"]["narrowed_by"] == ["cemetery", "period"]
    assert by_name["tagesplan"]["public"]
    assert "Gräberverzeichnis" in call("export", "lists").stdout


def test_everything(call: Call, tmp_path: Path):
    folder = tmp_path / "alles"
    done = call("export", "all", folder, "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert set(result) == {"files"}
    assert {Path(file) for file in result["files"]} == {path for path in folder.rglob("*") if path.is_file()}
    with (folder / "tabellen" / "grave.csv").open(encoding="utf-8-sig", newline="") as stream:
        labels = {row["label"] for row in csv.DictReader(stream, delimiter=";")}
    assert labels == {"B/4/17", "'=1+1"}
    assert date(2026, 11, 25).strftime("%d.%m.%Y") in (folder / "README.txt").read_text("utf-8")


def test_a_damaged_attachment_ends_with_a_finding(call: Call, home: Path, tmp_path: Path):
    copy = tmp_path / "home"
    shutil.copytree(home, copy)
    with Store.open(copy, KeyFile(home.with_suffix(".key"))) as store:
        store.run(Keep())
    for path in copy.joinpath("attachments").rglob("*"):
        if path.is_file():
            path.unlink()
    done = call("--home", copy, "export", "all", tmp_path / "alles", "--json")
    assert done.returncode == 1, done.stderr
    damaged = json.loads(done.stdout)["damaged"]
    assert any("„scan.pdf“: Die Datei zu diesem Anhang fehlt" in one for one in damaged)
