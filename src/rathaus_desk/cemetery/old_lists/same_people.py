"""Everybody a list names, gathered from all its rows, and who of them may be one and the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import msgspec

from rathaus_desk.cemetery.old_lists.listed import ListedGrave, ListedPerson
from rathaus_desk.cemetery.old_lists.persons import name_fields, name_written, plain_name
from rathaus_desk.kernel.names import fold, phonetic
from rathaus_desk.lists.rows import MappedRow
from rathaus_desk.people.rules.addresses import residence
from rathaus_desk.people.rules.duplicates import Profile, compare

LIKELY = 80
"""From this score on people of different graves are proposed as one; in one grave the usual bound holds."""
_MOST_ALIKE = 60
"""People in a block beyond which what they share is too common to tell anything."""


@dataclass(frozen=True, slots=True)
class _Mention:
    """Where somebody is named first."""

    row: MappedRow
    subject: str


class Everybody:
    """Everybody a list names, by key, with what all rows together say of them."""

    def __init__(self) -> None:
        self.known: dict[str, ListedPerson] = {}
        self.mentions: dict[str, _Mention] = {}
        self._by_line: defaultdict[int, dict[str, None]] = defaultdict(dict)

    def add(self, person: ListedPerson, row: MappedRow, subject: str) -> None:
        """Notes somebody named in a row; ways to reach them are gathered from all rows."""
        before = self.known.get(person.key)
        if before is not None:
            contacts = tuple(dict.fromkeys((*before.contacts, *person.contacts)))
            person = msgspec.structs.replace(
                before, contacts=contacts, address=before.address or person.address
            )
        self.known[person.key] = person
        self.mentions.setdefault(person.key, _Mention(row, subject))
        self._by_line[row.line][person.key] = None

    def introduced(self, graves: Sequence[ListedGrave]) -> tuple[ListedGrave, ...]:
        """The graves, every row with all the people it names."""
        return tuple(
            msgspec.structs.replace(
                grave,
                rows=tuple(
                    msgspec.structs.replace(
                        row, people=tuple(self.known[key] for key in self._by_line.get(row.line, ()))
                    )
                    for row in grave.rows
                ),
            )
            for grave in graves
        )

    def note_alike(self, graves: Iterable[Iterable[str]]) -> None:
        """Proposes people who may be one and the same, as doubts about their rows.

        Compared are those named together (``graves``: the keys per grave), and over the whole list those who
        share more than the sound of their names.
        """
        profiles = {key: profile_of(person) for key, person in self.known.items()}
        done: set[frozenset[str]] = set()
        for keys in graves:
            self._propose(keys, profiles, done, shared="dieselbe Grabstätte")
        blocks: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
        for key, profile in profiles.items():
            if profile.kind == "natural" and profile.family_name and profile.given_names:
                alike = phonetic(profile.family_name), profile.folded[1][:1]
                for evidence in _evidence(profile):
                    blocks[*alike, evidence].append(key)
        for block in blocks.values():
            if len(block) <= _MOST_ALIKE:
                self._propose(block, profiles, done, at_least=LIKELY)

    def _propose(
        self,
        keys: Iterable[str],
        profiles: dict[str, Profile],
        done: set[frozenset[str]],
        *,
        shared: str = "",
        at_least: int = 0,
    ) -> None:
        for one, other in combinations(keys, 2):
            pair = frozenset((one, other))
            if pair in done:
                continue
            done.add(pair)
            likeness = compare(profiles[one], profiles[other], shared=shared)
            if not likeness.suggested or likeness.score < at_least:
                continue
            for key, twin in ((one, other), (other, one)):
                mention, line = self.mentions[key], self.mentions[twin].row.line
                names = name_fields(mention.subject)
                mention.row.doubt(
                    names,
                    name_written(mention.row, mention.subject),
                    f"vielleicht dieselbe Person wie „{plain_name(self.known[twin].details)}“ in Zeile {line}"
                    f" ({', '.join(likeness.reasons)}): vorgeschlagen, nicht zusammengeführt",
                )


def profile_of(person: ListedPerson) -> Profile:
    """What is known of a listed person, as comparing takes it."""
    where = residence(person.address) if person.address else ""
    return Profile.of(person.details, (where,), (contact.value for contact in person.contacts))


def _evidence(profile: Profile) -> Iterator[str]:
    """What must be shared beyond the name for two people of different graves to be proposed as one."""
    yield from map(fold, profile.addresses)
    yield from profile.reached_by
    if profile.born.earliest is not None:
        yield str(profile.born.earliest.year)
