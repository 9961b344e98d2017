"""Cemeteries and graves: numbers, their history, what is refused."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rathaus_desk.cemetery import queries
from rathaus_desk.cemetery.operations.graves import DescribeGrave, EnterCemetery, EnterGrave, RenumberGrave
from rathaus_desk.cemetery.records import FormerNumber, Grave
from rathaus_desk.cemetery.rules.numbers import grave_label, number_key
from rathaus_desk.kernel.errors import BadInput, Refused
from rathaus_desk.store.engine import Store
from rathaus_desk.store.search import search


def test_a_number_is_its_levels_and_itself_joined():
    assert grave_label(("B", "", "4"), "17") == "B/4/17"
    assert grave_label((), " 12a ") == "12a"


def test_leading_zeros_case_and_spaces_do_not_count():
    assert number_key("B/04/017") == number_key("b / 4 / 17") == number_key("B/4/17")
    assert number_key("B/4/17") != number_key("B/4/170")


def test_numbers_sort_as_people_expect():
    numbers = ["12a", "12", "9", "U/2/9", "1-2", "B/4/17", "B/4/2", "12b"]
    assert sorted(numbers, key=number_key) == ["1-2", "9", "12", "12a", "12b", "B/4/2", "B/4/17", "U/2/9"]


@given(st.lists(st.integers(0, 500), min_size=1, max_size=3), st.integers(0, 3))
def test_zeros_before_a_number_never_make_another(parts, zeros):
    plain = "/".join(map(str, parts))
    assert number_key("/".join("0" * zeros + str(part) for part in parts)) == number_key(plain)


@pytest.fixture
def kernstadt(desk: Store) -> UUID:
    return desk.run(EnterCemetery(name="Kernstadt", level_names=("Feld", "Reihe"))).value


def grave_17(cemetery: UUID, **changes) -> EnterGrave:
    values = {"cemetery": cemetery, "levels": ("B", "4"), "number": "17", "kind": "wahl_sarg", "places": 2}
    return EnterGrave(**(values | changes))


def test_a_grave_is_found_however_its_number_is_written(desk, kernstadt):
    made = desk.run(grave_17(kernstadt)).value
    with desk.read() as session:
        (found,) = queries.graves_numbered(session, "b/04/017", kernstadt)
        assert found.id == made
        assert (found.label, found.section) == ("B/4/17", "B")
        assert queries.cemetery_named(session, "KERNSTADT").id == kernstadt


def test_the_same_number_twice_is_refused(desk, kernstadt):
    desk.run(grave_17(kernstadt))
    with pytest.raises(Refused, match="Die Grabnummer B/4/17 gibt es"):
        desk.run(grave_17(kernstadt, number="017"))
    elsewhere = desk.run(EnterCemetery(name="Altenfeld")).value
    desk.run(grave_17(elsewhere))


def test_a_grave_is_found_by_a_former_number(desk, kernstadt):
    made = desk.run(grave_17(kernstadt, former_numbers=("112 alt",))).value
    desk.run(RenumberGrave(grave=made, levels=("C",), number="3"))
    with desk.read() as session:
        for number in ("C/3", "b/4/17", "112 ALT"):
            assert [grave.id for grave in queries.graves_numbered(session, number)] == [made]
        former = session.query(FormerNumber).filter_by(label="B/4/17").one()
        assert former.until == date(2026, 11, 25)


def test_a_number_in_use_goes_before_a_former_one(desk, kernstadt):
    old = desk.run(grave_17(kernstadt)).value
    desk.run(RenumberGrave(grave=old, levels=("B", "4"), number="99"))
    new = desk.run(grave_17(kernstadt)).value
    with desk.read() as session:
        assert [grave.id for grave in queries.graves_numbered(session, "B/4/17")] == [new]


def test_the_search_finds_a_grave_by_its_number_old_and_new(desk, kernstadt):
    made = desk.run(grave_17(kernstadt, kind_text="Wahlgrab 2st.")).value
    desk.run(RenumberGrave(grave=made, levels=("C",), number="3"))
    with desk.read() as session:
        for text in ("kernstadt c/3", "B/4/17"):
            (hit,) = search(session, text, kinds=["grave"])
            assert hit.id == made
        assert hit.title == "Kernstadt C/3"
        assert hit.subtitle == "Grabstätte · Wahlgrab 2st. · früher B/4/17"


def test_a_cemetery_name_is_given_once(desk, kernstadt):
    with pytest.raises(Refused, match="gibt es schon"):
        desk.run(EnterCemetery(name="kernstadt"))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"number": " "}, "braucht eine Nummer"),
        ({"number": "9" * 61}, "zu lang"),
        ({"places": 0}, "1 bis 500"),
        ({"remark": "x" * 50_000}, "zu lang"),
        ({"number": "1\0"}, "Zeichen"),
    ],
)
def test_bad_input_is_named_and_leaves_nothing(desk, kernstadt, wrong, sentence):
    with pytest.raises(BadInput, match=sentence):
        desk.run(grave_17(kernstadt, **wrong))
    with desk.read() as session:
        assert session.query(Grave).count() == 0


def test_a_grave_that_is_not_there(desk):
    with pytest.raises(Refused, match="gibt es nicht"):
        desk.run(RenumberGrave(grave=UUID(int=1), number="1"))


def test_a_grave_is_described_anew_and_the_change_is_taken_back(desk, kernstadt):
    made = desk.run(grave_17(kernstadt)).value
    done = desk.run(DescribeGrave(grave=made, kind="urne_wahl", places=1, blocked="Lage unklar"))
    with desk.read() as session:
        assert queries.grave(session, made).blocked == "Lage unklar"
    desk.undo(done.operation)
    with desk.read() as session:
        grave = queries.grave(session, made)
        assert (grave.kind, grave.places, grave.blocked) == ("wahl_sarg", 2, "")
