"""The worked examples of hall tariffs: a use of a hall, and what must come out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from rathaus_desk.catalogue.examples import Outcome
from rathaus_desk.catalogue.kinds import Bundle, CatalogueFile
from rathaus_desk.catalogue.reading import nearest
from rathaus_desk.fees.compiling import compile_tariff
from rathaus_desk.fees.summing import line_sums
from rathaus_desk.fees.tariff_file import TariffFile
from rathaus_desk.fees.terms import due_on
from rathaus_desk.halls.hall_file import HallTable
from rathaus_desk.halls.pricing import Hall, Price, Use, price
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.money import Money

Count = Annotated[int, Meta(ge=0, le=100_000)]
Quantity = Annotated[Fraction, Meta(extra={"least": 0, "most": 1_000_000})]
Word = Annotated[str, Meta(max_length=120)]
Said = bool | Word | tuple[Word, ...]

LONGEST_USE = timedelta(days=366)

DEFAULT_STATE = "HE"
"""Whose holidays count where no town file lies beside the tariff."""


class Expect(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``expect``: what must come out."""

    total: Money | UnsetType = UNSET
    net: Money | UnsetType = UNSET
    vat: Money | UnsetType = UNSET
    deposit: Money | UnsetType = UNSET
    lines: dict[str, Money] | UnsetType = UNSET
    cancellation_fee: Money | UnsetType = UNSET
    due_on: date | UnsetType = UNSET
    refused: bool | Word | UnsetType = UNSET
    warns: Said | UnsetType = UNSET


class HallExample(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"starts": "from", "ends": "to"},
):
    """``[[example]]`` of a hall tariff."""

    hall: Word
    starts: datetime
    ends: datetime
    expect: Expect
    title: Word = ""
    set: Word = ""
    rooms: tuple[Word, ...] = ()
    user_group: Word | None = None
    event_kind: Word | None = None
    purpose: Word | None = None
    resident: bool | None = None
    entry_fee: bool | None = None
    ticket_price: Money | None = None
    profit: bool | None = None
    persons: Count | None = None
    hours: Quantity | None = None
    options: dict[str, bool] = {}
    equipment: dict[str, Quantity] = {}
    meters: dict[str, Quantity] = {}
    costs: dict[str, Money] = {}
    preparation_days: Count = 0
    cleaning_days: Count = 0
    cleaning_hours: Quantity | None = None
    members_years: Count | None = None
    events_this_year: Count | None = None
    free_events_used: Count = 0
    free_hours_used: Quantity = Fraction(0)
    cancel_days_before: Count | None = None
    received_on: date | None = None


class HallExamples:
    """Runs the examples that name a hall."""

    schema: type[msgspec.Struct] = HallExample

    def runs(self, example: Mapping[str, object]) -> bool:
        """Whether the example speaks of a hall."""
        return "hall" in example

    def run(self, example: HallExample, file: CatalogueFile, bundle: Bundle) -> Outcome:
        """Prices the use by the tariff that carries the example."""
        if not isinstance(file.content, TariffFile):
            raise BadInput("Ein Beispiel mit hall steht in einem Tarif.")
        tariff, _ = compile_tariff(file.content)
        state = _state(bundle)
        use = _use(example, _hall(example, bundle))
        priced = price(tariff, use, state=state, cancelled_days_before=example.cancel_days_before)
        computed = _computed(priced)
        computed["lines"] = line_sums(tariff, priced.assessment, example.expect.lines)
        if example.received_on is not None:
            computed["due_on"] = due_on(
                tariff, example.received_on, state=state, law=bundle.law, event_day=example.starts.date()
            )
        return Outcome(computed, warnings=priced.warnings, reasons=priced.assessment.explained())


def _computed(priced: Price) -> dict[str, Any]:
    assessment = priced.assessment
    computed: dict[str, Any] = {
        "total": assessment.total,
        "net": assessment.net,
        "vat": assessment.vat,
        "deposit": priced.deposit or Money(),
    }
    if priced.cancellation is not None:
        computed["cancellation_fee"] = priced.cancellation
    return computed


def _state(bundle: Bundle) -> str:
    for town in bundle.of("town"):
        state = getattr(town.content.town, "state", "")
        if state:
            return str(state)
    return DEFAULT_STATE


def hall_of(table: HallTable) -> Hall:
    """A hall of a file, as pricing takes it."""
    sets = {entry.key: entry.rooms for entry in table.set}
    return Hall(table.key, table.name, table.rooms, sets, table.names)


def _hall(example: HallExample, bundle: Bundle) -> Hall:
    halls = {table.key: table for file in bundle.of("hall") for table in file.content.hall}
    if not halls:
        raise BadInput("Neben dem Tarif liegt keine Hallendatei ([[hall]]).")
    if example.hall not in halls:
        raise BadInput(_unknown("Halle", example.hall, list(halls)))
    return hall_of(halls[example.hall])


def _use(example: HallExample, hall: Hall) -> Use:
    if bool(example.set) == bool(example.rooms):
        raise BadInput('Gebucht wird entweder set = "…" oder rooms = ["…"].')
    if example.set and example.set not in hall.sets:
        raise BadInput(_unknown("Raumkombination", example.set, list(hall.sets)))
    for room in example.rooms:
        if room not in hall.rooms:
            raise BadInput(_unknown("Raum", room, list(hall.rooms)))
    if example.starts.tzinfo is not None or example.ends.tzinfo is not None:
        raise BadInput("from und to sind Ortszeit ohne Zeitzone, zum Beispiel 2026-11-14T10:00:00.")
    if example.ends <= example.starts:
        raise BadInput("to liegt nicht nach from.")
    if example.ends - example.starts > LONGEST_USE:
        raise BadInput(f"Eine Nutzung dauert höchstens {LONGEST_USE.days} Tage; längere sind mehrere.")
    given = msgspec.structs.asdict(example)
    for name in ("hall", "expect", "title", "cancel_days_before", "received_on"):
        del given[name]
    return Use(hall=hall, **given)


def _unknown(what: str, name: str, known: list[str]) -> str:
    near = nearest(name, known)
    return (
        f"{what} „{name}“ gibt es nicht. Gemeint: „{near}“?"
        if near
        else (f"{what} „{name}“ gibt es nicht. Es gibt: {', '.join(known)}.")
    )
