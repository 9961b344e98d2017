"""A server and two towns by the command line alone, as a script would set them up and use them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import structlog

from rathaus_desk.cli import CANNOT, FINDINGS, OK
from rathaus_desk.kernel import resources

Call = Callable[..., Any]


class Cooperation:
    """A server with two towns, each with one workstation."""

    def __init__(self, call: Call, database: str, keep: Path, url: str, homes: dict[str, Path]) -> None:
        self.call, self.database, self.keep, self.url, self.homes = call, database, keep, url, homes

    def server(self, *arguments: object) -> Any:
        """``rathaus-desk server …``; the answer, which must be a good one."""
        keep = ("--keep", self.keep) if _takes_keep(arguments) else ()
        return good(self.call("server", *arguments, "--database", self.database, *keep, "--json"))

    def at(self, town: str, *arguments: object) -> Any:
        """A command at the workstation of a town."""
        return good(self.call(*arguments, "--home", self.homes[town], "--json"))


def _takes_keep(arguments: tuple[object, ...]) -> bool:
    return arguments[0] in ("init", "backup") or arguments[:2] in (
        ("municipality", "restored"),
        ("municipality", "recovered"),
    )


def good(answer: Any) -> Any:
    assert answer.status == OK, answer.err
    return answer.document


@pytest.fixture
def cooperation(
    call: Call, tmp_path: Path, musterrode: Path, cluster: Any, keep: Any, run_server: Callable[..., Any]
) -> Iterator[Cooperation]:
    database = cluster.database(f"c{uuid4().hex[:8]}")
    keys = {name: f"{name}-{uuid4().hex[:6]}" for name in ("musterrode", "nachbarau")}
    made = Cooperation(call, database, keep.folder, "", {})
    first = made.server("init")
    assert made.server("init")["server"] == first["server"], "it may be repeated"
    for name, key in keys.items():
        made.server("municipality", "add", key, f"Stadt {name.capitalize()}")
    # The server lives in this process: its log must not stand between what the commands print.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    server = run_server(0, database)
    made.url = server.url
    for name, key in keys.items():
        home = tmp_path / name / "home"
        assert call("init", musterrode, "--home", home, "--quiet").status == OK
        made.homes[name] = home
        code = made.server("device", "enrol", key, "--url", server.url)["code"]
        assert made.at(name, "sync", "enrol", code)["town"] == key
        assert made.at(name, "sync", "--once")["waiting"] == 0
    made.keys = keys  # type: ignore[attr-defined]
    yield made
    server.stop()
    structlog.reset_defaults()


def test_a_case_is_forwarded_and_answered_by_commands(cooperation: Any, musterrode: Path) -> None:
    case = cooperation.at("musterrode", "intake", musterrode / "bestattungsanmeldung.json")[0]["case_number"]
    there = cooperation.keys["nachbarau"]
    (town,) = cooperation.at("musterrode", "sync", "towns")
    assert (town["town"], town["name"]) == (there, "Stadt Nachbarau")
    office = town["offices"][0]
    forward = ("sync", "forward", case, "--to", there, "--office", office, "--note", "Bitte prüfen.")
    sent = cooperation.at("musterrode", *forward)
    assert (sent["state"], sent["sent"], sent["case_number"]) == ("sent", True, case)
    refused = cooperation.call(*forward, "--home", cooperation.homes["musterrode"])
    assert "liegt schon bei" in refused.err
    cooperation.at("nachbarau", "sync", "--once")
    (received,) = cooperation.at("nachbarau", "sync", "inbox")
    assert (received["state"], received["office"], received["note"]) == ("received", office, "Bitte prüfen.")
    assert received["case_there"] == case
    answered = cooperation.at("nachbarau", "sync", "answer", received["case_number"], "Wir übernehmen das.")
    assert answered["state"] == "answered"
    cooperation.at("musterrode", "sync", "--once")
    (back,) = cooperation.at("musterrode", "sync", "inbox")
    assert (back["state"], back["answer"]) == ("answered", "Wir übernehmen das.")


def test_what_is_not_there_is_a_sentence(cooperation: Any) -> None:
    home = cooperation.homes["musterrode"]
    for arguments, words in (
        (("forward", "FH-2026-99999", "--to", "x1"), "gibt es nicht"),
        (("answer", "FH-2026-99999", "Ja"), "nichts von einer anderen Gemeinde"),
        (("take", str(uuid4())), "gibt es nicht"),
    ):
        answer = cooperation.call("sync", *arguments, "--home", home)
        assert answer.status != OK
        assert words in answer.err


def test_a_letter_is_published_and_taken_over_by_commands(cooperation: Any, tmp_path: Path) -> None:
    file = tmp_path / "fee_notice.md"
    text = resources.path("letters", "fee_notice.md").read_text(encoding="utf-8")
    file.write_text(text.replace("Gebühren", "Kosten"), encoding="utf-8")
    (made,) = cooperation.at("musterrode", "sync", "publish", file)["published"]
    (found,) = cooperation.at("nachbarau", "sync", "releases")
    assert (found["id"], found["kind"], found["sound"]) == (made["id"], "letter", True)
    assert cooperation.at("nachbarau", "sync", "take", found["id"])["letters"] == 1
    assert cooperation.at("nachbarau", "sync", "take", found["id"])["letters"] == 0
    towns = {one["town"]: one for one in cooperation.at("musterrode", "sync", "overview")}
    assert {one["kind"] for one in towns[cooperation.keys["nachbarau"]]["catalogue"]} >= {"statute", "tariff"}


def test_a_service_of_its_own_is_taken_in(cooperation: Any, tmp_path: Path) -> None:
    folder = tmp_path / "hundesteuer"
    folder.mkdir()
    for source in resources.path("services", "bestattungsanmeldung").iterdir():
        text = source.read_text(encoding="utf-8").replace(
            'key = "bestattungsanmeldung"', 'key = "hundesteuer"'
        )
        (folder / source.name).write_text(text, encoding="utf-8")
    assert cooperation.at("musterrode", "services", "load", folder)["loaded"] == [str(folder)]
    assert cooperation.at("musterrode", "services", "load", folder)["loaded"] == []
    own = {one["key"]: one["own"] for one in cooperation.at("musterrode", "services", "list")}
    assert own == {"bestattungsanmeldung": False, "hallenanfrage": False, "hundesteuer": True}


def test_the_server_is_kept_by_commands(cooperation: Any, tmp_path: Path) -> None:
    key = cooperation.keys["musterrode"]
    assert {one["town"] for one in cooperation.server("municipality", "list")} == set(
        cooperation.keys.values()
    )
    assert cooperation.server("doctor")["ok"]
    assert cooperation.server("upgrade") == {"upgraded": []}
    assert cooperation.server("backup", tmp_path / "server.dump")["size"] > 0
    assert cooperation.server("municipality", "restored", key)["erased"] == 0
    assert cooperation.server("municipality", "recovered", key) == {"key": key, "erased": 0, "used": []}
    status = cooperation.call("sync", "--once", "--home", cooperation.homes["musterrode"]).status
    assert status in (OK, FINDINGS)


def test_another_folder_than_the_servers_own_is_refused(cooperation: Any, tmp_path: Path) -> None:
    wrong = ("--database", cooperation.database, "--keep", tmp_path / "anders")
    answer = cooperation.call("server", "init", *wrong)
    assert answer.status != OK
    assert "gehört nicht zu dieser Datenbank" in answer.err
    missing = ("--database", cooperation.database, "--keep", tmp_path / "leer")
    answer = cooperation.call("server", "backup", tmp_path / "x.dump", *missing)
    assert answer.status == CANNOT
    assert "Schlüssel des Servers" in answer.err
