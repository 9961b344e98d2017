"""What a statute says, as the plain values every rule works with: about each kind of grave, and in general.

``cemetery.statute`` reads them from a file; nothing here knows files or tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Literal

BurialForm = Literal["coffin", "urn"]
GraveForm = Literal["Wahl", "Reihe", "Gemeinschaft"]
RestEnd = Literal["same_day", "day_before"]
ExtensionRounding = Literal["whole_years", "started_months", "exact_days"]
FeeBasis = Literal["month/12", "day/365.25", "day/365", "day/360"]
AfterExpiry = Literal["extension", "award"]
Outsiders = Literal["allowed", "surcharge", "permission", "refused"]

GERMAN_FORM: Mapping[BurialForm, str] = {"coffin": "Sarg", "urn": "Urne"}


@dataclass(frozen=True, slots=True)
class RestTerm:
    """Years a body or its ashes must rest; ``age_below`` (completed years) narrows it to the young."""

    form: BurialForm
    years: int
    age_below: int | None = None


@dataclass(frozen=True, slots=True)
class MonumentLimits:
    """What a monument may measure (cm), and of which kinds it may be; None or empty: nothing is said."""

    max_height_cm: int | None = None
    max_width_cm: int | None = None
    min_thickness_cm: int | None = None
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GraveKind:
    """The terms of one kind of grave in one version of a statute. Every count left out of the file is 0."""

    key: str
    name: str
    paragraph: str
    statute: str
    """Title of the statute, for reasons."""
    form: GraveForm
    coffin_places: int = 0
    urns_per_place: int = 0
    urns_beside_coffin: int = 0
    urns_per_grave: int | None = None
    """An upper limit for the whole grave, where the statute counts that way too."""
    deep_burial: bool = False
    right_years: int = 0
    rest: tuple[RestTerm, ...] = ()
    rest_end: RestEnd = "same_day"
    rest_paragraph: str = ""
    extendable: bool = False
    extension_step_years: int = 1
    reacquisition_step_years: int | None = None
    extension_max_years_ahead: int | None = None
    extension_rounding: ExtensionRounding = "whole_years"
    extension_paragraph: str = ""
    fee_basis: FeeBasis | None = None
    reacquisition_min_years: int | None = None
    reacquisition_max_years: int | None = None
    after_expiry: AfterExpiry = "extension"
    surrender_during_rest: bool = False
    surrender_years_before_rest_end: int | None = None
    surrender_paragraph: str = ""
    deceased_age_from: int | None = None
    deceased_age_below: int | None = None
    sizes: tuple[str, ...] = ()
    care: Literal["holder", "town"] = "holder"
    war_grave: bool = False
    monument: MonumentLimits = field(default_factory=MonumentLimits)

    @property
    def places(self) -> int:
        """Places of a grave of this kind unless its record says otherwise; a kind without coffins has one."""
        return max(1, self.coffin_places)

    @property
    def coffins_per_place(self) -> int:
        """How many coffins may rest in one place at the same time."""
        if self.coffin_places == 0:
            return 0
        return 2 if self.deep_burial else 1

    def takes(self, form: BurialForm) -> bool:
        """Whether a burial of this form is possible at all in an empty grave of this kind."""
        return (
            self.coffin_places > 0
            if form == "coffin"
            else self.urns_per_place > 0 or self.urns_beside_coffin > 0
        )

    def source(self, paragraph: str = "") -> str:
        """``paragraph`` (the kind's own if empty) with the statute's title: "§ 16 Friedhofsordnung …"."""
        return f"{paragraph or self.paragraph} {self.statute}".strip()

    def rest_term(self, form: BurialForm, age: int | None) -> RestTerm | None:
        """The rest that holds for a form and an age in completed years.

        The narrowest age limit that includes the age wins. An unknown age counts as adult: the longer rest is
        the one that can be shortened later without disturbing anybody.
        """
        return narrowest(self.rest, form, age)

    def years_charged(self, *, years: int, months: int, days: int) -> Fraction:
        """An extension as a number of years for yearly rates, as the statute's ``fee_basis`` counts them.

        ``years`` or ``months`` is what it was granted as, the other 0, both 0 if granted in days; ``days`` is
        its length in any case. Whole years are whole years on every basis.
        """
        if years:
            return Fraction(years)
        if months and (self.fee_basis or "month/12") == "month/12":
            return Fraction(months, 12)
        return Fraction(days) / Fraction((self.fee_basis or "day/365.25").removeprefix("day/"))


def narrowest(terms: tuple[RestTerm, ...], form: BurialForm, age: int | None) -> RestTerm | None:
    """Of the terms for ``form`` that include ``age``, the one with the lowest age limit, if any."""
    fitting = [
        term
        for term in terms
        if term.form == form and (term.age_below is None or (age is not None and age < term.age_below))
    ]
    return min(fitting, key=lambda term: (term.age_below is None, term.age_below or 0), default=None)


@dataclass(frozen=True, slots=True)
class SuccessionRank:
    """One step of the statute's order of succession, and the relations it covers (see ``succession``)."""

    name: str
    relations: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlement:
    """Who may be buried here without more: residents and those in ``also``; what holds for everybody else."""

    outsiders: Outsiders = "allowed"
    paragraph: str = ""
    holders_entitled: bool = True
    former_residents_in_home: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class StatuteTerms:
    """One version of a town's cemetery statute.

    Both ends of its validity are inclusive; no ``valid_until``: open.
    """

    key: str
    title: str
    valid_from: date
    valid_until: date | None = None
    kinds: Mapping[str, GraveKind] = field(default_factory=dict)
    rest_applies_to_old_burials: bool = False
    rest_for_older_burials: tuple[RestTerm, ...] = ()
    rest_end: RestEnd = "same_day"
    urn_latest_days_after_death: int | None = None
    burial_latest_paragraph: str = ""
    entitlement: Entitlement = field(default_factory=Entitlement)
    succession: tuple[SuccessionRank, ...] = ()
    succession_eldest_first: bool = True
    succession_paragraph: str = ""
    expiry_notice_months: int = 6
    clearance_months_after_expiry: int = 3
    stability_test_load_newton: int | None = None

    def in_force(self, on: date) -> bool:
        """Whether this version holds on that day by its own dates."""
        return self.valid_from <= on and (self.valid_until is None or on <= self.valid_until)


@dataclass(frozen=True, slots=True)
class Statutes:
    """All known versions of a town's statute, in any order."""

    versions: tuple[StatuteTerms, ...]

    def in_force(self, on: date) -> StatuteTerms | None:
        """The version in force on a day: of those whose dates include it, the one that began last."""
        holding = [version for version in self.versions if version.in_force(on)]
        return max(holding, key=lambda version: version.valid_from, default=None)

    def kind(self, key: str, on: date) -> GraveKind | None:
        """The terms of a kind on a day; None without a statute, or if it lacks the kind."""
        version = self.in_force(on)
        return version.kinds.get(key) if version else None
