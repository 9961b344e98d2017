"""What the letters say: the fee notice of the example town, and the other kinds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rathaus_desk.kernel import resources
from rathaus_desk.letters.facts import Recipient, address_lines
from rathaus_desk.letters.render import render
from rathaus_desk.letters.samples import samples
from rathaus_desk.letters.template import Template, built_in, compose, facts_of


@pytest.fixture
def words(page_texts):
    """All words of a letter with these facts, blanks made equal."""

    def read(name, facts):
        text = " ".join(page_texts(render(compose(built_in(name), facts_of(facts)))))
        return " ".join(text.replace("\u00a0", " ").split())

    return read


def test_the_fee_notice_says_what_a_notice_must_say(words):
    text = words("fee_notice", samples("fee_notice")[0])
    for part in (
        "Der Magistrat der Stadt Musterrode",
        "Fachbereich Bürgerdienste, Friedhofsverwaltung",
        "Auskunft: Frau Beispiel",
        "Zimmer: 0.07",
        "Telefon: +49 5699 9801-27",
        "Aktenzeichen: FH-2026-00042",
        "Kassenzeichen: RF18 5390 0754 7034",
        "Datum: 25.11.2026",
        "Jürgen Großmann",
        "Gebühren in Höhe von 2.731,00 € festgesetzt",
        "Bestattung (Ausheben und Schließen des Grabes), Verstorbene ab 5 Jahren",
        "§ 5 Nr. 1 1 690,00 € 690,00 €",
        "Benutzung der Trauerhalle § 6 Nr. 1 1 185,00 € 185,00 €",
        "§ 6 Nr. 2 4 32,00 € 128,00 €",
        "18 Jahre × 2 Stellen",
        "36 48,00 € 1.728,00 €",
        "Gesamtbetrag 2.731,00 €",
        "am 30.12.2026 fällig",
        "IBAN: DE02 1203 0000 0000 2020 51",
        "Verwendungszweck: RF18 5390 0754 7034",
        "endet am 20.11.2051 (25 Jahre, § 16 der Friedhofsordnung)",
        "um 18 Jahre bis zum 30.06.2052 verlängert",
        "§§ 5, 19, 20, 51 Nr. 6 und 93 Abs. 1 der Hessischen Gemeindeordnung (HGO)",
        "Gebührenordnung zur Friedhofsordnung der Stadt Musterrode",
        "innerhalb eines Monats nach seiner Bekanntgabe Widerspruch",
        "zu erheben bei: Der Magistrat der Stadt Musterrode, Am Markt 1, 34999 Musterrode",
        "gilt er am 30.11.2026 als bekannt gegeben",
        "endet dann mit Ablauf des 30.12.2026",
        "maschinell erstellt und ist ohne Unterschrift gültig",
        "Seite 1 von 2",
    ):
        assert part in text, part


def test_the_decision_comes_first_and_the_remedy_behind_the_reasons(words):
    text = words("fee_notice", samples("fee_notice")[0])
    places = [
        text.index(part) for part in ("festgesetzt", "Gesamtbetrag", "Begründung", "Rechtsbehelfsbelehrung")
    ]
    assert places == sorted(places)


def test_a_correcting_notice_names_the_old_one_and_lifts_it(words):
    text = words("fee_notice", samples("fee_notice")[1])
    assert "Änderungsbescheid über Gebühren" in text
    assert "ersetzt den Bescheid vom 01.10.2026, Aktenzeichen FH-2026-00031" in text
    assert "2.430,00 € festgesetzt worden waren; jener Bescheid wird aufgehoben" in text


def test_joint_debtors_are_told_that_each_owes_the_whole(words):
    text = words("fee_notice", samples("fee_notice")[1])
    assert "Jürgen Großmann und Łucja Großmann als Gesamtschuldner" in text


def test_an_action_names_the_court_instead(page_texts):
    text = resources.path("letters", "fee_notice.md").read_text(encoding="utf-8")
    template = Template.parse(text.replace('"widerspruch"', '"klage"'), "fee_notice.md")
    read = " ".join(page_texts(render(compose(template, facts_of(samples("fee_notice")[0])))))
    assert "Verwaltungsgericht Kassel, Goethestraße 41-43, 34119 Kassel" in read
    assert "Widerspruch" not in read.split("Rechtsbehelfsbelehrung")[1]


def test_the_extension_notice_says_until_when(words):
    text = words("extension_notice", samples("extension_notice")[0])
    assert "Grabstätte B/4/17 auf dem Friedhof Kernstadt wird um 18 Jahre verlängert" in text
    assert "bis zum 30.06.2052; bisher endete es am 30.06.2034" in text
    assert "Rechtsbehelfsbelehrung" in text


def test_the_transfer_notice_says_from_whom_and_since_when(words):
    text = words("transfer_notice", samples("transfer_notice")[0])
    assert "geht mit Wirkung vom 25.11.2026 auf Sie über" in text
    assert "Bisher stand es Anneliese Erna Großmann zu" in text
    assert "30,00 €" in text


def test_the_undertaker_learns_the_date_and_nothing_about_fees_or_rights(words):
    text = words("burial_confirmation", samples("burial_confirmation")[0])
    assert "Bestattungshaus Abendruh GmbH" in text
    assert "Tag und Uhrzeit 20.11.2026, 14:00 Uhr" in text
    assert "Trauerhalle und Kühlzelle (4 Tage)" in text
    assert "€" not in text
    assert "Widerspruch" not in text
    assert "GiroCode" not in text


def test_a_town_without_account_web_and_clerk_still_writes(words):
    text = words("fee_notice", samples("fee_notice")[2])
    assert "Auskunft:" not in text
    assert "Der Magistrat der Stadt Musterrode" in text


# Addresses


def test_an_address_is_written_by_din_5008():
    assert address_lines(
        ("Frau", "Erika Großmann"),
        represented_by="Rechtsanwalt Beispiel",
        care_of="Abendruh GmbH",
        street="Weg 1",
        postal_code="34999",
        place="Musterrode",
    ) == (
        "Frau",
        "Erika Großmann",
        "vertreten durch Rechtsanwalt Beispiel",
        "c/o Abendruh GmbH",
        "Weg 1",
        "34999 Musterrode",
    )


def test_a_foreign_address_ends_with_place_and_country_in_capitals():
    lines = address_lines(
        ("Jean Muster",), street="Rue 1", postal_code="67000", place="Strasbourg", country="Frankreich"
    )
    assert lines[-2:] == ("67000 STRASBOURG", "FRANKREICH")


def test_joint_recipients_have_a_line_each():
    lines = address_lines(("Jürgen Großmann", "Łucja Großmann"), street="Weg 1", postal_code="1", place="Ort")
    assert lines[:2] == ("Jürgen Großmann", "Łucja Großmann")
    facts = replace(samples("fee_notice")[0], recipient=Recipient(lines=lines))
    assert compose(built_in("fee_notice"), facts_of(facts)).recipient == lines
