"""The lists of the cemeteries: grave register, free graves, rights, burial register, day sheet.

Each reads what it needs in a few queries, whatever the number of graves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from rathaus_desk.cemetery import queries
from rathaus_desk.cemetery.books import statutes_of
from rathaus_desk.cemetery.queries import WholeGrave, whole_graves
from rathaus_desk.cemetery.records import Burial, Cemetery, FormerNumber, Grave, RightOfUse, RightOrigin
from rathaus_desk.cemetery.rules.right import RightState
from rathaus_desk.cemetery.rules.right import state as state_of_right
from rathaus_desk.cemetery.rules.terms import GERMAN_FORM, StatuteTerms
from rathaus_desk.kernel.clock import at_town
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.listing import Column, Listing, Narrowing, Row, Wanted
from rathaus_desk.kernel.names import natural_key
from rathaus_desk.kernel.periods import SINCE_EVER, Period, add_years, day_before
from rathaus_desk.people.listings import addresses_to_show
from rathaus_desk.people.records import Address, Person
from rathaus_desk.people.rules.names import list_name

_BY_CEMETERY: frozenset[Narrowing] = frozenset({"cemetery"})
_BY_BOTH: frozenset[Narrowing] = frozenset({"cemetery", "period"})
_NOTICE_MONTHS = 6
"""When a right is about to end where no statute is known (rule 9)."""

RIGHT_STATES: Mapping[RightState, str] = {
    "running": "läuft",
    "expiring": "läuft bald ab",
    "expired": "abgelaufen",
    "surrendered": "zurückgegeben",
}
ORIGINS: Mapping[RightOrigin, str] = {
    "award": "Verleihung",
    "extension": "Verlängerung",
    "transfer": "Übertragung",
    "old_stock": "Altbestand",
}


# --- graves ----------------------------------------------------------------------------------------------

_WHERE = (Column("cemetery", "Friedhof"), Column("section", "Abteilung"), Column("grave", "Grabstätte"))

GRAVE_COLUMNS = (
    *_WHERE,
    Column("former_numbers", "frühere Nummern"),
    Column("kind", "Grabart"),
    Column("places", "Stellen", "number"),
    Column("size", "Größe"),
    Column("state", "Zustand"),
    Column("right_until", "Recht bis", "date"),
    Column("holder", "Nutzungsberechtigte"),
    Column("address", "Anschrift"),
    Column("occupants", "Bestattete", "number"),
    Column("rest_until", "Ruhefrist bis", "date"),
    Column("blocked", "Sperrvermerk"),
    Column("remark", "Bemerkung"),
)

FREE_COLUMNS = (
    *_WHERE,
    Column("kind", "Grabart"),
    Column("places", "Stellen", "number"),
    Column("size", "Größe"),
    Column("cleared_on", "abgeräumt am", "date"),
)


def grave_rows(session: Session, wanted: Wanted) -> Iterator[Row]:
    """Every grave as it is on the day, by cemetery and number."""
    seen = _Seen(session, wanted)
    former = _former_numbers(session)
    for whole in seen.graves:
        grave, right = whole.grave, whole.right
        yield (
            *_where(whole.cemetery, grave),
            ", ".join(former.get(grave.id, ())),
            seen.kind(whole),
            grave.places,
            grave.size,
            seen.state(whole),
            right.until if right else None,
            *seen.holder(whole, right),
            len(whole.burials),
            whole.rest.end,
            grave.blocked,
            grave.remark,
        )


def free_rows(session: Session, wanted: Wanted) -> Iterator[Row]:
    """The graves that can be awarded on the day, by cemetery, kind, section and number."""
    seen = _Seen(session, wanted)
    free = [whole for whole in seen.graves if whole.is_free(wanted.on)]
    for whole in sorted(free, key=lambda whole: (whole.cemetery.name, seen.kind(whole), _section_key(whole))):
        grave = whole.grave
        yield (
            *_where(whole.cemetery, grave),
            seen.kind(whole),
            grave.places,
            grave.size,
            grave.cleared_on,
        )


def _section_key(whole: WholeGrave) -> tuple[str, str]:
    return natural_key(whole.grave.section), whole.grave.number_key


def _where(cemetery: Cemetery, grave: Grave) -> tuple[str, str, str]:
    return cemetery.name, grave.section, grave.label


def _former_numbers(session: Session) -> Mapping[UUID, list[str]]:
    found: defaultdict[UUID, list[str]] = defaultdict(list)
    for former in session.scalars(select(FormerNumber).order_by(FormerNumber.id)):
        found[former.grave_id].append(former.label)
    return found


# --- rights ----------------------------------------------------------------------------------------------

RIGHT_COLUMNS = (
    *_WHERE,
    Column("kind", "Grabart"),
    Column("holder", "Nutzungsberechtigte"),
    Column("address", "Anschrift"),
    Column("first", "Recht von", "date"),
    Column("until", "Recht bis", "date"),
    Column("origin", "Herkunft"),
    Column("state", "Zustand"),
    Column("rest_until", "Ruhefrist bis", "date"),
    Column("disputed", "strittig", "flag"),
    Column("remark", "Bemerkung"),
)

Chosen = Callable[[WholeGrave, RightOfUse, Person | None, Wanted], bool]


def _right_rows(chosen: Chosen, *, by_end: bool = False) -> Callable[[Session, Wanted], Iterator[Row]]:
    """Rows of the rights that ``chosen`` picks, by grave, or by their last day first."""

    def rows(session: Session, wanted: Wanted) -> Iterator[Row]:
        seen = _Seen(session, wanted)
        picked = [
            (whole, right)
            for whole in seen.graves
            for right, holder in sorted(whole.rights, key=lambda held: (held[0].first, held[0].id))
            if chosen(whole, right, holder, wanted)
        ]
        if by_end:
            picked.sort(key=lambda pair: pair[1].until)
        return (seen.right(whole, right) for whole, right in picked)

    return rows


def _ends_in_period(_whole: WholeGrave, right: RightOfUse, _holder: Person | None, wanted: Wanted) -> bool:
    return right.until in wanted.days


def _is_ending(_whole: WholeGrave, right: RightOfUse, _holder: Person | None, wanted: Wanted) -> bool:
    coming = Period(wanted.on, day_before(add_years(wanted.on, 1)))
    return not right.disputed and right.surrendered_on is None and right.until in (wanted.period or coming)


def _is_too_short(whole: WholeGrave, right: RightOfUse, _holder: Person | None, wanted: Wanted) -> bool:
    """The grave's right ends before its rest does, and somebody still rests there."""
    return right is whole.right and whole.is_right_too_short(wanted.on)


def _has_no_holder(whole: WholeGrave, right: RightOfUse, holder: Person | None, wanted: Wanted) -> bool:
    return (
        right.first <= wanted.on <= right.until
        and right.surrendered_on is None
        and not whole.grave.war_grave
        and (holder is None or bool(holder.died))
    )


def _is_disputed(whole: WholeGrave, _right: RightOfUse, _holder: Person | None, _wanted: Wanted) -> bool:
    """Every right of a grave of which one is disputed: they are settled against each other."""
    return any(right.disputed for right, _ in whole.rights)


# --- burials ---------------------------------------------------------------------------------------------

BURIAL_COLUMNS = (
    Column("buried", "Bestattet", "uncertain"),
    Column("at", "Uhrzeit", "time"),
    Column("deceased", "Name"),
    Column("birth_name", "Geburtsname"),
    Column("born", "Geboren", "uncertain"),
    Column("died", "Gestorben", "uncertain"),
    Column("age", "Alter", "number"),
    Column("form", "Sarg/Urne"),
    *_WHERE,
    Column("place", "Stelle", "number"),
    Column("rest_until", "Ruhefrist bis", "date"),
    Column("register_number", "Sterbebuchnummer"),
    Column("cremation_number", "Einäscherungsnummer"),
    Column("undertaker", "Bestatter"),
    Column("gone_on", "umgebettet am", "date"),
    Column("remark", "Bemerkung"),
)

DAY_COLUMNS = (
    Column("day", "Tag", "date"),
    Column("at", "Uhrzeit", "time"),
    *_WHERE,
    Column("place", "Stelle", "number"),
    Column("form", "Sarg/Urne"),
    Column("deep", "Tieflage", "flag"),
    Column("deceased", "Name"),
)
"""What may hang on the notice board: nobody alive is named, and no remark, which could name somebody."""


def burial_rows(session: Session, wanted: Wanted) -> Iterator[Row]:
    """Every burial that was, or may have been, in the period; all of them without one, undated ones last."""
    for burial, grave, cemetery, person, undertaker in _burials(session, wanted):
        yield (
            burial.buried,
            at_town(burial.buried_at).time() if burial.buried_at else None,
            list_name(person) if person else burial.name_text,
            person.birth_name if person else "",
            person.born if person else None,
            person.died if person else None,
            burial.age,
            GERMAN_FORM[burial.form],
            *_where(cemetery, grave),
            burial.place,
            burial.rest_end,
            burial.register_number,
            burial.cremation_number,
            list_name(undertaker) if undertaker else "",
            burial.gone_on,
            burial.remark,
        )


def day_rows(session: Session, wanted: Wanted) -> Iterator[Row]:
    """The burials of a day (the present one, if no period is wanted), by the clock."""
    period = wanted.period or Period(wanted.on, wanted.on)
    for burial, grave, cemetery, person, _ in _burials(session, wanted, period):
        if burial.buried.is_exact and burial.gone_on is None:
            yield (
                burial.buried.day,
                at_town(burial.buried_at).time() if burial.buried_at else None,
                *_where(cemetery, grave),
                burial.place,
                GERMAN_FORM[burial.form],
                burial.deep,
                list_name(person) if person else burial.name_text,
            )


Buried = tuple[Burial, Grave, Cemetery, Person | None, Person | None]


def _burials(session: Session, wanted: Wanted, period: Period | None = None) -> list[Buried]:
    """Burials with their grave, the deceased and the undertaker, by day and time."""
    undertaker = aliased(Person)
    query = (
        select(Burial, Grave, Cemetery, Person, undertaker)
        .join(Grave, Burial.grave_id == Grave.id)
        .join(Cemetery, Grave.cemetery_id == Cemetery.id)
        .outerjoin(Person, Burial.deceased_id == Person.id)
        .outerjoin(undertaker, Burial.undertaker_id == undertaker.id)
    )
    if (only := _cemetery(session, wanted)) is not None:
        query = query.where(Grave.cemetery_id == only)
    if (period := period or wanted.period) is not None:
        columns = Burial.__table__.c
        query = query.where(columns.buried_earliest <= period.last, columns.buried_latest >= period.first)
    found: list[Buried] = [
        (burial, grave, cemetery, person, helper)
        for burial, grave, cemetery, person, helper in session.execute(query)
    ]
    return sorted(found, key=_when)


def _when(buried: Buried) -> tuple[bool, date, float, str, UUID]:
    burial, grave, *_ = buried
    first = burial.buried.earliest or burial.buried.latest
    at = burial.buried_at.timestamp() if burial.buried_at else 0.0
    return first is None, first or SINCE_EVER, at, grave.number_key, burial.id


# --- what rows of graves and rights share ----------------------------------------------------------------


class _Seen:
    """The wanted graves, and what their rows say about kinds, states and holders."""

    def __init__(self, session: Session, wanted: Wanted) -> None:
        self._session, self._on = session, wanted.on
        self._statutes: dict[str, StatuteTerms | None] = {}
        self.graves = list(whole_graves(session, _cemetery(session, wanted)))
        holders = [holder for whole in self.graves for _, holder in whole.rights if holder is not None]
        self._addresses: Mapping[UUID, Address] = addresses_to_show(session, holders, wanted.on)

    def _statute(self, cemetery: Cemetery) -> StatuteTerms | None:
        key = cemetery.statute_key
        if key not in self._statutes:
            self._statutes[key] = statutes_of(self._session, key).in_force(self._on)
        return self._statutes[key]

    def kind(self, whole: WholeGrave) -> str:
        """The kind as the statute names it; else as an old list did; else its key."""
        statute, grave = self._statute(whole.cemetery), whole.grave
        known = statute.kinds.get(grave.kind) if statute else None
        return known.name if known else grave.kind_text or grave.kind

    def state(self, whole: WholeGrave) -> str:
        """What a grave is on the day, in two or three words."""
        grave, right = whole.grave, whole.right
        if grave.blocked:
            return "gesperrt"
        if any(one.disputed for one, _ in whole.rights):
            return "Recht strittig"
        if grave.war_grave:
            return "Kriegsgrab"
        if whole.is_free(self._on):
            return "frei"
        if right is not None:
            return f"Recht {self.right_state(whole, right)}"
        return "belegt ohne Recht" if whole.rest.runs(self._on) else "nicht abgeräumt"

    def right_state(self, whole: WholeGrave, right: RightOfUse) -> str:
        """What a right is on the day."""
        statute = self._statute(whole.cemetery)
        months = statute.expiry_notice_months if statute else _NOTICE_MONTHS
        return RIGHT_STATES[
            state_of_right(right.until, self._on, notice_months=months, surrendered_on=right.surrendered_on)
        ]

    def holder(self, whole: WholeGrave, right: RightOfUse | None) -> tuple[str, str]:
        """Name and address of a right's holder, or what an old list wrote instead."""
        if right is None:
            return "", ""
        holder = next((person for one, person in whole.rights if one is right), None)
        if holder is None:
            return right.holder_text, ""
        name = f"{list_name(holder)} (verstorben)" if holder.died else list_name(holder)
        address = self._addresses.get(holder.id)
        return name, address.one_line if address else ""

    def right(self, whole: WholeGrave, right: RightOfUse) -> Row:
        """One line of a list of rights."""
        return (
            *_where(whole.cemetery, whole.grave),
            self.kind(whole),
            *self.holder(whole, right),
            None if right.first == SINCE_EVER else right.first,
            right.surrendered_on or right.until,
            ORIGINS[right.origin],
            self.right_state(whole, right),
            whole.rest.end,
            right.disputed,
            right.remark,
        )


def _cemetery(session: Session, wanted: Wanted) -> UUID | None:
    """The cemetery that is wanted; None for all. BadInput names those there are."""
    if not wanted.cemetery:
        return None
    found = queries.cemetery_named(session, wanted.cemetery)
    if found is None:
        names = ", ".join(cemetery.name for cemetery in queries.cemeteries(session))
        raise BadInput(
            f"Einen Friedhof „{wanted.cemetery}“ gibt es nicht. "
            + (f"Bekannt sind: {names}." if names else "Es ist noch keiner angelegt.")
        )
    return found.id


GRAVES = Listing("grabstaetten", "Gräberverzeichnis", GRAVE_COLUMNS, grave_rows, _BY_CEMETERY)
FREE_GRAVES = Listing(
    "freie-grabstaetten", "Freie Grabstätten", FREE_COLUMNS, free_rows, _BY_CEMETERY, public=True
)
RIGHTS = Listing("nutzungsrechte", "Nutzungsrechte", RIGHT_COLUMNS, _right_rows(_ends_in_period), _BY_BOTH)
ENDING = Listing(
    "nutzungsrechte-endend",
    "Endende Nutzungsrechte",
    RIGHT_COLUMNS,
    _right_rows(_is_ending, by_end=True),
    _BY_BOTH,
)
TOO_SHORT = Listing(
    "nutzungsrechte-zu-kurz",
    "Nutzungsrechte kürzer als die Ruhefrist",
    RIGHT_COLUMNS,
    _right_rows(_is_too_short),
    _BY_CEMETERY,
)
WITHOUT_HOLDER = Listing(
    "nutzungsrechte-ohne-inhaber",
    "Nutzungsrechte ohne Nutzungsberechtigte",
    RIGHT_COLUMNS,
    _right_rows(_has_no_holder),
    _BY_CEMETERY,
)
DISPUTED = Listing(
    "nutzungsrechte-strittig",
    "Strittige Nutzungsrechte",
    RIGHT_COLUMNS,
    _right_rows(_is_disputed),
    _BY_CEMETERY,
)
BURIALS = Listing("bestattungen", "Bestattungsbuch", BURIAL_COLUMNS, burial_rows, _BY_BOTH)
DAY_SHEET = Listing("tagesplan", "Bestattungen des Tages", DAY_COLUMNS, day_rows, _BY_BOTH, public=True)

LISTINGS = (
    GRAVES,
    FREE_GRAVES,
    RIGHTS,
    ENDING,
    TOO_SHORT,
    WITHOUT_HOLDER,
    DISPUTED,
    BURIALS,
    DAY_SHEET,
)
