"""Who follows a holder who has died (rule 7): candidates in the statute's order. The clerk decides."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from rathaus_desk.cemetery.rules.terms import StatuteTerms, SuccessionRank
from rathaus_desk.kernel.names import fold

# Stem of a folded word → relation. The first stem that a word begins with counts: longer ones stand first.
_STEMS: tuple[tuple[str, str], ...] = (
    ("schwieger", "in_law"),
    ("stiefenkel", "other"),
    ("stiefmutter", "other"),
    ("stiefvater", "other"),
    ("stiefgeschwister", "other"),
    ("stiefbruder", "other"),
    ("stiefschwester", "other"),
    ("stief", "stepchild"),
    ("urenkel", "great_grandchild"),
    ("enkel", "grandchild"),
    ("grosseltern", "grandparent"),
    ("grossmutter", "grandparent"),
    ("grossvater", "grandparent"),
    ("halb", "sibling"),
    ("adoptiveltern", "parent"),
    ("adoptiv", "child"),
    ("pflege", "other"),
    ("ehegatt", "spouse"),
    ("ehefrau", "spouse"),
    ("ehemann", "spouse"),
    ("ehepartner", "spouse"),
    ("gattin", "spouse"),
    ("gatte", "spouse"),
    ("witwe", "spouse"),
    ("lebenspartner", "partner"),
    ("lebensgefahrt", "companion"),
    ("kinder", "child"),
    ("kind", "child"),
    ("sohn", "child"),
    ("sohne", "child"),
    ("tochter", "child"),
    ("eltern", "parent"),
    ("mutter", "parent"),
    ("vater", "parent"),
    ("geschwister", "sibling"),
    ("bruder", "sibling"),
    ("schwester", "sibling"),
    ("erbe", "heir"),
    ("erbin", "heir"),
    ("nichtehelich", "child"),
    ("nichte", "nephew_or_niece"),
    ("neffe", "nephew_or_niece"),
    ("onkel", "uncle_or_aunt"),
    ("tante", "uncle_or_aunt"),
    ("cousin", "cousin"),
    ("verwandt", "other"),
    ("angehorig", "other"),
    ("sonstige", "other"),
)
RELATIONS = frozenset(relation for _, relation in _STEMS)
"""Every relation this program tells apart."""

_WORD = re.compile(r"[a-z]+")


@dataclass(frozen=True, slots=True)
class Relative:
    """Somebody related to the holder; ``relation`` is what they are *to the holder*, as written ("Sohn")."""

    person: str
    name: str
    relation: str
    born: date | None = None
    died: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may follow.

    ``rank`` counts from 1; None: the statute's order does not name their relation.
    """

    person: str
    name: str
    rank: int | None
    reason: str


def relations_in(text: str) -> frozenset[str]:
    """The relations a text names: "Ehegatte oder Lebenspartner" → spouse, partner.

    Unknown words name none.
    """
    found = set()
    # "auf die Enkel in der Reihenfolge der Berechtigung ihrer Väter oder Mütter" names grandchildren only.
    named, _, _ = fold(text).partition("in der reihenfolge")
    for word in _WORD.findall(named):
        relation = next((relation for stem, relation in _STEMS if word.startswith(stem)), None)
        if relation is not None:
            found.add(relation)
    # "sonstige Erben" means the heirs, not everybody else.
    return frozenset(found - {"other"} if "heir" in found else found)


def rank(name: str) -> SuccessionRank:
    """A step of the order from its German name."""
    return SuccessionRank(name, relations_in(name))


def succession(statute: StatuteTerms, relatives: Iterable[Relative]) -> tuple[Candidate, ...]:
    """The living relatives in the statute's order, within a rank the eldest first (if the statute says so).

    Whoever the order does not name comes last, without a rank; their order among each other means nothing.
    """
    source = f"{statute.succession_paragraph} {statute.title}".strip()
    ranked: list[tuple[tuple[int, date, str], Candidate]] = []
    for relative in relatives:
        if relative.died:
            continue
        step = _step(statute.succession, relations_in(relative.relation))
        if step is None:
            reason = (
                f"{relative.relation or 'Beziehung unbekannt'}: in der Reihenfolge nicht genannt ({source})."
            )
        else:
            reason = f"{relative.relation}: Rang {step}, {statute.succession[step - 1].name} ({source})."
        born = relative.born if statute.succession_eldest_first and relative.born else date.max
        order = (step or len(statute.succession) + 1, born, fold(relative.name))
        ranked.append((order, Candidate(relative.person, relative.name, step, reason)))
    return tuple(candidate for _, candidate in sorted(ranked, key=lambda entry: entry[0]))


def _step(order: tuple[SuccessionRank, ...], relations: frozenset[str]) -> int | None:
    named = [number for number, step in enumerate(order, start=1) if step.relations & relations]
    if named:
        return named[0]
    # A step for all others takes every relation that is known but not named.
    others = [number for number, step in enumerate(order, start=1) if "other" in step.relations]
    return others[0] if others and relations else None
