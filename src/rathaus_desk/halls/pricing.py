"""What a use of a hall costs: from the use to the occasions that the tariff prices (see ``fees.engine``).

A booking gives these occasions: the use as a whole and each charged day; the same for each room set whose
price holds and each room that none of them covers; preparation and cleaning days; meters, equipment, costs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from fractions import Fraction

from rathaus_desk.fees.engine import Assessment, Fact, Occasion, assess, expense, items_for, refuse, whole
from rathaus_desk.fees.tariff import ROOM_PRICE, Tariff
from rathaus_desk.fees.terms import cancellation_fee, deposit
from rathaus_desk.fees.vocabulary import WEEKDAYS
from rathaus_desk.halls.charged import ChargedDay, charged_days, hours_between
from rathaus_desk.kernel.errors import Refused
from rathaus_desk.kernel.holidays import public_holidays
from rathaus_desk.kernel.money import Money
from rathaus_desk.kernel.periods import german_date

WITHOUT_ROOM_PRICE = frozenset({ROOM_PRICE})


@dataclass(frozen=True, slots=True)
class Hall:
    """What pricing needs to know of a hall: its rooms and its sets, largest or not, by key."""

    key: str
    name: str
    rooms: Sequence[str]
    sets: Mapping[str, Sequence[str]]
    room_names: Mapping[str, str] = field(default_factory=dict)

    def room_name(self, room: str) -> str:
        """How a room is called."""
        return self.room_names.get(room, room)


@dataclass(frozen=True, kw_only=True)
class Use:
    """A use of a hall. ``starts`` and ``ends`` are naive wall time, the end exclusive. None: nobody said.

    ``set`` names what is booked; where it is empty ``rooms`` does.
    """

    hall: Hall
    starts: datetime
    ends: datetime
    set: str = ""
    rooms: Sequence[str] = ()
    user_group: str | None = None
    event_kind: str | None = None
    purpose: str | None = None
    resident: bool | None = None
    entry_fee: bool | None = None
    ticket_price: Money | None = None
    profit: bool | None = None
    persons: int | None = None
    hours: Fraction | None = None
    """Hours charged; None: from ``starts`` to ``ends``."""
    options: Mapping[str, bool] = field(default_factory=dict)
    equipment: Mapping[str, Fraction] = field(default_factory=dict)
    meters: Mapping[str, Fraction] = field(default_factory=dict)
    costs: Mapping[str, Money] = field(default_factory=dict)
    preparation_days: int = 0
    cleaning_days: int = 0
    cleaning_hours: Fraction | None = None
    members_years: int | None = None
    events_this_year: int | None = None
    free_events_used: int = 0
    free_hours_used: Fraction = Fraction(0)

    @property
    def booked(self) -> tuple[str, ...]:
        """The rooms that are booked, in the order of the hall."""
        named = self.hall.sets[self.set] if self.set else self.rooms
        return tuple(room for room in self.hall.rooms if room in named)


@dataclass(frozen=True)
class Price:
    """What a use costs, and what has to be left as security. ``warnings`` also of the booking's shape."""

    assessment: Assessment
    deposit: Money | None
    warnings: tuple[str, ...] = ()
    cancellation: Money | None = None


def price(tariff: Tariff, use: Use, *, state: str, cancelled_days_before: int | None = None) -> Price:
    """Prices a use by the tariff in force on its day; ``state``: whose holidays count ("HE").

    Raises ``Refused`` (a room, option or service without price; the tariff says no) and ``MissingFact``.
    """
    if tariff.halls is not None and use.hall.key not in tariff.halls:
        raise Refused(f"„{tariff.title}“ gilt nicht für die Halle „{use.hall.name}“.")
    pricing = _Pricing(tariff, use, state)
    occasions = pricing.occasions()
    refuse(tariff, occasions)
    pricing.require_prices()
    assessment = assess(tariff, occasions, order="item")
    facts = {**pricing.facts, "room": frozenset(use.booked), "set": use.set or frozenset[str]()}
    fee = None
    if cancelled_days_before is not None:
        fee = cancellation_fee(tariff, assessment, cancelled_days_before, facts, pricing.counts)
    return Price(
        assessment,
        deposit(tariff, assessment, facts, pricing.counts),
        (*assessment.warnings, *pricing.dearer_together(assessment)),
        fee,
    )


class _Pricing:
    def __init__(self, tariff: Tariff, use: Use, state: str) -> None:
        self.tariff = tariff
        self.use = use
        self.state = state
        self.days = charged_days(use.starts, use.ends, tariff.days)
        self.hours = use.hours if use.hours is not None else hours_between(use.starts, use.ends)
        self.facts = self._facts()
        self.counts: dict[str, int | Fraction | None] = {
            "once": 1,
            "event": 1,
            "hour": self.hours,
            "person": use.persons,
        }
        if use.cleaning_hours is not None:
            self.counts["cleaning_hour"] = use.cleaning_hours
        self.without_set: dict[str, list[Occasion]] = {}
        """Rooms that no set's price covers, with their occasions: each needs a price of its own."""

    # ------------------------------------------------------------------ occasions

    def occasions(self, *, one_by_one: bool = False) -> list[Occasion]:
        """All occasions of the use. ``one_by_one``: as if no set had a price."""
        made = [*self._use()]
        # A room price that names neither room nor set is for all that is booked.
        covered = self._has_price(made)
        sets = [] if covered or one_by_one else self._priced_sets()
        in_sets = {room for key in sets for room in self.use.hall.sets[key]}
        for key in self._named_sets(sets):
            without = frozenset[str]() if key in sets else WITHOUT_ROOM_PRICE
            made += self._part("set", key, without)
        for room in self.use.booked:
            part = self._part("room", room, WITHOUT_ROOM_PRICE if room in in_sets else frozenset())
            if room not in in_sets and not covered and not one_by_one:
                self.without_set[room] = part
            made += part
        made += self._other_days(sets, in_sets)
        return [*made, *self._extras()]

    def _use(self) -> Iterable[Occasion]:
        """The use as a whole and each of its days, for items that name neither room nor set."""
        times = (self.use.starts, self.use.ends)
        yield replace(whole(self.facts, self.counts), times=times)
        for number, day in enumerate(self.days):
            yield Occasion(
                self._day_facts(number, day), self._day_counts(day), subject=frozenset(), unit="day"
            )

    def _part(self, fact: str, name: str, without: frozenset[str]) -> list[Occasion]:
        """The same for a room or a set."""
        subject = frozenset({fact})
        return [
            replace(occasion, facts={**occasion.facts, fact: name}, subject=subject, without=without)
            for occasion in self._use()
        ]

    def _other_days(self, sets: Sequence[str], in_sets: set[str]) -> Iterable[Occasion]:
        """Preparation and cleaning days: for the whole, each set and each room."""
        for kind, number, german in (
            ("preparation", self.use.preparation_days, "Vorbereitungstag"),
            ("cleaning", self.use.cleaning_days, "Reinigungstag"),
        ):
            if not number:
                continue
            counts = {"once": 1, "event": 1, "day": number}
            names: list[tuple[str, str, frozenset[str]]] = [("set", key, frozenset()) for key in sets]
            names += [
                ("room", room, WITHOUT_ROOM_PRICE if room in in_sets else frozenset())
                for room in self.use.booked
            ]
            basis = {**self.facts, "day_kind": kind}
            yield Occasion(basis, counts, frozenset({"day_kind"}), (german,))
            for fact, name, without in names:
                subject = frozenset({"day_kind", fact})
                yield Occasion({**basis, fact: name}, counts, subject, (german,), without=without)

    def _extras(self) -> Iterable[Occasion]:
        for name, value in self.use.meters.items():
            counts = dict.fromkeys(("quantity", "kwh", "m3"), value)
            yield self._extra("meter", name, "Zähler", counts)
        for name, number in self.use.equipment.items():
            if number:
                counts = {"quantity": number, "day": Fraction(len(self.days)), "hour": self.hours}
                yield self._extra("equipment", name, "Ausstattung", counts)
        for name, amount in self.use.costs.items():
            yield expense(name, amount, self.facts)

    def _extra(self, fact: str, name: str, german: str, counts: Mapping[str, Fraction]) -> Occasion:
        label = (self.tariff.words.declared(fact) or {}).get(name, name)
        return Occasion(
            {**self.facts, fact: name},
            {"once": 1, "event": 1, **counts},
            subject=frozenset({fact}),
            required=(f"{german} „{label}“",),
        )

    # ------------------------------------------------------------------ which prices hold

    def _priced_sets(self) -> list[str]:
        """The sets whose price replaces the sum of their rooms: the largest first, then the rest."""
        left = set(self.use.booked)
        order = {key: place for place, key in enumerate(self.use.hall.sets)}
        largest = sorted(
            self.use.hall.sets,
            key=lambda key: (-len(self.use.hall.sets[key]), key != self.use.set, order[key]),
        )
        chosen = []
        for key in largest:
            rooms = set(self.use.hall.sets[key])
            if rooms <= left and self._has_price(self._part("set", key, frozenset())):
                chosen.append(key)
                left -= rooms
        return chosen

    def _named_sets(self, priced: Sequence[str]) -> list[str]:
        """The priced sets, and the one booked: what a set costs beside its price belongs to it."""
        booked = self.use.set
        return [*priced, booked] if booked and booked not in priced else list(priced)

    def _has_price(self, occasions: Sequence[Occasion]) -> bool:
        """Whether a room price holds for the use as a whole, or for some of its days."""
        return any(
            item.room_price and item.percent is None
            for occasion in occasions
            for item in items_for(self.tariff, occasion)
        )

    def require_prices(self) -> None:
        """Refuses a room without price, or with a price for some days only."""
        for room, (of_use, *of_days) in self.without_set.items():
            if self._has_price([of_use]):
                continue
            for occasion, day in zip(of_days, self.days, strict=True):
                if not self._has_price([occasion]):
                    when = "" if len(self.days) == 1 else f" am {german_date(day.day)}"
                    name = self.use.hall.room_name(room)
                    raise Refused(
                        f"„{self.tariff.title}“ nennt keinen Preis für: Raum „{name}“{when}{self._said()}. "
                        'Was nichts kosten soll, steht dort mit amount = "0.00".'
                    )

    def _said(self) -> str:
        """What the price depended on, for whoever looks for it in the tariff."""
        words = self.tariff.words
        said = [
            f"{(words.declared(fact) or {}).get(value, value)}"
            for fact in ("user_group", "event_kind")
            if isinstance(value := self.facts.get(fact), str)
        ]
        return f" ({', '.join(said)})" if said else ""

    def dearer_together(self, assessment: Assessment) -> list[str]:
        """A hint where the set's price is above what its rooms cost one by one."""
        if len(self.use.booked) < 2:
            return []
        try:
            parts = assess(self.tariff, self.occasions(one_by_one=True), order="item")
        except Refused:
            return []
        if parts.total >= assessment.total:
            return []
        return [
            f"Einzeln gebucht kosteten die Räume {parts.total.german()} statt {assessment.total.german()}: "
            "der Preis der Kombination gilt."
        ]

    # ------------------------------------------------------------------ facts

    def _facts(self) -> dict[str, Fact]:
        use = self.use
        said: dict[str, Fact | None] = {
            "user_group": use.user_group,
            "event_kind": use.event_kind,
            "purpose": use.purpose,
            "resident": use.resident,
            "entry_fee": use.entry_fee,
            "ticket_price": use.ticket_price,
            "profit": use.profit,
            "members_years": use.members_years,
            "events_this_year": use.events_this_year,
        }
        return {
            "hall": use.hall.key,
            **{name: value for name, value in said.items() if value is not None},
            **{name: True for name, chosen in use.options.items() if chosen},
            "free_events_used": use.free_events_used,
            "free_hours_used": use.free_hours_used,
            "start_time": use.starts.hour * 60 + use.starts.minute,
            "end_time": use.ends.hour * 60 + use.ends.minute,
            "hour": use.starts.hour * 60 + use.starts.minute,
            "days": len(self.days),
            "day_kind": "use",
            **self._calendar(self.days[0].day),
        }

    def _calendar(self, day: date) -> dict[str, Fact]:
        return {
            "on": day,
            "weekday": list(WEEKDAYS)[day.weekday()],
            "months": day.month,
            "holiday": day in public_holidays(self.state, day.year),
        }

    def _day_facts(self, number: int, day: ChargedDay) -> dict[str, Fact]:
        half = self.tariff.days.half_day_hours
        length: dict[str, Fact] = {}
        if half is not None:
            length = {"day_length": "half" if day.hours <= half else "full"}
        return {
            **self.facts,
            **self._calendar(day.day),
            **length,
            "day": "first" if number == 0 else "following",
            "day_number": number + 1,
            "hours": day.hours,
        }

    def _day_counts(self, day: ChargedDay) -> dict[str, int | Fraction | None]:
        return {"day": 1, "hour": day.hours, "person": self.use.persons, "once": 1, "event": 1}
