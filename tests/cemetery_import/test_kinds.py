"""What old lists call a kind of grave is matched with the statute's kinds; what is assumed is said."""

from __future__ import annotations

from datetime import date

import pytest

from rathaus_desk.cemetery.old_lists.kinds import MISSING, UNKNOWN, match_kind, places_in
from rathaus_desk.cemetery.rules.terms import GraveKind, Statutes


@pytest.fixture(scope="session")
def kinds(statutes: Statutes) -> list[GraveKind]:
    now = statutes.in_force(date(2026, 11, 25))
    assert now is not None
    return list(now.kinds.values())


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Wahlgrab 2st.", "wahl_sarg"), ("Wahlgrab für Erdbestattung", "wahl_sarg"),
        ("wahl_sarg", "wahl_sarg"), ("Urnenwahl", "urne_wahl"), ("Urnen-Wahlgrab", "urne_wahl"),
        ("UW", "urne_wahl"), ("UR", "urne_reihe"),
        ("Urnenreihengrab", "urne_reihe"), ("Rasengrab", "rasen_sarg"), ("Baumgrab", "baum_urne"),
        ("anonymes Feld", "anonym_urne"), ("Kindergrab", "kind"),
    ],
)  # fmt: skip
def test_what_a_text_says_is_not_doubted(kinds: list[GraveKind], text: str, kind: str) -> None:
    found = match_kind(text, kinds)
    assert (found.kind, found.doubts) == (kind, ())


@pytest.mark.parametrize(
    ("text", "kind", "assumed"),
    [
        ("Wahlgrab", "wahl_sarg", "Sarg oder Urne und Zahl der Stellen nicht gesagt"),
        ("Erdwahlgrab", "wahl_sarg", "Zahl der Stellen nicht gesagt"),
        ("Reihengrab", "reihe_sarg", "Sarg oder Urne nicht gesagt"),
        ("Doppelgrab", "wahl_sarg", "Wahl- oder Reihengrab nicht gesagt"),
        ("Urnengrab", "urne_wahl", "welche Grabart (Urnenwahlgrab, Urnenreihengrab) nicht gesagt"),
        ("Palast", "", UNKNOWN),
        ("Rasenurne", "", UNKNOWN),
        ("", "", MISSING),
    ],
)
def test_what_is_assumed_is_said(kinds: list[GraveKind], text: str, kind: str, assumed: str) -> None:
    found = match_kind(text, kinds)
    assert found.kind == kind
    assert len(found.doubts) == 1
    assert found.doubts[0].startswith(assumed)


def test_a_number_of_places_in_another_column_is_said(kinds: list[GraveKind]) -> None:
    assert match_kind("Erdwahlgrab", kinds, places_said=True).doubts == ()


@pytest.mark.parametrize(
    ("text", "places"),
    [("Wahlgrab 2st.", 2), ("3-stellig", 3), ("dreistelliges Wahlgrab", 3), ("Doppelgrab", 2),
     ("Einzelgrab", 1),
     ("4 Stellen", 4), ("Wahlgrab", None), ("", None)],
)  # fmt: skip
def test_places_are_read_from_the_text(text: str, places: int | None) -> None:
    assert places_in(text) == places
