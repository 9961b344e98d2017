"""From the tables of a tariff file to a tariff ready to assess with, or all that is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping

from rathaus_desk.catalogue.reading import Wrong
from rathaus_desk.fees.bands import touches
from rathaus_desk.fees.compiling.changes import ChangeCompiler
from rathaus_desk.fees.compiling.items import ItemCompiler
from rathaus_desk.fees.compiling.notes import Notes
from rathaus_desk.fees.compiling.words import stems
from rathaus_desk.fees.tariff import Days, Rounding, Season, Tariff
from rathaus_desk.fees.tariff_file import TariffFile


def compile_tariff(content: TariffFile) -> tuple[Tariff, list[Wrong]]:
    """The tariff, and what is wrong with the file; with problems the tariff must not be used."""
    notes = Notes(content)
    head = content.tariff
    items = ItemCompiler(notes).items()
    changes = ChangeCompiler(notes)
    tariff = Tariff(
        key=head.key,
        title=head.title,
        valid_from=head.valid_from,
        valid_until=head.valid_until,
        adopted=head.adopted,
        halls=None if head.halls is None else frozenset(head.halls),
        net_prices=head.prices == "net",
        due_months_after_service=head.due_months_after_service,
        due_days_after_service=head.due_days_after_service,
        due_days_before_event=head.due_days_before_event,
        legal_basis=head.legal_basis,
        items=items,
        factors=tuple(changes.factors(items)),
        frees=tuple(changes.frees(items)),
        limits=tuple(changes.limits(items)),
        vats=tuple(changes.vats(items)),
        deposits=tuple(changes.deposits()),
        cancellations=tuple(changes.cancellations()),
        refusals=tuple(changes.statements("refuse")),
        warnings=tuple(changes.statements("warn")),
        rounding=_rounding(notes),
        days=_days(notes),
        seasons=_seasons(notes),
        words=notes.words,
        touches=touches(items),
    )
    return tariff, notes.problems


def _rounding(notes: Notes) -> Rounding | None:
    table = notes.content.rounding
    if table is None:
        return None
    if table.to.cents <= 0:
        notes.note(("rounding", "to"), "Gerundet wird auf einen Betrag über 0.", 'to = "1.00"')
        return None
    return Rounding(table.to, table.direction, table.of)


def _seasons(notes: Notes) -> Mapping[str, Season]:
    seasons = {}
    for name, table in notes.content.seasons.items():
        first, last = ((int(text[:2]), int(text[3:])) for text in (table.first, table.last))
        for key, (month, day) in (("from", first), ("to", last)):
            if day > (29 if month == 2 else 30 if month in (4, 6, 9, 11) else 31):
                notes.note(("seasons", name, key), f"Den {day}. {month}. gibt es nicht.")
        seasons[name] = Season(first, last)
    return seasons


def _days(notes: Notes) -> Days:
    table = notes.content.days
    if table.half_day_up_to_hours is None and any(
        "day_length" in stems(item.when) | stems(item.unless) for item in notes.content.item
    ):
        what = "„day_length“ wird verglichen, aber nirgends steht, was ein halber Tag ist."
        notes.note(("days",), what, "[days] half_day_up_to_hours = 5")
    return Days(
        noon=table.starts == "noon",
        begins_at=1440 if table.begins_at is None else table.begins_at.minutes,
        ends_at=0 if table.ends_at is None else table.ends_at.minutes,
        half_day_hours=table.half_day_up_to_hours,
    )
