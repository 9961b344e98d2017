"""Names are found however they were typed, sorted as people sort, and hold only letters registers know."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rathaus_desk.kernel.names import fold, natural_key, nfc, phonetic, unknown_characters


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Müller", "muller"),
        ("Mueller", "muller"),
        ("MULLER", "muller"),
        ("Mu\u0308ller", "muller"),
        ("Großmann", "grossmann"),
        ("GROẞMANN", "grossmann"),
        ("Goethe", "gothe"),
        ("Göthe", "gothe"),
        ("Łukasiewicz, Stanisława", "lukasiewicz, stanislawa"),
        ("Şahin-Łuczak", "sahin-luczak"),
        ("Đorđević", "dordevic"),
        ("Søren Ærø", "soren aro"),
        ("Þórður", "thordur"),
        ("İlhan Işık", "ilhan isik"),
        ("Œuvre", "ouvre"),
        ("Bauer", "bauer"),
        ("Bäuerin", "bauerin"),
        ("Baeuerin", "bauerin"),
        ("Quelle", "quelle"),
        ("O’Brien", "o'brien"),
        ("  Karl\u00a0–  Heinz ", "karl - heinz"),
        ("Güler Ǎǧaẗ", "guler agat"),
    ],
)
def test_search_form_drops_marks_and_joins_the_spellings_of_umlauts(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet="abeoquäöüßAEOUłØ ", max_size=12), st.integers(0, 12))
def test_the_beginning_of_a_word_folds_to_the_beginning_of_its_folded_form(text: str, length: int) -> None:
    assert fold(text).startswith(fold(text[:length]))


def test_names_that_sound_alike_share_their_sound() -> None:
    assert phonetic("Meier") == phonetic("Mayr") == phonetic("Maïer") == "67"
    assert phonetic("Müller-Lüdenscheidt") == "657 52682"
    assert phonetic("Schmidt") == phonetic("Schmitt")
    assert phonetic("Łukasiewicz").startswith("5")
    assert phonetic("12 / 3") == ""


def test_numbers_sort_as_people_expect() -> None:
    numbers = ["13", "12b", "U/2/10", "12a", "U/2/9", "9", "12", "B/4/17", "B/04/018", "1-2"]
    assert sorted(numbers, key=natural_key) == [
        "1-2", "9", "12", "12a", "12b", "13", "B/4/17", "B/04/018", "U/2/9", "U/2/10",
    ]  # fmt: skip


def test_leading_zeros_and_case_do_not_make_another_number() -> None:
    assert natural_key("B/04/017") == natural_key("b/4/17")
    assert natural_key("0") != natural_key("")


@given(st.integers(0, 10**30), st.integers(0, 10**30))
def test_natural_order_of_plain_numbers_is_their_order(one: int, other: int) -> None:
    assert (natural_key(str(one)) < natural_key(str(other))) == (one < other)


def test_letters_of_the_registers_are_known_whether_composed_or_not() -> None:
    assert unknown_characters("Großmann, Anneliese Erna geb. Şahin-Łuczak (Nº 3)") == ()
    assert unknown_characters("Mu\u0308ller") == ()
    assert unknown_characters("C̨ağ M̂ K̄") == ()


def test_characters_no_register_has_are_named_once_each() -> None:
    assert unknown_characters("王小 王 ☺") == ("王", "小", "☺")


def test_white_space_and_composition_are_made_one_way() -> None:
    assert nfc(" Mu\u0308ller \t  Karl ") == "Müller Karl"
