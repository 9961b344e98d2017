"""The booking form: its fields, the request it makes, and what the input means."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from rathaus_desk.desktop.applications.handing_over import someone
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.confirming import CONFIRMED
from rathaus_desk.desktop.parts.described import (
    Banner,
    Card,
    Choice,
    Consequences,
    Field,
    Meaning,
    Section,
)
from rathaus_desk.fees.tariff import Tariff
from rathaus_desk.halls import queries
from rathaus_desk.halls.books import books_of, words_of
from rathaus_desk.halls.occupancy import comparable, nearest_free, obstacles, place
from rathaus_desk.halls.operations.bookings import BookHall
from rathaus_desk.halls.operations.series import BookSeries
from rathaus_desk.halls.plan import BookingPlan, plan_booking
from rathaus_desk.halls.prices import Pricing
from rathaus_desk.halls.rules.recurrence import month_name, rhythms, rule_for, rule_words
from rathaus_desk.halls.rules.states import CLAIMING
from rathaus_desk.halls.rules.times import Times, german_span
from rathaus_desk.halls.series_plan import SeriesRule, plan_series
from rathaus_desk.halls.wish import FEATURES, Wish, wish_of
from rathaus_desk.kernel.errors import DeskError
from rathaus_desk.kernel.periods import german_date
from rathaus_desk.store.operations import Request

Values = Mapping[str, Any]
NOTHING_SAID = Wish()

STATES = (
    Choice("requested", "verbindlich beantragt"),
    Choice("option", "Option"),
    Choice("enquiry", "Anfrage (belegt nichts)"),
)
COLLISIONS = (
    Choice("none", "gar nichts buchen"),
    Choice("skip", "diese Termine auslassen"),
    Choice("move", "diese Termine verlegen"),
)


def hall_choices(session: Session) -> list[Choice]:
    """The halls to choose from."""
    return [Choice(str(hall.id), hall.name, hall.district) for hall in queries.halls(session)]


def _sets(desk: Desk) -> Callable[[Values], Sequence[Choice]]:
    def choices(values: Values) -> Sequence[Choice]:
        hall = values.get("hall")
        if not hall:
            return ()
        return desk.read_now(
            lambda session: [Choice(one.key, one.name) for one in queries.sets_of(session, UUID(hall))]
        )

    return choices


def _words(desk: Desk, fact: str) -> Callable[[Values], Sequence[Choice]]:
    """What the hall's tariff of the day calls the values of a fact."""

    def choices(values: Values) -> Sequence[Choice]:
        tariff = desk.read_now(lambda session: _tariff(session, values, desk.today))
        if tariff is None:
            return ()
        return [Choice(name, title) for name, title in words_of(tariff, fact).items()]

    return choices


def _tariff(session: Session, values: Values, today: date) -> Tariff | None:
    if not values.get("hall"):
        return None
    try:
        books = books_of(session, queries.hall(session, UUID(values["hall"])))
        return books.tariff(values.get("on") or today)[1]
    except DeskError:
        return None


_MOST_MONTHS = 14
_EVERY = "2: jede zweite Woche, jeden zweiten Monat …"


def _rhythms(values: Values) -> Sequence[Choice]:
    """How a series that begins on the first day can recur."""
    on = values.get("on")
    return [Choice(key, words) for key, words in rhythms(on).items()] if isinstance(on, date) else ()


def sections(desk: Desk, *, series: bool = False) -> tuple[Section, ...]:
    """The fields of a booking, or of a series."""
    halls = desk.read_now(hall_choices)
    features = [Choice(key, title) for key, title in FEATURES.items()]
    when: tuple[tuple[Field, ...], ...] = (
        (
            Field("on", "&Erster Tag" if series else "&Tag", "date", 4, required=True, future=True),
            Field("starts", "&Von", "time", 4, required=True),
            Field("ends", "&Bis", "time", 4, required=True),
        ),
    )
    if series:
        when += (
            (
                Field("rhythm", "&Wiederholt", "choice", 8, choices=_rhythms, required=True),
                Field("every", "A&bstand", "number", 4, hint=_EVERY, placeholder="1"),
            ),
            (
                Field("last", "Letzter Ta&g", "date", 4, required=True, future=True),
                Field("season", "Sai&son", span=8, hint="Der Saisonplan, zu dem die Serie gehört."),
            ),
            (
                Field("skip_public", "nicht an gesetzlichen Feiertagen", "flag", 6),
                Field("skip_school", "nicht in den Schulferien", "flag", 6),
            ),
            (Field("collisions", "Was belegt ist:", "choice", 12, choices=COLLISIONS, required=True),),
        )
    else:
        when += (
            (
                Field("until", "Bis Ta&g", "date", 4, future=True, hint="Leer: am selben Tag."),
                Field("state", "&Stand", "choice", 4, choices=STATES, required=True),
                Field(
                    "option_until",
                    "Option b&is",
                    "date",
                    4,
                    future=True,
                    shown=lambda values: values.get("state") == "option",
                ),
            ),
        )
    return (
        Section(
            "Was und wann",
            (
                (
                    Field("hall", "&Halle", "choice", 6, choices=halls, required=True),
                    Field("set", "&Räume", "choice", 6, choices=_sets(desk), required=True),
                ),
                *when,
            ),
        ),
        Section(
            "Wer und wofür",
            (
                (Field("person", "&Person oder Verein", "person", 12, required=True),),
                (
                    Field("purpose", "&Zweck", span=8, required=True),
                    Field("persons", "Perso&nen", "number", 4),
                ),
                (
                    Field("user_group", "N&utzergruppe", "choice", 6, choices=_words(desk, "user_group")),
                    Field("event_kind", "&Art", "choice", 6, choices=_words(desk, "event_kind")),
                ),
                (Field("options", "Dazu", "quantities", 6, choices=_words(desk, "option")),
                 Field("features", "Es gibt", "quantities", 6, choices=features)),
                (Field("public", "öffentliche Veranstaltung", "flag", 12),),
                *(() if series else ((Field("remark", "Be&merkung", "long_text", 12, lines=2),),)),
            ),
        ),
    )  # fmt: skip


def wish_of_values(values: Values, before: Wish = NOTHING_SAID) -> Wish:
    """What price and duties depend on; what the form does not ask for stays as it was ``before``."""
    return msgspec.structs.replace(
        before,
        user_group=values.get("user_group") or None,
        event_kind=values.get("event_kind") or None,
        persons=values.get("persons"),
        options=dict.fromkeys(values.get("options") or {}, True),
        features=tuple(key for key in FEATURES if key in (values.get("features") or {})),
        public=bool(values.get("public")),
    )


def times_of_values(values: Values) -> Times | None:
    """The times; None while one is missing. An end not after the beginning is on the next day."""
    on, starts, ends = values.get("on"), values.get("starts"), values.get("ends")
    if not isinstance(on, date) or not isinstance(starts, time) or not isinstance(ends, time):
        return None
    last = values.get("until") or on
    begins, over = datetime.combine(on, starts), datetime.combine(last, ends)
    if over <= begins and last == on:
        over += timedelta(days=1)
    return Times.of(begins, over)


def booking_request(values: Values) -> BookHall | None:
    """The booking; None while something is missing."""
    times = times_of_values(values)
    if times is None or not values.get("hall") or not values.get("set") or values.get("person") is None:
        return None
    return BookHall(
        hall=UUID(values["hall"]),
        set=values["set"],
        starts=times.starts,
        ends=times.ends,
        person=values["person"],
        purpose=values.get("purpose") or "",
        wish=wish_of_values(values),
        state=values.get("state") or "requested",
        option_until=values.get("option_until"),
        letter=values.get("state") == "option",
        remark=values.get("remark") or "",
        confirmed=values.get(CONFIRMED) or "",
    )


def values_of(request: Mapping[str, Any]) -> dict[str, Any]:
    """The form's values of a booking's plain request, as far as it says something; see `BookingHandover`."""
    values = {name: request[name] for name in ("hall", "set", "purpose", "remark") if name in request}
    values["state"] = request.get("state") or "requested"
    if "person" in request:
        values["person"] = someone(request["person"])
    for name, day, clock in (("starts", "on", "starts"), ("ends", "until", "ends")):
        if name in request:
            values[day] = date.fromisoformat(request[name][:10])
            if len(request[name]) > len("2026-12-12"):
                values[clock] = datetime.fromisoformat(request[name]).time()
    if values.get("until") == values.get("on"):
        values.pop("until", None)
    return {**values, **values_of_wish(wish_of(request.get("wish") or {}))}


def values_of_wish(wish: Wish) -> dict[str, Any]:
    """The form's values of what is wanted."""
    return {
        "persons": wish.persons,
        "user_group": wish.user_group,
        "event_kind": wish.event_kind,
        "options": dict.fromkeys(wish.options, 1),
        "features": dict.fromkeys(wish.features, 1),
        "public": bool(wish.public),
    }


def series_rule(values: Values) -> SeriesRule | None:
    """The rule of a series; None while something is missing."""
    on, last = values.get("on"), values.get("last")
    starts, ends = values.get("starts"), values.get("ends")
    rhythm = values.get("rhythm")
    if on is None or last is None or starts is None or ends is None or rhythm not in rhythms(on):
        return None
    every = values.get("every")
    return SeriesRule(
        rrule=rule_for(rhythm, on, last, 1 if every is None else every),
        first=on,
        time_from=f"{starts:%H:%M}",
        time_to=f"{ends:%H:%M}",
        skip_public=bool(values.get("skip_public")),
        skip_school=bool(values.get("skip_school")),
    )


def series_request(values: Values) -> Request | None:
    """The series; None while something is missing."""
    rule = series_rule(values)
    if rule is None or not values.get("hall") or not values.get("set") or values.get("person") is None:
        return None
    return BookSeries(
        hall=UUID(values["hall"]),
        set=values["set"],
        person=values["person"],
        purpose=values.get("purpose") or "",
        rule=rule,
        wish=wish_of_values(values),
        season=values.get("season") or "",
        on_collision=values.get("collisions") or "none",
    )


def booking_consequences(desk: Desk, besides: UUID | None = None) -> Callable[[Values], Consequences]:
    """What a booking means, by the rules its operation asks: free or not, price with reasons, duties."""

    def judge(values: Values) -> Consequences:
        if not values.get("hall") or not values.get("set"):
            return Consequences()
        times = times_of_values(values)
        if times is None:
            return Consequences()
        return desk.read_now(lambda session: _judged(session, values, times, desk.today, besides))

    return judge


def _judged(
    session: Session, values: Values, times: Times, today: date, besides: UUID | None
) -> Consequences:
    where = place(session, UUID(values["hall"]), values["set"])
    person = values.get("person")
    pricing = Pricing(
        session, books_of(session, where.hall), person if isinstance(person, UUID) else None, besides
    )
    plan = plan_booking(pricing, where, times, wish_of_values(values), today=today, must_price=False)
    taken = obstacles(session, where.claims(times), besides=besides)
    if taken:
        nearest = nearest_free(session, where, times, besides=besides)
        others = [Meaning(german_span(one.starts, one.ends), instead=_at(one)) for one in nearest]
        others += [
            Meaning(one.name, "zur selben Zeit", instead={"hall": str(one.hall), "set": one.set_key})
            for one in comparable(session, where, times)
        ]
        sentences = dict.fromkeys(found.sentence for found in taken)
        free = [Card("Belegt", banners=tuple(Banner(one, "bad") for one in sentences))]
        if others:
            free.append(Card("Frei wäre", tuple(others)))
    else:
        free = [Card("Verfügbarkeit", (Meaning("Die Räume sind frei", "mit Auf- und Abbau"),))]
    return Consequences(
        cards=(*free, *_cards(plan)),
        confirm=plan.to_confirm,
        missing=("eine freie Zeit",) if taken and values.get("state") in CLAIMING else (),
    )


def _at(times: Times) -> dict[str, Any]:
    """The fields of a time."""
    first, last = times.starts, times.ends
    return {
        "on": first.date(),
        "starts": first.time(),
        "until": None if last.date() == first.date() else last.date(),
        "ends": last.time(),
    }


def _cards(plan: BookingPlan) -> tuple[Card, ...]:
    cards = [_price(plan)]
    if plan.warnings:
        cards.append(Card("Hinweise", banners=tuple(Banner(one) for one in plan.warnings)))
    if plan.duties:
        words = tuple(Meaning(one.title, f"bis {german_date(one.due_on)}", one.reason) for one in plan.duties)
        cards.append(Card("Zu veranlassen", words))
    return tuple(cards)


def _price(plan: BookingPlan) -> Card:
    if plan.priced is None:
        return Card("Preis", (Meaning("noch offen", "", plan.unpriced),))
    assessment, deposit = plan.priced.price.assessment, plan.priced.price.deposit
    lines = [
        Meaning(
            line.label,
            line.amount.german(),
            " · ".join(filter(None, (line.paragraph, *line.explanation))),
        )
        for line in assessment.lines
    ]
    lines.append(Meaning("Summe", assessment.total.german(), strong=True))
    if deposit is not None:
        lines.append(Meaning("Kaution", deposit.german(), "vor den Schlüsseln, keine Einnahme"))
    return Card("Preis", tuple(lines))


def series_consequences(desk: Desk) -> Callable[[Values], Consequences]:
    """What a series means: its dates, those left out and why, everything in the way at once."""

    def judge(values: Values) -> Consequences:
        rule = series_rule(values)
        if rule is None or not values.get("hall") or not values.get("set"):
            return Consequences()
        return desk.read_now(lambda session: _judged_series(session, values, rule))

    return judge


def _by_month(days: Sequence[date]) -> list[Meaning]:
    """Each day, a line a month; a line a year where there are few in many months."""
    months = {(day.year, day.month) for day in days}
    if len(months) <= _MOST_MONTHS:
        grouped = groupby(days, month_name)
        return [Meaning(month, ", ".join(f"{day.day}." for day in some)) for month, some in grouped]
    years = groupby(days, lambda day: day.year)
    return [Meaning(str(year), ", ".join(f"{day.day}.{day.month}." for day in some)) for year, some in years]


def _judged_series(session: Session, values: Values, rule: SeriesRule) -> Consequences:
    plan = plan_series(session, UUID(values["hall"]), values["set"], (), rule)
    count = len(plan.occurrences)
    when = f"{rule_words(rule.rrule, rule.first)}, {rule.time_from} bis {rule.time_to} Uhr"
    dates = [Meaning("1 Termin" if count == 1 else f"{count} Termine", "", when, strong=True)]
    dates += _by_month([one.on for one in plan.occurrences])
    cards = [Card("Termine", tuple(dates))]
    if plan.skipped:
        skipped = [Meaning(german_date(one.on), "", one.why) for one in plan.skipped]
        cards.append(Card("Ausgelassen", tuple(skipped)))
    if plan.collisions:
        banners = tuple(Banner(one.sentence, "bad") for one in plan.collisions)
        cards.insert(0, Card(f"{len(plan.collisions)} Termine sind belegt", banners=banners))
    return Consequences(cards=tuple(cards))
