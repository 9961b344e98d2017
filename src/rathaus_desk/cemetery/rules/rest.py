"""How long somebody must rest, and how long the grave does (rules 1 and 14)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from rathaus_desk.cemetery.rules.terms import BurialForm, GraveKind, RestEnd, Statutes, narrowest
from rathaus_desk.kernel.periods import FOR_EVER, add_years, day_before, german_date
from rathaus_desk.kernel.uncertain import UncertainDate

MANY: Mapping[BurialForm, str] = {"coffin": "Särge", "urn": "Urnen"}


@dataclass(frozen=True, slots=True)
class Rest:
    """The rest of one burial: ``end`` is the inclusive last day, None if nothing known yields one.

    ``doubtful``: a clerk should look at it (no end, or an end counted from the latest of several possible
    days).
    """

    end: date | None
    years: int | None
    reason: str
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class GraveRest:
    """The rest of a whole grave: the latest end of everyone in it, None if nobody with a known end lies
    there.

    ``unknown`` names those whose rest has no known end; they count as resting.
    """

    end: date | None
    unknown: tuple[str, ...]
    reason: str

    def runs(self, on: date) -> bool:
        """Whether somebody still rests on that day, its end included."""
        return bool(self.unknown) or (self.end is not None and on <= self.end)


def rest_end(buried: date, years: int, convention: RestEnd) -> date:
    """The last day of a rest of ``years``: the day of the same number, or the day before it.

    29 February + n years is 28 February where there is no 29th; ``day_before`` takes one day off that.
    """
    end = add_years(buried, years)
    return end if convention == "same_day" else day_before(end)


def rest_period(kind: GraveKind, form: BurialForm, buried: date, age: int | None) -> Rest:
    """The rest of a burial under one version's terms; ``age`` in completed years, None if unknown."""
    if kind.war_grave:
        return Rest(FOR_EVER, None, f"Kriegsgrab: dauerndes Ruherecht (§ 2 GräbG; {kind.source()}).")
    term = kind.rest_term(form, age)
    if term is None:
        return Rest(
            None,
            None,
            f"Keine Ruhefrist für {MANY[form]} in {kind.name} ({kind.source()}).",
            doubtful=True,
        )
    end = rest_end(buried, term.years, kind.rest_end)
    young = f" von Kindern unter {term.age_below} Jahren" if term.age_below is not None else ""
    return Rest(
        end,
        term.years,
        f"Die Ruhefrist für {MANY[form]}{young} beträgt {term.years} Jahre; sie beginnt am"
        f" {german_date(buried)} und"
        f" endet am {german_date(end)} ({kind.source(kind.rest_paragraph)}).",
    )


def rest_of_burial(
    statutes: Statutes,
    kind_key: str,
    form: BurialForm,
    buried: UncertainDate,
    *,
    age: int | None,
    on: date,
) -> Rest:
    """The rest of somebody buried on a day that may be uncertain, as known ``on``; ``age`` as in rest_period.

    The statute in force on the day of burial governs; a later one (in force by ``on``) only if it says so
    (``rest_applies_to_old_burials``). Where no statute of that day is known, or it lacks the kind, the
    statute in force ``on`` may name a rest for older burials; otherwise the end stays empty: nothing is
    invented. An uncertain day counts as its latest, so that nobody is disturbed too early.
    """
    latest = buried.latest
    if latest is None:
        return Rest(None, None, "Tag der Bestattung unbekannt: kein Ende der Ruhefrist.", doubtful=True)
    kind = _governing_kind(statutes, kind_key, latest, on)
    if kind is None:
        return _older_rest(statutes, kind_key, form, latest, age, on)
    found = rest_period(kind, form, latest, age)
    if buried.is_exact or found.end is None:
        return found
    return Rest(
        found.end,
        found.years,
        f"{found.reason} Der Tag der Bestattung ist unsicher; gezählt wird ab dem spätesten, der möglich"
        " ist.",
        doubtful=True,
    )


def _governing_kind(statutes: Statutes, kind_key: str, buried: date, on: date) -> GraveKind | None:
    later = [
        version
        for version in statutes.versions
        if version.rest_applies_to_old_burials
        and buried < version.valid_from <= on
        and kind_key in version.kinds
    ]
    if later:
        return max(later, key=lambda version: version.valid_from).kinds[kind_key]
    return statutes.kind(kind_key, buried)


def _older_rest(
    statutes: Statutes, kind_key: str, form: BurialForm, buried: date, age: int | None, on: date
) -> Rest:
    then, now = statutes.in_force(buried), statutes.in_force(on)
    if then is None:
        missing = f"Am {german_date(buried)} ist keine Friedhofsordnung bekannt"
    else:
        since = german_date(then.valid_from)
        missing = f"{then.title} (in Kraft seit {since}) kennt die Grabart „{kind_key}“ nicht"
    term = narrowest(now.rest_for_older_burials, form, age) if now else None
    if term is None or now is None:
        return Rest(None, None, f"{missing}: Ende der Ruhefrist unbekannt.", doubtful=True)
    end = rest_end(buried, term.years, now.rest_end)
    return Rest(
        end,
        term.years,
        f"{missing}; für ältere Bestattungen bestimmt {now.title} {term.years} Jahre: bis"
        f" {german_date(end)}.",
    )


def grave_rest(everyone: Iterable[tuple[str, date | None]]) -> GraveRest:
    """The latest rest end of everyone in a grave, given as (name, rest end).

    Whoever moves out is simply no longer given; that neither suspends nor restarts the others' rest.
    """
    people = list(everyone)
    unknown = tuple(name or "ohne Namen" for name, end in people if end is None)
    known = [(end, name) for name, end in people if end is not None]
    doubt = f" Unbekanntes Ende: {', '.join(unknown)}." if unknown else ""
    if not known:
        nobody = "Niemand mit bekanntem Ende der Ruhefrist." if people else "Niemand bestattet."
        return GraveRest(None, unknown, f"{nobody}{doubt}")
    end, name = max(known)
    return GraveRest(
        end,
        unknown,
        f"Die Ruhefrist der Grabstätte endet am {german_date(end)} ({name or 'ohne Namen'}).{doubt}",
    )
