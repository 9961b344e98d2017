"""What a booking would bring, before it is made: its price, warnings with reasons, duties with days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from rathaus_desk.halls.books import HallBooks
from rathaus_desk.halls.occupancy import Place, capacity_of
from rathaus_desk.halls.prices import Priced, Pricing
from rathaus_desk.halls.rules.duties import Duty, duties, with_fire_watch
from rathaus_desk.halls.rules.hours import in_quiet, outside_opening
from rathaus_desk.halls.rules.silent import kinds_of, silences
from rathaus_desk.halls.rules.times import Times
from rathaus_desk.halls.wish import Wish
from rathaus_desk.kernel.errors import CannotWork, Refused


@dataclass(frozen=True, slots=True)
class BookingPlan:
    """``unpriced``: why there is no price (yet); "" where there is one. ``to_confirm`` needs a reason."""

    times: Times
    priced: Priced | None
    unpriced: str
    warnings: tuple[str, ...]
    to_confirm: tuple[str, ...]
    duties: tuple[Duty, ...]


def plan_booking(
    pricing: Pricing, place: Place, times: Times, wish: Wish, *, today: date, must_price: bool = True
) -> BookingPlan:
    """The plan of one use. Without ``must_price`` a price that cannot be told yet is left open.

    Raises as ``Pricing.price`` does.
    """
    books = pricing.books
    priced, unpriced = None, ""
    try:
        priced = pricing.price(times, wish, place.set_key, tuple(place.room_keys))
    except (Refused, CannotWork) as error:
        if must_price:
            raise
        unpriced = error.sentence
    owed = duties_of(books, place, times, wish, today)
    return BookingPlan(
        times=times,
        priced=priced,
        unpriced=unpriced,
        warnings=(
            *warnings_of(books, place, times, wish),
            *(priced.price.warnings if priced else ()),
            *(duty.reason for duty in owed if duty.late),
        ),
        to_confirm=tuple(filter(None, (outside_opening(place.hall.opening, times),))),
        duties=tuple(owed),
    )


def duties_of(books: HallBooks, place: Place, times: Times, wish: Wish, today: date) -> list[Duty]:
    """What the law of the event's day asks of whoever uses the hall."""
    features = with_fire_watch(wish.features, wish.persons, place.hall.fire_watch_over)
    return duties(times.day, features, wish.groups, books.duty_laws(times.day), today) if features else []


def warnings_of(books: HallBooks, place: Place, times: Times, wish: Wish) -> Iterator[str]:
    """Quiet hours, too many persons, silent days."""
    quiet = in_quiet(place.hall.quiet, times)
    if quiet:
        yield quiet
    seats = capacity_of(place.rooms)
    if wish.persons is not None and seats is not None and wish.persons > seats:
        yield f"Für {wish.persons} Personen ist zu wenig Platz: die Räume fassen {seats}."
    yield from silent_warnings(books, times, wish)


def silent_warnings(books: HallBooks, times: Times, wish: Wish) -> list[str]:
    """What a silent day forbids of it; a private event is not covered, an unknown one only where it is said
    what it is.
    """
    if wish.public is False or (wish.public is None and not wish.features):
        return []
    holidays = books.holidays(sorted({day.year for day in times.days()}))
    found = silences(times, kinds_of(wish.features), books.silent_days(times.day), holidays)
    before = "" if wish.public else "Falls öffentlich: "
    return [f"{before}{one.sentence}" for one in found]
