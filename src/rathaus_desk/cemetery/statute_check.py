"""The statute as a kind of catalogue file: what makes one unusable, and what the checker points out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rathaus_desk.catalogue.findings import Finding
from rathaus_desk.catalogue.kinds import Bundle, CatalogueFile, FileKind
from rathaus_desk.catalogue.law import LawBook
from rathaus_desk.catalogue.lines import At
from rathaus_desk.cemetery.rules.succession import RELATIONS
from rathaus_desk.cemetery.rules.terms import GERMAN_FORM, BurialForm, GraveKind
from rathaus_desk.cemetery.statute import StatuteFile, Terms, defines, terms_of, versions
from rathaus_desk.kernel.periods import FOR_EVER, day_after, german_date

FORMS: tuple[BurialForm, ...] = ("coffin", "urn")


def refuse(file: CatalogueFile) -> Iterator[Finding]:
    """What makes a statute unusable: a rest under the legal floor, a kind twice, terms at odds with each
    other.
    """
    content: StatuteFile = file.content
    yield from _below_floor(file, content)
    yield from _twice(file, content)
    if len(content.succession) > 1:
        yield file.finding(
            ("succession", 1), "Die Rangfolge steht zweimal in der Datei.", "ein [[succession]]"
        )
    for position, kind in enumerate(terms_of(content).kinds.values()):
        at: At = ("grave_kind", position)
        if kind.extension_rounding == "exact_days" and kind.fee_basis == "month/12":
            yield file.finding(
                (*at, "fee_basis"),
                f"„{kind.name}“ wird auf den Tag verlängert; fee_basis „month/12“ zählt aber Monate.",
                'fee_basis = "day/365.25" oder extension_rounding = "started_months"',
            )
        least, most = kind.reacquisition_min_years, kind.reacquisition_max_years
        if least is not None and most is not None and least > most:
            yield file.finding(
                (*at, "reacquisition_min_years"),
                f"„{kind.name}“: der Wiedererwerb umfasst mindestens {least}, aber höchstens {most} Jahre.",
                f"reacquisition_min_years höchstens {most}",
            )


def find(file: CatalogueFile, bundle: Bundle) -> Iterator[Finding]:
    """What a statute should not say, though it can be computed."""
    content: StatuteFile = file.content
    statute = terms_of(content)
    for position, kind in enumerate(statute.kinds.values()):
        yield from _odd_kind(file, ("grave_kind", position), kind)
        if not kind.extendable and content.grave_kind[position].extension_max_years_ahead is not None:
            yield file.finding(
                ("grave_kind", position, "extension_max_years_ahead"),
                f"„{kind.name}“ ist nicht verlängerbar, nennt aber eine Höchstdauer der Verlängerung.",
                "extendable = true, oder die Angabe streichen",
            )
    yield from _unknown_ranks(file, content)
    if not statute.kinds:
        yield file.finding(("statute",), "Die Satzung nennt keine Grabart.", "[[grave_kind]]")
    others: list[StatuteFile] = [
        other.content for other in bundle.of("statute") if other.content.statute.key == content.statute.key
    ]
    yield from _lost_kinds(file, content, others)
    yield from _gap(file, content, others)


def _below_floor(file: CatalogueFile, content: StatuteFile) -> Iterator[Finding]:
    head = content.statute
    floor = LawBook.shipped().find("rest_floor", head.valid_until or FOR_EVER)
    if floor is None:
        return
    least = floor.number("years")
    for at, years in _rest_years(content):
        if years < least:
            yield file.finding(
                at,
                f"Die Ruhefrist von {years} Jahren unterschreitet die gesetzliche Mindestruhefrist von"
                f" {least} Jahren,"
                f" auch für Aschen ({floor.source}).",
                f"mindestens {least}",
            )


def _rest_years(content: StatuteFile) -> Iterator[tuple[At, int]]:
    """Every rest period in the file, with its place."""
    for table, older in (
        ("statute", content.statute.rest_for_older_burials),
        ("rules", content.rules.rest_for_older_burials),
    ):
        for term in older.terms() if older else ():
            yield (table, "rest_for_older_burials"), term.years
    tables: list[tuple[At, Terms]] = [(("rules",), content.rules)]
    tables += [(("grave_kind", position), kind) for position, kind in enumerate(content.grave_kind)]
    for at, terms in tables:
        for name in ("rest_years_coffin", "rest_years_urn", "rest_years_child_under_5"):
            years: int | None = getattr(terms, name)
            if years is not None:
                yield (*at, name), years
        for position, rest in enumerate(terms.rest):
            yield (*at, "rest", position, "years"), rest.years


def _twice(file: CatalogueFile, content: StatuteFile) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for position, kind in enumerate(content.grave_kind):
        if kind.key in first:
            line = file.lines.line(("grave_kind", first[kind.key], "key"))
            yield file.finding(
                ("grave_kind", position, "key"),
                f"Die Grabart „{kind.key}“ steht schon in Zeile {line}.",
                "je Grabart ein eigener Schlüssel",
            )
        first.setdefault(kind.key, position)


def _odd_kind(file: CatalogueFile, at: At, kind: GraveKind) -> Iterator[Finding]:
    taken = [form for form in FORMS if kind.takes(form)]
    if not taken:
        yield file.finding(
            at, f"„{kind.name}“ nimmt weder Särge noch Urnen auf.", "coffin_places oder urns_per_place"
        )
    if kind.war_grave:
        return
    for form in taken:
        term = kind.rest_term(form, _oldest(kind))
        if term is None:
            yield file.finding(
                at,
                f"„{kind.name}“ hat keine Ruhefrist für {GERMAN_FORM[form]}: dort kann nicht bestattet"
                " werden.",
                f"rest_years_{form} = …",
            )
        elif 0 < kind.right_years < term.years:
            charged = "wird mit der Bestattung verlängert" if kind.extendable else "endet mit der Ruhefrist"
            yield file.finding(
                (*at, "right_years"),
                f"„{kind.name}“: das Nutzungsrecht ({kind.right_years} Jahre) ist kürzer als die Ruhefrist"
                f" ({GERMAN_FORM[form]} {term.years} Jahre); es {charged}.",
                f"right_years mindestens {term.years}",
            )
    if kind.extendable and kind.right_years == 0:
        yield file.finding(at, f"„{kind.name}“ hat keine Dauer des Nutzungsrechts.", "right_years = …")


def _oldest(kind: GraveKind) -> int | None:
    """The age whose rest is the longest that can be meant; None: no limit."""
    return None if kind.deceased_age_below is None else max(kind.deceased_age_below - 1, 0)


def _unknown_ranks(file: CatalogueFile, content: StatuteFile) -> Iterator[Finding]:
    for table, succession in enumerate(content.succession):
        for position, entry in enumerate(succession.order):
            at: At = ("succession", table, "order", position)
            for unknown in sorted(set(entry.relations) - RELATIONS):
                yield file.finding(
                    at, f"Die Beziehung „{unknown}“ gibt es nicht.", ", ".join(sorted(RELATIONS))
                )
            if not entry.rank().relations:
                yield file.finding(
                    at,
                    f"Zu „{entry.name}“ ist keine Beziehung bekannt: auf diesem Rang wird niemand"
                    " vorgeschlagen.",
                    f'{{ name = "{entry.name}", relations = ["other"] }}',
                )


def _lost_kinds(
    file: CatalogueFile, content: StatuteFile, others: Iterable[StatuteFile]
) -> Iterator[Finding]:
    """Kinds that other versions have: who is buried in one under this version has no rest period, unless the
    other version says how long older burials rest.
    """
    own = {kind.key for kind in content.grave_kind}
    missing: dict[str, str] = {}
    for other in others:
        if not (other.statute.rest_for_older_burials or other.rules.rest_for_older_burials):
            missing |= {kind.key: kind.name for kind in other.grave_kind if kind.key not in own}
    if missing:
        names = ", ".join(f"„{key}“" for key in missing)
        yield file.finding(
            ("statute",),
            f"Dieser Fassung fehlen die Grabarten {names}, die eine andere Fassung hat:"
            " bei Bestattungen dieser Zeit bleibt das Ende der Ruhefrist leer.",
            "die Grabarten ergänzen, wenn es sie gab, oder rest_for_older_burials in der neuen Fassung",
        )


def _gap(file: CatalogueFile, content: StatuteFile, others: Iterable[StatuteFile]) -> Iterator[Finding]:
    head = content.statute
    if head.valid_until is None:
        return
    after = day_after(head.valid_until)
    begins = [other.statute.valid_from for other in others if other.statute.valid_from > head.valid_from]
    if begins and min(begins) > after:
        yield file.finding(
            ("statute", "valid_until"),
            f"Vom {german_date(after)} an gilt keine Fassung, die nächste erst ab"
            f" {german_date(min(begins))}.",
            "lückenlose Geltung",
        )


STATUTE = FileKind(
    head="statute",
    title="Friedhofsordnung",
    schema=StatuteFile,
    versions=versions,
    refuse=refuse,
    find=find,
    defines=defines,
)
"""The kind of file that ``office`` registers."""
