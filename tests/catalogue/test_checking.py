"""``catalogue check``: folders, heads, files that see each other, examples, exit status."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from rathaus_desk.catalogue.checking import Report
from rathaus_desk.kernel.errors import BadInput

Write = Callable[..., Path]
Check = Callable[..., Report]

PART = '[[part]]\nkey = "x"\namount = "48.00"\n'


def example(parts: str, expect: str) -> str:
    return f'[[example]]\ntitle = "Fall"\nparts = {parts}\nexpect = {{ {expect} }}\n'


class TestExamples:
    def test_one_that_comes_out(self, head: str, folder: Write, checked: Check) -> None:
        report = checked(folder(a=head + PART + example('["x", "x"]', 'total = "96.00"')))
        assert [result.ok for result in report.examples] == [True]
        assert report.exit_status() == 0

    def test_one_that_does_not_shows_both_results(self, head: str, folder: Write, checked: Check) -> None:
        report = checked(folder(a=head + PART + example('["x"]', 'total = "47.99"')))
        (result,) = report.examples
        assert (result.ok, result.expected, result.computed) == (
            False,
            {"total": "47.99"},
            {"total": "48.00"},
        )
        assert result.reasons == ("Summe",)
        assert report.exit_status() == 1

    @pytest.mark.parametrize(
        ("expect", "ok"),
        [
            ("refused = true", True),
            ('refused = "für y"', True),
            ('refused = "für z"', False),
            ("refused = false", False),
            ('total = "1.00"', False),
        ],
    )
    def test_a_refusal(self, expect: str, ok: bool, head: str, folder: Write, checked: Check) -> None:
        (result,) = checked(folder(a=head + PART + example('["y"]', expect))).examples
        assert result.ok is ok
        assert result.computed["refused"] == "Kein Preis für y."

    @pytest.mark.parametrize(("expect", "ok"), [("warns = false", True), ("warns = true", False)])
    def test_a_warning(self, expect: str, ok: bool, head: str, folder: Write, checked: Check) -> None:
        (result,) = checked(folder(a=head + PART + example('["x"]', expect))).examples
        assert result.ok is ok

    def test_one_that_makes_no_sense_refuses_the_file(self, head: str, folder: Write, checked: Check) -> None:
        report = checked(folder(a=head + PART + example('["bad"]', "refused = true")))
        assert "Das geht nicht." in report.refused[0].what
        assert report.refused[0].line == 7

    def test_one_that_nobody_can_run(self, head: str, folder: Write, checked: Check) -> None:
        report = checked(folder(a=head + '[[example]]\ntitle = "?"\nexpect = { total = "1.00" }\n'))
        assert "sagt nicht, wovon es handelt" in report.refused[0].what

    def test_one_that_expects_nothing(self, head: str, folder: Write, checked: Check) -> None:
        report = checked(folder(a=head + PART + '[[example]]\nparts = ["x"]\nexpect = {}\n'))
        assert "erwartet nichts" in report.refused[0].what

    def test_unknown_keys_inside_have_their_line(self, head: str, folder: Write, checked: Check) -> None:
        report = checked(folder(a=head + PART + example('["x"]', "totl = 1")))
        assert (report.refused[0].line, report.refused[0].should) == (10, "total")


class TestFolders:
    def test_a_folder_means_all_toml_below(self, head: str, folder: Write, checked: Check) -> None:
        place = folder(a=head)
        (place / "deep").mkdir()
        (place / "deep" / "b.toml").write_text(head.replace('"a"', '"b"'), encoding="utf-8")
        (place / "list.csv").write_text("not ours", encoding="utf-8")
        (place / ".hidden").mkdir()
        (place / ".hidden" / "c.toml").write_text("broken", encoding="utf-8")
        report = checked(place)
        assert [file.path.name for file in report.files] == ["a.toml", "b.toml"]
        assert report.ok

    def test_an_import_mapping_beside_is_none_of_the_catalogue(
        self, head: str, folder: Write, checked: Check
    ) -> None:
        assert checked(folder(a=head, mapping='[columns]\n"Grab" = "grave.number"\n')).ok

    def test_files_of_a_folder_see_each_other_even_if_one_is_named(
        self, head: str, folder: Write, checked: Check
    ) -> None:
        place = folder(a=head, b=head.replace('"a"', '"b"') + PART)
        report = checked(place / "a.toml")
        assert [file.path.name for file in report.files] == ["a.toml"]
        assert report.ok

    def test_a_path_that_does_not_exist(self, tmp_path: Path, checked: Check) -> None:
        with pytest.raises(BadInput, match="gibt es nicht"):
            checked(tmp_path / "nothing")


class TestHeads:
    def test_a_mistyped_head(self, folder: Write, checked: Check) -> None:
        (refused,) = checked(folder(a='[shet]\nkey = "a"\n')).refused
        assert (refused.line, refused.should) == (1, "[sheet]")

    def test_no_head(self, folder: Write, checked: Check) -> None:
        (refused,) = checked(folder(a="x = 1\n")).refused
        assert "keinen bekannten Kopf" in refused.what
        assert "[sheet]" in refused.should

    def test_two_heads(self, head: str, folder: Write, checked: Check) -> None:
        (refused,) = checked(folder(a=head + '[law]\nkey = "b"\ntitle = "t"\n')).refused
        assert "zwei Köpfe" in refused.what


class TestValidity:
    OLD = '[sheet]\nkey = "a"\nvalid_from = 2020-01-01\n'

    def test_overlapping_versions_are_refused(self, head: str, folder: Write, checked: Check) -> None:
        (refused,) = checked(folder(new=head, old=self.OLD + "valid_until = 2025-06-30\n")).refused
        assert "30.06.2025" in refused.what
        assert refused.file.endswith("new.toml")

    def test_two_versions_from_the_same_day_are_refused(
        self, head: str, folder: Write, checked: Check
    ) -> None:
        assert len(checked(folder(one=head, two=head)).refused) == 2

    def test_an_open_end_before_a_later_version_is_pointed_out(
        self, head: str, folder: Write, checked: Check
    ) -> None:
        report = checked(folder(new=head, old=self.OLD))
        assert report.ok
        assert "valid_until" in report.findings[0].should
        assert (report.exit_status(), report.exit_status(strict=True)) == (0, 1)

    def test_versions_that_follow_each_other(self, head: str, folder: Write, checked: Check) -> None:
        report = checked(folder(new=head, old=self.OLD + "valid_until = 2024-12-31\n"))
        assert (report.findings, report.refused) == ((), ())

    def test_an_end_before_the_beginning(self, head: str, folder: Write, checked: Check) -> None:
        (refused,) = checked(folder(a=head + "valid_until = 2024-01-01\n")).refused
        assert "liegt vor valid_from" in refused.what


def test_the_report_is_plain_json(head: str, folder: Write, checked: Check) -> None:
    place = folder(a=head + PART + example('["x"]', 'total = "48.00"'), b="x = 48,00")
    document = json.loads(json.dumps(checked(place).as_json()))
    assert set(document) == {"examples", "findings", "refused"}
    assert set(document["examples"][0]) == {"file", "example", "ok", "expected", "computed", "reasons"}
    assert set(document["refused"][0]) == {"file", "line", "what", "should"}
