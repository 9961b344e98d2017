"""What happened, as the engine sees it: occasions with facts and counts (see ``fees.engine``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from fractions import Fraction

from rathaus_desk.kernel.money import Money
from rathaus_desk.kernel.periods import add_months

Fact = str | bool | int | Fraction | date | Money | frozenset[str]
"""What ``when`` compares. A set is compared like each of its members. Times are minutes since midnight."""

Counts = Mapping[str, int | Fraction | None]


@dataclass(frozen=True, slots=True)
class Term:
    """A run of ``number`` equal units from ``first``, so that a price may change inside it.

    Unit k begins ``first`` + k units; the price of a unit is the one in force on its first day.
    """

    first: date
    unit: str
    """``year``, ``month`` or ``day``."""
    number: int

    def starts(self) -> list[date]:
        """The first day of each unit."""
        if self.unit == "day":
            return [date.fromordinal(self.first.toordinal() + step) for step in range(self.number)]
        months = 12 if self.unit == "year" else 1
        return [add_months(self.first, months * step) for step in range(self.number)]


@dataclass(frozen=True)
class Occasion:
    """One thing that happens and may cost something.

    ``counts``: what ``per`` may multiply. A count of None applies but is not known: it is asked for.
    ``required``: how the occasion reads in the refusal if no item prices it ("Vergabe eines Grabes der Art
    wahl_sarg"); empty: it may be free. Occasions that share a ``required`` text need one price among them.
    """

    facts: Mapping[str, Fact]
    counts: Counts = field(default_factory=dict)
    subject: frozenset[str] = frozenset({"event"})
    required: tuple[str, ...] = ()
    or_event: str = ""
    """Tried where no item is for the event (a re-acquisition without price of its own is an extension)."""
    term: Term | None = None
    amount: Money | None = None
    """An expense at cost: the amount that was spent."""
    text: str = ""
    """Free text for the line of an expense."""
    without: frozenset[str] = frozenset()
    """Items (key, tag, ``room_price``) that are not for this occasion: a set's price replaces its rooms'."""
    times: tuple[datetime, datetime] | None = None
    """From when to when (wall time, end exclusive), where the time of day may decide the price."""
    without_deceased: bool = False
    """Nobody is buried or moved: reductions by the age of a deceased do not concern it."""
    unit: str = ""
    """A count that the item's ``per`` must name: what happens on a day is only for items counted by days."""


def hours_within(times: tuple[datetime, datetime], clock: tuple[int, int]) -> Fraction:
    """The hours of a use that lie between two times of day (minutes since midnight), every day anew.

    ``clock`` may run over midnight: from 22:00 (1320) until 06:00 (360).
    """
    starts, ends = times
    length = (clock[1] - clock[0]) % 1440 or 1440
    day = starts.date() - timedelta(days=1)
    seconds = 0
    while day <= ends.date():
        opens = datetime.combine(day, time()) + timedelta(minutes=clock[0])
        closes = opens + timedelta(minutes=length)
        seconds += max(0, int((min(ends, closes) - max(starts, opens)).total_seconds()))
        day += timedelta(days=1)
    return Fraction(seconds, 3600)


def event(
    name: str,
    facts: Mapping[str, Fact],
    counts: Counts,
    *,
    required: str = "",
    or_event: str = "",
    term: Term | None = None,
) -> Occasion:
    """The occasion of an event; ``facts`` need not repeat it, ``counts`` neither ``once`` nor ``event``."""
    return Occasion(
        {**facts, "event": name},
        {"once": 1, "event": 1, **counts},
        required=(required,) if required else (),
        or_event=or_event,
        term=term,
    )


def service(name: str, quantity: int | Fraction, facts: Mapping[str, Fact], *, during: str = "") -> Occasion:
    """A service taken, such as the mourning hall; it must be priced. ``during``: the event it belongs to.

    Whatever unit the tariff counts it in (quantity, day, hour, person …): ``quantity`` is that many.
    """
    names = frozenset({"service", during}) if during else frozenset({"service"})
    units = ("quantity", "day", "hour", "person", "urn", "place", "grave", "month", "year")
    return Occasion(
        {**facts, "event": names, "service": name},
        {"once": 1, "event": 1, **dict.fromkeys(units, quantity)},
        subject=frozenset({"service"}),
        required=(f"Leistung „{name}“",),
    )


def expense(
    name: str, amount: Money, facts: Mapping[str, Fact], *, text: str = "", during: str = ""
) -> Occasion:
    """An expense charged at cost. Always must be priced by an item with ``at_cost``. ``during``: the event it
    belongs to.
    """
    return Occasion(
        {**facts, **({"event": frozenset({during})} if during else {}), "cost": name},
        {"once": 1, "event": 1},
        subject=frozenset({"cost"}),
        required=(f"Auslage „{name}“",),
        amount=amount,
        text=text,
    )


def whole(facts: Mapping[str, Fact], counts: Counts | None = None) -> Occasion:
    """The matter as a whole: items that name nothing structural are charged on it, once per assessment."""
    return Occasion(facts, {"once": 1, "event": 1, **(counts or {})}, subject=frozenset())
