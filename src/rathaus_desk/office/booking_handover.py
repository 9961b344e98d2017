"""From an enquiry for a hall to the booking: what ``applications`` understood, as ``halls`` asks for it.

Nothing is decided here: person, hall and rooms are proposed, and what a clerk must still say is listed. Where
the wished time is taken, what is in the way and what is free instead is said, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, get_args
from uuid import UUID

from sqlalchemy.orm import Session

from rathaus_desk.applications.handover import HallEnquiry, Prefilled
from rathaus_desk.fees.tariff import Tariff
from rathaus_desk.halls import queries
from rathaus_desk.halls.books import books_of, words_of
from rathaus_desk.halls.occupancy import place, refuse_occupied
from rathaus_desk.halls.operations.bookings import BookHall, book_hall
from rathaus_desk.halls.records import Hall
from rathaus_desk.halls.rules.times import Times
from rathaus_desk.halls.wish import Feature
from rathaus_desk.kernel.errors import DeskError
from rathaus_desk.kernel.names import fold
from rathaus_desk.office.handing_over import Draft, complete
from rathaus_desk.store.operations import Work

CLUB = "club"
_WORD = re.compile(r"[^\W_]+")


class BookingHandover:
    """What the halls offer to applications: the booking, prefilled."""

    to = "booking"
    title = "Halle buchen"

    def prefill(self, session: Session, facts: HallEnquiry, case: UUID | None) -> Prefilled:
        """The booking as far as the form tells it. Reads only.

        ``starts`` and ``ends`` are wall time; a day alone where the form names no time.
        """
        draft = Draft(session)
        hall = _hall(draft, facts.hall)
        rooms = _set(draft, hall, facts.rooms) if hall is not None else None
        starts, ends = _wished(facts)
        for missing, sentence in (
            (starts, "An welchem Tag? Das Formular nennt keinen."),
            (facts.starts, "Ab welcher Uhrzeit? Das Formular sagt es nicht."),
            (facts.ends, "Bis zu welcher Uhrzeit? Das Formular sagt es nicht."),
        ):
            if missing is None:
                draft.open.append(sentence)
        roles = (CLUB,) if facts.applicant is not None and facts.applicant.organisation else ()
        person = draft.party("person", facts.applicant, "Antragstellend", roles)
        if person is None:
            draft.open.append("Wer mietet? Das Formular nennt niemanden.")
        if isinstance(starts, datetime) and isinstance(ends, datetime):
            _say_taken(draft, hall, rooms, starts, ends)
        return draft.prefilled(
            {
                "hall": hall.id if hall is not None else None,
                "set": rooms,
                "starts": starts,
                "ends": ends,
                "person": person,
                "purpose": facts.purpose or None,
                "wish": _wish(draft, hall, facts),
                "case": case,
                "remark": facts.remarks or None,
            }
        )

    def carry_out(self, work: Work, request: dict[str, Any]) -> UUID:
        """Books; BadInput while something is still open, else as the operation raises."""
        return book_hall(work, complete(request, BookHall, "Die Buchung"))


def _hall(draft: Draft, named: str) -> Hall | None:
    """The hall that is meant; the only one there is where the form names none."""
    halls = queries.halls(draft.session)
    found = _meant(named, {str(hall.id): (hall.name, hall.key, hall.district) for hall in halls})
    if found is None and not named and len(halls) == 1:
        return halls[0]
    if found is None:
        draft.unmatched["hall"] = named
        there = ", ".join(hall.name for hall in halls)
        said = f"Eine Halle „{named}“ gibt es hier nicht" if named else "Das Formular nennt keine Halle"
        draft.open.append(f"{said}; bitte wählen: {there}.")
        return None
    return next(hall for hall in halls if str(hall.id) == found)


def _set(draft: Draft, hall: Hall, named: str) -> str | None:
    """The rooms that are meant; the only set there is where the form names none."""
    sets = queries.sets_of(draft.session, hall.id)
    found = _meant(named, {one.key: (one.name, one.key) for one in sets})
    if found is None and not named and len(sets) == 1:
        return sets[0].key
    if found is None:
        draft.unmatched["set"] = named
        said = f"„{named}“ gibt es in „{hall.name}“ nicht" if named else "Das Formular nennt keine Räume"
        draft.open.append(f"{said}; bitte wählen: {', '.join(one.name for one in sets)}.")
    return found


def _meant(said: str, known: Mapping[str, Iterable[str]]) -> str | None:
    """The key of the one thing that bears this name; else of the only one whose names hold all its words."""
    wanted = fold(said)
    if not wanted:
        return None
    folded = {key: [fold(name) for name in names if name] for key, names in known.items()}
    exact = [key for key, names in folded.items() if wanted in names]
    words = _words(wanted)
    close = exact or [key for key, names in folded.items() if words <= _words(" ".join(names))]
    return close[0] if len(close) == 1 else None


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text))


def _wished(facts: HallEnquiry) -> tuple[datetime | date | None, datetime | date | None]:
    """Beginning and end as far as they are said; an end not after the beginning is on the next day."""
    first = facts.first_day
    if first is None:
        return None, None
    last = facts.last_day or first
    starts = datetime.combine(first, facts.starts) if facts.starts is not None else first
    if facts.ends is None:
        return starts, last
    ends = datetime.combine(last, facts.ends)
    if isinstance(starts, datetime) and ends <= starts and last == first:
        ends += timedelta(days=1)
    return starts, ends


def _say_taken(draft: Draft, hall: Hall | None, rooms: str | None, starts: datetime, ends: datetime) -> None:
    """What is in the way, and when and where it would be free instead."""
    try:
        times = Times.of(starts, ends)
        if hall is not None and rooms is not None:
            refuse_occupied(draft.session, place(draft.session, hall.id, rooms), times)
    except DeskError as error:
        draft.open.append(error.sentence)


def _wish(draft: Draft, hall: Hall | None, facts: HallEnquiry) -> dict[str, Any]:
    """What price and duties depend on, in the words of the hall's tariff; what it does not know is open."""
    tariff = _tariff(draft.session, hall, facts.first_day)
    wish: dict[str, Any] = {
        "persons": facts.persons,
        "public": facts.public,
        "features": [feature for feature in get_args(Feature) if facts.features.get(feature)],
    }
    for fact, said, what in (
        ("user_group", facts.user_group, "Nutzergruppe"),
        ("event_kind", facts.event_kind, "Art der Veranstaltung"),
    ):
        known = words_of(tariff, fact) if tariff is not None else {}
        wish[fact] = _meant(said, {key: (key, title) for key, title in known.items()})
        if wish[fact] is None and (said or (known and fact == "user_group")):
            draft.unmatched[fact] = said
            draft.open.append(
                f"{what}: „{said}“ kennt der Tarif nicht."
                if said
                else f"{what}? Das Formular sagt sie nicht."
            )
    wish["options"] = _options(draft, tariff, facts)
    return {name: value for name, value in wish.items() if value not in (None, [], {})}


def _options(draft: Draft, tariff: Tariff | None, facts: HallEnquiry) -> dict[str, bool]:
    known = words_of(tariff, "option") if tariff is not None else {}
    names = {key: (key, title) for key, title in known.items()}
    found = {said: _meant(said, names) for said in facts.options}
    if strange := [said for said, key in found.items() if key is None]:
        draft.unmatched["options"] = ", ".join(strange)
        draft.open.append(f"Gewünscht, im Tarif aber nicht zu finden: {', '.join(strange)}.")
    return {key: True for key in found.values() if key is not None}


def _tariff(session: Session, hall: Hall | None, on: date | None) -> Tariff | None:
    if hall is None or on is None:
        return None
    try:
        return books_of(session, hall).tariff(on)[1]
    except DeskError:
        return None
