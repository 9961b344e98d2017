"""What an administrator does: policies, a packed town, the support bundle, where the data and logs lie."""

from __future__ import annotations

import json
import logging
import zipfile
from pathlib import Path

import pytest

from rathaus_desk.cli.running import Run
from rathaus_desk.kernel.policies import Policies
from rathaus_desk.store import home as homes


@pytest.fixture
def laid_down(monkeypatch):
    """Lays policies down for this test."""

    def lay(**given: object) -> None:
        for module in ("rathaus_desk.store.home", "rathaus_desk.kernel.policies"):
            monkeypatch.setattr(f"{module}.policies", lambda: Policies(**given))

    return lay


def test_the_data_folder_is_the_policys_unless_one_is_named(laid_down, tmp_path):
    laid_down(data_folder=tmp_path / "hier", shared_data=True)
    assert Run().folder == tmp_path / "hier"
    assert Run(home=tmp_path / "dort").folder == tmp_path / "dort"


def test_shared_data_lies_in_one_place_for_all_users(laid_down, monkeypatch, tmp_path):
    monkeypatch.setattr("platformdirs.site_data_dir", lambda *_, **__: str(tmp_path / "ProgramData"))
    monkeypatch.setattr("platformdirs.user_data_dir", lambda *_, **__: str(tmp_path / "LocalAppData"))
    assert homes.usual_folder() == tmp_path / "LocalAppData"
    laid_down(shared_data=True)
    assert homes.usual_folder() == tmp_path / "ProgramData"


def test_policies_are_shown_with_what_follows_from_them(laid_down, call, tmp_path):
    laid_down(data_folder=tmp_path, server_url="https://desk.example.org", log_folder=tmp_path / "log")
    shown = call("policies", "--json").document
    assert shown["policies"]["ServerUrl"] == "https://desk.example.org"
    assert (shown["home"], shown["logs"]) == (str(tmp_path), str(tmp_path / "log"))
    assert "ServerUrl: https://desk.example.org" in call("policies").out
    laid_down()
    assert "nichts vorgegeben" in call("policies").out


def test_a_town_is_packed_and_set_up_from_the_pack(call, musterrode, tmp_path):
    pack = tmp_path / "Musterrode.rathaus-stadt"
    assert call("catalogue", "pack", musterrode, pack, "--json").document["files"] > 5
    made = call("init", pack, "--home", tmp_path / "home", "--json")
    assert made.status == 0
    assert made.document["recovery_code"]
    refused = call("catalogue", "pack", musterrode, tmp_path / "stadt.zip")
    assert refused.status == 2
    assert ".rathaus-stadt" in refused.err


def test_without_a_folder_the_town_of_the_policy_is_set_up(call, laid_down, musterrode, tmp_path):
    missing = call("init", "--home", tmp_path / "home")
    assert (missing.status, "Stadtordner fehlt" in missing.err) == (2, True)
    laid_down(town_folder=musterrode)
    assert call("init", "--home", tmp_path / "home", "--quiet").status == 0


def test_the_support_bundle_is_written(call, town, tmp_path):
    done = call("support-bundle", tmp_path / "b.zip", "--home", town, "--json")
    assert done.status == 0
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert archive.namelist() == done.document["files"]
        assert json.loads(archive.read("pruefung.json"))["opened"]


def test_the_window_logs_by_itself_in_the_usual_place_only(laid_down, tmp_path):
    laid_down(log_folder=tmp_path / "log")
    named = Run(home=tmp_path)
    named.log_by_default()
    assert not named.logs
    usual = Run()
    usual.log_by_default()
    try:
        logging.getLogger("rathaus_desk").info("started")
    finally:
        usual.close()
    assert "started" in (tmp_path / "log" / "rathaus-desk.log").read_text(encoding="utf-8")


def test_a_log_that_cannot_be_written_keeps_nobody_from_working(laid_down, tmp_path):
    (tmp_path / "datei").write_text("x")
    laid_down(log_folder=Path(tmp_path / "datei" / "log"))
    run = Run()
    run.log_by_default()
    assert not run.logs
