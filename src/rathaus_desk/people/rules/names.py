"""How people are called: on letters, in lists, by their sound."""

from __future__ import annotations

from typing import Protocol

from rathaus_desk.kernel.names import phonetic
from rathaus_desk.kernel.uncertain import UncertainDate

NAMELESS = "(ohne Namen)"


class Named(Protocol):
    """What a name is made of; a record of the register and a request both are."""

    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def salutation(self) -> str: ...  # noqa: D102
    @property
    def titles(self) -> str: ...  # noqa: D102
    @property
    def given_names(self) -> str: ...  # noqa: D102
    @property
    def family_name(self) -> str: ...  # noqa: D102
    @property
    def name_suffix(self) -> str: ...  # noqa: D102
    @property
    def organisation(self) -> str: ...  # noqa: D102


class Lived(Protocol):
    """Somebody with a birth and perhaps a death."""

    @property
    def born(self) -> UncertainDate: ...  # noqa: D102
    @property
    def died(self) -> UncertainDate: ...  # noqa: D102


def display_name(person: Named) -> str:
    """The name as one speaks it, without salutation: "Dr. Ernst-August von der Heyden", "Familie Becker"."""
    if person.kind == "organisation":
        return person.organisation or NAMELESS
    if person.kind == "group":
        return person.organisation or f"Familie {person.family_name}".strip()
    parts = (person.titles, person.given_names, person.family_name, person.name_suffix)
    return " ".join(filter(None, parts)) or NAMELESS


def list_name(person: Named) -> str:
    """The name as lists are sorted by: "von der Heyden, Dr. Ernst-August"."""
    if person.kind != "natural" or not person.family_name:
        return display_name(person)
    given = " ".join(filter(None, (person.titles, person.given_names)))
    return " ".join(
        filter(None, (f"{person.family_name}, {given}" if given else person.family_name, person.name_suffix))
    )


def letter_name(person: Named) -> tuple[str, ...]:
    """The lines of an address that name the recipient: ("Herrn", "Dr. Fritz Schmidt")."""
    salutation = (
        {"Herr": "Herrn"}.get(person.salutation, person.salutation) if person.kind == "natural" else ""
    )
    return tuple(filter(None, (salutation, display_name(person))))


def salutation_of(person: Named) -> str:
    """How a letter greets somebody: "Sehr geehrter Herr Dr. Schmidt"; whose address is unknown by name."""
    if person.kind != "natural" or not person.family_name:
        return "Sehr geehrte Damen und Herren"
    called = " ".join(filter(None, (person.titles, person.family_name)))
    match person.salutation:
        case "Herr":
            return f"Sehr geehrter Herr {called}"
        case "Frau":
            return f"Sehr geehrte Frau {called}"
    return f"Guten Tag {display_name(person)}"


def life_dates(person: Lived) -> str:
    """``* 03.05.1934 † 12.06.2004``; what is not known is left out."""
    parts = ((sign, day) for sign, day in (("*", person.born), ("†", person.died)) if day)
    return " ".join(f"{sign} {day}" for sign, day in parts)


def sounds(kind: str, family_name: str, organisation: str, birth_name: str) -> tuple[str, str]:
    """The codes by which doubles are looked for: of the (family) name and of the name at birth."""
    return phonetic(organisation if kind == "organisation" else family_name), phonetic(birth_name)
