"""Who may be one and the same person: a score with reasons. Nobody is ever merged by it.

Points: the names decide (up to 65), the days of birth and death, the address and ways to reach somebody add
to it, what contradicts takes away. From `SUGGESTED` on a pair is shown to the clerk.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

from rathaus_desk.kernel.names import fold, phonetic
from rathaus_desk.kernel.uncertain import UncertainDate
from rathaus_desk.people.rules.names import Lived, Named

SUGGESTED = 65
_CERTAIN = 100
_SIMILAR = 0.9


class Known(Named, Lived, Protocol):
    """Somebody with a name, a birth and perhaps a death; a record of the register and a request both are."""

    @property
    def birth_name(self) -> str: ...  # noqa: D102


@dataclass(frozen=True)
class Profile:
    """What is known of somebody, as far as it tells people apart. "" and empty: not known."""

    kind: str = "natural"
    given_names: str = ""
    family_name: str = ""
    birth_name: str = ""
    organisation: str = ""
    born: UncertainDate = field(default_factory=UncertainDate)
    died: UncertainDate = field(default_factory=UncertainDate)
    addresses: frozenset[str] = frozenset()
    """Each as `addresses.residence` writes it."""
    reached_by: frozenset[str] = frozenset()
    """Telephone numbers, e-mail addresses and IBANs in the form in which they are kept."""

    @classmethod
    def of(cls, known: Known, addresses: Iterable[str] = (), reached_by: Iterable[str] = ()) -> Profile:
        """What is known of somebody (a record or a request), with addresses and ways to reach them."""
        return cls(
            kind=known.kind,
            given_names=known.given_names,
            family_name=known.family_name,
            birth_name=known.birth_name,
            organisation=known.organisation,
            born=known.born,
            died=known.died,
            addresses=frozenset(filter(None, addresses)),
            reached_by=frozenset(reached_by),
        )

    @cached_property
    def folded(self) -> tuple[str, str, str]:
        """Family name (or organisation), given names, name at birth, folded."""
        name = self.organisation if self.kind == "organisation" else self.family_name
        return fold(name), fold(self.given_names), fold(self.birth_name)


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much speaks for one and the same person: 0 to 100, and why, in words."""

    score: int
    reasons: tuple[str, ...]

    @property
    def suggested(self) -> bool:
        """Whether a clerk is asked."""
        return self.score >= SUGGESTED


def compare(one: Profile, other: Profile, *, shared: str = "") -> Likeness:
    """How alike two people are; ``shared`` names a thing both have to do with ("dieselbe Grabstätte")."""
    if one.kind != other.kind:
        return Likeness(0, ())
    found = [
        _family_names(one, other),
        *((_given_names(one, other),) if one.kind == "natural" else ()),
        _dates("Geburtstag", one.born, other.born, 30),
        _dates("Sterbetag", one.died, other.died, 25),
        _addresses(one, other),
        _reached_by(one, other),
        (10, shared) if shared else (0, ""),
    ]
    if found[0][0] == 0 and not one.reached_by & other.reached_by:
        return Likeness(0, ())
    score = max(0, min(_CERTAIN, sum(points for points, _ in found)))
    return Likeness(score, tuple(reason for _, reason in found if reason))


def _family_names(one: Profile, other: Profile) -> tuple[int, str]:
    name, _, birth = one.folded
    other_name, _, other_birth = other.folded
    if not name or not other_name:
        return 0, ""
    full = 65 if one.kind != "natural" else 40
    if name == other_name:
        contradicts = birth and other_birth and birth != other_birth
        return (10, "anderer Geburtsname") if contradicts else (full, "gleicher Name")
    if name == other_birth or birth == other_name:
        return 25, "der Name ist der Geburtsname der anderen Person"
    if phonetic(name) == phonetic(other_name) and JaroWinkler.similarity(name, other_name) >= 0.8:
        return full - 8, "gleich klingender Name"
    if (
        JaroWinkler.similarity(name, other_name) >= _SIMILAR
        and DamerauLevenshtein.distance(name, other_name) <= 2
    ):
        return full - 12, "ähnlicher Name"
    return 0, ""


def _given_names(one: Profile, other: Profile) -> tuple[int, str]:
    given, other_given = one.folded[1], other.folded[1]
    if not given or not other_given:
        return 0, ""
    if given == other_given:
        return 25, "gleicher Vorname"
    words, others = given.replace("-", " ").split(), other_given.replace("-", " ").split()
    if set(words) <= set(others) or set(others) <= set(words):
        return 18, "ein Vorname ist gleich"
    shorter, longer = sorted((words[0].rstrip("."), others[0].rstrip(".")), key=len)
    if len(shorter) == 1 and longer.startswith(shorter):
        return 10, "der Vorname beginnt gleich"
    if (
        JaroWinkler.similarity(given, other_given) >= _SIMILAR
        or phonetic(given) == phonetic(other_given) != ""
    ):
        return 14, "ähnlicher Vorname"
    return -40, "anderer Vorname"


def _dates(what: str, one: UncertainDate, other: UncertainDate, points: int) -> tuple[int, str]:
    if not one.known or not other.known:
        return 0, ""
    if one.day and one.day == other.day:
        return points, f"gleicher {what}"
    if one.may_equal(other):
        return points // 3, f"{what} passt zusammen"
    if one.day and other.day:
        written, also = f"{one.day:%d%m%Y}", f"{other.day:%d%m%Y}"
        if DamerauLevenshtein.distance(written, also) == 1:
            return points // 3, f"{what} bis auf eine Ziffer gleich"
        if (one.day.day, one.day.month, one.day.year) == (other.day.month, other.day.day, other.day.year):
            return points // 3, f"{what} mit vertauschtem Tag und Monat"
    return -40, f"anderer {what}"


def _addresses(one: Profile, other: Profile) -> tuple[int, str]:
    if not one.addresses or not other.addresses:
        return 0, ""
    if {fold(address) for address in one.addresses} & {fold(address) for address in other.addresses}:
        return 15, "gleiche Anschrift"
    return -10, "andere Anschrift"


def _reached_by(one: Profile, other: Profile) -> tuple[int, str]:
    return (25, "gleiche Telefonnummer, E-Mail oder IBAN") if one.reached_by & other.reached_by else (0, "")
