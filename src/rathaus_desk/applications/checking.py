"""Whether a form is what its service expects: a JSON Schema's errors as German sentences with labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from rathaus_desk.applications.form import Form, excerpt, find
from rathaus_desk.applications.services import Service

if TYPE_CHECKING:
    from jsonschema import ValidationError

MESSAGE = "x-meldung"
"""A schema may bear its own German sentence here; it goes on after the label and the value."""

_TYPES = {
    "string": "ein Text",
    "number": "eine Zahl",
    "integer": "eine ganze Zahl",
    "boolean": "ja oder nein",
    "object": "eine Gruppe von Angaben",
    "array": "eine Liste",
    "null": "nichts",
}
_FORMATS = {
    "date": "ein Datum wie 2026-11-16",
    "time": "eine Uhrzeit wie 14:00:00+01:00",
    "email": "eine E-Mail-Adresse",
    "uuid": "eine UUID",
    "uri": "eine Internetadresse",
}
_AT_MOST = 10


def wrong_values(service: Service, form: Form) -> tuple[str, ...]:
    """What is wrong with ``form`` (blanks taken out before), a sentence each, at most ten; none: it fits."""
    return tuple(islice(_wrong_values(service, form), _AT_MOST))


def _wrong_values(service: Service, form: Form) -> Iterator[str]:
    said: set[str] = set()
    order = {path: place for place, path in enumerate(service.fields)}
    errors = [
        (".".join(map(str, error.absolute_path)), error) for error in service.validator.iter_errors(form)
    ]
    for path, error in sorted(errors, key=lambda pair: (order.get(pair[0], -1), pair[0])):
        if error.validator != "required" or path not in said:
            yield _sentence(service, path, error)
        said.add(path)
    for path in service.fields:
        value = find(form, path)
        if value is None or path in said:
            continue
        try:
            service.kind(path).read(value)
        except ValueError:
            expected = service.kind(path).expected
            yield f"{service.label(path)}: „{excerpt(value)}“ ist nicht zu lesen, erwartet wird {expected}."


def _sentence(service: Service, path: str, error: ValidationError) -> str:
    value: Any = error.instance
    bound: Any = error.validator_value
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    label = service.label(path) if path else "Der Antrag"
    if error.validator == "required":
        missing = [service.label(f"{path}.{name}" if path else name) for name in bound if name not in value]
        return f"Es fehlt: {', '.join(missing)}."
    if own := schema.get(MESSAGE):
        return f"{label}: „{excerpt(value)}“ {own}."
    match error.validator:
        case "type":
            wanted = [_TYPES.get(name, name) for name in ([bound] if isinstance(bound, str) else bound)]
            shown = (
                "eine Gruppe" if isinstance(value, dict) else "eine Liste" if isinstance(value, list) else ""
            )
            found = shown or f"„{excerpt(value)}“"
            return f"{label}: erwartet wird {' oder '.join(wanted)}, angegeben ist {found}."
        case "maxLength":
            return f"{label} ist {len(value)} Zeichen lang, erlaubt sind {bound}: „{excerpt(value)}“."
        case "minLength":
            return f"{label} ist kürzer als {bound} Zeichen: „{excerpt(value)}“."
        case "enum" | "const":
            allowed = ", ".join(map(str, bound if isinstance(bound, list) else [bound]))
            return f"{label}: „{excerpt(value)}“ gehört nicht zu: {excerpt(allowed, 200)}."
        case "format":
            return (
                f"{label}: „{excerpt(value)}“ ist nicht zu lesen, erwartet wird {_FORMATS.get(bound, bound)}."
            )
        case "minimum" | "exclusiveMinimum" | "maximum" | "exclusiveMaximum":
            side = "klein" if "inimum" in error.validator else "groß"
            return f"{label}: {excerpt(value)} ist zu {side} (Grenze {bound})."
        case "maxItems" | "maxProperties":
            return f"{label} enthält {len(value)} Angaben, erlaubt sind {bound}."
        case "minItems" | "minProperties":
            return f"{label} enthält {len(value)} Angaben, nötig sind {bound}."
        case "anyOf" if missing_one := _missing_one(service, path, error):
            return missing_one
        case _:
            return f"{label}: „{excerpt(value)}“ ist hier nicht möglich ({error.validator})."


def _missing_one(service: Service, path: str, error: ValidationError) -> str:
    """The sentence for "at least one of these must be there", if that is what the alternatives say."""
    wanted: list[str] = []
    branches: Any = error.validator_value
    for branch in branches:
        if not isinstance(branch, Mapping) or set(branch) != {"required"}:
            return ""
        wanted += [service.label(f"{path}.{name}" if path else name) for name in branch["required"]]
    return f"Es fehlt eine dieser Angaben: {', '.join(wanted)}."
