"""How an application becomes work of another module: the facts that cross over, and who takes them.

``applications`` knows no cemetery and no hall, and they do not know it. A service's data says which form
values are which facts; the module that carries on has functions of its own for them; ``office.py`` knows
both sides and offers a ``Handover`` here for each shape of facts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec

from rathaus_desk.kernel.clock import TOWN_ZONE
from rathaus_desk.kernel.errors import CannotWork

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from rathaus_desk.store.operations import Work


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """A person or organisation as the form names it; a clerk matches it to the register. "": not said."""

    salutation: str = ""
    title: str = ""
    given_names: str = ""
    family_name: str = ""
    birth_name: str = ""
    organisation: str = ""
    street: str = ""
    postal_code: str = ""
    place: str = ""
    phone: str = ""
    email: str = ""


RelationKind = Literal["", "spouse", "child", "stepchild", "grandchild", "parent", "sibling", "other"]


class Applicant(Party, frozen=True, kw_only=True):
    """Who asks for the burial. ``relation``: what the applicant is to the deceased: a son is a ``child``."""

    relation: RelationKind = ""
    relation_text: str = ""
    """The form's own word."""


class Deceased(msgspec.Struct, frozen=True, kw_only=True):
    """The dead person. Days are None where the form has none or it cannot be read; the text is kept."""

    salutation: str = ""
    title: str = ""
    given_names: str = ""
    family_name: str = ""
    birth_name: str = ""
    born_on: date | None = None
    born_text: str = ""
    birth_place: str = ""
    died_on: date | None = None
    died_at: time | None = None
    """Time of death by the town's clock; without it the day of death counts as a whole."""
    death_place: str = ""
    last_address: str = ""
    """On one line, as the form has it."""
    religion: str = ""
    certificate_number: str = ""
    registry_office: str = ""
    cremation_number: str = ""


class BurialRegistration(msgspec.Struct, frozen=True, kw_only=True):
    """What an undertaker tells the cemetery's office. Nothing in it has been decided."""

    deceased: Deceased
    applicant: Applicant | None = None
    undertaker: Party | None = None
    holder: Party | None = None
    """Who holds or shall hold the right of use, if the form says so; never assumed from the applicant."""
    debtor: Party | None = None
    """Who shall get the notice, if the form says so."""
    form: Literal["", "coffin", "urn"] = ""
    cemetery: str = ""
    grave_kind: str = ""
    """The kind's name in the form's words; the statute's kinds are the cemetery's to match."""
    existing_grave: str = ""
    """Number of a grave that is there already, as the form writes it."""
    new_grave: bool = False
    wished_on: date | None = None
    wished_time: time | None = None
    services: dict[str, int] = {}
    """Service → how often, by the keys a tariff's ``when.service`` uses: ``{"trauerhalle": 1}``."""
    remarks: str = ""

    @property
    def wished_at(self) -> datetime | None:
        """Day and time wished for, aware; None unless the form names both."""
        if self.wished_on is None or self.wished_time is None:
            return None
        return datetime.combine(self.wished_on, self.wished_time, TOWN_ZONE)


class HallEnquiry(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody would like of a hall. Names are the form's own words; the halls' module matches them.

    Days and times are wall time at the town; an end without a day that does not lie after the beginning is on
    the day after it.
    """

    applicant: Party | None = None
    hall: str = ""
    rooms: str = ""
    """A room set, or rooms."""
    first_day: date | None = None
    starts: time | None = None
    last_day: date | None = None
    ends: time | None = None
    purpose: str = ""
    persons: int | None = None
    user_group: str = ""
    event_kind: str = ""
    public: bool | None = None
    features: dict[str, int] = {}
    """What there will be, by the keys the law table of duties uses: ``{"alcohol": 1}``."""
    options: dict[str, int] = {}
    """What else is wanted, as the form names it."""
    remarks: str = ""


Facts = BurialRegistration | HallEnquiry
"""Any of the shapes below."""

SHAPES: dict[str, type[Facts]] = {"burial": BurialRegistration, "booking": HallEnquiry}
"""What ``[handover] to`` of a service may name, and the facts that come with it."""


def fact_type(shape: Any, fact: str) -> Any:
    """The type of a fact named by its path (``deceased.born_on``, ``services.orgel``); None: no such fact."""
    for step in fact.split("."):
        if get_origin(shape) is dict:
            shape = get_args(shape)[1]
            continue
        struct = next((part for part in (*get_args(shape), shape) if isinstance(part, type)), None)
        if struct is None or not issubclass(struct, msgspec.Struct):
            return None
        shape = get_type_hints(struct).get(step)
    return shape


@dataclass(frozen=True, slots=True)
class Guess:
    """Somebody of the register who is probably meant: why, and what to enter (plain) if they are not."""

    why: str
    entered: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Prefilled:
    """A module's request as far as the facts fill it, and what a clerk must still decide, a sentence each.

    ``request`` has plain values (days and ids as text): shown in a form, kept as a draft, completed by a
    script. It may still lack what ``open`` speaks of.
    """

    request: dict[str, Any]
    open: tuple[str, ...] = ()
    guesses: dict[str, Guess] = field(default_factory=dict)
    """Field of the request → who in it is only a guess; each is one of the ``open`` sentences, too."""
    unmatched: dict[str, str] = field(default_factory=dict)
    """Field of the request → what the form says there, where the module knows no such thing."""


F = TypeVar("F", bound=Facts, contravariant=True)


class Handover(Protocol[F]):
    """What a module offers to applications of one kind."""

    to: str
    """What ``[handover] to`` of a service says."""
    title: str
    """What a clerk reads on the button: "Bestattung eintragen"."""

    def prefill(self, session: Session, facts: F, case: UUID | None) -> Prefilled:
        """The module's request for these facts. Reads only; what it names is proposed, never merged."""
        ...

    def carry_out(self, work: Work, request: dict[str, Any]) -> UUID:
        """Does what ``request`` (plain values) asks, and returns the record made; raises as operations do."""
        ...


_offers: dict[str, Callable[[], Handover[Any]]] = {}


def offer(handover: Handover[Any]) -> None:
    """Makes a module's handover known; ``office.py`` does this once at the start."""
    _offers[handover.to] = lambda: handover


def offer_later(to: str, make: Callable[[], Handover[Any]]) -> None:
    """As `offer`; ``make`` is called when the handover is first asked for."""
    _offers[to] = lru_cache(maxsize=1)(make)


def offered(to: str) -> Handover[Any]:
    """The handover of this kind; CannotWork if no module offers it here."""
    if to not in _offers:
        raise CannotWork(
            "Für diese Art von Antrag ist keine Übernahme eingerichtet.", detail=f"handover {to}"
        )
    return _offers[to]()
