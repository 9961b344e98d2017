"""The tables of the register."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column

from rathaus_desk.kernel.uncertain import UncertainDate
from rathaus_desk.people.rules.names import life_dates, list_name
from rathaus_desk.store.composites import uncertain_columns, uncertain_date
from rathaus_desk.store.parts import parts_of
from rathaus_desk.store.schema import Found, Record, Searchable

PersonKind = Literal["natural", "organisation", "group"]
"""A human being; a company, club or authority; a family or community of heirs named as one."""

ContactKind = Literal["phone", "mobile", "fax", "email", "web"]


def _describe_person(person: Person, session: Session) -> Found:
    shown = [] if person.blocked else parts_of(session, Address, person.id)
    contacts = [] if person.blocked else parts_of(session, ContactPoint, person.id)
    where = next((address.one_line for address in shown if address.valid_until is None), "")
    return Found(
        title=list_name(person),
        subtitle=" · ".join(filter(None, (life_dates(person), where))),
        words=" ".join(
            filter(
                None,
                (
                    person.birth_name,
                    person.remark,
                    *(address.one_line for address in shown),
                    *(contact.value for contact in contacts),
                ),
            )
        ),
    )


class Person(Record):
    """Somebody the town deals with: a human being, an organisation, or a family named as one.

    ``family_name`` and ``given_names`` are of human beings and families, ``organisation`` is the name of an
    organisation; what does not apply is "". ``sound`` and ``birth_sound`` are the Cologne codes by which
    doubles are looked for; operations keep them.
    """

    __tablename__ = "person"
    __merge_groups__ = (
        ("kind", "titles", "given_names", "family_name", "name_suffix", "organisation", "sound"),
        ("birth_name", "birth_sound"),
        uncertain_columns("born"),
        uncertain_columns("died"),
        ("blocked", "blocked_until"),
    )
    __search__ = Searchable("person", _describe_person)

    kind: Mapped[PersonKind]
    salutation: Mapped[str] = mapped_column(default="")
    """"Frau", "Herr" or ""."""
    titles: Mapped[str] = mapped_column(default="")
    """Academic degrees that go before the name ("Dr.")."""
    given_names: Mapped[str] = mapped_column(default="")
    family_name: Mapped[str] = mapped_column(default="")
    """With its particles ("von der Heyden")."""
    name_suffix: Mapped[str] = mapped_column(default="")
    """What goes behind the name ("jun.")."""
    birth_name: Mapped[str] = mapped_column(default="")
    organisation: Mapped[str] = mapped_column(default="")
    born: Mapped[UncertainDate] = uncertain_date("born")
    died: Mapped[UncertainDate] = uncertain_date("died")
    """Empty while nothing says that the person has died; a text without days ("verstorben") means so too."""
    remark: Mapped[str] = mapped_column(default="")
    blocked: Mapped[bool] = mapped_column(default=False)
    """A block notice (Auskunftssperre, § 51 BMG): the address is hidden, every look at it is logged."""
    blocked_until: Mapped[date | None]
    """Inclusive; None: until further notice."""
    sound: Mapped[str] = mapped_column(default="", index=True)
    birth_sound: Mapped[str] = mapped_column(default="", index=True)


class Address(Record):
    """Where a person can be reached, from one day to another (both inclusive; None: open on that side)."""

    __tablename__ = "address"
    __part_of__ = "person_id"
    __merge_groups__ = (
        ("addition", "street", "house_number", "postal_code", "place", "country"),
        ("valid_from", "valid_until"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    purpose: Mapped[Literal["home", "post"]] = mapped_column(default="home")
    """Where they live or have their seat; or where they want their post ("post" goes before "home")."""
    addition: Mapped[str] = mapped_column(default="")
    """A line above the street ("c/o Meier", "Ortsteil Altenfeld")."""
    street: Mapped[str] = mapped_column(default="")
    house_number: Mapped[str] = mapped_column(default="")
    postal_code: Mapped[str] = mapped_column(default="")
    place: Mapped[str] = mapped_column(default="")
    country: Mapped[str] = mapped_column(default="")
    """German name of the country; "" is Germany."""
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]

    @property
    def one_line(self) -> str:
        """``Am Bach 7, 34999 Musterrode``."""
        street = f"{self.street} {self.house_number}".strip()
        place = f"{self.postal_code} {self.place}".strip()
        return ", ".join(filter(None, (self.addition, street, place, self.country)))


class ContactPoint(Record):
    """A number or address by wire; ``value`` as the checks normalise it ("+49 5699 4711")."""

    __tablename__ = "contact_point"
    __part_of__ = "person_id"
    __merge_groups__ = (("kind", "value"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[ContactKind]
    value: Mapped[str] = mapped_column(index=True)
    remark: Mapped[str] = mapped_column(default="")


class BankAccount(Record):
    """A bank account of a person. ``iban`` without spaces, checked; ``owner`` "" is the person."""

    __tablename__ = "bank_account"
    __merge_groups__ = (("owner", "iban", "bic", "bank"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    iban: Mapped[str] = mapped_column(index=True)
    bic: Mapped[str] = mapped_column(default="")
    bank: Mapped[str] = mapped_column(default="")
    owner: Mapped[str] = mapped_column(default="")


class PersonRole(Record):
    """What somebody is to the town beyond single matters: "undertaker", "church", "club", "mason"."""

    __tablename__ = "person_role"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str] = mapped_column(index=True)


class Relation(Record):
    """``person_id`` is the ``relation`` of ``of_id``, in the words used: the "Sohn" of, the "Ehefrau" of."""

    __tablename__ = "person_relation"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    of_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    relation: Mapped[str]
