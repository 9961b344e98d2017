"""The tariff's own words: what its tables of labels declare, and which names may be options."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rathaus_desk.fees.conditions import SUFFIXES
from rathaus_desk.fees.tariff import Words
from rathaus_desk.fees.tariff_file import DepositTable, RuleTable, TariffFile
from rathaus_desk.fees.vocabulary import DECLARATIONS, FACTS, GERMAN_FACTS

_OPTION = re.compile(r"[a-z][a-z0-9_]*")


def stems(when: object) -> set[str]:
    """The facts that raw ``when`` tables name."""
    tables = when if isinstance(when, list | tuple) else [when]
    names = {name for table in tables if isinstance(table, Mapping) for name in table}
    return {next((name.removesuffix(end) for end in SUFFIXES if name.endswith(end)), name) for name in names}


def words_of(content: TariffFile) -> Words:
    """What a file declares."""
    labels = {fact: getattr(content, table) for table, fact in DECLARATIONS.items()}
    labels["season"] = {name: name for name in content.seasons}
    used = _booleans(content)
    for_graves = any(stems(item.when) & {"event", "service", "kind"} for item in content.item)
    return Words(
        labels={fact: table for fact, table in labels.items() if table},
        options_free=not content.options and not for_graves,
        known=frozenset(name for name in used if _may_be_option(name)),
    )


def _booleans(content: TariffFile) -> set[str]:
    tables: list[RuleTable] = [*content.item, *content.factor, *content.free, *content.limit, *content.vat]
    tables += [*content.refuse, *content.warn, *content.cancellation]
    tables += [content.deposit] if isinstance(content.deposit, DepositTable) else list(content.deposit)
    return {
        name
        for table in tables
        for raw in (table.when, table.unless)
        for entry in (raw if isinstance(raw, list | tuple) else [raw])
        if isinstance(entry, Mapping)
        for name, value in entry.items()
        if isinstance(value, bool)
    }


def _may_be_option(name: str) -> bool:
    """Without an ``[options]`` table a mistyped word of ours must not pass for an option."""
    return bool(
        _OPTION.fullmatch(name)
        and name not in FACTS
        and name not in GERMAN_FACTS
        and not name.endswith(SUFFIXES)
        and not any(_one_slip(name, word) for word in FACTS)
    )


def _one_slip(name: str, word: str) -> bool:
    from rapidfuzz.distance import OSA

    return OSA.distance(name, word) <= (1 if len(word) <= 5 else 2)
