"""The file of a statute: read strictly, refused under the legal floor, checked for what it should not say."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rathaus_desk.catalogue.checking import Report, check, read_file
from rathaus_desk.catalogue.findings import BadFile
from rathaus_desk.catalogue.kinds import Kinds
from rathaus_desk.cemetery.rules.terms import RestTerm, StatuteTerms
from rathaus_desk.cemetery.statute import terms_of
from rathaus_desk.cemetery.statute_check import STATUTE

HEAD = """\
[statute]
key = "friedhofsordnung"
title = "Friedhofsordnung"
valid_from = 2024-01-01
"""

KIND = """
[[grave_kind]]
key = "wahl"
name = "Wahlgrab"
paragraph = "§ 16"
form = "Wahl"
coffin_places = 2
urns_per_place = 4
right_years = 30
rest_years_coffin = 25
rest_years_urn = 15
extendable = true
"""


def read(folder: Path, text: str) -> StatuteTerms:
    path = folder / "ordnung.toml"
    path.write_text(text, "utf-8")
    return terms_of(read_file(path, Kinds.of(STATUTE)).content)


def checked(folder: Path, **texts: str) -> Report:
    for name, text in texts.items():
        (folder / f"{name}.toml").write_text(text, "utf-8")
    return check([folder], Kinds.of(STATUTE), [])


def test_what_the_rules_say_holds_for_every_kind_unless_it_says_otherwise(tmp_path):
    rules = """
[rules]
rest_end = "day_before"
extension_rounding = "started_months"
fee_basis = "month/12"
after_expiry = "award"
rest_years_child_under_5 = 15
"""
    own = KIND.replace("wahl", "urne").replace("extendable = true", 'rest_end = "same_day"\ncare = "town"')
    kinds = read(tmp_path, HEAD + rules + KIND + own).kinds
    assert kinds["wahl"].rest_end == "day_before"
    assert kinds["wahl"].extension_rounding == "started_months"
    assert kinds["wahl"].after_expiry == "award"
    assert kinds["wahl"].rest_term("coffin", 3) == RestTerm("coffin", 15, 5)
    assert (kinds["urne"].rest_end, kinds["urne"].care, kinds["urne"].extendable) == (
        "same_day",
        "town",
        False,
    )


def test_other_age_limits_are_tables(tmp_path):
    rest = 'rest = [ { form = "coffin", age_below = 10, years = 20 } ]\n'
    kind = read(tmp_path, HEAD + KIND + rest).kinds["wahl"]
    assert kind.rest_term("coffin", 9).years == 20
    assert kind.rest_term("coffin", 10).years == 25


@pytest.mark.parametrize("place", ["[statute]", "[rules]"])
@pytest.mark.parametrize("value", ["30", "{ coffin = 30, urn = 20 }"])
def test_the_rest_of_older_burials(tmp_path, place, value):
    text = HEAD if place == "[statute]" else HEAD + "[rules]\n"
    terms = read(tmp_path, f"{text}rest_for_older_burials = {value}\n" + KIND).rest_for_older_burials
    assert terms[0] == RestTerm("coffin", 30)


def test_the_floor_holds_for_older_burials_too(tmp_path):
    with pytest.raises(BadFile, match=r"10 Jahren unterschreitet.*§ 6 \(2\) FBG"):
        read(tmp_path, HEAD + "rest_for_older_burials = { coffin = 30, urn = 10 }\n" + KIND)


def test_the_order_of_succession_may_spell_relations_out(tmp_path):
    order = 'order = ["Ehegatte", { name = "Nachbarn", relations = ["other"] }]'
    statute = read(tmp_path, f'{HEAD}[[succession]]\nparagraph = "§ 12"\n{order}\n{KIND}')
    assert [rank.relations for rank in statute.succession] == [{"spouse"}, {"other"}]


@pytest.mark.parametrize(
    ("given", "line"),
    [("rest_years_urn = 12", 15), ("rest_years_coffin = 14", 14), ("rest_years_child_under_5 = 10", 17)],
)
def test_a_rest_under_the_legal_floor_refuses_the_file_with_line_and_paragraph(tmp_path, given, line):
    key = given.split(" ", maxsplit=1)[0]
    known = [old for old in KIND.splitlines() if old.startswith(f"{key} ")]
    text = HEAD + (KIND.replace(known[0], given) if known else KIND + given + "\n")
    with pytest.raises(BadFile) as refused:
        read(tmp_path, text)
    (finding,) = refused.value.findings
    assert finding.line == line
    assert "§ 6 (2) FBG" in finding.what


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ("coffin_place = 2", "coffin_place"),
        ('rest_end = "sometimes"', "rest_end"),
        ("right_years = -1", "right_years"),
        ('fee_basis = "month/12"\nextension_rounding = "exact_days"', "zählt aber Monate"),
        ("reacquisition_min_years = 20\nreacquisition_max_years = 10", "mindestens 20, aber höchstens 10"),
        (KIND, "steht schon in Zeile"),
        ("[[succession]]\norder = [7]\n", "7 ist hier nicht möglich"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path, wrong, sentence):
    text = HEAD + KIND.replace(
        "right_years = 30\n", "" if wrong.startswith("right") else "right_years = 30\n"
    )
    with pytest.raises(BadFile, match=sentence):
        read(tmp_path, f"{text}{wrong}\n")


def _findings(report: Report) -> str:
    assert not report.refused
    return "\n".join(finding.what for finding in report.findings)


def test_a_clean_statute_has_no_findings(tmp_path):
    assert _findings(checked(tmp_path, ordnung=HEAD + KIND)) == ""


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("right_years = 30", "right_years = 20"), "ist kürzer als die Ruhefrist (Sarg 25 Jahre)"),
        (("rest_years_urn = 15\n", ""), "keine Ruhefrist für Urne"),
        (("coffin_places = 2\nurns_per_place = 4\n", ""), "weder Särge noch Urnen"),
        (("right_years = 30\n", ""), "keine Dauer des Nutzungsrechts"),
        (("extendable = true", "extension_max_years_ahead = 20"), "nicht verlängerbar"),
    ],
)
def test_the_checker_points_at_odd_kinds(tmp_path, change, sentence):
    assert sentence in _findings(checked(tmp_path, ordnung=HEAD + KIND.replace(*change)))


def test_the_checker_points_at_ranks_nobody_can_have(tmp_path):
    order = '[[succession]]\norder = ["Ehegatte", "Gefährten des letzten Weges"]\n'
    assert "„Gefährten des letzten Weges“" in _findings(checked(tmp_path, ordnung=HEAD + order + KIND))


def test_the_checker_points_at_lost_kinds_and_gaps(tmp_path):
    old = HEAD.replace("valid_from = 2024-01-01", "valid_from = 2000-01-01\nvalid_until = 2022-12-31")
    report = checked(tmp_path, alt=old + KIND.replace("wahl", "reihe"), neu=HEAD + KIND)
    assert "Dieser Fassung fehlen die Grabarten „wahl“" in _findings(report)
    assert "Vom 01.01.2023 an gilt keine Fassung, die nächste erst ab 01.01.2024" in _findings(report)


def test_the_example_towns_old_statute_lacks_kinds(musterrode):
    files = sorted(musterrode.glob("friedhofsordnung-*.toml"))
    (finding,) = check(files, Kinds.of(STATUTE), []).findings
    assert "„kind“" in finding.what
    assert finding.file.endswith("friedhofsordnung-2004.toml")


def test_no_statute_needs_an_end(tmp_path):
    assert read(tmp_path, HEAD + KIND).in_force(date(2099, 1, 1))
