"""``when`` and ``unless``: comparing what happened with what a rule is for: yes, no, or not known.

``{ form = "coffin", age_from = 5 }``: all must hold. A list of values: one of them. A list of tables: one of
the tables. Ranges: ``_from`` (at least), ``_below`` (less than), ``_over`` (more than), ``_up_to`` (at most).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from fractions import Fraction
from typing import Any, Protocol

from rathaus_desk.catalogue.examples import number_text
from rathaus_desk.catalogue.reading import Wrong, nearest, read_money, read_number, shown
from rathaus_desk.fees.vocabulary import (
    COUNTED,
    DECLARATIONS,
    FACTS,
    GERMAN_FACTS,
    RANGED,
    FactType,
    FactWord,
)
from rathaus_desk.kernel.money import Money

SUFFIXES = ("_from", "_below", "_over", "_up_to")

GERMAN_SUFFIXES = {
    "_ab": "_from",
    "_unter": "_below",
    "_bis": "_up_to",
    "_ueber": "_over",
    "_über": "_over",
    "_mindestens": "_from",
    "_hoechstens": "_up_to",
    "_min": "_from",
    "_max": "_up_to",
    "_to": "_up_to",
    "_under": "_below",
    "_until": "_up_to",
}
"""What somebody may have meant by another ending of a word."""

_RANGE = re.compile(r"(ab|unter|bis|über|mindestens|höchstens|<=|>=|<|>)\s*([0-9][0-9.:]*)(?:\s*\w+)?")
_RANGES = {
    "ab": "_from",
    "mindestens": "_from",
    ">=": "_from",
    "unter": "_below",
    "<": "_below",
    "bis": "_up_to",
    "höchstens": "_up_to",
    "<=": "_up_to",
    "über": "_over",
    ">": "_over",
}

_MONTHS = (
    "januar",
    "februar",
    "märz",
    "april",
    "mai",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "dezember",
)

_CLOCK = re.compile(r"([01]?[0-9]|2[0-4]):([0-5][0-9])")


class Words(Protocol):
    """The tariff's own words: what its tables declare."""

    def is_option(self, name: str) -> bool:
        """Whether ``name`` may be an option of a booking (``when = { crockery = true }``)."""
        ...

    def declared(self, fact: str) -> Mapping[str, str] | None:
        """The values the tariff declares for a fact, with their German label; None if it declares none."""
        ...


@dataclass(frozen=True, slots=True)
class Comparison:
    """One key of ``when``. ``suffix`` empty: one of ``values``; otherwise a range with one bound."""

    fact: str
    suffix: str
    values: tuple[Any, ...]
    structural: bool
    option: bool = False

    def holds(self, facts: Mapping[str, object], counts: Mapping[str, object]) -> bool | None:
        """None: the fact is not known."""
        known = facts.get(self.fact)
        if known is None and self.fact in COUNTED:
            known = counts.get(COUNTED[self.fact])
        if known is None:
            return False if self.structural or self.option else None
        members = known if isinstance(known, frozenset) else (known,)
        return any(self._meets(member) for member in members)

    def _meets(self, member: Any) -> bool:
        bound = self.values[0]
        match self.suffix:
            case "_from":
                return bool(member >= bound)
            case "_below":
                return bool(member < bound)
            case "_over":
                return bool(member > bound)
            case "_up_to":
                return bool(member <= bound)
            case _:
                return member in self.values


@dataclass(frozen=True, slots=True)
class Condition:
    """One table of comparisons; all must hold."""

    comparisons: tuple[Comparison, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """The facts it compares."""
        return frozenset(comparison.fact for comparison in self.comparisons)

    def verdict(self, facts: Mapping[str, object], counts: Mapping[str, object]) -> bool | str:
        """True, False, or the name of a fact that is not known and decides."""
        unknown = ""
        for comparison in self.comparisons:
            answer = comparison.holds(facts, counts)
            if answer is False:
                return False
            if answer is None:
                unknown = unknown or comparison.fact
        return unknown or True


@dataclass(frozen=True, slots=True)
class Rule:
    """``when`` with ``unless``: one of the first holds and none of the second."""

    when: tuple[Condition, ...] = (Condition(),)
    unless: tuple[Condition, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """The facts any of its ``when`` tables compares."""
        return frozenset().union(*(condition.names for condition in self.when))

    def verdict(
        self,
        facts: Mapping[str, object],
        counts: Mapping[str, object],
        subject: frozenset[str] = frozenset(),
    ) -> bool | str:
        """As :meth:`Condition.verdict`. Only ``when`` tables that name all of ``subject`` are asked."""
        asked = [condition for condition in self.when if subject <= condition.names]
        answer = _any(condition.verdict(facts, counts) for condition in asked)
        if answer is False:
            return False
        barred = _any(condition.verdict(facts, counts) for condition in self.unless)
        if barred is True:
            return False
        return answer if barred is False or answer is not True else barred

    def without(self, comparison: Comparison) -> Rule:
        """The rule without one comparison of its ``when`` tables."""
        whens = (
            Condition(tuple(entry for entry in condition.comparisons if entry != comparison))
            for condition in self.when
        )
        return Rule(tuple(whens), self.unless)

    def chosen(self, facts: Mapping[str, object], counts: Mapping[str, object]) -> Condition | None:
        """The first ``when`` table that holds."""
        return next((entry for entry in self.when if entry.verdict(facts, counts) is True), None)


def _any(verdicts: Any) -> bool | str:
    unknown = ""
    for verdict in verdicts:
        if verdict is True:
            return True
        unknown = unknown or verdict or ""
    return unknown or False


def read_rule(when: object, unless: object, words: Words) -> tuple[Rule, list[Wrong]]:
    """From the raw ``when`` and ``unless`` of a table; what is wrong names its place in that table."""
    problems: list[Wrong] = []
    asked = _conditions(when, "when", words, problems) or (Condition(),)
    return Rule(asked, _conditions(unless, "unless", words, problems)), problems


def _conditions(raw: object, key: str, words: Words, problems: list[Wrong]) -> tuple[Condition, ...]:
    if raw is None or raw == {}:
        return ()
    several = isinstance(raw, list | tuple)
    tables: Sequence[object] = raw if isinstance(raw, list | tuple) else [raw]
    made = []
    for position, table in enumerate(tables):
        at = (key, position) if several else (key,)
        if not isinstance(table, Mapping):
            problems.append(Wrong(f"„{key}“ muss eine Tabelle sein.", f'{key} = {{ event = "burial" }}', at))
            continue
        comparisons = []
        for name, value in table.items():
            try:
                comparisons.append(read_comparison(name, value, words))
            except Wrong as wrong:
                problems.append(Wrong(wrong.what, wrong.should, (*at, name)))
        made.append(Condition(tuple(comparisons)))
    return tuple(made)


def read_comparison(name: str, value: object, words: Words) -> Comparison:
    """One key with its value; raises :class:`Wrong`."""
    if name in FACTS:
        word = FACTS[name]
        values = value if isinstance(value, list) else [value]
        for entry in values:
            _refuse_bound(name, word, entry)
        if not values:
            raise Wrong(f"„{name}“ vergleicht mit einer leeren Liste: das trifft nie zu.", f'{name} = ["…"]')
        if word.type in (FactType.TIME, FactType.DATE):
            raise Wrong(f"„{name}“ braucht eine Grenze.", f"{name}_from oder {name}_below")
        read = tuple(_value(name, word, entry, words) for entry in values)
        return Comparison(name, "", read, word.structural)
    for suffix in SUFFIXES:
        stem = name.removesuffix(suffix)
        if stem != name and stem in FACTS:
            word = FACTS[stem]
            if word.type not in RANGED:
                raise Wrong(f"„{stem}“ kennt keine Grenzen ({word.type.value}).", stem)
            return Comparison(stem, suffix, (_value(name, word, value, words),), word.structural)
    return _option(name, value, words)


def _refuse_bound(name: str, word: FactWord, value: object) -> None:
    """``age = "unter 5"``: a bound stands in the name of the fact."""
    if word.type in RANGED and isinstance(value, str) and (found := _RANGE.fullmatch(value.strip().lower())):
        quoted = f'"{found[2]}"' if word.type in (FactType.TIME, FactType.MONEY) else found[2]
        raise Wrong(f"„{name}“: {shown(value)} ist eine Grenze.", f"{name}{_RANGES[found[1]]} = {quoted}")


def _option(name: str, value: object, words: Words) -> Comparison:
    if words.is_option(name):
        if not isinstance(value, bool):
            raise Wrong(f"Die Option „{name}“ ist gewählt oder nicht.", f"{name} = true")
        return Comparison(name, "", (value,), structural=False, option=True)
    stem = next((name.removesuffix(end) for end in SUFFIXES if name.endswith(end)), name)
    for german, suffix in GERMAN_SUFFIXES.items():
        meant = name.removesuffix(german)
        meant = GERMAN_FACTS.get(meant.lower(), meant)
        if name.endswith(german) and meant in FACTS and FACTS[meant].type in RANGED:
            raise Wrong(f"„{name}“ ist in when keine bekannte Angabe.", meant + suffix)
    ranged = [fact + suffix for fact in FACTS if FACTS[fact].type in RANGED for suffix in SUFFIXES]
    if near := nearest(name, [*FACTS, *ranged, *(words.declared("option") or {})]):
        raise Wrong(f"„{name}“ ist in when keine bekannte Angabe.", near)
    meant = GERMAN_FACTS.get(stem.lower(), "")
    should = meant + name[len(stem) :] if meant else ""
    if meant and name.endswith(SUFFIXES) and FACTS[meant].type not in RANGED:
        should = meant
    if not should and isinstance(value, bool):
        should = f'als eigener Umstand erklärt: [options] {name} = "…"'
    should = should or f"eine von: {', '.join(FACTS)}"
    raise Wrong(f"„{name}“ ist in when keine bekannte Angabe.", should)


def _value(name: str, word: FactWord, value: object, words: Words) -> object:
    try:
        match word.type:
            case FactType.WORD:
                return _word(name, word, value, words)
            case FactType.FLAG:
                if not isinstance(value, bool):
                    raise Wrong(f"„{name}“: {shown(value)} passt hier nicht.", f"{name} = true oder false")
                return value
            case FactType.NUMBER:
                return read_number(value)
            case FactType.MONEY:
                return read_money(value)
            case FactType.TIME:
                return read_minutes(value)
            case FactType.DATE:
                if type(value) is not date:
                    raise Wrong(f"{shown(value)} ist kein Datum.", "2024-01-31")
                return value
            case FactType.MONTH:
                if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 12:
                    named = str(value).lower()
                    should = str(_MONTHS.index(named) + 1) if named in _MONTHS else "eine Zahl von 1 bis 12"
                    raise Wrong(f"{shown(value)} ist kein Monat.", should)
                return value
    except Wrong as wrong:
        should = f"{name} = {wrong.should}" if wrong.should and "=" not in wrong.should else wrong.should
        raise Wrong(wrong.what if name in wrong.what else f"„{name}“: {wrong.what}", should) from wrong


def _word(name: str, word: FactWord, value: object, words: Words) -> str:
    if not isinstance(value, str) or not value:
        raise Wrong(f"„{name}“: {shown(value)} passt hier nicht.", f'{name} = "…"')
    allowed = word.choices or words.declared(name)
    if allowed is None or value in allowed:
        return value
    german = {text.lower(): key for key, text in allowed.items()}
    meant = german.get(value.lower()) or nearest(value, list(allowed))
    should = f'{name} = "{meant}"' if meant else f"{name} = eines von: {', '.join(allowed)}"
    table = next((table for table, fact in DECLARATIONS.items() if fact == name), "")
    where = "gibt es nicht" if word.choices else f"steht nicht in [{table}]"
    raise Wrong(f"„{name}“: „{value}“ {where}.", should)


def read_minutes(value: object) -> int:
    """Minutes since midnight: ``15`` (hour), ``"15:30"``, a TOML time; raises :class:`Wrong`."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 24:
        return value * 60
    if isinstance(value, time):
        return value.hour * 60 + value.minute
    if (
        isinstance(value, str)
        and (found := _CLOCK.fullmatch(value))
        and (found[1] != "24" or found[2] == "00")
    ):
        return int(found[1]) * 60 + int(found[2])
    raise Wrong(f"{shown(value)} ist keine Uhrzeit.", '15 oder "15:30"')


def german_value(fact: str, value: object, words: Words) -> str:
    """A fact's value as a reason names it."""
    word = FACTS.get(fact)
    match value:
        case frozenset():
            return ", ".join(german_value(fact, member, words) for member in sorted(map(str, value)))
        case bool():
            return "ja" if value else "nein"
        case Money():
            return value.german()
        case date():
            return f"{value:%d.%m.%Y}"
        case Fraction() | int() if word is not None and word.type is FactType.TIME:
            return f"{int(value) // 60:02d}:{int(value) % 60:02d} Uhr"
        case Fraction():
            return number_text(value).replace(".", ",")
        case str():
            choices = (word.choices if word else None) or words.declared(fact) or {}
            return choices.get(value, value)
        case _:
            return str(value)
