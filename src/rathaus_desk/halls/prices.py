"""What a booking costs by the tariff of its day, and the same again from what the booking keeps."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.catalogue.records import CatalogueVersion
from rathaus_desk.fees.tariff import Tariff
from rathaus_desk.fees.tariff_kind import tariff_of_version
from rathaus_desk.fees.vocabulary import WEEKDAYS
from rathaus_desk.halls.books import HallBooks, shape_of
from rathaus_desk.halls.charged import charged_days, hours_between
from rathaus_desk.halls.pricing import Hall as HallShape
from rathaus_desk.halls.pricing import Price, price
from rathaus_desk.halls.records import Booking
from rathaus_desk.halls.rules.states import CLAIMING
from rathaus_desk.halls.rules.times import Times, moment_of
from rathaus_desk.halls.wish import Wish, wish_of
from rathaus_desk.kernel.errors import CannotWork
from rathaus_desk.kernel.holidays import public_holidays
from rathaus_desk.town import queries as town


@dataclass(frozen=True, slots=True)
class Priced:
    """A price, the versions it was made by, and the wish with what was used of the year's quota."""

    price: Price
    wish: Wish
    tariff_version: CatalogueVersion
    hall_version: CatalogueVersion

    def keep(self, booking: Booking) -> None:
        """Writes it to a booking."""
        for name, value in self.values.items():
            setattr(booking, name, value)

    @property
    def values(self) -> dict[str, object]:
        """The columns of a booking that keep it."""
        return {
            "wish": self.wish.plain(),
            "tariff_version_id": self.tariff_version.id,
            "hall_version_id": self.hall_version.id,
            "total": self.price.assessment.total,
            "deposit": self.price.deposit,
        }


@dataclass
class Pricing:
    """Prices uses of one hall by one person, each distinct kind of day once.

    Of a series most occurrences cost the same: what a price can depend on is compared, not the day.
    """

    session: Session
    books: HallBooks
    person: UUID | None = None
    besides: UUID | None = None
    """A booking whose own use of the quota does not count."""
    _known: dict[Hashable, Price] = field(default_factory=dict)
    _used: dict[tuple[int, str, str | None], tuple[int, Fraction]] = field(default_factory=dict)

    @cached_property
    def _shape(self) -> HallShape:
        return self.books.shape

    def price(self, times: Times, wish: Wish, set_key: str, rooms: tuple[str, ...]) -> Priced:
        """The price of one use; it counts towards the quota of the uses priced after it.

        Raises as ``pricing.price`` does, and CannotWork without tariff or hall file.
        """
        if self.books.hall_version is None:
            raise CannotWork("Zu dieser Halle fehlt die Hallendatei.")
        version, tariff = self.books.tariff(times.day)
        if tariff.frees:
            wish = self._with_quota(version, times, wish)
        kind = (set_key, rooms, msgspec.json.encode(wish), *self._kind(version, tariff, times))
        known = self._known.get(kind)
        if known is None:
            use = wish.use(self._shape, times, set_key, rooms)
            known = self._known[kind] = price(tariff, use, state=self.books.state)
        return Priced(known, wish, version, self.books.hall_version)

    def _with_quota(self, version: CatalogueVersion, times: Times, wish: Wish) -> Wish:
        key = (times.day.year, version.key, wish.event_kind)
        if key not in self._used:
            self._used[key] = self._used_before(*key)
        events, hours = self._used[key]
        self._used[key] = (events + 1, hours + hours_between(times.starts, times.ends))
        return msgspec.structs.replace(
            wish,
            free_events_used=events if wish.free_events_used is None else wish.free_events_used,
            free_hours_used=(
                Decimal(hours.numerator) / hours.denominator
                if wish.free_hours_used is None
                else wish.free_hours_used
            ),
        )

    def _used_before(self, year: int, tariff: str, event_kind: str | None) -> tuple[int, Fraction]:
        """Events and hours of the person in a year by versions of the same tariff, of the same kind."""
        if self.person is None:
            return 0, Fraction(0)
        first, last = (moment_of(datetime(number, 1, 1)) for number in (year, year + 1))
        query = (
            select(Booking.starts, Booking.ends, Booking.wish)
            .join(CatalogueVersion, CatalogueVersion.id == Booking.tariff_version_id)
            .where(
                Booking.person_id == self.person,
                Booking.starts >= first,
                Booking.starts < last,
                Booking.state.in_(sorted(CLAIMING)),
                CatalogueVersion.key == tariff,
            )
        )
        if self.besides is not None:
            query = query.where(Booking.id != self.besides)
        events, hours = 0, Fraction(0)
        for starts, ends, plain in self.session.execute(query):
            if plain.get("event_kind") == event_kind:
                events += 1
                used = Times.of(starts.astimezone(UTC), ends.astimezone(UTC))
                hours += hours_between(used.starts, used.ends)
        return events, hours

    def _kind(self, version: CatalogueVersion, tariff: Tariff, times: Times) -> tuple[Hashable, ...]:
        """Everything of a time that a price can depend on."""
        days = [one.day for one in charged_days(times.starts, times.ends, tariff.days)]
        return (
            version.id,
            times.starts.time(),
            times.ends - times.starts,
            tuple(self._day_kind(tariff, day) for day in days),
        )

    def _day_kind(self, tariff: Tariff, day: date) -> Hashable:
        """What the tariff asks of a day, answered."""
        facts: dict[str, object] = {
            "on": day,
            "weekday": list(WEEKDAYS)[day.weekday()],
            "months": day.month,
            "season": tariff.seasons_of(day),
        }
        if "holiday" in tariff.facts_asked:
            facts["holiday"] = day in public_holidays(self.books.state, day.year)
        return tariff.answers(facts)


def kept_price(session: Session, booking: Booking, *, cancelled_days_before: int | None = None) -> Price:
    """The price of a booking from the versions and the wish that it keeps; CannotWork if it has none."""
    if booking.tariff_version_id is None or booking.hall_version_id is None:
        raise CannotWork("Diese Buchung hat noch keinen Preis.")
    tariff = tariff_of_version(session.get_one(CatalogueVersion, booking.tariff_version_id))
    hall = shape_of(session.get_one(CatalogueVersion, booking.hall_version_id))
    times = Times.of(booking.starts, booking.ends)
    use = wish_of(booking.wish).use(hall, times, booking.set_key, tuple(booking.rooms))
    return price(tariff, use, state=town.town(session).state, cancelled_days_before=cancelled_days_before)
