"""Rule 4: who fits where."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from rathaus_desk.cemetery.rules.capacity import Occupant, overfull_places, place_burial
from rathaus_desk.cemetery.rules.rest import rest_period
from rathaus_desk.cemetery.rules.terms import GraveKind, RestTerm


def lying(form, place, buried, rest_end, name="Heinrich Großmann", **more):
    return Occupant(form, place, buried, rest_end, name, **more)


HEINRICH = lying("coffin", 1, date(2010, 4, 1), date(2035, 4, 1))


def newcomer(form="coffin", place=None, buried=date(2026, 11, 20), years=25, **more):
    return Occupant(form, place, buried, buried.replace(year=buried.year + years), "Anneliese", **more)


def test_a_second_coffin_in_the_same_place_names_who_lies_there_and_proposes_another(kind):
    placement = place_burial(kind(), 2, [HEINRICH], newcomer(place=1))
    assert placement.place is None
    assert placement.free == (2,)
    assert placement.reason == (
        "Stelle 1 ist belegt: Heinrich Großmann (Sarg, Ruhefrist bis 01.04.2035)."
        " Ein zweiter Sarg während der Ruhefrist braucht eine Tieflage."
        " Frei: Stelle 2. (§ 16 Friedhofsordnung)"
    )


def test_without_a_wish_the_first_place_with_room_is_taken(kind):
    assert place_burial(kind(), 2, [HEINRICH], newcomer()).place == 2


def test_a_place_is_free_the_day_after_the_rest_ended(kind):
    assert place_burial(kind(), 1, [HEINRICH], newcomer(buried=date(2035, 4, 1))).place is None
    assert place_burial(kind(), 1, [HEINRICH], newcomer(buried=date(2035, 4, 2))).place == 1


def test_a_deep_place_takes_two_coffins(kind):
    deep = kind(deep_burial=True)
    assert place_burial(
        deep, 1, [lying("coffin", 1, date(2010, 4, 1), date(2035, 4, 1), deep=True)], newcomer()
    ).place
    assert not place_burial(
        deep, 1, [lying("coffin", 1, date(2010, 4, 1), date(2035, 4, 1), deep=False)], newcomer()
    ).place


def test_whether_the_lower_coffin_lies_deep_is_asked_where_nobody_wrote_it_down(kind):
    placement = place_burial(kind(deep_burial=True), 1, [HEINRICH], newcomer())
    assert placement.place == 1
    assert "Nicht vermerkt, ob Heinrich Großmann" in placement.doubts[0]


def test_urns_beside_a_coffin_and_alone(kind):
    urns = [lying("urn", 1, date(2020, 1, 1), date(2035, 1, 1), f"Urne {n}") for n in range(4)]
    assert place_burial(kind(), 1, [HEINRICH, *urns[:1]], newcomer("urn", 1)).place == 1
    assert place_burial(kind(), 1, [HEINRICH, *urns[:2]], newcomer("urn", 1)).place is None
    assert place_burial(kind(), 1, urns[:3], newcomer("urn", 1)).place == 1
    assert place_burial(kind(), 1, urns, newcomer("urn", 1)).place is None


def test_a_coffin_may_not_come_to_more_urns_than_may_lie_beside_it(kind):
    urns = [lying("urn", 1, date(2020, 1, 1), date(2035, 1, 1)) for _ in range(3)]
    assert place_burial(kind(), 1, urns, newcomer(place=1)).place is None
    assert place_burial(kind(), 1, urns[:2], newcomer(place=1)).place == 1


def test_an_urn_counts_only_while_it_rests(kind):
    old = [lying("urn", 1, date(2000, 1, 1), date(2015, 1, 1)) for _ in range(4)]
    assert place_burial(kind(), 1, old, newcomer("urn", 1)).place == 1


def test_a_kind_for_urns_takes_no_coffin_and_the_other_way_round(kind):
    urns_only = kind(name="Urnengrab", coffin_places=0)
    assert (
        place_burial(urns_only, 1, [], newcomer()).reason
        == "Urnengrab nimmt keinen Sarg auf (§ 16 Friedhofsordnung)."
    )
    coffins_only = kind(name="Reihengrab", urns_per_place=0, urns_beside_coffin=0)
    assert "nimmt keine Urne auf" in place_burial(coffins_only, 1, [], newcomer("urn")).reason


def test_an_occupant_without_a_rest_end_counts_as_resting(kind):
    unknown = lying("coffin", 1, None, None, "")
    placement = place_burial(kind(), 1, [unknown], newcomer(place=1))
    assert placement.place is None
    assert "ohne Namen (Sarg, Ende der Ruhefrist unbekannt)" in placement.reason


def test_somebody_whose_place_is_unknown_takes_room_somewhere(kind):
    somewhere = lying("coffin", None, date(2010, 4, 1), date(2035, 4, 1))
    one_more = place_burial(kind(), 2, [somewhere], newcomer())
    assert one_more.place == 1
    assert "Stelle von Heinrich Großmann" in one_more.doubts[0]
    assert place_burial(kind(), 2, [somewhere, HEINRICH], newcomer()).place is None


def test_a_limit_for_the_whole_grave(kind):
    urns = [lying("urn", 1 + n % 2, date(2020, 1, 1), date(2035, 1, 1)) for n in range(4)]
    assert place_burial(kind(urns_per_grave=4), 2, urns, newcomer("urn")).place is None


def test_an_age_the_kind_is_not_for(kind):
    children = kind(name="Kindergrab", deceased_age_below=5)
    assert place_burial(children, 1, [], newcomer(), age=4).place == 1
    assert place_burial(children, 1, [], newcomer(), age=5).place is None
    assert place_burial(kind(deceased_age_from=5), 1, [], newcomer(), age=4).place is None


def test_an_old_burial_entered_late_is_judged_against_those_who_came_after(kind):
    late = newcomer(place=1, buried=date(1995, 1, 1))
    assert place_burial(kind(), 2, [HEINRICH], late).place is None


def test_a_place_the_grave_does_not_have(kind):
    assert place_burial(kind(), 2, [], newcomer(place=3)).reason == (
        "Stelle 3 gibt es nicht: die Grabstätte hat 2."
    )


def test_a_crowded_neighbour_does_not_forbid_a_burial_elsewhere(kind):
    crowded = [HEINRICH, lying("coffin", 1, date(2011, 1, 1), date(2036, 1, 1))]
    assert place_burial(kind(), 2, crowded, newcomer()).place == 2
    (found,) = overfull_places(kind(), 2, crowded)
    assert (found.place, found.day) == (1, date(2011, 1, 1))
    assert found.reason == "2 Särge, zulässig 1 Sarg"


WISHES = st.lists(
    st.tuples(
        st.sampled_from(["coffin", "urn"]),
        st.one_of(st.none(), st.integers(1, 3)),
        st.dates(date(1990, 1, 1), date(2060, 1, 1)),
    ),
    max_size=12,
)
COUNTS = st.integers(0, 3)


@given(WISHES, st.integers(1, 3), COUNTS, COUNTS, st.booleans())
def test_whatever_is_asked_for_no_place_ever_holds_too_many(wishes, places, alone, beside, deep):
    terms = GraveKind(
        key="k",
        name="K",
        paragraph="§ 1",
        statute="S",
        form="Wahl",
        coffin_places=places,
        urns_per_place=alone,
        urns_beside_coffin=beside,
        deep_burial=deep,
        rest=(RestTerm("coffin", 25), RestTerm("urn", 15)),
    )
    grave: list[Occupant] = []
    for form, place, buried in wishes:
        rest = rest_period(terms, form, buried, None)
        placement = place_burial(terms, places, grave, Occupant(form, place, buried, rest.end))
        if placement.place is not None:
            grave.append(Occupant(form, placement.place, buried, rest.end))
    for day in {one.buried + timedelta(days=shift) for one in grave for shift in (0, 1)}:
        for place in range(1, places + 1):
            there = [one for one in grave if one.place == place and one.rests(day)]
            coffins = sum(one.form == "coffin" for one in there)
            assert coffins <= (2 if deep else 1)
            # An urn set beside a coffin stays when the coffin's rest ends before its own: only on the day
            # somebody is buried there does the number of urns count.
            if any(one.buried == day for one in there):
                assert len(there) - coffins <= (beside if coffins else alone)
