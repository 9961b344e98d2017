"""How halls are used: days, by whom, income, what it costs; and what a draft of a tariff would change.

Only reads. Years are local calendar years; a use counts on each local day that it touches.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.catalogue.records import CatalogueVersion
from rathaus_desk.fees.tariff import Tariff
from rathaus_desk.halls import queries
from rathaus_desk.halls.books import shape_of
from rathaus_desk.halls.pricing import price
from rathaus_desk.halls.records import Booking, Hall
from rathaus_desk.halls.rules.times import Times, moment_of
from rathaus_desk.halls.wish import wish_of
from rathaus_desk.kernel.errors import Refused
from rathaus_desk.kernel.money import Money, total
from rathaus_desk.kernel.periods import Period
from rathaus_desk.people import queries as people
from rathaus_desk.people.rules.names import list_name
from rathaus_desk.town import queries as town


def year_of(number: int) -> Period:
    """All days of a year."""
    return Period(date(number, 1, 1), date(number, 12, 31))


def span_of(days: Period) -> tuple[datetime, datetime]:
    """The moments of days in Europe/Berlin: first (inclusive), end (exclusive)."""
    first, last = days.first, date.fromordinal(days.last.toordinal() + 1)
    return (
        moment_of(datetime(first.year, first.month, first.day)),
        moment_of(datetime(last.year, last.month, last.day)),
    )


@dataclass
class HallUse:
    """A hall, or one room of it, in a period. ``cost`` None: nobody said what it costs."""

    hall: str
    name: str
    room: str = ""
    days: int = 0
    """Days of the period."""
    used_days: int = 0
    closed_days: int = 0
    bookings: int = 0
    unused: int = 0
    """Bookings that were not used."""
    refused: int = 0
    """Enquiries that came to nothing: rejected, or an option that ended."""
    income: Money = field(default_factory=Money)
    by_group: dict[str, int] = field(default_factory=dict)
    """User group → bookings; "" where nobody said."""
    cost: Money | None = None

    @property
    def empty_days(self) -> int:
        """Days on which nobody used it though it was open."""
        return self.days - self.used_days - self.closed_days

    @property
    def cost_per_used_day(self) -> Money | None:
        """What a used day costs the town, rounded half up; None without cost or use."""
        if self.cost is None or not self.used_days:
            return None
        return self.cost.times(Fraction(1, self.used_days))


def utilisation(
    session: Session, days: Period, *, costs: Mapping[str, Money] | None = None, rooms: bool = False
) -> list[HallUse]:
    """Every hall (with ``rooms`` its rooms too) in a period, by name; ``costs``: hall's key → euro."""
    first, last = span_of(days)
    found = []
    for hall in queries.halls(session):
        bookings = queries.bookings_between(session, first, last, hall.id)
        closed = [
            (Times.of(one.starts, one.ends), one.rooms)
            for one in queries.closed_between(session, first, last, hall.id)
        ]
        cost = (costs or {}).get(hall.key)
        found.append(_use(hall, "", bookings, [times for times, _ in closed], days, cost))
        found[-1].refused = _refused(session, hall, first, last)
        for room in queries.rooms_of(session, hall.id) if rooms else ():
            inside = [one for one in bookings if room.key in one.rooms]
            shut = [times for times, keys in closed if room.key in keys]
            found.append(_use(hall, room.name, inside, shut, days, None))
    return found


def _use(
    hall: Hall,
    room: str,
    bookings: Sequence[Booking],
    closed: Iterable[Times],
    days: Period,
    cost: Money | None,
) -> HallUse:
    used: set[date] = set()
    groups: Counter[str] = Counter()
    for one in bookings:
        if not one.unused:
            used.update(day for day in Times.of(one.starts, one.ends).days() if day in days)
        groups[one.wish.get("user_group") or ""] += 1
    shut = {day for times in closed for day in times.days() if day in days} - used
    return HallUse(
        hall=hall.key,
        name=hall.name,
        room=room,
        days=len(days),
        used_days=len(used),
        closed_days=len(shut),
        bookings=len(bookings),
        unused=sum(one.unused for one in bookings),
        income=total([one.total for one in bookings if one.total is not None and _counts(one)]),
        by_group=dict(sorted(groups.items())),
        cost=cost,
    )


def _counts(booking: Booking) -> bool:
    """Whether its price is income: it was approved."""
    return booking.state in ("approved", "signed", "handed_over", "returned", "settled")


def _refused(session: Session, hall: Hall, first: datetime, last: datetime) -> int:
    query = select(Booking.id).where(
        Booking.hall_id == hall.id,
        Booking.starts >= first,
        Booking.starts < last,
        Booking.state.in_(("rejected", "expired")),
    )
    return len(session.scalars(query).all())


@dataclass(frozen=True, slots=True)
class Unused:
    """What one club booked and did not use in a period."""

    person: UUID
    name: str
    bookings: int
    unused: int
    minutes: int
    """That were not used."""


def unused_by_club(session: Session, days: Period) -> list[Unused]:
    """Who left booked hours unused, the most first."""
    first, last = span_of(days)
    mine: defaultdict[UUID, list[Booking]] = defaultdict(list)
    for one in queries.bookings_between(session, first, last):
        mine[one.person_id].append(one)
    names = people.people(session, mine)
    found = []
    for person, bookings in mine.items():
        left = [one for one in bookings if one.unused]
        if left:
            minutes = sum(int((one.ends - one.starts).total_seconds()) // 60 for one in left)
            name = list_name(names[person]) if person in names else ""
            found.append(Unused(person, name, len(bookings), len(left), minutes))
    return sorted(found, key=lambda one: (-one.unused, one.name))


@dataclass(frozen=True, slots=True)
class TariffChange:
    """What a draft would have brought with the bookings of a period, for one user group of one hall.

    ``unpriced``: bookings that the draft cannot price, with its sentence.
    """

    hall: str
    user_group: str
    bookings: int
    before: Money
    after: Money
    unpriced: tuple[str, ...] = ()

    @property
    def difference(self) -> Money:
        """More (or less) than before."""
        return self.after - self.before


def what_if(session: Session, draft: Tariff, days: Period) -> list[TariffChange]:
    """The bookings of a period priced by a draft, beside what they cost; changes nothing.

    Each keeps its share of the year's quota. Bookings without price do not count.
    """
    first, last = span_of(days)
    state = town.town(session).state
    sums: dict[tuple[str, str], tuple[list[Money], list[Money], list[str]]] = {}
    for hall in queries.halls(session):
        if draft.halls is not None and hall.key not in draft.halls:
            continue
        for booking in queries.bookings_between(session, first, last, hall.id):
            if booking.total is None or booking.hall_version_id is None:
                continue
            wish = wish_of(booking.wish)
            before, after, unpriced = sums.setdefault((hall.key, wish.user_group or ""), ([], [], []))
            version = session.get_one(CatalogueVersion, booking.hall_version_id)
            times = Times.of(booking.starts, booking.ends)
            use = wish.use(shape_of(version), times, booking.set_key, tuple(booking.rooms))
            try:
                found = price(draft, use, state=state).assessment.total
            except Refused as error:
                unpriced.append(error.sentence)
                continue
            before.append(booking.total)
            after.append(found)
    return [
        TariffChange(hall, group, len(before), total(before), total(after), tuple(dict.fromkeys(unpriced)))
        for (hall, group), (before, after, unpriced) in sorted(sums.items())
    ]
