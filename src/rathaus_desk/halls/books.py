"""What decides about the use of a hall: its tariff's versions, the law, whose holidays count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from rathaus_desk.catalogue import queries as catalogue
from rathaus_desk.catalogue.law import LawBook
from rathaus_desk.catalogue.records import CatalogueVersion
from rathaus_desk.fees.conditions import Rule
from rathaus_desk.fees.tariff import Tariff
from rathaus_desk.fees.tariff_kind import TARIFF, tariff_of_version
from rathaus_desk.halls.examples import hall_of
from rathaus_desk.halls.hall_file import HALL
from rathaus_desk.halls.pricing import Hall as HallShape
from rathaus_desk.halls.records import Hall
from rathaus_desk.halls.rules.duties import DutyLaw
from rathaus_desk.halls.rules.silent import WHAT, SilentDay
from rathaus_desk.kernel.errors import CannotWork
from rathaus_desk.kernel.holidays import public_holidays, school_holidays
from rathaus_desk.kernel.periods import german_date
from rathaus_desk.town import queries as town

SCHOOL_HOLIDAYS = "school_holidays"
"""The matter of the law table that adds school holidays (those the library does not know yet): each entry
from its first to its last day, which must be said.
"""


@dataclass(frozen=True, slots=True)
class HallBooks:
    """``undecided``: the tariffs that name the hall, if it has to choose one of them and does not."""

    tariffs: tuple[CatalogueVersion, ...]
    hall_version: CatalogueVersion | None
    law: LawBook
    state: str
    undecided: tuple[str, ...] = ()

    def tariff(self, on: date) -> tuple[CatalogueVersion, Tariff]:
        """The tariff in force on a day; CannotWork if there is none."""
        if self.undecided:
            raise CannotWork(
                "Für diese Halle gelten mehrere Tarife; bitte in der Hallendatei wählen (tariff = …): "
                f"{', '.join(self.undecided)}."
            )
        holding = [version for version in self.tariffs if on in version.validity]
        if not holding:
            raise CannotWork(
                f"Am {german_date(on)} ist für diese Halle kein Tarif in Kraft. "
                "Bitte übernehmen Sie ihn mit „rathaus-desk catalogue load“."
            )
        version = max(holding, key=lambda one: one.valid_from)
        return version, tariff_of_version(version)

    @property
    def shape(self) -> HallShape:
        """The hall as pricing takes it, by its file in use; CannotWork if there is none."""
        if self.hall_version is None:
            raise CannotWork("Zu dieser Halle fehlt die Hallendatei.")
        return shape_of(self.hall_version)

    def holidays(self, years: Sequence[int]) -> dict[date, str]:
        """The statutory holidays of some years: day → name."""
        return {day: name for year in years for day, name in public_holidays(self.state, year).items()}

    def to_skip(self, years: Sequence[int], *, public: bool, school: bool) -> dict[date, str]:
        """The days that a series leaves out: day → name of the holiday, as its reason."""
        found: dict[date, str] = {}
        if school:
            for year in years:
                found |= school_holidays(self.state, year)
            for entry in self.law.entries:
                if entry.key == SCHOOL_HOLIDAYS:
                    found |= dict.fromkeys(entry.validity.days(), entry.title)
        return found | (self.holidays(years) if public else {})

    def silent_days(self, on: date) -> list[SilentDay]:
        """The silent days as the law in force on a day has them."""
        return [
            SilentDay(
                entry.title,
                entry.source,
                entry.words("days"),
                {kind: entry.text(kind) for kind in WHAT if kind in entry.values},
                entry.words("except_days"),
            )
            for entry in self.law.matters("silent_day.", on)
        ]

    def duty_laws(self, on: date) -> list[DutyLaw]:
        """The duties as the law in force on the event's day has them."""
        return [
            DutyLaw(
                entry.key,
                entry.title,
                entry.source,
                entry.text("feature"),
                entry.number("days_before"),
                entry.words("exempt"),
            )
            for entry in self.law.matters("duty.", on)
        ]


def shape_of(version: CatalogueVersion) -> HallShape:
    """The hall of a version of its file, as pricing takes it."""
    content = catalogue.file_of(version, HALL).content
    return hall_of(next(table for table in content.hall if table.key == version.key))


def books_of(session: Session, hall: Hall) -> HallBooks:
    """What decides about a hall: the tariffs that name it, or those of all halls where none does."""
    found = catalogue.versions(session, TARIFF.head)
    naming = [version for version in found if hall.key in (tariff_of_version(version).halls or ())]
    fitting = naming or [version for version in found if _prices_rooms(version)]
    named = [version for version in fitting if version.key == hall.tariff_key]
    chosen = named or fitting
    keys = sorted({version.key for version in chosen})
    halls = catalogue.versions(session, HALL.head, hall.key)
    return HallBooks(
        tariffs=tuple(chosen) if len(keys) == 1 else (),
        hall_version=halls[-1] if halls else None,
        law=catalogue.law_book(session),
        state=town.town(session).state,
        undecided=tuple(keys) if len(keys) > 1 else (),
    )


def _prices_rooms(version: CatalogueVersion) -> bool:
    tariff = tariff_of_version(version)
    return tariff.halls is None and prices_rooms(tariff)


def prices_rooms(tariff: Tariff) -> bool:
    """Whether a tariff is for halls at all."""
    return any(item.room_price for item in tariff.items)


def words_of(tariff: Tariff, fact: str) -> dict[str, str]:
    """What the tariff knows as ``user_group``, ``event_kind`` or ``option``: key → its name.

    Those it declares; where it declares none, those its rules ask for, an option by the item that it brings.
    """
    declared = tariff.words.declared(fact)
    if declared is not None:
        return {key: title or key for key, title in declared.items()}
    if fact == "option":
        named = {name: item.label for item in reversed(tariff.items) for name, _ in _asked(item.rule)}
        return {name: named.get(name) or name for name in sorted(tariff.words.known)}
    asked = {value for rule in tariff.rules() for name, value in _asked(rule) if name == fact}
    return {value: value for value in sorted(asked)}


def _asked(rule: Rule) -> Iterator[tuple[str, str]]:
    """Each fact of a rule's conditions, with each value it is compared with."""
    for condition in rule.when:
        for entry in condition.comparisons:
            if not entry.suffix:
                yield from ((entry.fact, str(value)) for value in entry.values)
