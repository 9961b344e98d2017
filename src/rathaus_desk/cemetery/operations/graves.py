"""What a clerk can do with cemeteries and graves as such."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from rathaus_desk.cemetery import queries
from rathaus_desk.cemetery.records import Cemetery, FormerNumber, Grave
from rathaus_desk.cemetery.rules.numbers import grave_label, number_key
from rathaus_desk.kernel.errors import BadInput, Refused
from rathaus_desk.kernel.texts import bounded
from rathaus_desk.store.operations import Request, Work, operation

LONGEST_NAME = 200
LONGEST_NUMBER = 60
LONGEST_REMARK = 20_000
MOST_PLACES = 500


class EnterCemetery(Request, frozen=True, kw_only=True):
    """A new cemetery; ``level_names`` as the town calls the levels above a grave, outermost first."""

    name: str
    level_names: tuple[str, ...] = ()
    statute_key: str = ""
    tariff_key: str = ""
    remark: str = ""


@operation(EnterCemetery, name="cemetery.enter_cemetery", title="Friedhof anlegen")
def enter_cemetery(work: Work, request: EnterCemetery) -> UUID:
    """Makes the cemetery; Refused if one has that name."""
    made = Cemetery()
    _write_cemetery(work, made, request)
    work.session.add(made)
    return made.id


class DescribeCemetery(Request, frozen=True, kw_only=True):
    """What a cemetery is, all of it as it is now. Statute and tariff by key; empty: the only one."""

    cemetery: UUID
    name: str
    level_names: tuple[str, ...] = ()
    statute_key: str = ""
    tariff_key: str = ""
    remark: str = ""


@operation(DescribeCemetery, name="cemetery.describe_cemetery", title="Friedhof ändern")
def describe_cemetery(work: Work, request: DescribeCemetery) -> None:
    """Writes it; Refused if another has that name."""
    cemetery = _cemetery(work, request.cemetery)
    _write_cemetery(work, cemetery, request)


class EnterGrave(Request, frozen=True, kw_only=True):
    """A new grave. ``levels`` outermost first, some may be empty; ``kind`` is the statute's key."""

    cemetery: UUID
    levels: tuple[str, ...] = ()
    number: str
    kind: str
    kind_text: str = ""
    places: int
    size: str = ""
    war_grave: bool = False
    former_numbers: tuple[str, ...] = ()
    remark: str = ""


@operation(EnterGrave, name="cemetery.enter_grave", title="Grabstätte anlegen")
def enter_grave(work: Work, request: EnterGrave) -> UUID:
    """Makes the grave; Refused if the cemetery has one of that number."""
    made = Grave(
        cemetery_id=_cemetery(work, request.cemetery).id,
        kind=bounded(request.kind, LONGEST_NAME, "Grabart"),
        kind_text=bounded(request.kind_text, LONGEST_NAME, "Grabart"),
        places=_places(request.places),
        size=bounded(request.size, LONGEST_NUMBER, "Größe"),
        war_grave=request.war_grave,
        remark=bounded(request.remark, LONGEST_REMARK, "Bemerkung"),
    )
    _number(work, made, request.levels, request.number)
    work.session.add(made)
    for former in request.former_numbers:
        work.session.add(_former(made, bounded(former, LONGEST_NUMBER, "frühere Nummer"), None))
    return made.id


class RenumberGrave(Request, frozen=True, kw_only=True):
    """A grave gets another number; a search for the old one still finds it."""

    grave: UUID
    levels: tuple[str, ...] = ()
    number: str


@operation(RenumberGrave, name="cemetery.renumber_grave", title="Grabnummer ändern")
def renumber_grave(work: Work, request: RenumberGrave) -> None:
    """Writes the new number and keeps the old one as former, until yesterday or today."""
    grave = queries.grave(work.session, request.grave)
    old, old_key = grave.label, grave.number_key
    _number(work, grave, request.levels, request.number)
    if grave.number_key != old_key:
        work.session.add(_former(grave, old, work.today))


class DescribeGrave(Request, frozen=True, kw_only=True):
    """What a grave is, all of it as it is now. ``blocked``: why nothing may be decided about it, or empty."""

    grave: UUID
    kind: str
    kind_text: str = ""
    places: int
    size: str = ""
    war_grave: bool = False
    blocked: str = ""
    remark: str = ""


@operation(DescribeGrave, name="cemetery.describe_grave", title="Grabstätte ändern")
def describe_grave(work: Work, request: DescribeGrave) -> None:
    """Writes it; Refused if somebody lies in a place that would be gone."""
    grave = queries.grave(work.session, request.grave)
    used = max((burial.place or 0 for burial in queries.burials_in(work.session, grave.id)), default=0)
    if request.places < used:
        raise Refused(
            f"In Stelle {used} liegt jemand; die Grabstätte kann nicht weniger als {used} Stellen haben."
        )
    grave.kind = bounded(request.kind, LONGEST_NAME, "Grabart")
    grave.kind_text = bounded(request.kind_text, LONGEST_NAME, "Grabart")
    grave.places = _places(request.places)
    grave.size = bounded(request.size, LONGEST_NUMBER, "Größe")
    grave.war_grave = request.war_grave
    grave.blocked = bounded(request.blocked, LONGEST_NAME, "Sperrvermerk")
    grave.remark = bounded(request.remark, LONGEST_REMARK, "Bemerkung")


def _cemetery(work: Work, cemetery: UUID) -> Cemetery:
    found = work.session.get(Cemetery, cemetery)
    if found is None:
        raise Refused("Diesen Friedhof gibt es nicht (mehr).")
    return found


def _write_cemetery(work: Work, cemetery: Cemetery, request: EnterCemetery | DescribeCemetery) -> None:
    name = bounded(request.name, LONGEST_NAME, "Name")
    if not name:
        raise BadInput("Der Friedhof braucht einen Namen.")
    other = queries.cemetery_named(work.session, name)
    if other is not None and other is not cemetery:
        raise Refused(f"Einen Friedhof „{name}“ gibt es schon.")
    cemetery.name = name
    cemetery.level_names = [bounded(level, LONGEST_NUMBER, "Ebene") for level in request.level_names]
    cemetery.statute_key, cemetery.tariff_key = request.statute_key, request.tariff_key
    cemetery.remark = bounded(request.remark, LONGEST_REMARK, "Bemerkung")


def _number(work: Work, grave: Grave, levels: tuple[str, ...], number: str) -> None:
    parts = [bounded(part, LONGEST_NUMBER, "Grabnummer") for part in (*levels, number)]
    if not parts[-1]:
        raise BadInput("Die Grabstätte braucht eine Nummer.")
    label = grave_label(parts[:-1], parts[-1])
    same = queries.graves_bearing(work.session, label, grave.cemetery_id)
    if any(other.id != grave.id for other in same):
        raise Refused(f"Die Grabnummer {same[0].label} gibt es auf diesem Friedhof schon.")
    grave.levels, grave.number = parts[:-1], parts[-1]
    grave.label, grave.number_key = label, number_key(label)
    grave.section = next((part for part in parts[:-1] if part), "")


def _former(grave: Grave, label: str, until: date | None) -> FormerNumber:
    return FormerNumber(grave_id=grave.id, label=label, number_key=number_key(label), until=until)


def _places(places: int) -> int:
    if not 1 <= places <= MOST_PLACES:
        raise BadInput(f"Eine Grabstätte hat 1 bis {MOST_PLACES} Stellen, nicht {places}.")
    return places
