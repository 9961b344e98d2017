"""What holds for all rows of a list, and how its rows and people are told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from hashlib import blake2b

from rathaus_desk.cemetery.old_lists.kinds import KindMatch
from rathaus_desk.cemetery.rules.terms import GraveKind, Statutes
from rathaus_desk.kernel.names import fold
from rathaus_desk.lists.mapping import Mapping
from rathaus_desk.lists.people_text import NameOrder

_BETWEEN = "\N{SYMBOL FOR UNIT SEPARATOR}"


@dataclass(frozen=True)
class Setting:
    """What holds for all rows of a list. ``cemetery``: where a row names none."""

    mapping: Mapping
    statutes: Statutes
    today: date
    cemetery: str = ""
    orders: dict[str, NameOrder] = field(default_factory=dict)
    kinds_by_text: dict[tuple[str, bool], KindMatch] = field(default_factory=dict)

    @cached_property
    def kinds(self) -> Sequence[GraveKind]:
        """The kinds of the statute in force, then those that only older ones know."""
        now = self.statutes.in_force(self.today)
        versions = sorted(self.statutes.versions, key=lambda version: version.valid_from, reverse=True)
        known: dict[str, GraveKind] = dict(now.kinds) if now else {}
        for version in versions:
            known = {**version.kinds, **known}
        return list(known.values())


def key_of(*parts: object) -> str:
    """A short name for what ``parts`` say, folded; the same parts always give the same."""
    text = fold(_BETWEEN.join(map(str, parts)))
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
