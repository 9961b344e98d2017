"""What becomes of a delivery: an application of a known service, or a sentence for the quarantine."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rathaus_desk.applications.delivery import Limits
from rathaus_desk.applications.handover import Applicant, BurialRegistration, Deceased, Party
from rathaus_desk.applications.rules import OTHER, Needed, NotUnderstood, Understood, checklist, lay_out
from rathaus_desk.kernel.clock import TOWN_ZONE

Form = dict[str, Any]
Understand = Callable[[Any], Understood]
Refuse = Callable[..., str]


def facts(verdict: Understood) -> BurialRegistration:
    assert verdict.facts is not None
    return verdict.facts


def test_the_undertakers_form_becomes_a_burial_registration(understood: Understand, example: bytes) -> None:
    verdict = understood(example)
    assert verdict.service.key == "bestattungsanmeldung"
    assert verdict.service.case_title(verdict.form) == "Bestattung Großmann, Anneliese Erna"
    assert verdict.findings == ()
    assert not verdict.is_test
    assert verdict.facts == BurialRegistration(
        deceased=Deceased(
            family_name="Großmann",
            birth_name="Şahin-Łuczak",
            given_names="Anneliese Erna",
            born_on=date(1938, 2, 11),
            born_text="11.02.1938",
            died_on=date(2026, 11, 16),
            death_place="Musterrode",
            last_address="Eichenweg 3, 34999 Musterrode",
            certificate_number="S 77/2026",
            registry_office="Musterrode",
        ),
        applicant=Applicant(
            salutation="Herr",
            given_names="Jürgen",
            family_name="Großmann",
            street="Eichenweg 3",
            postal_code="34999",
            place="Musterrode",
            email="j.grossmann@mail.example",
            relation="child",
            relation_text="Sohn",
        ),
        undertaker=Party(
            organisation="Bestattungshaus Abendruh GmbH",
            street="Lange Straße 14",
            postal_code="34999",
            place="Musterrode",
            phone="05699 4711",
            email="info@abendruh.example",
        ),
        form="coffin",
        cemetery="Kernstadt",
        grave_kind="Wahlgrab für Erdbestattung",
        existing_grave="B/04/017",
        wished_on=date(2026, 11, 20),
        wished_time=time(14),
        services={"trauerhalle": 1, "kuehlzelle": 4},
    )
    assert facts(verdict).wished_at == datetime(2026, 11, 20, 14, tzinfo=TOWN_ZONE)


def test_what_was_received_is_kept_character_for_character(understood: Understand, example: bytes) -> None:
    assert understood(example).text == example.decode()
    assert understood(b"\xef\xbb\xbf" + example).text == example.decode()


def test_the_order_of_the_parts_does_not_matter(understood: Understand, form: Form) -> None:
    turned = {name: form[name] for name in reversed(form)}
    assert understood(turned).facts == understood(form).facts


def test_the_least_an_undertaker_may_send(understood: Understand) -> None:
    verdict = understood({"leistung": "Bestattungsanmeldung", "verstorbene": {"familienname": "Weiß"}})
    assert verdict.facts == BurialRegistration(deceased=Deceased(family_name="Weiß"))
    assert verdict.service.case_title(verdict.form) == "Bestattung Weiß"


@pytest.mark.parametrize("empty", [None, "", "  ", {}, [], {"firma": None, "ort": ""}])
def test_what_was_left_empty_counts_as_left_out(understood: Understand, form: Form, empty: Any) -> None:
    form["bestatter"] = empty
    form["verstorbene"]["geburtsname"] = ""
    form["bestattung"]["wunschtermin"] = None
    registration = facts(understood(form))
    assert registration.undertaker is None
    assert registration.deceased.birth_name == ""
    assert registration.wished_on is None


def test_an_urn_in_a_new_grave(understood: Understand, form: Form) -> None:
    form["bestattung"] = {
        "art": "Feuerbestattung",
        "friedhof": "Altenfeld",
        "grabart": "Urnengrab am Baum",
        "neue_grabstaette": "ja",
        "wunschtermin": "04.12.2026",
        "wunschuhrzeit": "11 Uhr",
        "einaescherungsnummer": 2026004711,
        "trauerhalle": False,
        "leistungen": [
            {"bezeichnung": "Orgelspiel"},
            {"bezeichnung": "Urnenträger", "anzahl": 2},
            "Blumenschmuck",
        ],
    }
    registration = facts(understood(form))
    assert registration.form == "urn"
    assert registration.new_grave
    assert registration.existing_grave == ""
    assert registration.wished_at == datetime(2026, 12, 4, 11, tzinfo=TOWN_ZONE)
    assert registration.services == {"orgel": 1, "traeger": 2, "Blumenschmuck": 1}
    assert registration.deceased.cremation_number == "2026004711"


def test_a_service_named_twice_is_asked_for_once(understood: Understand, form: Form) -> None:
    form["bestattung"]["leistungen"] = ["Trauerhalle", "Orgel"]
    assert facts(understood(form)).services == {"trauerhalle": 1, "kuehlzelle": 4, "orgel": 1}


def test_a_wish_without_a_time(understood: Understand, form: Form) -> None:
    form["bestattung"]["wunschtermin"] = "2026-11-20"
    registration = facts(understood(form))
    assert (registration.wished_on, registration.wished_time, registration.wished_at) == (
        date(2026, 11, 20),
        None,
        None,
    )


@pytest.mark.parametrize(
    ("word", "kind"),
    [("Ehefrau", "spouse"), ("WITWER", "spouse"), ("Tochter", "child"), ("Enkelin", "grandchild"),
     ("Mutter", "parent"), ("Bruder", "sibling"), ("Nichte", "other")],
)  # fmt: skip
def test_what_the_applicant_was_to_the_deceased(
    understood: Understand, form: Form, word: str, kind: str
) -> None:
    form["auftraggeber"]["verhaeltnis"] = word
    applicant = facts(understood(form)).applicant
    assert applicant is not None
    assert (applicant.relation, applicant.relation_text) == (kind, word)


def test_words_nobody_knows_are_kept_and_pointed_out(understood: Understand, form: Form) -> None:
    form["auftraggeber"]["verhaeltnis"] = "Vereinskamerad"
    form["bestattung"]["art"] = "Seebestattung"
    form["verstorbene"]["geburtsdatum"] = "um 1938"
    verdict = understood(form)
    registration = facts(verdict)
    assert registration.applicant is not None
    assert (registration.applicant.relation, registration.applicant.relation_text) == ("", "Vereinskamerad")
    assert registration.form == ""
    assert (registration.deceased.born_on, registration.deceased.born_text) == (None, "um 1938")
    assert len(verdict.findings) == 3
    assert any(
        "„Art der Bestattung“ (Bestattung): „Seebestattung“" in finding for finding in verdict.findings
    )


def test_days_that_cannot_be_are_pointed_out_and_do_not_keep_it_out(
    understood: Understand, form: Form
) -> None:
    form["verstorbene"]["sterbedatum"] = "2027-11-16"
    assert understood(form).findings == (
        "„Wunschtermin“ (Bestattung), 20.11.2026, liegt vor „Sterbedatum“ (Verstorbene Person), 16.11.2027.",
        "„Sterbedatum“ (Verstorbene Person), 16.11.2027, liegt in der Zukunft.",
    )


def test_letters_no_register_keeps_are_pointed_out(understood: Understand, form: Form) -> None:
    form["verstorbene"]["vornamen"] = "Анна 🕊"
    (finding,) = understood(form).findings
    assert "DIN SPEC 91379" in finding


def test_a_test_submission_is_told_from_a_real_one(understood: Understand, form: Form) -> None:
    assert understood({**form, "test": True}).is_test
    assert not understood({**form, "test": False}).is_test
    assert not understood({**form, "test": "vielleicht"}).is_test


@pytest.mark.parametrize(
    "name", ["bestattungsanmeldung", " BESTATTUNGSANMELDUNG ", "Anmeldung einer Beisetzung"]
)
def test_a_service_is_known_by_its_marks(understood: Understand, form: Form, name: str) -> None:
    assert understood({**form, "leistung": name}).service.key == "bestattungsanmeldung"


@pytest.mark.parametrize("what", [{}, {"leistung": "Hundesteuer"}, {"leistung": 7}, {"leistung": ["x"]}])
def test_a_form_of_no_known_service(refused: Refuse, what: Form) -> None:
    assert "Bekannt sind: Bestattungsanmeldung" in refused(what)


def test_a_sentence_names_label_and_value(refused: Refuse, form: Form) -> None:
    form["verstorbene"] = {"vornamen": ["Anna"], "sterbedatum": "31.02.2026"}
    form["auftraggeber"]["email"] = "keine"
    form["bestattung"]["kuehlzelle_tage"] = -4
    assert refused(form) == (
        "Bestattungsanmeldung: "
        "Es fehlt: „Familienname“ (Verstorbene Person). "
        "„Vornamen“ (Verstorbene Person): erwartet wird ein Text, angegeben ist eine Liste. "
        "„E-Mail“ (Auftraggeber/in): „keine“ ist keine E-Mail-Adresse. "
        "„Sterbedatum“ (Verstorbene Person): „31.02.2026“ ist nicht zu lesen, erwartet wird ein Datum wie "
        "20.11.2026, auch mit Uhrzeit (20.11.2026 14:00). "
        "„Kühlzelle (Tage)“ (Gewünschte Leistungen): „-4“ ist nicht zu lesen, erwartet wird eine ganze Zahl "
        "von 0 bis 9999, ja oder nein."
    )


@pytest.mark.parametrize(
    ("path", "value", "word"),
    [
        ("familienname", "A" * 50_000, "50000 Zeichen lang"),
        ("familienname", "A" * 151, "151 Zeichen lang, erlaubt sind 150"),
        ("familienname", "<script>alert(1)</script>", "Programmcode"),
        ("familienname", "Groß\x00mann", "unsichtbare Zeichen"),
        ("familienname", {"x": 1}, "angegeben ist eine Gruppe"),
        ("familienname", 7, "erwartet wird ein Text, angegeben ist „7“"),
        ("familienname", "", "Es fehlt: „Familienname“"),
        ("geburtsdatum", True, "erwartet wird ein Text"),
        ("hintergrund", "javascript:alert(1)", "Programmcode"),
    ],
)
def test_hostile_and_broken_values(refused: Refuse, form: Form, path: str, value: Any, word: str) -> None:
    form["verstorbene"][path] = value
    assert word in refused(form)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "Die Datei ist leer."),
        (b"%PDF-1.7", "ein PDF-Dokument"),
        (b"PK\x03\x04", "ein ZIP-Archiv"),
        (b"MZ\x90\x00\x03", "ein ausführbares Programm"),
        (b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "eine XML-Datei"),
        (b"Guten Tag", "eine Textdatei"),
        (bytes(range(256)), "Aufbau ist unbekannt"),
    ],
)
def test_other_files_are_named_and_left_unopened(refused: Refuse, content: bytes, word: str) -> None:
    assert word in refused(content)


def test_a_file_over_the_limit(refused: Refuse, example: bytes) -> None:
    assert refused(example, Limits(bytes=100)) == "Die Datei ist 1,0 kB groß, erlaubt sind 100 Byte."


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
def test_no_value_anywhere_makes_the_intake_fail(judged: Callable[..., Any], form: Form, data: Any) -> None:
    changed = json.loads(json.dumps(form))
    group = data.draw(st.sampled_from(["verstorbene", "bestattung", "auftraggeber", "bestatter"]))
    field = data.draw(st.sampled_from(sorted(changed[group])) | st.just("leistungen"))
    changed[group][field] = data.draw(
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers()
            | st.floats(allow_nan=False, allow_infinity=False)
            | st.text(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
            max_leaves=5,
        )
    )
    verdict = judged(json.dumps(changed).encode())
    assert isinstance(verdict, Understood) or verdict.sentence
    if isinstance(verdict, Understood):
        lay_out(verdict.service, verdict.form)


def test_nothing_filled_in_is_left_out_of_the_view(understood: Understand, form: Form) -> None:
    form["bestattung"]["musik"] = {"titel": ["Ave Maria", "Largo"], "live": True}
    verdict = understood(form)
    blocks = {
        block.title: {row.label: row.value for row in block.rows}
        for block in lay_out(verdict.service, verdict.form)
    }
    assert list(blocks)[:2] == ["Verstorbene Person", "Bestattung"]
    assert blocks["Bestattung"]["Wunschtermin"] == "Freitag, 20.11.2026, 14:00 Uhr"
    assert blocks["Gewünschte Leistungen"] == {"Trauerhalle": "ja", "Kühlzelle (Tage)": "4"}
    assert blocks[OTHER] == {
        "bestattung.musik.titel.0": "Ave Maria",
        "bestattung.musik.titel.1": "Largo",
        "bestattung.musik.live": "ja",
    }


def test_the_checklist_says_what_the_form_brings(understood: Understand, form: Form) -> None:
    del form["bestattung"]["friedhof"]
    form["bestattung"]["art"] = "Urnenbeisetzung"
    verdict = understood(form)
    needed = checklist(verdict.service, verdict.form)
    assert Needed("Sterbedatum", True) in needed
    assert Needed("Friedhof", False) in needed
    assert Needed("Einäscherungsurkunde liegt vor", None) in needed
    assert Needed("Einäscherungsurkunde liegt vor", None) not in checklist(verdict.service, {})


def test_an_unreadable_delivery_is_no_application(judged: Callable[..., Any]) -> None:
    assert isinstance(judged(b"{"), NotUnderstood)
