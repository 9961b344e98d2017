"""The commands administrators and scripts rely on: names, documents, exit statuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest


def test_init_says_where_the_key_lies_and_prints_the_code(
    call: Any, tmp_path: Path, musterrode: Path
) -> None:
    answer = call("--json", "init", musterrode, "--home", tmp_path / "home")
    assert answer.status == 0
    document = answer.document
    assert set(document) == {"home", "recovery_code", "key_file"}
    assert Path(document["key_file"]) == tmp_path / "home.key"
    assert Path(document["key_file"]).stat().st_mode & 0o077 == 0


def test_init_makes_the_key_file_that_is_named(call: Any, tmp_path: Path, musterrode: Path) -> None:
    key = tmp_path / "schlüssel"
    home = tmp_path / "home"
    assert call("init", musterrode, "--home", home, "--key-file", key).status == 0
    assert key.exists()
    assert call("search", "x", "--home", home, "--key-file", key).status == 0
    assert call("search", "x", "--home", home).status == 3


@pytest.mark.parametrize("lacking", ["town.toml", "folder"])
def test_init_without_a_town_leaves_nothing_behind(
    call: Any, tmp_path: Path, musterrode: Path, lacking: str
) -> None:
    folder = tmp_path / "town"
    if lacking == "town.toml":
        shutil.copytree(musterrode, folder)
        (folder / "town.toml").unlink()
    answer = call("init", folder, "--home", tmp_path / "home")
    assert answer.status == 2
    assert len(answer.err.splitlines()) == 1
    assert not (tmp_path / "home").exists()
    assert not (tmp_path / "home.key").exists()


def test_init_with_an_example_that_does_not_come_out_shows_both_results(
    call: Any, tmp_path: Path, musterrode: Path
) -> None:
    folder = tmp_path / "town"
    shutil.copytree(musterrode, folder)
    tariff = folder / "friedhofsgebuehren-2024.toml"
    tariff.write_text(
        tariff.read_text(encoding="utf-8").replace('total = "2731.00"', 'total = "2732.00"'), encoding="utf-8"
    )
    answer = call("init", folder, "--home", tmp_path / "home")
    assert answer.status == 2
    assert "2732.00" in answer.err
    assert "2731.00" in answer.err
    assert not (tmp_path / "home").exists()


def test_init_twice_changes_nothing(call: Any, town: Path, musterrode: Path) -> None:
    before = (town / "rathaus.db").read_bytes()
    answer = call("init", musterrode, "--home", town)
    assert (answer.status, (town / "rathaus.db").read_bytes()) == (3, before)
    assert "schon eine Stadt" in answer.err


def test_the_list_again_changes_nothing(call: Any, town: Path, musterrode: Path) -> None:
    answer = call("import", "graves", musterrode / "graeberliste-alt.csv", "--home", town, "--json")
    document = answer.document
    assert answer.status == 0
    assert set(document["new"].values()) == {0}
    assert (document["same"], document["duplicate"], document["changed"]) == (11, 1, 0)


def test_strict_ends_with_one_for_doubtful_rows(call: Any, town: Path, musterrode: Path) -> None:
    answer = call(
        "import", "graves", musterrode / "graeberliste-alt.csv", "--home", town, "--strict", "--dry-run"
    )
    assert answer.status == 1
    assert "Zeile 7, geb.: „31.02.1929“" in answer.out


def test_the_fields_of_a_mapping_are_told_without_a_town(call: Any) -> None:
    fields = call("import", "fields", "--json").document
    assert {"grave.number", "grave.kind", "deceased.name", "burial.date"} <= {
        field["field"] for field in fields
    }


def test_intake_tells_new_from_known_and_goes_on_after_bad_files(
    call: Any, town: Path, musterrode: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "kaputt.json"
    bad.write_bytes(b"\xff\xfe{")
    form = musterrode / "bestattungsanmeldung.json"
    answer = call("intake", bad, form, form, "--home", town, "--json")
    assert answer.status == 1
    assert [one["state"] for one in answer.document] == ["quarantined", "new", "known"]
    assert answer.document[1]["case_number"] == "FH-2026-00001" or answer.document[1][
        "case_number"
    ].startswith("FH-")
    assert set(answer.document[0]) == {"path", "state", "service", "case_number", "reason"}


def test_search_finds_people_graves_and_the_dead(call: Any, town: Path) -> None:
    hits = call("search", "grossmann heinrich", "--home", town, "--json").document
    assert {hit["kind"] for hit in hits} == {"person", "burial"}
    assert set(hits[0]) == {"kind", "id", "title", "subtitle"}
    assert call("search", "Mueller", "--home", town, "--json").document


@pytest.mark.parametrize("text", ["", '"', "*", "' OR 1=1 --", "AND", "(", "\\", "ß" * 5000, "NEAR(a b)"])
def test_nothing_a_user_searches_is_an_error(call: Any, town: Path, text: str) -> None:
    answer = call("search", "--home", town, "--json", "--", text)
    assert (answer.status, answer.err) == (0, "")


def test_due_lists_what_ends(call: Any, town: Path) -> None:
    found = call("due", "--days", "5000", "--home", town, "--json", "--at", "2026-11-25T09:00").document
    assert [one["kind"] for one in found if one["title"].endswith("Kernstadt B/4/17")] == ["right"]
    assert set(found[0]) == {"on", "kind", "title", "id"}


def test_doctor_is_content_and_lists_what_the_register_lacks(call: Any, town: Path) -> None:
    answer = call("doctor", "--home", town, "--json")
    assert answer.status == 0
    assert answer.document["ok"] is True
    assert answer.document["findings"] == []
    assert {"check", "what", "remedy"} == set(answer.document["data"][0])


def test_catalogue_check_needs_no_town_and_reports_as_scripts_expect(call: Any, musterrode: Path) -> None:
    answer = call("catalogue", "check", musterrode, "--json")
    document = answer.document
    assert answer.status == 0
    assert all(example["ok"] for example in document["examples"])
    assert len(document["examples"]) == 9
    assert set(document["examples"][0]) == {"file", "example", "ok", "expected", "computed", "reasons"}
    assert document["findings"]
    assert document["refused"] == []
    assert call("catalogue", "check", musterrode, "--strict", "--quiet").status == 1


def test_a_price_without_quotes_is_refused_with_its_line(call: Any, tmp_path: Path, musterrode: Path) -> None:
    file = tmp_path / "tarif.toml"
    text = (musterrode / "friedhofsgebuehren-2024.toml").read_text(encoding="utf-8")
    file.write_text(text.replace('amount = "690.00"', "amount = 690.0"), encoding="utf-8")
    answer = call("catalogue", "check", file, "--json")
    (refused, *_) = answer.document["refused"]
    assert answer.status == 1
    assert refused["line"] == 1 + text[: text.index('amount = "690.00"')].count("\n")


class TestKeysAndBackups:
    def test_a_backup_comes_back_on_another_machine_by_the_code(
        self, call: Any, town: Path, tmp_path: Path
    ) -> None:
        code = call("key", "show-recovery", "--home", town, "--json").document["recovery_code"]
        assert call("backup", tmp_path / "sicherung.rdb", "--home", town).status == 0
        other = tmp_path / "anderer-rechner" / "home"
        other.parent.mkdir()
        assert call("restore", tmp_path / "sicherung.rdb", "--home", other).status == 3
        assert not other.exists()
        assert call("restore", tmp_path / "sicherung.rdb", "--home", other, "--code", code).status == 0
        assert call("search", "Großmann", "--home", other, "--json").document
        assert call("doctor", "--home", other, "--json").document["ok"]

    def test_a_restore_keeps_the_old_folder(self, call: Any, town: Path, tmp_path: Path) -> None:
        call("backup", tmp_path / "sicherung.rdb", "--home", town)
        answer = call("restore", tmp_path / "sicherung.rdb", "--home", town, "--json")
        assert answer.status == 0
        assert (Path(answer.document["kept"]) / "rathaus.db").exists()

    @pytest.mark.parametrize("content", [b"", b"kein Archiv", b"PK\x03\x04" + bytes(200)])
    def test_a_broken_backup_replaces_nothing(
        self, call: Any, town: Path, tmp_path: Path, content: bytes
    ) -> None:
        broken = tmp_path / "kaputt.rdb"
        broken.write_bytes(content)
        before = (town / "rathaus.db").read_bytes()
        answer = call("restore", broken, "--home", town)
        assert answer.status in (2, 3)
        assert len(answer.err.splitlines()) == 1
        assert (town / "rathaus.db").read_bytes() == before

    def test_a_lost_key_is_found_again_by_the_code(self, call: Any, town: Path) -> None:
        code = call("key", "show-recovery", "--home", town, "--json").document["recovery_code"]
        town.with_name("home.key").unlink()
        lost = call("search", "x", "--home", town)
        assert lost.status == 3
        assert "Wiederherstellungscode" in lost.err
        assert call("key", "recover", code, "--home", town).status == 0
        assert call("search", "x", "--home", town).status == 0

    def test_a_wrong_code_changes_nothing(self, call: Any, town: Path) -> None:
        slots = (town / "keys.json").read_bytes()
        answer = call("key", "recover", "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-AAAAA", "--home", town)
        assert answer.status in (2, 3)
        assert (town / "keys.json").read_bytes() == slots

    def test_after_a_change_of_keys_everything_opens_as_before(self, call: Any, town: Path) -> None:
        before = (town / "rathaus.db").read_bytes()
        assert call("key", "rotate", "--home", town).status == 0
        assert (town / "rathaus.db").read_bytes() != before
        assert call("search", "Großmann", "--home", town, "--json").document
        assert call("doctor", "--home", town).status == 0

    def test_a_further_key_file_opens_too(self, call: Any, town: Path, tmp_path: Path) -> None:
        extra = tmp_path / "zweiter.key"
        assert call("key", "add-slot", "key-file", extra, "--home", town).status == 0
        assert call("search", "x", "--home", town, "--key-file", extra).status == 0
        assert call("key", "add-slot", "key-file", "--home", town).status == 2

    def test_the_key_file_of_another_town_ends_with_three(
        self, call: Any, town: Path, tmp_path: Path, musterrode: Path
    ) -> None:
        foreign = tmp_path / "fremd.key"
        call("init", musterrode, "--home", tmp_path / "fremd", "--key-file", foreign)
        slots = (town / "keys.json").read_bytes()
        answer = call("doctor", "--home", town, "--key-file", foreign)
        assert answer.status == 3
        assert "passt nicht" in answer.err
        assert (town / "keys.json").read_bytes() == slots

    def test_a_key_file_that_others_may_read_is_refused(self, call: Any, town: Path) -> None:
        key = town.with_name("home.key")
        key.chmod(0o644)
        answer = call("doctor", "--home", town)
        assert answer.status == 3
        assert "andere lesen" in answer.err


class TestGlobalOptions:
    def test_they_stand_before_or_after_the_command(self, call: Any, town: Path) -> None:
        before = call("--json", "--home", town, "search", "Kessler")
        after = call("search", "Kessler", "--home", town, "--json")
        assert json.loads(before.out) == json.loads(after.out)

    def test_the_environment_gives_way_to_what_is_written(
        self, call: Any, town: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("RATHAUS_DESK_HOME", str(tmp_path / "nirgends"))
        assert call("search", "Kessler").status == 3
        assert call("--home", town, "search", "Kessler").status == 0
        assert call("search", "Kessler", "--home", town).status == 0

    def test_quiet_says_nothing(self, call: Any, town: Path) -> None:
        answer = call("doctor", "--quiet", "--home", town)
        assert (answer.status, answer.out, answer.err) == (0, "", "")

    def test_the_log_names_no_person(self, call: Any, town: Path, tmp_path: Path) -> None:
        log = tmp_path / "desk.log"
        call("intake", tmp_path / "Großmann.json", "--home", town, "--log-file", log)
        call("import", "graves", tmp_path / "gibt es nicht.csv", "--home", town, "--log-file", log)
        written = log.read_text(encoding="utf-8") if log.exists() else ""
        assert "Großmann" not in written


class TestSurroundings:
    @pytest.mark.parametrize("command", ["search x", "doctor", "due", "key show-recovery", "export all ziel"])
    def test_without_a_town_there_is_one_sentence(self, call: Any, tmp_path: Path, command: str) -> None:
        answer = call(*command.split(), "--home", tmp_path / "nichts")
        assert answer.status == 3
        assert answer.out == ""
        assert answer.err.count("\n") == 1
        assert not (tmp_path / "nichts").exists()

    @pytest.mark.parametrize("content", [b"", b"Murks" * 1000, b"SQLite format 3\0" + bytes(4080)])
    def test_a_broken_database_is_one_sentence_and_stays(self, call: Any, town: Path, content: bytes) -> None:
        for left in ("rathaus.db-wal", "rathaus.db-shm"):
            (town / left).unlink(missing_ok=True)
        (town / "rathaus.db").write_bytes(content)
        answer = call("search", "x", "--home", town)
        assert answer.status == 3
        assert answer.err.count("\n") == 1
        assert (town / "rathaus.db").read_bytes() == content

    def test_a_broken_list_of_slots_is_one_sentence(self, call: Any, town: Path) -> None:
        (town / "keys.json").write_text("{", encoding="utf-8")
        answer = call("search", "x", "--home", town)
        assert answer.status == 3
        assert "keys.json" in answer.err

    @pytest.mark.parametrize(
        "content",
        [b"", b"\x00\x01\x02" * 500, b"PK\x03\x04kaputt", b";;;;\n" * 10, "Grab;Art\n".encode("utf-16")],
        ids=["empty", "binary", "broken zip", "no headings", "utf-16"],
    )
    @pytest.mark.parametrize("ending", ["csv", "xlsx", "txt"])
    def test_what_is_no_list_is_one_sentence(
        self, call: Any, town: Path, tmp_path: Path, content: bytes, ending: str
    ) -> None:
        file = tmp_path / f"liste.{ending}"
        file.write_bytes(content)
        answer = call("import", "graves", file, "--home", town)
        assert answer.status in (0, 2)
        assert answer.err.count("\n") == (1 if answer.status == 2 else 0)

    @pytest.mark.parametrize(
        "command", ["import graves {0}", "intake {0}", "catalogue check {0}", "restore {0}"]
    )
    def test_a_file_that_is_not_there_is_one_sentence(
        self, call: Any, town: Path, tmp_path: Path, command: str
    ) -> None:
        arguments = [part.format(tmp_path / "fehlt") for part in command.split()]
        answer = call(*arguments, "--home", town)
        assert answer.status in (1, 2)
        assert (answer.err.count("\n") == 1) or "fehlt" in answer.out


def test_nothing_readable_lies_in_the_data_folder(call: Any, tmp_path: Path) -> None:
    home = tmp_path / "home"
    answer = call("demo", "--no-window", "--home", home, "--json", "--log-file", home.with_name("log.txt"))
    assert answer.status == 0
    words = ["Großmann", "Anneliese", "Eichenweg", "Musterrode", "Kriegsgrab", "2731", "RF", "Abendruh"]
    needles = [word.encode(code) for word in words[:5] for code in ("utf-8", "utf-16-le")]
    for file in home.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert not [needle for needle in needles if needle in content], file.name
