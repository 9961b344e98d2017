"""From an assessment to a notice, a due item, payments and the list of what is open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest
from stdnum import iso11649

from rathaus_desk.catalogue import queries as catalogue
from rathaus_desk.catalogue.checking import read_file
from rathaus_desk.catalogue.kinds import Kinds
from rathaus_desk.catalogue.operations import LoadCatalogue, new_versions
from rathaus_desk.fees import letters, queries
from rathaus_desk.fees.engine import assess, event, service
from rathaus_desk.fees.listings import DUE_COLUMNS, income_rows, open_rows
from rathaus_desk.fees.operations import (
    CancelDueItem,
    RecordPayment,
    give_notice,
    keep_assessment,
    mark_posted,
)
from rathaus_desk.fees.records import DueItem, Notice
from rathaus_desk.fees.rules import due_state, payment_reference
from rathaus_desk.fees.tariff_kind import TARIFF, tariff_of
from rathaus_desk.kernel.clock import FixedClock
from rathaus_desk.kernel.errors import BadInput, Refused
from rathaus_desk.kernel.listing import Wanted
from rathaus_desk.kernel.money import Money
from rathaus_desk.kernel.periods import Period
from rathaus_desk.people.operations import EnterPerson, PersonDetails
from rathaus_desk.store.engine import Store
from rathaus_desk.store.operations import Request, Work, operation
from rathaus_desk.town import queries as town
from rathaus_desk.town.operations import SetUpTown, open_case
from rathaus_desk.town.town_file import TOWN_KIND

WEDNESDAY = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


class ChargeBurial(Request, frozen=True, kw_only=True):
    """The burial of the example town, priced and noticed; or the correction of such a notice."""

    debtor: UUID
    services: int = 4
    corrects: UUID | None = None


@operation(ChargeBurial, name="tests.charge_burial", title="Bestattung berechnen")
def charge_burial(work: Work, request: ChargeBurial) -> UUID:
    version = catalogue.in_force(work.session, "tariff", "friedhofsgebuehren", date(2026, 11, 20))
    assert version is not None
    facts = {"form": "coffin", "age": 88, "weekday": "friday", "kind": "wahl_sarg"}
    happened = [
        event("burial", facts, {}),
        event("extension", facts, {"place": 2, "year": 18}),
        service("kuehlzelle", request.services, facts),
    ]
    assessed = assess(tariff_of(catalogue.file_of(version, TARIFF)), happened)
    old = work.session.get_one(Notice, request.corrects) if request.corrects else None
    case = old.case_id if old else open_case(work, "FH", "Bestattung").id
    kept = keep_assessment(work, assessed, version, case=case, on=date(2026, 11, 20))
    return give_notice(
        work,
        act="fee_notice",
        title="Bestattung",
        case=case,
        recipient=request.debtor,
        assessment=kept,
        corrects=old,
    ).id


class PostNotice(Request, frozen=True, kw_only=True):
    """A notice goes out, without the letter that carries it."""

    notice: UUID
    posted_on: date


@operation(PostNotice, name="tests.post_notice", title="Bescheid zur Post")
def post_notice(work: Work, request: PostNotice) -> None:
    notice = work.session.get_one(Notice, request.notice)
    mark_posted(work, notice, request.posted_on, catalogue.law_book(work.session))


@dataclass
class Cashier:
    """The example town with one notice given."""

    store: Store
    clerk: UUID
    debtor: UUID
    notice: UUID

    def run(self, request: Request) -> UUID:
        made: UUID = self.store.run(request, clerk=self.clerk).value
        return made

    @property
    def due(self) -> DueItem:
        with self.store.read() as session:
            return queries.due_items_of(session, self.notice)[0]

    def pay(self, amount: str, on: date = date(2026, 11, 25)) -> UUID:
        return self.run(RecordPayment(due_item=self.due.id, paid_on=on, amount=Money.parse(amount)))

    def open(self) -> list[tuple[str, str, str]]:
        with self.store.read() as session:
            return [(str(one.paid), str(one.open), one.state) for one in queries.open_items(session)]


@pytest.fixture
def cashier(make_store: Callable[..., Store], musterrode: Path) -> Cashier:
    store = make_store(clock=FixedClock(WEDNESDAY))
    store.run(SetUpTown(file=read_file(musterrode / "town.toml", Kinds.of(TOWN_KIND)).content))
    with store.read() as session:
        clerk = town.clerks(session)[0].id
    tariff = read_file(musterrode / "friedhofsgebuehren-2024.toml", Kinds.of(TARIFF))
    store.run(LoadCatalogue(owner="06635998", versions=new_versions([tariff])), clerk=clerk)
    details = PersonDetails(kind="natural", given_names="Jürgen", family_name="Großmann")
    debtor = store.run(EnterPerson(details=details), clerk=clerk).value
    notice = store.run(ChargeBurial(debtor=debtor), clerk=clerk).value
    return Cashier(store, clerk, debtor, notice)


class TestNotice:
    def test_posted_on_wednesday_it_is_received_on_monday_and_due_in_a_month(self, cashier: Cashier) -> None:
        with cashier.store.read() as session:
            notice = session.get_one(Notice, cashier.notice)
            assert notice.number == "BE-2026-00001"
            assert (notice.received_on, notice.appeal_until) == (date(2026, 11, 30), date(2026, 12, 30))
        assert cashier.due.due_on == date(2026, 12, 30)
        assert cashier.due.amount == Money.parse("2546.00")

    def test_the_snapshot_keeps_every_line_and_the_tariff_it_came_from(self, cashier: Cashier) -> None:
        with cashier.store.read() as session:
            notice = session.get_one(Notice, cashier.notice)
            kept = queries.assessment_of(session, notice)
            assert kept is not None
            version = catalogue.versions(session, "tariff")[0]
            assert (kept.tariff_version_id, kept.tariff_sha256) == (version.id, version.sha256)
            assert [(line.key, str(line.quantity), str(line.amount)) for line in kept.kept_lines] == [
                ("bestattung.sarg", "1", "690.00"),
                ("verlaengerung.wahl_sarg", "36", "1728.00"),
                ("kuehlzelle", "4", "128.00"),
            ]
            assert "2 Stellen × 18 Jahre" in kept.kept_lines[1].reasons

    def test_a_later_posting_moves_the_dates(self, cashier: Cashier) -> None:
        cashier.run(PostNotice(notice=cashier.notice, posted_on=date(2027, 1, 26)))
        with cashier.store.read() as session:
            notice = session.get_one(Notice, cashier.notice)
            assert (notice.received_on, notice.appeal_until) == (date(2027, 2, 1), date(2027, 3, 1))
        assert cashier.due.due_on == date(2027, 3, 1)
        with pytest.raises(Refused, match="schon zur Post"):
            cashier.run(PostNotice(notice=cashier.notice, posted_on=date(2027, 1, 27)))

    def test_not_before_its_date(self, cashier: Cashier) -> None:
        with pytest.raises(BadInput, match="vor seinem Datum"):
            cashier.run(PostNotice(notice=cashier.notice, posted_on=date(2026, 11, 24)))

    def test_a_correction_names_the_old_and_takes_over_what_was_paid(self, cashier: Cashier) -> None:
        cashier.pay("1000.00")
        newer = cashier.run(ChargeBurial(debtor=cashier.debtor, services=3, corrects=cashier.notice))
        with cashier.store.read() as session:
            assert session.get_one(Notice, newer).corrects_id == cashier.notice
            old = queries.due_items_of(session, cashier.notice)[0]
            assert old.cancel_reason == "ersetzt durch Bescheid BE-2026-00002"
            replaced = letters.corrected(session, session.get_one(Notice, newer))
            assert replaced is not None
            assert (replaced.case_number, str(replaced.total)) == ("FH-2026-00001", "2546.00")
        assert cashier.open() == [("1000.00", "1514.00", "partly")]
        with pytest.raises(Refused, match="schon durch BE-2026-00002 ersetzt"):
            cashier.run(ChargeBurial(debtor=cashier.debtor, corrects=cashier.notice))


class TestPayments:
    def test_part_by_part(self, cashier: Cashier) -> None:
        assert cashier.open() == [("0.00", "2546.00", "open")]
        cashier.pay("46.00")
        assert cashier.open() == [("46.00", "2500.00", "partly")]
        cashier.pay("2500.00")
        assert cashier.open() == []

    def test_too_much_stays_on_the_list(self, cashier: Cashier) -> None:
        cashier.pay("2600.00")
        assert cashier.open() == [("2600.00", "-54.00", "overpaid")]

    def test_nothing_and_the_future_are_no_payments(self, cashier: Cashier) -> None:
        with pytest.raises(BadInput, match=r"0,00"):
            cashier.pay("0.00")
        with pytest.raises(BadInput, match="Zukunft"):
            cashier.pay("1.00", on=date(2026, 11, 26))

    def test_a_payment_is_never_undone(self, cashier: Cashier) -> None:
        request = RecordPayment(due_item=cashier.due.id, paid_on=date(2026, 11, 25), amount=Money(100))
        done = cashier.store.run(request, clerk=cashier.clerk)
        with pytest.raises(Refused):
            cashier.store.undo(done.operation, clerk=cashier.clerk)

    def test_cancelled_with_a_reason_and_then_unpayable(self, cashier: Cashier) -> None:
        with pytest.raises(BadInput, match="Begründung"):
            cashier.run(CancelDueItem(due_item=cashier.due.id, reason="  "))
        cashier.run(CancelDueItem(due_item=cashier.due.id, reason="doppelt berechnet"))
        assert cashier.open() == []
        with pytest.raises(Refused, match="storniert"):
            cashier.pay("1.00")
        with pytest.raises(Refused, match="doppelt berechnet"):
            cashier.run(CancelDueItem(due_item=cashier.due.id, reason="noch einmal"))


class TestWhatIsShown:
    def test_the_cashiers_list(self, cashier: Cashier) -> None:
        with cashier.store.read() as session:
            (row,) = open_rows(session, Wanted(on=date(2027, 1, 10)))
        shown = {column.key: value for column, value in zip(DUE_COLUMNS, row, strict=True)}
        assert shown["debtor"] == "Großmann, Jürgen"
        assert (shown["state"], shown["days_overdue"]) == ("offen", 11)

    def test_found_by_its_reference(self, cashier: Cashier) -> None:
        spaced = iso11649.format(cashier.due.reference)
        with cashier.store.read() as session:
            found = queries.due_item_with(session, spaced.lower())
            assert found is not None
            assert found.id == cashier.due.id

    def test_what_the_letter_is_told(self, cashier: Cashier) -> None:
        with cashier.store.read() as session:
            notice = session.get_one(Notice, cashier.notice)
            kept = queries.assessment_of(session, notice)
            law = catalogue.law_book(session)
            assert kept is not None
            pay = letters.payment(session, notice)
            assert pay is not None
            assert (pay.amount, pay.due_on) == (Money.parse("2546.00"), date(2026, 12, 30))
            remedy = letters.appeal(session, notice, law)
            assert remedy.until == date(2026, 12, 30)
            assert "Am Markt 1" in remedy.office
            basis = letters.legal_basis(session, kept, law, "legal_basis.cemetery_fee")
            assert "HGO" in basis[0]
            assert basis[-1].endswith("§ 5 Nr. 1, § 8 Nr. 2 und § 6 Nr. 2")
            assert [line.quantity for line in letters.fee_lines(kept)] == ["1", "36", "4"]


@pytest.mark.parametrize("number", [1, 42, 999_999])
def test_payment_references_satisfy_iso_11649(number: int) -> None:
    reference = payment_reference(2026, number)
    assert iso11649.is_valid(reference)
    assert reference.endswith(f"2026{number:06d}")


@pytest.mark.parametrize(
    ("amount", "paid", "state"),
    [
        (100, 0, "open"),
        (100, 40, "partly"),
        (100, 100, "paid"),
        (100, 101, "overpaid"),
        (-100, 0, "open"),
        (-100, -100, "paid"),
    ],
)
def test_the_state_of_a_due_item(amount: int, paid: int, state: str) -> None:
    assert due_state(Money(amount), Money(paid), cancelled=False) == state
    assert due_state(Money(amount), Money(paid), cancelled=True) == "cancelled"


class TestIncome:
    def charged(self, cashier: Cashier, period: Period | None = None) -> list[tuple[int, str, int, str]]:
        """Year, item, how often, how much."""
        with cashier.store.read() as session:
            rows = list(income_rows(session, Wanted(date(2026, 11, 25), period)))
        return [(row[0], row[2], row[6], str(row[7])) for row in rows]

    def test_each_item_of_the_tariff_with_its_sum(self, cashier: Cashier) -> None:
        cashier.run(ChargeBurial(debtor=cashier.debtor, services=1))
        assert self.charged(cashier) == [
            (2026, "bestattung.sarg", 2, "1380.00"),
            (2026, "kuehlzelle", 2, "160.00"),
            (2026, "verlaengerung.wahl_sarg", 2, "3456.00"),
        ]
        assert self.charged(cashier, Period(date(2025, 1, 1), date(2026, 11, 24))) == []
        assert len(self.charged(cashier, Period(date(2026, 11, 25), date(2026, 11, 25)))) == 3

    def test_what_was_replaced_or_cancelled_does_not_count(self, cashier: Cashier) -> None:
        newer = cashier.run(ChargeBurial(debtor=cashier.debtor, services=3, corrects=cashier.notice))
        assert (2026, "kuehlzelle", 1, "96.00") in self.charged(cashier)
        with cashier.store.read() as session:
            (due,) = queries.due_items_of(session, newer)
        cashier.run(CancelDueItem(due_item=due.id, reason="doppelt"))
        assert self.charged(cashier) == []
