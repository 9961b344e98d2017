"""From a form's values to the facts of a handover, as the service's data says."""

from __future__ import annotations

from datetime import date, time
from typing import Any, get_args, get_origin

import msgspec

from rathaus_desk.applications.form import Form, excerpt, find
from rathaus_desk.applications.handover import SHAPES, Facts, fact_type
from rathaus_desk.applications.services import Service
from rathaus_desk.applications.values import Kind, Moment
from rathaus_desk.kernel.names import fold


def read_facts(service: Service, form: Form) -> tuple[Facts | None, tuple[str, ...]]:
    """The facts of ``form`` for the module that carries on, and a sentence about each value that became none.

    ``form`` must have passed the checks of its service. None: the service hands nothing over.
    """
    mapping = service.file.handover
    if mapping is None:
        return None, ()
    shape = SHAPES[mapping.to]
    facts: dict[str, Any] = {}
    unclear: list[str] = []
    for fact, sources in mapping.facts.items():
        for path in (sources,) if isinstance(sources, str) else sources:
            if (raw := find(form, path)) is None:
                continue
            try:
                value = _fit(service.kind(path), raw, fact_type(shape, fact))
                if fact in mapping.words:
                    value = _translate(value, mapping.words[fact])
            except ValueError:
                unclear.append(f"{service.label(path)}: „{excerpt(raw)}“ konnte nicht zugeordnet werden.")
                continue
            if value is not None:
                _lay(facts, fact.split("."), value)
                break
    return msgspec.convert(facts, shape), tuple(unclear)


def _fit(kind: Kind, raw: Any, wanted: Any) -> Any:
    """``raw`` as the type that a fact has; None where it does not say so; ValueError where it says otherwise.

    Asked for 0 times is not asked for.
    """
    value = kind.read(raw)
    if isinstance(value, tuple):
        return (
            {item.name: item.quantity for item in value} if get_origin(wanted) is dict else kind.show(value)
        )
    if isinstance(value, Moment) and not _takes(wanted, str):
        return value.on if _takes(wanted, date) else value.time
    if _takes(wanted, bool):
        return bool(value)
    if _takes(wanted, int):
        return int(value) or None if isinstance(value, int) else _refuse(value)
    if _takes(wanted, date) or _takes(wanted, time):
        return value if isinstance(value, date | time) else _refuse(value)
    return kind.show(value)


def _takes(wanted: Any, kind: type) -> bool:
    return wanted is kind or kind in get_args(wanted)


def _refuse(value: object) -> Any:
    raise ValueError(value)


def _translate(value: Any, words: dict[str, tuple[str, ...]]) -> Any:
    """``value`` in the module's words. What a list names keeps its name where there is no word for it."""
    known = {fold(word): key for key, many in words.items() for word in (key, *many)}
    if isinstance(value, dict):
        return {known.get(fold(name), name): quantity for name, quantity in value.items()}
    return known.get(fold(str(value))) or _refuse(value)


def _lay(facts: dict[str, Any], steps: list[str], value: Any) -> None:
    """Puts ``value`` at its place among the nested ``facts``; two groups at one place become one."""
    for step in steps[:-1]:
        facts = facts.setdefault(step, {})
    if isinstance(value, dict):
        facts[steps[-1]] = {**value, **facts.get(steps[-1], {})}
    else:
        facts[steps[-1]] = value
