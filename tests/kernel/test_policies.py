"""Policies: what an administrator laid down counts, what makes no sense does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from rathaus_desk.kernel import policies as module
from rathaus_desk.kernel.policies import Policies, policies_of


def test_nothing_laid_down_is_nothing():
    assert policies_of({}) == Policies()
    assert Policies().named() == {}


def test_values_are_taken_by_the_names_administrators_know():
    given = {
        "DataFolder": "/srv/rathaus",
        "SharedData": 1,
        "ServerUrl": " https://desk.example.org ",
        "TownFolder": "/srv/stadt",
        "BackupFolder": "/mnt/sicherung",
        "LogFolder": "/var/log/rathaus",
    }
    taken = policies_of(given)
    assert taken.shared_data
    assert taken.server_url == "https://desk.example.org"
    assert taken.backup_folder == Path("/mnt/sicherung")
    assert list(taken.named()) == list(given)


def test_variables_are_filled_in_for_whoever_runs_the_program(monkeypatch):
    monkeypatch.setenv("WER", "mueller")
    assert policies_of({"LogFolder": "/var/log/$WER"}).log_folder == Path("/var/log/mueller")


@pytest.mark.parametrize(
    "values",
    [
        {"DataFolder": ""},
        {"DataFolder": "   "},
        {"DataFolder": "daten"},
        {"DataFolder": 7},
        {"SharedData": "ja"},
        {"SharedData": 0},
        {"ServerUrl": 1},
        {"Unbekannt": "x"},
    ],
)
def test_what_makes_no_sense_counts_as_absent(values):
    assert policies_of(values) == Policies()


def test_a_file_lays_them_down_where_there_is_no_registry(tmp_path, monkeypatch):
    file = tmp_path / "policies.toml"
    monkeypatch.setattr(module, "FILE", file)
    for content, expected in (
        (None, Policies()),
        ("kaputt [", Policies()),
        ('ServerUrl = "https://desk.example.org"', Policies(server_url="https://desk.example.org")),
    ):
        if content is not None:
            file.write_text(content, encoding="utf-8")
        module.policies.cache_clear()
        assert module.policies() == expected
    module.policies.cache_clear()
