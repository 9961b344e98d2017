"""Who may be the same person and why; what is well formed; how a letter is addressed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rathaus_desk.kernel.german_dates import parse_german_date
from rathaus_desk.kernel.uncertain import UncertainDate
from rathaus_desk.people.operations import AddressDetails, PersonDetails
from rathaus_desk.people.rules.addresses import address_on, envelope_lines, is_complete, residence
from rathaus_desk.people.rules.checks import (
    Checked,
    check_bic,
    check_email,
    check_iban,
    check_letters,
    check_phone,
    check_postal_code,
    is_mobile,
)
from rathaus_desk.people.rules.duplicates import Profile, compare
from rathaus_desk.people.rules.names import display_name, letter_name, life_dates, list_name

TODAY = date(2026, 11, 25)


def born(text: str) -> UncertainDate:
    return parse_german_date(text, not_after=TODAY).date


ILSE = Profile(given_names="Ilse", family_name="Müller", born=born("7.7.1943"))


@pytest.mark.parametrize(
    ("other", "reasons"),
    [
        (Profile(given_names="Ilse", family_name="Mueller"), {"gleicher Name", "gleicher Vorname"}),
        (Profile(given_names="Ilse", family_name="Miller", born=born("7.7.1943")),
         {"gleich klingender Name", "gleicher Vorname", "gleicher Geburtstag"}),
        (Profile(given_names="Ilse Maria", family_name="Müller", born=born("1943")),
         {"gleicher Name", "ein Vorname ist gleich", "Geburtstag passt zusammen"}),
        (Profile(given_names="I.", family_name="Müller", born=born("7.7.1943")),
         {"gleicher Name", "der Vorname beginnt gleich", "gleicher Geburtstag"}),
        (Profile(given_names="Ilse", family_name="Wagner", birth_name="Müller", born=born("7.7.1943")),
         {"der Name ist der Geburtsname der anderen Person", "gleicher Vorname", "gleicher Geburtstag"}),
        (Profile(given_names="Ilse", family_name="Müller", born=born("7.7.1948")),
         {"gleicher Name", "gleicher Vorname", "Geburtstag bis auf eine Ziffer gleich"}),
    ],
)  # fmt: skip
def test_alike_people_are_suggested_with_reasons(other: Profile, reasons: set[str]) -> None:
    likeness = compare(ILSE, other)
    assert likeness.suggested
    assert set(likeness.reasons) == reasons


@pytest.mark.parametrize(
    "other",
    [
        Profile(given_names="Thomas", family_name="Müller"),
        Profile(given_names="Ilse", family_name="Müller", born=born("1.1.1920")),
        Profile(given_names="Ilse", family_name="Schulz"),
        Profile(given_names="", family_name="Müller"),
        Profile(kind="organisation", organisation="Müller"),
        Profile(),
    ],
)
def test_people_who_only_share_a_little_are_not_suggested(other: Profile) -> None:
    assert not compare(ILSE, other).suggested


def test_address_and_telephone_decide_where_names_do_not() -> None:
    one = Profile(given_names="I.", family_name="Müller", addresses=frozenset({"Am Bach 7, Musterrode"}))
    other = Profile(given_names="Ilse", family_name="Müller", addresses=frozenset({"am bach 7, Musterrode"}))
    assert compare(one, other).suggested
    moved = Profile(given_names="Ilse", family_name="Müller", addresses=frozenset({"Weg 1, Kassel"}))
    assert not compare(one, moved).suggested
    firms = [
        Profile(kind="organisation", organisation=name, reached_by=frozenset({"+49 5699 4711"}))
        for name in ("Abendruh GmbH", "Bestattungen Abendruh")
    ]
    assert "gleiche Telefonnummer, E-Mail oder IBAN" in compare(*firms).reasons


@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12), st.text(max_size=12))
def test_comparing_is_symmetric_and_bounded(a: str, b: str, c: str, d: str) -> None:
    one, other = Profile(given_names=a, family_name=b), Profile(given_names=c, family_name=d)
    assert compare(one, other) == compare(other, one)
    assert 0 <= compare(one, other).score <= 100


@pytest.mark.parametrize(
    ("typed", "kept", "problem"),
    [
        ("de02 1203 0000 0000 2020 51", "DE02120300000000202051", ""),
        ("DE02120300000000202052", "DE02120300000000202052", "Prüfziffer"),
        ("DE0212030000", "DE0212030000", "Länge|keine IBAN|Prüfziffer"),
        ("Hallo", "HALLO", "keine IBAN|Länge|Prüfziffer"),
    ],
)
def test_an_iban_is_checked(typed: str, kept: str, problem: str) -> None:
    checked = check_iban(typed)
    assert checked.value == kept
    assert bool(checked.problem) == bool(problem)
    assert any(part in checked.problem for part in problem.split("|"))


def test_telephone_numbers_get_one_form() -> None:
    assert check_phone("06692 / 91 11-0").value == "+49 6692 91110"
    assert check_phone("+43 1 58858-0").value.startswith("+43 1 58858")
    assert check_phone("ruft zurück").problem == "Das ist keine Telefonnummer."
    assert check_phone("4711") == Checked("4711", "Der Telefonnummer fehlt die Vorwahl.")
    assert check_phone("05699 1234567890123").problem == "Die Telefonnummer hat nicht die richtige Länge."
    assert is_mobile("+49 1512 3456789")
    assert not is_mobile("+49 6692 91110")
    assert not is_mobile("")


def test_other_forms_are_checked() -> None:
    assert check_bic("byladem1001").value == "BYLADEM1001"
    assert check_bic("XX").problem
    assert check_email("mailto:a@b.example").value == "a@b.example"
    assert check_email("a@b").problem
    assert check_postal_code("34999").problem == ""
    assert check_postal_code("1067").problem
    assert check_postal_code("1010", "Österreich").problem == ""
    assert check_letters("Şahin-Łuczak") == ""
    assert check_letters("王\x07") == "Diese Zeichen kennt die DIN SPEC 91379 nicht: „王“, U+0007."


def test_how_people_are_called() -> None:
    man = PersonDetails(
        salutation="Herr", titles="Dr.", given_names="Ernst", family_name="von der Heyden", name_suffix="jun."
    )
    assert display_name(man) == "Dr. Ernst von der Heyden jun."
    assert list_name(man) == "von der Heyden, Dr. Ernst jun."
    assert letter_name(man) == ("Herrn", "Dr. Ernst von der Heyden jun.")
    assert display_name(PersonDetails(kind="group", family_name="Becker")) == "Familie Becker"
    assert list_name(PersonDetails(kind="organisation", organisation="Stadt")) == "Stadt"
    assert display_name(PersonDetails(remark="x")) == "(ohne Namen)"
    lived = PersonDetails(born=born("1910"), died=born("3.4.1985"))
    assert life_dates(lived) == "* 1910 † 3.4.1985"


def test_the_address_that_counts_is_the_newest_valid_one_and_one_for_post_before_it() -> None:
    old = AddressDetails(street="A", place="X", valid_until=date(2020, 1, 1))
    home = AddressDetails(street="B", place="X", valid_from=date(2020, 1, 2))
    post = AddressDetails(purpose="post", street="C", place="X", valid_from=date(2024, 1, 1))
    known = [old, home, post]
    assert address_on(known, date(2019, 1, 1)) == old
    assert address_on(known, date(2020, 1, 1)) == old
    assert address_on(known, date(2020, 1, 2)) == home
    assert address_on(known, TODAY) == post
    assert address_on([], TODAY) is None


def test_an_envelope_has_six_lines_at_most() -> None:
    long = AddressDetails(
        addition="c/o Meier", street="Rue 1", postal_code="1234", place="Ort", country="Luxemburg"
    )
    lines = envelope_lines(("Herrn", "Dr. Karl Klein", "Abteilung 3"), long)
    assert lines == ("Herrn Dr. Karl Klein", "Abteilung 3", "c/o Meier", "Rue 1", "1234 Ort", "LUXEMBURG")
    assert not is_complete(AddressDetails(street="A", place="X"))
    assert is_complete(long)
    assert residence(long) == "Rue 1 , Ort"


def test_nothing_known_is_nothing_shown() -> None:
    assert life_dates(PersonDetails(family_name="Becker")) == ""
