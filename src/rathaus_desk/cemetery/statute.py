"""The file of a cemetery statute (head table ``[statute]``): its schema, and the terms it gives to the rules.

Every term of ``Terms`` may stand in ``[rules]``, where it holds for all kinds, or in a ``[[grave_kind]]``,
where it goes before. Years are whole years, limits inclusive. What the checker finds in such a file:
``statute_check``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta

from rathaus_desk.catalogue.kinds import Definitions, Version
from rathaus_desk.catalogue.reading import Wrong, shown
from rathaus_desk.cemetery.rules.succession import RELATIONS, relations_in
from rathaus_desk.cemetery.rules.terms import (
    AfterExpiry,
    BurialForm,
    Entitlement,
    ExtensionRounding,
    FeeBasis,
    GraveForm,
    GraveKind,
    MonumentLimits,
    Outsiders,
    RestEnd,
    RestTerm,
    StatuteTerms,
    SuccessionRank,
)

T = TypeVar("T")

Key = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_.-]*$", max_length=60)]
Text = Annotated[str, Meta(min_length=1, max_length=300)]
Paragraph = Annotated[str, Meta(max_length=80)]
Years = Annotated[int, Meta(ge=1, le=200)]
Count = Annotated[int, Meta(ge=0, le=500)]
Age = Annotated[int, Meta(ge=0, le=120)]
Months = Annotated[int, Meta(ge=0, le=120)]
Centimetres = Annotated[int, Meta(ge=1, le=1000)]

CHILD_AGE = 5
"""The age limit of ``rest_years_child_under_5``; any other stands in ``rest = [{ form, age_below, years
}]``.
"""


S = TypeVar("S", bound=msgspec.Struct)


def _converted(value: object, schema: type[S], should: str) -> S:
    try:
        return msgspec.convert(value, schema)
    except msgspec.ValidationError:
        raise Wrong(f"{shown(value)} ist hier nicht möglich.", should) from None


class RestTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rest period: of coffins or urns, perhaps only of those who died below an age."""

    form: BurialForm
    years: Years
    age_below: Age | None = None


class OlderRest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``rest_for_older_burials = { coffin = 30, urn = 20, child_under_5 = 20 }``; a number holds for both
    forms.
    """

    coffin: Years | None = None
    urn: Years | None = None
    child_under_5: Years | None = None

    @classmethod
    def from_toml(cls, value: object) -> OlderRest:
        """From a table or a number of years; raises Wrong."""
        if isinstance(value, int):
            value = {"coffin": value, "urn": value}
        return _converted(value, cls, "{ coffin = 30, urn = 20 }")

    def terms(self) -> tuple[RestTerm, ...]:
        """As the rules use it."""
        said: tuple[tuple[BurialForm, int | None, int | None], ...] = (
            ("coffin", None, self.coffin),
            ("urn", None, self.urn),
            ("coffin", CHILD_AGE, self.child_under_5),
        )
        return tuple(RestTerm(form, years, age_below) for form, age_below, years in said if years is not None)


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may be said once for all kinds, or for one; None: not said here."""

    rest_years_coffin: Years | None = None
    rest_years_urn: Years | None = None
    rest_years_child_under_5: Years | None = None
    rest: tuple[RestTable, ...] = ()
    rest_end: RestEnd | None = None
    rest_paragraph: Paragraph | None = None
    deep_burial: bool | None = None
    extendable: bool | None = None
    extension_step_years: Years | None = None
    reacquisition_step_years: Years | None = None
    extension_max_years_ahead: Years | None = None
    extension_rounding: ExtensionRounding | None = None
    extension_paragraph: Paragraph | None = None
    fee_basis: FeeBasis | None = None
    reacquisition_min_years: Years | None = None
    reacquisition_max_years: Years | None = None
    after_expiry: AfterExpiry | None = None
    surrender_during_rest: bool | None = None
    surrender_years_before_rest_end: Years | None = None
    surrender_paragraph: Paragraph | None = None
    care: Literal["holder", "town"] | None = None
    monument_max_height_cm: Centimetres | None = None
    monument_max_width_cm: Centimetres | None = None
    monument_min_thickness_cm: Centimetres | None = None
    monument_kinds: tuple[Text, ...] | None = None


class GraveKindTable(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[[grave_kind]]``: one kind of grave. A count left out is 0."""

    key: Key
    name: Text
    form: GraveForm
    paragraph: Paragraph = ""
    coffin_places: Count = 0
    urns_per_place: Count = 0
    urns_beside_coffin: Count = 0
    urns_per_grave: Count | None = None
    right_years: Annotated[int, Meta(ge=0, le=200)] = 0
    deceased_age_from: Age | None = None
    deceased_age_below: Age | None = None
    sizes: tuple[Key, ...] = ()
    war_grave: bool = False
    note: str = ""


class StatuteHead(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[statute]``: which statute this is a version of, and when it holds (both ends inclusive).

    What it says about burials older than itself may stand here or in ``[rules]``.
    """

    key: Key
    title: Text
    valid_from: date
    valid_until: date | None = None
    rest_applies_to_old_burials: bool | None = None
    rest_for_older_burials: OlderRest | None = None
    adopted: date | None = None
    published: date | None = None
    source: str = ""
    note: str = ""


class RulesTable(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[rules]``: what holds for the whole cemetery, and terms for all kinds."""

    rest_applies_to_old_burials: bool | None = None
    rest_for_older_burials: OlderRest | None = None
    urn_latest_days_after_death: Annotated[int, Meta(ge=1, le=3660)] | None = None
    expiry_notice_months: Months | None = None
    clearance_months_after_expiry: Months | None = None
    stability_test_load_newton: Annotated[int, Meta(ge=1, le=10_000)] | None = None


class EntitlementTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[entitlement]``: who may be buried here besides residents."""

    outsiders: Outsiders = "allowed"
    paragraph: Paragraph = ""
    holders_entitled: bool = True
    former_residents_in_home: bool = True


class RankTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A step of the order: its name, or a table that spells the relations out where the name does not tell
    them.
    """

    name: Text
    relations: tuple[str, ...] = ()

    @classmethod
    def from_toml(cls, value: object) -> RankTable:
        """From a table or a text; raises Wrong."""
        should = '{ name = "Nachbarn", relations = ["other"] }'
        return _converted({"name": value} if isinstance(value, str) else value, cls, should)

    def rank(self) -> SuccessionRank:
        """As the rules use it."""
        return SuccessionRank(self.name, frozenset(self.relations) & RELATIONS or relations_in(self.name))


class SuccessionTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[[succession]]``: who follows a holder who has died, in this order."""

    order: Annotated[tuple[RankTable, ...], Meta(min_length=1)]
    paragraph: Paragraph = ""
    eldest_first: bool = True


class StatuteFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    statute: StatuteHead
    rules: RulesTable = RulesTable()
    entitlement: EntitlementTable = EntitlementTable()
    succession: Annotated[tuple[SuccessionTable, ...], Meta(max_length=1)] = ()
    grave_kind: tuple[GraveKindTable, ...] = ()
    example: tuple[dict[str, object], ...] = ()


def versions(content: StatuteFile) -> Iterable[Version]:
    """The one version a file holds."""
    head = content.statute
    yield Version(head.key, head.title, head.valid_from, head.valid_until)


def defines(content: StatuteFile) -> Definitions:
    """The grave kinds, for tariffs that name them."""
    return {
        "kind": {
            kind.key: {
                "name": kind.name,
                "right_years": kind.right_years,
                "extendable": kind.extendable,
                "coffin_places": kind.coffin_places,
                "takes_urns": kind.takes("urn"),
                "sizes": list(kind.sizes),
            }
            for kind in terms_of(content).kinds.values()
        }
    }


def terms_of(content: StatuteFile) -> StatuteTerms:
    """What the file says, as the rules use it: terms of ``[rules]`` filled into the kinds that do not say
    their own.
    """
    head, rules = content.statute, content.rules
    older_rest = head.rest_for_older_burials or rules.rest_for_older_burials
    succession = content.succession[0] if content.succession else None
    return StatuteTerms(
        key=head.key,
        title=head.title,
        valid_from=head.valid_from,
        valid_until=head.valid_until,
        kinds={table.key: _grave_kind(table, content) for table in content.grave_kind},
        rest_applies_to_old_burials=bool(
            rules.rest_applies_to_old_burials
            if head.rest_applies_to_old_burials is None
            else head.rest_applies_to_old_burials
        ),
        rest_for_older_burials=older_rest.terms() if older_rest else (),
        rest_end=rules.rest_end or "same_day",
        urn_latest_days_after_death=rules.urn_latest_days_after_death,
        entitlement=Entitlement(
            outsiders=content.entitlement.outsiders,
            paragraph=content.entitlement.paragraph,
            holders_entitled=content.entitlement.holders_entitled,
            former_residents_in_home=content.entitlement.former_residents_in_home,
        ),
        succession=tuple(entry.rank() for entry in succession.order) if succession else (),
        succession_eldest_first=succession.eldest_first if succession else True,
        succession_paragraph=succession.paragraph if succession else "",
        expiry_notice_months=6 if rules.expiry_notice_months is None else rules.expiry_notice_months,
        clearance_months_after_expiry=3
        if rules.clearance_months_after_expiry is None
        else rules.clearance_months_after_expiry,
        stability_test_load_newton=rules.stability_test_load_newton,
    )


def _grave_kind(table: GraveKindTable, content: StatuteFile) -> GraveKind:
    said: dict[str, Any] = {
        name: value
        for name in _INHERITED
        if (value := _first_said(getattr(table, name), getattr(content.rules, name))) is not None
    }
    return GraveKind(
        key=table.key,
        name=table.name,
        paragraph=table.paragraph,
        statute=content.statute.title,
        form=table.form,
        coffin_places=table.coffin_places,
        urns_per_place=table.urns_per_place,
        urns_beside_coffin=table.urns_beside_coffin,
        urns_per_grave=table.urns_per_grave,
        right_years=table.right_years,
        rest=_rest_terms(table, content.rules),
        deceased_age_from=table.deceased_age_from,
        deceased_age_below=table.deceased_age_below,
        sizes=table.sizes,
        war_grave=table.war_grave,
        monument=MonumentLimits(
            _first_said(table.monument_max_height_cm, content.rules.monument_max_height_cm),
            _first_said(table.monument_max_width_cm, content.rules.monument_max_width_cm),
            _first_said(table.monument_min_thickness_cm, content.rules.monument_min_thickness_cm),
            _first_said(table.monument_kinds, content.rules.monument_kinds) or (),
        ),
        **said,
    )


_INHERITED = tuple(
    name
    for name in Terms.__struct_fields__
    if name != "rest" and name in {field.name for field in dataclasses.fields(GraveKind)}
)


def _first_said(own: T | None, common: T | None) -> T | None:
    return common if own is None else own


def _rest_terms(kind: Terms, rules: Terms) -> tuple[RestTerm, ...]:
    """The kind's own rest periods; a form and age it says nothing about takes the common one.

    ``rest_years_child_under_5`` is of bodies: a child's ashes rest like any others.
    """
    said: dict[tuple[BurialForm, int | None], int] = {}
    for terms in (rules, kind):
        plain: tuple[tuple[BurialForm, int | None, int | None], ...] = (
            ("coffin", None, terms.rest_years_coffin),
            ("urn", None, terms.rest_years_urn),
            ("coffin", CHILD_AGE, terms.rest_years_child_under_5),
        )
        said |= {(form, age_below): years for form, age_below, years in plain if years is not None}
        said |= {(rest.form, rest.age_below): rest.years for rest in terms.rest}
    return tuple(RestTerm(form, years, age_below) for (form, age_below), years in said.items())
