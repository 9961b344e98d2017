"""What a clerk does with rights of use: award, extend, transfer, hand back, settle, correct, clear."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from rathaus_desk.cemetery import queries
from rathaus_desk.cemetery.operations.burials import RegisterBurial
from rathaus_desk.cemetery.operations.clearing import RecordClearance
from rathaus_desk.cemetery.operations.graves import DescribeGrave
from rathaus_desk.cemetery.operations.rights import (
    AwardRight,
    CorrectRight,
    ExtendRight,
    SettleRights,
    SurrenderRight,
    TransferRight,
)
from rathaus_desk.cemetery.records import PrepaidItem, RightOfUse
from rathaus_desk.fees import queries as fees
from rathaus_desk.kernel.errors import BadInput, Refused
from rathaus_desk.kernel.money import Money
from rathaus_desk.kernel.uncertain import UncertainDate
from rathaus_desk.office.town_hall import TownHall
from rathaus_desk.store.claims import ClaimTaken, claims_of
from rathaus_desk.store.operations import Request, Work, operation


class OldRight(Request, frozen=True, kw_only=True):
    """A right as an import leaves it."""

    grave: UUID
    first: date
    until: date
    holder: UUID | None = None
    disputed: bool = False


@operation(OldRight, name="test.old_right", title="Altes Recht")
def old_right(work: Work, request: OldRight) -> UUID:
    right = RightOfUse(
        grave_id=request.grave,
        holder_id=request.holder,
        first=request.first,
        until=request.until,
        origin="old_stock",
        disputed=request.disputed,
    )
    work.session.add(right)
    if not right.disputed:
        work.claim(request.grave, request.first, request.until, right.id)
    return right.id


class OldPrepaid(Request, frozen=True, kw_only=True):
    """A clearance that was paid long ago."""

    grave: UUID


@operation(OldPrepaid, name="test.old_prepaid", title="Alte Vorauszahlung")
def old_prepaid(work: Work, request: OldPrepaid) -> UUID:
    item = PrepaidItem(
        grave_id=request.grave, item="abraeumung.wahl_sarg", label="Abräumung", amount=Money(58_000)
    )
    work.session.add(item)
    return item.id


def right_of(hall: TownHall, grave: UUID) -> RightOfUse:
    with hall.store.read() as session:
        found = queries.right_that_counts(session, queries.grave(session, grave))
        assert found is not None
        return found


def owed(hall: TownHall) -> dict[str, Money]:
    """Title → amount of everything that is due."""
    with hall.store.read() as session:
        return {item.title: item.amount for item in fees.due_items(session)}


def test_an_award_gives_a_right_a_claim_and_a_notice(hall, grave, person):
    place, thomas = grave("17"), person("Thomas", "Müller")
    hall.run(AwardRight(grave=place, holder=thomas, debtor=thomas))
    right = right_of(hall, place)
    assert (right.first, right.until, right.origin) == (date(2026, 11, 25), date(2056, 11, 24), "award")
    assert owed(hall) == {"Vergabe der Grabstätte Kernstadt B/4/17": Money(288_000)}
    with hall.store.read() as session:
        assert len(claims_of(session, right.id)) == 1
        (act,) = queries.changes_of(session, right.id)
        assert "endet nach 30 Jahren am 24.11.2056" in act.reason
    with pytest.raises(Refused, match=r"besteht ein Nutzungsrecht bis 24\.11\.2056"):
        hall.run(AwardRight(grave=place, holder=thomas))


def test_a_voluntary_extension_moves_the_claim_and_is_charged(hall, grave, person):
    place, ilse = grave("17"), person("Ilse", "Müller")
    hall.run(OldRight(grave=place, first=date(2004, 7, 1), until=date(2034, 6, 30), holder=ilse))
    done = hall.run(ExtendRight(grave=place, years=10, debtor=ilse))
    assert done.value == right_of(hall, place).until == date(2044, 6, 30)
    assert owed(hall) == {"Verlängerung des Nutzungsrechts Kernstadt B/4/17": Money(96_000)}
    with hall.store.read() as session:
        (claim,) = claims_of(session, right_of(hall, place).id)
        assert claim.ends == (date(2044, 7, 1) - date(1970, 1, 1)).days * 1440
    hall.store.undo(done.operation)
    assert right_of(hall, place).until == date(2034, 6, 30)
    assert owed(hall) == {}


def test_a_right_too_short_is_repaired_without_naming_years(hall, grave, person):
    place, ilse = grave("17"), person("Ilse", "Müller")
    hall.run(OldRight(grave=place, first=date(2004, 7, 1), until=date(2030, 6, 30), holder=ilse))
    with pytest.raises(Refused, match="es fehlt die Zahl der Jahre"):
        hall.run(ExtendRight(grave=place))
    hall.run(RegisterBurial(grave=place, form="coffin", buried=UncertainDate.exact(date(2004, 6, 17))))
    assert hall.run(ExtendRight(grave=place)).value == date(2034, 6, 30)


def test_a_transfer_names_another_holder_and_costs_what_the_tariff_says(hall, grave, person):
    place, ilse, thomas = grave("17"), person("Ilse", "Müller"), person("Thomas", "Müller")
    hall.run(OldRight(grave=place, first=date(2004, 7, 1), until=date(2034, 6, 30), holder=ilse))
    hall.run(TransferRight(grave=place, to=thomas, reason="Tod der bisherigen Nutzungsberechtigten"))
    right = right_of(hall, place)
    assert (right.holder_id, right.origin, right.until) == (thomas, "transfer", date(2034, 6, 30))
    assert owed(hall) == {"Übertragung des Nutzungsrechts Kernstadt B/4/17": Money(3_000)}
    with pytest.raises(Refused, match="bereits nutzungsberechtigt"):
        hall.run(TransferRight(grave=place, to=thomas, reason="noch einmal"))
    with pytest.raises(BadInput, match="warum"):
        hall.run(TransferRight(grave=place, to=ilse, reason=" "))


def test_an_expired_right_is_not_transferred(hall, grave, person):
    place, ilse = grave("17"), person("Ilse", "Müller")
    hall.run(OldRight(grave=place, first=date(1990, 1, 1), until=date(2020, 1, 1)))
    with pytest.raises(Refused, match=r"am 01\.01\.2020 abgelaufen"):
        hall.run(TransferRight(grave=place, to=ilse, reason="Tod"))


def test_a_right_handed_back_leaves_the_grave_free_once_it_is_cleared(hall, grave, person):
    place, ilse = grave("17"), person("Ilse", "Müller")
    right = hall.run(
        OldRight(grave=place, first=date(2004, 7, 1), until=date(2034, 6, 30), holder=ilse)
    ).value
    hall.run(SurrenderRight(grave=place))
    with hall.store.read() as session:
        (claim,) = claims_of(session, right)
        assert claim.ends == (date(2026, 11, 26) - date(1970, 1, 1)).days * 1440
        assert queries.right_that_counts(session, queries.grave(session, place)) is None
        assert queries.free_graves(session, date(2026, 11, 26)) == []
    hall.run(RecordClearance(grave=place, debtor=ilse))
    assert owed(hall) == {"Abräumung der Grabstätte Kernstadt B/4/17": Money(58_000)}
    with hall.store.read() as session:
        assert [line.name for line in queries.free_graves(session, date(2026, 11, 26))] == [
            "Kernstadt B/4/17"
        ]


def test_during_a_rest_nothing_is_handed_back_or_cleared(hall, grave):
    place = grave("17")
    hall.run(OldRight(grave=place, first=date(2004, 7, 1), until=date(2034, 6, 30)))
    hall.run(
        RegisterBurial(
            grave=place, form="coffin", name_text="Heinrich", buried=UncertainDate.exact(date(2004, 6, 17))
        )
    )
    with pytest.raises(Refused, match=r"17\.06\.2034 \(Heinrich\)"):
        hall.run(SurrenderRight(grave=place))
    with pytest.raises(Refused, match="besteht ein Nutzungsrecht"):
        hall.run(RecordClearance(grave=place))
    with pytest.raises(BadInput, match="wenn sie geschehen ist"):
        hall.run(RecordClearance(grave=place, on=date(2027, 1, 1)))


def test_a_clearance_paid_in_advance_is_not_charged_again(hall, grave, person):
    place = grave("17")
    paid = hall.run(OldPrepaid(grave=place)).value
    hall.run(RecordClearance(grave=place, debtor=person("Ilse", "Müller")))
    assert owed(hall) == {}
    with hall.store.read() as session:
        assert session.get_one(PrepaidItem, paid).used_on == date(2026, 11, 25)
        assert queries.prepaid_in(session, place) == []


def test_an_expired_right_keeps_its_grave_until_the_clearance(hall, grave, person):
    place = grave("17")
    hall.run(OldRight(grave=place, first=date(1990, 1, 1), until=date(2020, 1, 1)))
    assert right_of(hall, place).until == date(2020, 1, 1)
    hall.run(RecordClearance(grave=place))
    hall.run(AwardRight(grave=place, holder=person("Thomas", "Müller")))
    assert right_of(hall, place).until == date(2056, 11, 24)


@pytest.fixture
def disputed(hall, grave) -> tuple[UUID, UUID, UUID]:
    """A grave with a right and another that contradicts it."""
    place = grave("18")
    first = hall.run(OldRight(grave=place, first=date(2011, 1, 1), until=date(2041, 1, 31))).value
    second = hall.run(
        OldRight(grave=place, first=date(2019, 1, 1), until=date(2049, 12, 31), disputed=True)
    ).value
    return place, first, second


def test_a_disputed_right_blocks_its_grave_until_it_is_settled(hall, disputed):
    place, _, second = disputed
    for request in (ExtendRight(grave=place, years=1), SurrenderRight(grave=place)):
        with pytest.raises(Refused, match="widersprechen sich"):
            hall.run(request)
    settled = hall.run(SettleRights(grave=place, keep=second))
    assert right_of(hall, place).id == second
    hall.run(ExtendRight(grave=place, years=1))
    with pytest.raises(Refused, match="kein Nutzungsrecht strittig"):
        hall.run(SettleRights(grave=place, keep=second))
    with pytest.raises(Refused):
        hall.store.undo(settled.operation)


def test_either_right_may_turn_out_to_hold(hall, disputed):
    place, first, _ = disputed
    hall.run(SettleRights(grave=place, keep=first))
    assert right_of(hall, place).until == date(2041, 1, 31)
    with pytest.raises(Refused, match="gehört nicht zu dieser"):
        hall.run(SettleRights(grave=place, keep=UUID(int=5)))


def test_a_blocked_grave_says_why(hall, grave, person):
    place = grave("19")
    hall.run(DescribeGrave(grave=place, kind="wahl_sarg", places=2, blocked="Lage unklar"))
    with pytest.raises(Refused, match="Kernstadt B/4/19 ist gesperrt: Lage unklar"):
        hall.run(AwardRight(grave=place, holder=person("Thomas", "Müller")))


def test_a_correction_keeps_the_act_and_never_overlaps_another_right(hall, grave, person):
    place, ilse = grave("17"), person("Ilse", "Müller")
    hall.run(OldRight(grave=place, first=date(1980, 1, 1), until=date(2003, 12, 31)))
    right = hall.run(OldRight(grave=place, first=date(2004, 7, 1), until=date(2034, 6, 30))).value
    how = {"right": right, "until": date(2035, 6, 30), "holder": ilse, "reason": "Graburkunde"}
    hall.run(CorrectRight(first=date(2005, 7, 1), **how))
    with hall.store.read() as session:
        (act,) = queries.changes_of(session, right)
        assert (act.act, act.until_before, act.holder_after_id) == ("correction", date(2034, 6, 30), ilse)
    with pytest.raises(ClaimTaken):
        hall.run(CorrectRight(first=date(2003, 1, 1), **how))
    with pytest.raises(BadInput, match="bevor es beginnt"):
        hall.run(CorrectRight(first=date(2036, 1, 1), **how))


def test_a_transfer_without_a_notice_costs_nothing(hall, grave, person):
    place, thomas = grave("17"), person("Thomas", "Müller")
    hall.run(OldRight(grave=place, first=date(2004, 7, 1), until=date(2034, 6, 30)))
    hall.run(TransferRight(grave=place, to=thomas, reason="Tod", notice=False))
    assert owed(hall) == {}
