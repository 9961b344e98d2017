"""Rules 6 and 7: who may be buried here, and who follows a holder who has died."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from rathaus_desk.cemetery.rules.entitlement import entitlement
from rathaus_desk.cemetery.rules.succession import Relative, rank, relations_in, succession
from rathaus_desk.cemetery.rules.terms import Entitlement, StatuteTerms

STATUTE = StatuteTerms(
    key="o",
    title="Friedhofsordnung",
    valid_from=date(2024, 1, 1),
    entitlement=Entitlement(outsiders="permission", paragraph="§ 2"),
    succession=tuple(
        map(
            rank,
            ["Ehegatte oder Lebenspartner", "Kinder", "Stiefkinder", "Enkel", "Eltern", "sonstige Erben"],
        )
    ),
    succession_paragraph="§ 12",
)


@pytest.mark.parametrize(
    ("known", "verdict"),
    [
        ({"resident": True, "has_right": False}, "entitled"),
        ({"resident": False, "has_right": True}, "entitled"),
        ({"resident": False, "has_right": False, "former_resident_in_home": True}, "entitled"),
        ({"resident": False, "has_right": False}, "permission"),
        ({"resident": None, "has_right": False}, "unknown"),
    ],
)
def test_residents_holders_and_former_residents_in_a_home_are_entitled(known, verdict):
    assert entitlement(STATUTE, **known).verdict == verdict


def test_the_verdict_names_the_paragraph():
    reason = entitlement(STATUTE, resident=False, has_right=False).reason
    assert reason == "Die Bestattung Auswärtiger bedarf einer Zustimmung (§ 2 Friedhofsordnung)."


def test_a_statute_that_says_nothing_lets_everybody_be_buried():
    assert (
        entitlement(replace(STATUTE, entitlement=Entitlement()), resident=None, has_right=False).verdict
        == "entitled"
    )


@pytest.mark.parametrize(
    ("text", "relations"),
    [
        ("Sohn", {"child"}),
        ("auf die ehelichen, nichtehelichen und Adoptivkinder", {"child"}),
        ("Stieftochter", {"stepchild"}),
        ("auf die Enkel in der Reihenfolge der Berechtigung ihrer Väter oder Mütter", {"grandchild"}),
        ("überlebender Ehegatte", {"spouse"}),
        ("Witwe", {"spouse"}),
        ("Großmutter", {"grandparent"}),
        ("Schwiegersohn", {"in_law"}),
        ("Nichte", {"nephew_or_niece"}),
        ("sonstige Erben", {"heir"}),
        ("Nachbarin", set()),
    ],
)
def test_relations_are_understood_as_people_write_them(text, relations):
    assert relations_in(text) == relations


def test_candidates_stand_in_the_statutes_order_the_eldest_first():
    candidates = succession(
        STATUTE,
        [
            Relative("1", "Enkelin Mia", "Enkelin", date(2001, 1, 1)),
            Relative("2", "Jürgen", "Sohn", date(1965, 5, 5)),
            Relative("3", "Sabine", "Tochter", date(1962, 3, 3)),
            Relative("4", "Heinrich", "Ehemann", date(1934, 5, 3), died=True),
            Relative("5", "Bernd", "Nachbar"),
            Relative("6", "Kind ohne Geburtstag", "Tochter"),
        ],
    )
    assert [(one.name, one.rank) for one in candidates] == [
        ("Sabine", 2),
        ("Jürgen", 2),
        ("Kind ohne Geburtstag", 2),
        ("Enkelin Mia", 4),
        ("Bernd", None),
    ]
    assert candidates[1].reason == "Sohn: Rang 2, Kinder (§ 12 Friedhofsordnung)."


def test_a_rank_for_all_others_takes_every_known_relation():
    statute = replace(STATUTE, succession=(rank("Kinder"), rank("sonstige Angehörige")))
    (candidate,) = succession(statute, [Relative("1", "Ute", "Schwester")])
    assert candidate.rank == 2


def test_the_example_towns_order_proposes_the_son(town):
    (candidate,) = succession(town.versions[1], [Relative("j", "Jürgen Großmann", "Sohn")])
    assert candidate.rank == 2
    assert candidate.reason == "Sohn: Rang 2, Kinder (Friedhofsordnung der Stadt Musterrode)."
