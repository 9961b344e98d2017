"""What a list can say: the fields an import knows, and the headings by which towns call them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from rathaus_desk.kernel.names import fold

_SMALL_WORDS = frozenset(
    (
        "r",
        "n",
        "e",
        "in",
        "innen",
        "der",
        "des",
        "die",
        "dem",
        "den",
        "das",
        "vom",
        "zur",
        "zum",
        "am",
        "und",
        "u",
    )
)
_WORDS = re.compile(r"[a-z0-9]+")


def heading_words(heading: str) -> tuple[str, ...]:
    """The folded words of a heading, without articles and endings set off ("Verstorbene/r")."""
    words = [re.sub("(nummer|num|no)$", "nr", word) for word in _WORDS.findall(fold(heading))]
    return tuple(word for word in words if word not in _SMALL_WORDS) or tuple(words) or (fold(heading),)


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a column can hold.

    ``name`` is what a mapping file writes ("deceased.born"); the part before the dot is its subject.
    ``headings`` are the words by which columns are usually called; ``holds`` says what its values look like
    ("date": at least some must be dates; "name": few may be). ``many``: several columns may hold it, joined
    from left to right.
    """

    name: str
    meaning: str
    example: str
    headings: tuple[str, ...] = ()
    holds: str = "text"
    many: bool = False

    @property
    def subject(self) -> str:
        """Whose it is: "deceased" of "deceased.born"."""
        return self.name.partition(".")[0]


@dataclass(frozen=True)
class Vocabulary:
    """The fields of one kind of list, and the words for those the fields are about.

    ``subjects`` maps a subject to the words that name it ("holder": Nutzungsberechtigter, NB …). Where a
    heading fits several fields, the one named first here is preferred. ``repeated`` are subjects of which one
    row may name several, each in columns of its own ("Verstorbener 1", "Verstorbener 2"). ``counters`` are
    headings of mere row numbers.
    """

    fields: tuple[Field, ...]
    subjects: dict[str, tuple[str, ...]] = field(default_factory=dict)
    repeated: frozenset[str] = frozenset()
    counters: tuple[str, ...] = ("lfd. Nr.", "laufende Nummer", "Pos.", "ID", "Zeile", "Datensatz")

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """Each field by its name."""
        return {known.name: known for known in self.fields}

    @cached_property
    def by_heading(self) -> dict[str, list[Field]]:
        """Fields by the joined words of a usual heading, in order of preference."""
        found: dict[str, list[Field]] = {}
        for known in self.fields:
            for heading in known.headings:
                found.setdefault("".join(heading_words(heading)), []).append(known)
        return found

    @cached_property
    def counter_words(self) -> frozenset[str]:
        """The joined words of headings that only count rows."""
        return frozenset("".join(heading_words(heading)) for heading in self.counters)

    @cached_property
    def subject_words(self) -> list[tuple[str, str]]:
        """(folded word, subject), longest first, so that compounds are cut where most is explained."""
        pairs = ((fold(word), subject) for subject, words in self.subjects.items() for word in words)
        return sorted(pairs, key=lambda pair: -len(pair[0]))

    def subject_of(self, words: tuple[str, ...]) -> tuple[str, str]:
        """(subject, what is left joined) of a heading's words; subject "" where none is named.

        A word may be an inflection of the subject ("Verstorbenen") or begin with it ("Verstorbenenname").
        """
        for place, word in enumerate(words):
            for known, subject in self.subject_words:
                others = words[:place] + words[place + 1 :]
                if word == known:
                    return subject, "".join(others)
                if len(known) > 4 and word.startswith(known):
                    rest = re.sub(r"^(?:e?[nrs]|e)?(?=.{3}|$)", "", word[len(known) :])
                    return subject, "".join((*others, rest) if rest else others)
        return "", "".join(words)

    def recognises(self, heading: str) -> bool:
        """Whether this is a heading one expects in such a list."""
        words = heading_words(heading)
        joined = "".join(words)
        return bool(words) and (
            joined in self.by_heading or joined in self.counter_words or bool(self.subject_of(words)[0])
        )

    def described(self) -> Iterator[dict[str, str]]:
        """What `import fields` shows: name, German meaning and example of every field."""
        return (
            {"field": known.name, "meaning": known.meaning, "example": known.example} for known in self.fields
        )
