"""Names of old lists become people: nothing dropped, nothing invented, what is assumed is doubted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rathaus_desk.lists import people_text as pt
from rathaus_desk.lists.people_text import PersonText, read_name_columns, read_people, usual_order


def spoken(person: PersonText) -> str:
    return "|".join((person.titles, person.given_names, person.family_name))


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("Großmann, Heinrich", "|Heinrich|Großmann"),
        ("Müller Karl-Heinz", "|Karl-Heinz|Müller"),
        ("Karl-Heinz Müller", "|Karl-Heinz|Müller"),
        ("MÜLLER Marit", "|Marit|MÜLLER"),
        ("Huber Anna Maria", "|Anna Maria|Huber"),
        ("Dr. von der Heyden, Ernst-August", "Dr.|Ernst-August|von der Heyden"),
        ("Heyden, Ernst-August von der", "|Ernst-August|von der Heyden"),
        ("von der Heyden Ernst-August", "|Ernst-August|von der Heyden"),
        ("Ernst-August von der Heyden", "|Ernst-August|von der Heyden"),
        ("Großmann, Dr. med. Heinrich", "Dr. med.|Heinrich|Großmann"),
        ("Weber Karl Dr.", "Dr.|Karl|Weber"),
        ("Łukasiewicz, Stanisława", "|Stanisława|Łukasiewicz"),
        ("Land, Peter", "|Peter|Land"),
        ("Müller-Schneider, Eva", "|Eva|Müller-Schneider"),
        ("Kessler,Maria", "|Maria|Kessler"),
    ],
)
def test_one_person_whatever_the_order(written: str, names: str) -> None:
    reading = read_people(written)
    assert [spoken(person) for person in reading.people] == [names]
    assert reading.doubts == ()


def test_which_name_is_the_family_name_is_doubted_where_nothing_tells() -> None:
    assert spoken(read_people("Otto Werner").people[0]) == "|Werner|Otto"
    assert read_people("Otto Werner").doubts == (pt.ORDER_ASSUMED,)
    assert spoken(read_people("Otto Werner", order="given_first").people[0]) == "|Otto|Werner"
    assert usual_order(["Karl Meier", "Eva Schulz", "Otto Werner", "Klein, Eva"]) == "given_first"
    assert usual_order(["Meier Karl", "Otto Werner"]) == "family_first"
    assert read_people("Schneider").doubts == (pt.ONE_NAME,)


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("Schmidt, Fritz u. Schmidt, Emma", ["|Fritz|Schmidt", "|Emma|Schmidt"]),
        ("Schmidt, Fritz und Emma", ["|Fritz|Schmidt", "|Emma|Schmidt"]),
        ("Fritz und Emma Schmidt", ["|Fritz|Schmidt", "|Emma|Schmidt"]),
        ("Eheleute Schmidt, Fritz & Emma", ["|Fritz|Schmidt", "|Emma|Schmidt"]),
        ("Schmidt Fritz / Klein Emma", ["|Fritz|Schmidt", "|Emma|Klein"]),
        ("Schmidt, Fritz\nKlein, Emma", ["|Fritz|Schmidt", "|Emma|Klein"]),
        ("Schmidt, Fritz; Klein, Emma; Groß, Eva", ["|Fritz|Schmidt", "|Emma|Klein", "|Eva|Groß"]),
    ],
)
def test_several_people_in_one_field(written: str, names: list[str]) -> None:
    reading = read_people(written)
    assert [spoken(person) for person in reading.people] == names
    assert reading.doubts == (pt.SEVERAL,)


def test_what_stands_beside_a_name_is_kept() -> None:
    (ilse,) = read_people("Müller, Ilse geb. Wagner").people
    assert ilse.birth_name == "Wagner"
    assert read_people("Müller (geb. Wagner), Ilse").people == (ilse,)
    (else_,) = read_people("Schäfer, Else Wwe.").people
    assert (spoken(else_), else_.remark) == ("|Else|Schäfer", "Wwe.")
    (horst,) = read_people("Schmidt, Horst (verzogen)").people
    assert (spoken(horst), horst.remark) == ("|Horst|Schmidt", "verzogen")
    (fritz,) = read_people("Schmidt, Fritz jun. *1910 +1985").people
    assert (fritz.name_suffix, fritz.born, fritz.died) == ("jun.", "1910", "1985")
    (erna,) = read_people("Frau Erna Schulz verw. Krause").people
    assert (erna.salutation, spoken(erna), erna.remark) == ("Frau", "|Erna|Schulz", "verw. Krause")
    child = read_people("Müller, totgeb. Knabe")
    assert (spoken(child.people[0]), child.people[0].remark) == ("||Müller", "totgeb. Knabe")
    more = read_people("Müller, Karl, Kassel")
    assert (more.people[0].remark, more.doubts) == ("Kassel", (pt.MORE,))


@pytest.mark.parametrize(
    ("written", "died"),
    [("Becker, Gerda +2021", "2021"), ("Becker, Gerda † 12.3.2021", "12.3.2021"),
     ("Becker, Gerda (verstorben)", "verstorben"), ("Becker, Gerda (†)", "verstorben"),
     ("Becker, Gerda verst. 2021", "2021")],
)  # fmt: skip
def test_a_name_may_say_that_its_bearer_is_dead(written: str, died: str) -> None:
    (gerda,) = read_people(written).people
    assert (spoken(gerda), gerda.died) == ("|Gerda|Becker", died)


def test_families_heirs_and_organisations_are_no_single_people() -> None:
    for written in ("Becker, Familie", "Familie Becker", "Fam. Becker"):
        reading = read_people(written)
        assert (reading.people, reading.doubts) == (
            (PersonText(kind="group", family_name="Becker"),),
            (pt.FAMILY,),
        )
    heirs = read_people("Erbengemeinschaft Karl Becker")
    assert (heirs.people[0].kind, heirs.doubts) == ("group", (pt.HEIRS,))
    for written in (
        "Stadt",
        "Ev. Kirchengemeinde Musterrode",
        "Bestattungshaus Abendruh GmbH",
        "Meier und Söhne",
    ):
        assert read_people(written).people == (PersonText(kind="organisation", organisation=written),)


def test_nobody_is_invented() -> None:
    for written in ("unbekannt (poln. Zwangsarbeiter)", "N.N.", "?", "Unbekannter Soldat", "namenlos"):
        reading = read_people(written)
        assert (reading.people, reading.doubts) == ((PersonText(remark=written),), (pt.NO_NAME,))
        assert not reading.people[0].named
    for written in ("", "-", "frei", "nicht belegt"):
        assert read_people(written) == pt.PeopleText()
    assert pt.TOO_LONG in read_people("x" * 50_000).doubts


def test_names_in_two_columns() -> None:
    assert [spoken(one) for one in read_name_columns("Müller", "Karl Heinz").people] == ["|Karl Heinz|Müller"]
    couple = read_name_columns("Müller", "Karl und Ilse")
    assert [spoken(one) for one in couple.people] == ["|Karl|Müller", "|Ilse|Müller"]
    two = read_name_columns("Müller / Schneider", "Karl / Ilse")
    assert [spoken(one) for one in two.people] == ["|Karl|Müller", "|Ilse|Schneider"]
    assert read_name_columns("Müller", "") == pt.PeopleText((PersonText(family_name="Müller"),))
    alone = read_name_columns("", "Karl")
    assert (spoken(alone.people[0]), alone.doubts) == ("|Karl|", ("der Familienname fehlt",))
    assert read_name_columns("Stadt Musterrode", "").people[0].kind == "organisation"


@given(st.text(max_size=60))
def test_no_text_makes_it_stumble(text: str) -> None:
    read_people(text)
    read_name_columns(text, text[:5])


@given(
    st.lists(
        st.sampled_from(["Müller", "Karl", "u.", ",", "(x)", "geb.", "Dr.", "von", "+", "1921", "/", "Wwe."]),
        max_size=7,
    )
)
def test_every_word_is_found_again(words: list[str]) -> None:
    reading = read_people(" ".join(words))
    if not reading.people:
        return
    kept = " ".join(str(getattr(person, name)) for person in reading.people for name in PersonText.__slots__)
    for word in words:
        if word[0].isalpha() and word not in ("u.", "geb.", "von") and len(word) > 2:
            assert word.strip(".") in kept
