"""The lists of the cemeteries: who stands on which, and what never leaves the house."""

from __future__ import annotations

import zipfile
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from rathaus_desk.catalogue.checking import read_file
from rathaus_desk.catalogue.kinds import Kinds
from rathaus_desk.catalogue.operations import LoadCatalogue, new_versions
from rathaus_desk.cemetery import listings, records
from rathaus_desk.cemetery.operations.graves import DescribeGrave, EnterCemetery, EnterGrave, RenumberGrave
from rathaus_desk.cemetery.statute_check import STATUTE
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.listing import Listing, Wanted
from rathaus_desk.kernel.periods import FOR_EVER, SINCE_EVER, Period
from rathaus_desk.kernel.uncertain import UncertainDate
from rathaus_desk.lists.writing import SUFFIXES, write
from rathaus_desk.people.operations import (
    AddressDetails,
    EnterPerson,
    PersonDetails,
    SetBlockNotice,
)
from rathaus_desk.store.engine import Store
from rathaus_desk.store.operations import Request, Work, operation

TODAY = date(2026, 11, 25)
YEAR_2026 = Period(date(2026, 1, 1), date(2026, 12, 31))


class Write(Request, frozen=True, kw_only=True):
    """A row as it may stand in the register, whatever the rules would say of it today."""

    kind: str
    values: dict[str, Any]


@operation(Write, name="tests.listings.write", title="Eintragen")
def write_record(work: Work, request: Write) -> UUID:
    record = getattr(records, request.kind)(**request.values)
    work.session.add(record)
    return record.id


class Churchyard:
    """A cemetery with what a test lays out in it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.cemetery = store.run(EnterCemetery(name="Kernstadt", level_names=("Feld",))).value

    def grave(self, number: str, kind: str = "wahl_sarg", **more: Any) -> UUID:
        *levels, last = number.split("/")
        values = {"cemetery": self.cemetery, "levels": tuple(levels), "places": 2} | more
        return self.store.run(EnterGrave(number=last, kind=kind, **values)).value

    def person(self, family: str, given: str = "", street: str = "Am Bach", **more: Any) -> UUID:
        details = PersonDetails(family_name=family, given_names=given, **more)
        address = AddressDetails(street=street, house_number="7", postal_code="34999", place="Musterrode")
        return self.store.run(EnterPerson(details=details, addresses=(address,))).value

    def right(self, grave: UUID, until: date, holder: UUID | None = None, **more: Any) -> UUID:
        values = {
            "grave_id": grave,
            "first": date(2000, 1, 1),
            "until": until,
            "holder_id": holder,
            "origin": "award",
        }
        return self.store.run(Write(kind="RightOfUse", values=values | more)).value

    def burial(self, grave: UUID, buried: UncertainDate, rest_end: date | None, **more: Any) -> UUID:
        values = {"grave_id": grave, "form": "coffin", "buried": buried, "rest_end": rest_end, "place": 1}
        return self.store.run(Write(kind="Burial", values=values | more)).value

    def rows(self, listing: Listing, **wanted: Any) -> list[dict[str, Any]]:
        keys = [column.key for column in listing.columns]
        with self.store.read() as session:
            return [
                dict(zip(keys, row, strict=True))
                for row in listing.rows(session, Wanted(**{"on": TODAY} | wanted))
            ]

    def graves(self, listing: Listing, **wanted: Any) -> list[str]:
        return [row["grave"] for row in self.rows(listing, **wanted)]


@pytest.fixture
def yard(desk: Store) -> Churchyard:
    return Churchyard(desk)


def on(day: date) -> UncertainDate:
    return UncertainDate.exact(day)


# --- graves ------------------------------------------------------------------------------------------------


def test_the_register_tells_what_each_grave_is(yard: Churchyard):
    holder = yard.person("Müller", "Eva")
    running = yard.grave("B/4/17", former_numbers=("112 alt",))
    yard.right(running, date(2052, 6, 30), holder)
    yard.burial(running, on(date(2026, 11, 20)), date(2051, 11, 20))
    expiring, expired = yard.grave("B/4/18"), yard.grave("B/4/19")
    yard.right(expiring, date(2027, 5, 25))
    yard.right(expired, date(2026, 11, 24))
    blocked, free = yard.grave("B/4/2"), yard.grave("B/4/3")
    yard.store.run(DescribeGrave(grave=blocked, kind="wahl_sarg", places=1, blocked="Wurzelschaden"))
    occupied = yard.grave("B/4/4")
    yard.burial(occupied, UncertainDate("um 1990"), None)
    surrendered = yard.grave("B/4/5")
    yard.right(surrendered, date(2040, 1, 1), surrendered_on=date(2026, 1, 1))
    war = yard.grave("K/1", kind="krieg", war_grave=True)
    yard.right(war, FOR_EVER)
    disputed = yard.grave("K/2")
    yard.right(disputed, date(2040, 1, 1))
    yard.right(disputed, date(2041, 1, 1), disputed=True)
    listed = yard.rows(listings.GRAVES)
    assert {row["grave"]: row["state"] for row in listed} == {
        "B/4/2": "gesperrt",
        "B/4/3": "frei",
        "B/4/4": "belegt ohne Recht",
        "B/4/5": "nicht abgeräumt",
        "B/4/17": "Recht läuft",
        "B/4/18": "Recht läuft bald ab",
        "B/4/19": "Recht abgelaufen",
        "K/1": "Kriegsgrab",
        "K/2": "Recht strittig",
    }
    assert [row["grave"] for row in listed][:3] == ["B/4/2", "B/4/3", "B/4/4"]
    first = next(row for row in listed if row["grave"] == "B/4/17")
    assert (first["cemetery"], first["section"], first["places"]) == ("Kernstadt", "B", 2)
    assert first["former_numbers"] == "112 alt"
    assert (first["holder"], first["address"]) == ("Müller, Eva", "Am Bach 7, 34999 Musterrode")
    assert (first["right_until"], first["rest_until"]) == (date(2052, 6, 30), date(2051, 11, 20))
    assert first["occupants"] == 1
    assert free
    assert next(row for row in listed if row["grave"] == "B/4/2")["blocked"] == "Wurzelschaden"


def test_a_kind_bears_the_name_the_statute_gives_it(yard: Churchyard, musterrode: Path):
    yard.grave("1", kind="wahl_sarg")
    yard.grave("2", kind="gruft", kind_text="Gruft am Nordtor")
    yard.grave("3", kind="gruft")
    assert [row["kind"] for row in yard.rows(listings.GRAVES)] == ["wahl_sarg", "Gruft am Nordtor", "gruft"]
    files = [
        read_file(file, Kinds.of(STATUTE)) for file in sorted(musterrode.glob("friedhofsordnung-*.toml"))
    ]
    yard.store.run(LoadCatalogue(owner="Musterrode", versions=new_versions(files)))
    assert [row["kind"] for row in yard.rows(listings.GRAVES)] == [
        "Wahlgrab für Erdbestattung",
        "Gruft am Nordtor",
        "gruft",
    ]


def test_free_graves_are_by_kind_and_section(yard: Churchyard):
    for number, kind in (("B/10", "wahl_sarg"), ("B/9", "wahl_sarg"), ("A/1", "wahl_sarg"), ("C/1", "urne")):
        yard.grave(number, kind=kind)
    taken = yard.grave("A/2")
    yard.right(taken, date(2040, 1, 1))
    assert yard.graves(listings.FREE_GRAVES) == ["C/1", "A/1", "B/9", "B/10"]


def test_a_list_can_be_of_one_cemetery(yard: Churchyard):
    yard.grave("1")
    other = yard.store.run(EnterCemetery(name="Altenfeld")).value
    yard.grave("2", cemetery=other)
    assert yard.graves(listings.GRAVES) == ["2", "1"]
    for listing in (listings.GRAVES, listings.FREE_GRAVES):
        assert yard.graves(listing, cemetery="KERNSTADT") == ["1"]
    for listing in listings.LISTINGS:
        with pytest.raises(BadInput, match=r"„Nordtor“ gibt es nicht. Bekannt sind: Altenfeld, Kernstadt\."):
            yard.rows(listing, cemetery="Nordtor")


def test_without_any_cemetery_lists_are_empty(desk: Store):
    with desk.read() as session:
        for listing in listings.LISTINGS:
            assert list(listing.rows(session, Wanted(TODAY))) == []
        with pytest.raises(BadInput, match="Es ist noch keiner angelegt"):
            list(listings.GRAVES.rows(session, Wanted(TODAY, cemetery="Kernstadt")))


# --- rights ------------------------------------------------------------------------------------------------


def test_rights_are_listed_with_holder_and_what_is_known_of_them(yard: Churchyard):
    grave = yard.grave("B/1")
    holder = yard.person("Müller", "Eva")
    yard.right(grave, date(2019, 12, 31), first=SINCE_EVER, holder_text="Erben unbekannt", origin="old_stock")
    yard.right(grave, date(2049, 12, 31), holder, first=date(2020, 1, 1), origin="transfer")
    before, now = yard.rows(listings.RIGHTS)
    assert (before["first"], before["holder"], before["origin"]) == (None, "Erben unbekannt", "Altbestand")
    assert before["state"] == "abgelaufen"
    assert (now["first"], now["until"]) == (date(2020, 1, 1), date(2049, 12, 31))
    assert (now["holder"], now["origin"], now["state"]) == ("Müller, Eva", "Übertragung", "läuft")
    only = yard.rows(listings.RIGHTS, period=Period(date(2019, 12, 31), date(2019, 12, 31)))
    assert [row["until"] for row in only] == [date(2019, 12, 31)]


def test_ending_rights_stand_in_the_order_of_their_ends(yard: Churchyard):
    ends = {
        "1": date(2027, 11, 24),
        "2": date(2026, 11, 25),
        "3": date(2027, 11, 25),
        "4": date(2026, 11, 24),
    }
    for number, until in ends.items():
        yard.right(yard.grave(number), until)
    yard.right(yard.grave("5"), date(2027, 1, 1), disputed=True)
    yard.right(yard.grave("6"), date(2027, 1, 1), surrendered_on=date(2026, 1, 1))
    assert yard.graves(listings.ENDING) == ["2", "1"]
    assert yard.graves(listings.ENDING, period=YEAR_2026) == ["4", "2"]


def test_a_right_shorter_than_the_rest_is_found(yard: Churchyard):
    rest = date(2051, 11, 20)
    for number, until in (("1", date(2051, 11, 18)), ("2", date(2051, 11, 19)), ("3", date(2026, 1, 1))):
        grave = yard.grave(number)
        yard.right(grave, until)
        yard.burial(grave, on(date(2026, 11, 20)), rest)
    over = yard.grave("4")
    yard.right(over, date(2020, 1, 1))
    yard.burial(over, on(date(1999, 11, 20)), date(2024, 11, 20))
    assert yard.graves(listings.TOO_SHORT) == ["1", "3"]
    assert yard.rows(listings.TOO_SHORT)[0]["rest_until"] == rest


def test_rights_without_a_living_holder_are_found(yard: Churchyard):
    living, dead = yard.person("Müller"), yard.person("Meier", died=UncertainDate("verstorben"))
    yard.right(yard.grave("1"), date(2040, 1, 1), living)
    yard.right(yard.grave("2"), date(2040, 1, 1), dead)
    yard.right(yard.grave("3"), date(2040, 1, 1), holder_text="Stadt")
    yard.right(yard.grave("4"), date(2020, 1, 1))
    yard.right(yard.grave("5", war_grave=True), FOR_EVER)
    listed = yard.rows(listings.WITHOUT_HOLDER)
    assert [(row["grave"], row["holder"]) for row in listed] == [("2", "Meier (verstorben)"), ("3", "Stadt")]


def test_disputed_rights_stand_beside_those_they_contradict(yard: Churchyard):
    grave = yard.grave("1")
    yard.right(grave, date(2040, 1, 1))
    yard.right(grave, date(2041, 1, 1), first=date(2001, 1, 1), disputed=True)
    yard.right(yard.grave("2"), date(2040, 1, 1))
    assert [(row["grave"], row["disputed"]) for row in yard.rows(listings.DISPUTED)] == [
        ("1", False),
        ("1", True),
    ]


def test_the_address_of_a_blocked_holder_is_hidden(yard: Churchyard):
    holder = yard.person("Müller", "Eva")
    yard.store.run(SetBlockNotice(person=holder, blocked=True))
    yard.right(yard.grave("1"), date(2040, 1, 1), holder)
    for listing in (listings.GRAVES, listings.RIGHTS):
        (row,) = yard.rows(listing)
        assert (row["holder"], row["address"]) == ("Müller, Eva", "")


# --- burials -----------------------------------------------------------------------------------------------


def test_the_burial_register_of_a_year(yard: Churchyard):
    grave = yard.grave("B/4/17")
    deceased = yard.person(
        "Groß", "Marie", birth_name="Klein", born=UncertainDate.exact(date(1940, 5, 3)),
        died=UncertainDate.exact(date(2026, 11, 12)),
    )  # fmt: skip
    undertaker = yard.person("", organisation="Pietät Beispiel GmbH", kind="organisation")
    yard.burial(
        grave,
        on(date(2026, 11, 20)),
        date(2051, 11, 20),
        deceased_id=deceased,
        buried_at=datetime(2026, 11, 20, 13, 0, tzinfo=UTC),
        age=86,
        register_number="S 123/2026",
        undertaker_id=undertaker,
    )
    yard.burial(
        grave, UncertainDate("2025/26", date(2025, 12, 1), date(2026, 1, 31)), None, name_text="N. N."
    )
    yard.burial(grave, on(date(2025, 12, 31)), None)
    yard.burial(grave, UncertainDate("unleserlich"), None)
    perhaps, certain = yard.rows(listings.BURIALS, period=YEAR_2026)
    assert (str(perhaps["buried"]), perhaps["deceased"]) == ("2025/26", "N. N.")
    assert (certain["deceased"], certain["birth_name"], certain["age"]) == ("Groß, Marie", "Klein", 86)
    assert (certain["buried"].day, certain["at"]) == (date(2026, 11, 20), time(14, 0))
    assert (certain["form"], certain["grave"], certain["place"]) == ("Sarg", "B/4/17", 1)
    assert (certain["undertaker"], certain["register_number"]) == ("Pietät Beispiel GmbH", "S 123/2026")
    everything = [str(row["buried"]) for row in yard.rows(listings.BURIALS)]
    assert everything == ["2025/26", "31.12.2025", "20.11.2026", "unleserlich"]


def test_the_day_sheet_is_of_today_by_the_clock(yard: Churchyard):
    grave = yard.grave("1")
    for hour, name in ((13, "zweite"), (9, "erste")):
        yard.burial(
            grave, on(TODAY), None, name_text=name, buried_at=datetime(2026, 11, 25, hour, tzinfo=UTC)
        )
    yard.burial(grave, on(date(2026, 11, 26)), None, name_text="morgen")
    yard.burial(
        grave, UncertainDate("2026", date(2026, 1, 1), date(2026, 12, 31)), None, name_text="irgendwann"
    )
    assert [row["deceased"] for row in yard.rows(listings.DAY_SHEET)] == ["erste", "zweite"]
    tomorrow = Period(date(2026, 11, 26), date(2026, 11, 26))
    assert [row["deceased"] for row in yard.rows(listings.DAY_SHEET, period=tomorrow)] == ["morgen"]


@pytest.mark.parametrize("form", SUFFIXES)
def test_nobody_alive_stands_on_what_leaves_the_house(yard: Churchyard, tmp_path: Path, form):
    """No holder, applicant, debtor or contact on a public list: tested on the bytes of the file."""
    living = {
        role: yard.person(
            f"{role.capitalize()}name", f"{role.capitalize()}vorname", street=f"{role.capitalize()}weg"
        )
        for role in ("holder", "applicant", "debtor", "contact")
    }
    grave = yard.grave("B/1", remark="Ansprechpartner Holdername")
    yard.right(grave, date(2060, 1, 1), living["holder"], remark="Holdername zahlt")
    deceased = yard.person("Groß", "Marie", remark="Tochter: Contactname")
    yard.burial(
        grave,
        on(TODAY),
        date(2051, 11, 25),
        deceased_id=deceased,
        applicant_id=living["applicant"],
        debtor_id=living["debtor"],
        contact_id=living["contact"],
        # Often it is the undertaker who applies and is called.
        undertaker_id=living["contact"],
        confirmed="mit Debtorname besprochen",
        remark="Applicantname kommt um zehn",
    )
    free = yard.grave("B/2", remark="früher Holdername")
    yard.right(free, date(2000, 1, 1), living["holder"], first=date(1980, 1, 1))
    yard.store.run(RenumberGrave(grave=free, levels=("B",), number="3"))
    public = [listing for listing in listings.LISTINGS if listing.public]
    assert {listing.name for listing in public} == {"tagesplan", "freie-grabstaetten"}
    for listing in public:
        target = tmp_path / f"{listing.name}{SUFFIXES[form]}"
        with yard.store.read() as session:
            write(target, form, listing, listing.rows(session, Wanted(TODAY)), yard.store.clock.now())
        content = unpacked(target)
        if listing is listings.DAY_SHEET:
            assert "Groß, Marie" in content
        for role in living:
            for part in ("name", "vorname", "weg"):
                assert f"{role}{part}" not in content.lower()


def unpacked(path: Path) -> str:
    if path.suffix != ".xlsx":
        return path.read_text("utf-8")
    with zipfile.ZipFile(path) as parts:
        return "".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())


# --- work done ---------------------------------------------------------------------------------------------


def test_a_list_asks_the_database_a_few_times_whatever_its_length(yard: Churchyard):
    asked: list[str] = []
    for number in range(30):
        grave = yard.grave(f"A/{number}")
        yard.right(grave, date(2030, 1, 1), yard.person("Müller", str(number)))
        yard.burial(grave, on(TODAY), date(2029, 1, 1), deceased_id=yard.person("Groß", str(number)))

    def listen(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    with yard.store.read() as session:
        engine = session.get_bind()
        assert isinstance(engine, sa.Engine)
        event.listen(engine, "before_cursor_execute", listen)
        try:
            for listing in listings.LISTINGS:
                asked.clear()
                list(listing.rows(session, Wanted(TODAY)))
                assert len(asked) <= 8, (listing.name, asked)
        finally:
            event.remove(engine, "before_cursor_execute", listen)


def test_every_list_has_a_name_of_its_own_and_plain_letters():
    names = [listing.name for listing in listings.LISTINGS]
    assert len(set(names)) == len(names)
    for listing in listings.LISTINGS:
        assert listing.name.replace("-", "").isalpha()
        assert listing.name.isascii()
        keys = [column.key for column in listing.columns]
        assert len(set(keys)) == len(keys)
        assert len({column.title for column in listing.columns}) == len(keys)
