"""From a TOML document to the Structs of a schema, strictly, with every error that can be found.

msgspec stops at the first error and speaks English; so tables are walked here, key by key, and msgspec
judges only single values. A schema is an ordinary Struct. Beside what msgspec knows, a field may be typed

* ``Money``: an amount as text with two decimals, ``"48.00"``;
* ``Fraction``: a whole number, or text with a decimal or a fraction, ``"12.5"``, ``"1/3"``;
* a class with ``from_toml(value)``, which raises :class:`Wrong`.

``Annotated[..., Meta(description="…")]`` says in German what a value should be; ``examples=[…]`` how it may
look; ``extra={"least": 0, "most": 100}`` between what a Fraction lies.
"""

from __future__ import annotations

import difflib
import re
import types
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import Meta

from rathaus_desk.catalogue.findings import Finding
from rathaus_desk.catalogue.lines import At
from rathaus_desk.catalogue.toml_text import Source
from rathaus_desk.kernel.money import Money

LONGEST_TEXT = 2_000
"""Characters of one text, where the schema does not say otherwise: more never fits on a notice."""

S = TypeVar("S", bound=msgspec.Struct)

_DECIMAL = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,6})?")
_SHARE = re.compile(r"(-?[0-9]{1,9})/([1-9][0-9]{0,8})")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Wrong(ValueError):
    """A value is not what it should be. ``at`` leads from the value to the part that is meant."""

    def __init__(self, what: str, should: str = "", at: At = ()) -> None:
        super().__init__(what)
        self.what = what
        self.should = should
        self.at = at


def read_money(value: object) -> Money:
    """An amount as files hold it; raises :class:`Wrong`."""
    if isinstance(value, str):
        try:
            return Money.parse(value)
        except ValueError:
            raise Wrong(f"„{value}“ ist kein Betrag.", _meant_amount(value.strip())) from None
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        raise Wrong(
            f"{value} ist eine Zahl; Beträge sind Text, damit kein Cent verloren geht.",
            f'"{Decimal(value):.2f}"',
        )
    raise Wrong(f"{shown(value)} ist kein Betrag.", '"48.00" (Text mit Punkt und zwei Nachkommastellen)')


def _meant_amount(written: str) -> str:
    """The amount that somebody may have meant, as it should be written."""
    bare = re.sub(r"\s*(?:€|EUR|Euro)\s*", "", written)
    plain = r"(-?)([0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:[,.](?:([0-9]{1,2})|[-–]+))?"
    found = re.fullmatch(plain, bare)
    if found and not re.fullmatch(r"-?0\.[0-9]{3}", bare):
        amount = f"{found[1]}{found[2].replace('.', '')}.{(found[3] or ''):<02}"
        return f'"{amount}" (Text mit Punkt und zwei Nachkommastellen)'
    if re.fullmatch(r"[0-9]+[,.][0-9]{3,}", bare):
        cents = Decimal(bare.replace(",", ".")) * 100
        return f'"{cents:.2f}" mit amount_for = 100 (der Betrag für 100 Einheiten)'
    if re.search(r"frei|kostenlos|ohne|keine", written, re.IGNORECASE):
        return '"0.00"'
    return '"48.00" (Text mit Punkt und zwei Nachkommastellen)'


def read_number(value: object) -> Fraction:
    """A number as files hold it: ``18``, ``"12.5"``, ``"1/3"``; raises :class:`Wrong`."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**9:
        return Fraction(value)
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Fraction(value)
    if isinstance(value, str) and (share := _SHARE.fullmatch(value)):
        return Fraction(int(share[1]), int(share[2]))
    if isinstance(value, Decimal):
        raise Wrong(f"{value} ist eine Kommazahl ohne Anführungszeichen.", f'"{value}"')
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]+(?:,[0-9]+)?\s*%?", value):
        raise Wrong(f"„{value}“ ist keine Zahl.", f'"{value.replace(",", ".").rstrip("% ")}"')
    raise Wrong(f"{shown(value)} ist keine Zahl.", 'eine ganze Zahl (50) oder Text ("12.5", "1/3")')


READERS: Mapping[object, Callable[[object], object]] = {Money: read_money, Fraction: read_number}


def convert(source: Source, tree: object, schema: type[S], at: At = ()) -> tuple[S | None, list[Finding]]:
    """The Struct, or None with all findings. ``at`` is where ``tree`` stands in the document."""
    reader = _Reader(source)
    made = reader.struct(tree, schema, at)
    return (made, []) if not reader.findings else (None, reader.findings)


class _Failed:
    """Stands for a value that could not be read; the finding is noted."""


_FAILED = _Failed()


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.findings: list[Finding] = []

    def struct(self, value: object, schema: type[S], at: At) -> S | Any:
        if not isinstance(value, Mapping):
            self._note(at, f"{_named(at)} muss eine Tabelle sein, nicht {shown(value)}.", _head(at))
            return _FAILED
        fields = _fields(schema)
        made: dict[str, object] = {}
        for key in value:
            if key not in fields:
                self._note((*at, key), *self._unknown(key, tuple(fields), at, value))
        for key, field in fields.items():
            if key in value:
                made[field.name] = self.value(value[key], field.type, (*at, key))
            elif field.required:
                self._note(
                    at,
                    f"In {self._table(at, value)} fehlt die Angabe „{key}“.",
                    f"{key} = {sample(field.type, key)}",
                )
                made[field.name] = _FAILED
        if any(entry is _FAILED for entry in made.values()) or any(key not in fields for key in value):
            return _FAILED
        try:
            return schema(**made)
        except (ValueError, TypeError) as error:
            wrong = error if isinstance(error, Wrong) else Wrong(str(error))
            self._note((*at, *wrong.at), wrong.what, wrong.should)
            return _FAILED

    def value(self, value: object, wanted: Any, at: At) -> object:
        plain = _without_meta(wanted)
        if get_origin(plain) in (Union, types.UnionType):
            plain = wanted = _member(value, get_args(plain))
            plain = _without_meta(plain)
        reader = READERS.get(plain) or getattr(plain, "from_toml", None)
        if reader is not None:
            return self._read(reader, value, _meta(wanted), at)
        if isinstance(plain, type) and issubclass(plain, msgspec.Struct):
            return self.struct(value, plain, at)
        origin, arguments = get_origin(plain), get_args(plain)
        if origin in (tuple, list) and _is_nested(arguments[0]):
            return self._array(value, arguments[0], wanted, at)
        if origin is dict and _is_nested(arguments[1]) and isinstance(value, Mapping):
            made = {key: self.value(entry, arguments[1], (*at, key)) for key, entry in value.items()}
            return _FAILED if any(entry is _FAILED for entry in made.values()) else made
        return self._single(value, wanted, at)

    def _array(self, value: object, of: Any, wanted: Any, at: At) -> object:
        if not isinstance(value, list):
            head = f"[[{at[-1]}]]" if isinstance(value, Mapping) else f"{at[-1]} = [ … ]"
            self._note(at, f"{_named(at)} muss eine Liste sein, nicht {shown(value)}.", head)
            return _FAILED
        made = [self.value(entry, of, (*at, position)) for position, entry in enumerate(value)]
        if any(entry is _FAILED for entry in made):
            return _FAILED
        meta = _meta(wanted)
        if meta is not None and meta.min_length is not None and len(made) < meta.min_length:
            self._note(at, f"„{at[-1]}“ ist leer.", described(wanted))
            return _FAILED
        return tuple(made) if get_origin(_without_meta(wanted)) is tuple else made

    def _single(self, value: object, wanted: Any, at: At) -> object:
        key = at[-1] if at else ""
        if isinstance(value, datetime) and _without_meta(wanted) is date:
            self._note(at, f"„{key}“ ist ein Tag ohne Uhrzeit.", f"{key} = {value.date().isoformat()}")
            return _FAILED
        try:
            if isinstance(value, str) and _without_meta(wanted) in (date, datetime, time):
                raise msgspec.ValidationError  # msgspec would read ISO text; files hold real dates
            made = msgspec.convert(value, wanted, strict=True)
        except msgspec.ValidationError:
            what, should = _misfit(value, wanted, str(key))
            self._note(at, what, should)
            return _FAILED
        if problem := _bad_text(made, _meta(wanted)):
            self._note(at, f"„{key}“ {problem}.", described(wanted))
            return _FAILED
        return made

    def _read(self, reader: Callable[[object], object], value: object, meta: Meta | None, at: At) -> object:
        try:
            made = reader(value)
            bounds = (meta.extra or {}) if meta is not None else {}
            if "least" in bounds and made < bounds["least"]:
                raise Wrong(f"{shown(value)} ist zu klein.", f"eine Zahl ab {bounds['least']}")
            if "most" in bounds and made > bounds["most"]:
                raise Wrong(f"{shown(value)} ist zu groß.", f"eine Zahl bis {bounds['most']}")
            return made
        except Wrong as wrong:
            key = (*at, *wrong.at)[-1]
            what = wrong.what if wrong.at else f"„{key}“: {wrong.what}"
            should = wrong.should
            if should and not wrong.at and isinstance(key, str):
                should = f"{key} = {should}"
            self._note((*at, *wrong.at), what, should)
            return _FAILED

    def _unknown(
        self, key: str, known: Sequence[str], at: At, table: Mapping[str, object]
    ) -> tuple[str, str]:
        what = f"„{key}“ ist in {self._table(at, table)} keine bekannte Angabe."
        return what, nearest(
            key, [name for name in known if name not in table]
        ) or f"eine von: {', '.join(known)}"

    def _table(self, at: At, table: Mapping[str, object]) -> str:
        name = next(
            (table[key] for key in ("key", "title", "label") if isinstance(table.get(key), str)), None
        )
        return f"{_head(at)} „{str(name)[:80]}“" if name and at else _head(at)

    def _note(self, at: At, what: str, should: str = "") -> None:
        self.findings.append(Finding(str(self.source.path), self.source.lines.line(at), what, should))


def nearest(word: str, known: Sequence[str]) -> str:
    """The known word somebody may have meant; empty if none is near."""
    from rapidfuzz.distance import OSA  # only where something is wrong already

    typed = word.lower()
    slips = min(((OSA.distance(typed, name.lower()), name) for name in known), default=(99, ""))
    if slips[0] <= max(1, len(typed) // 4):
        return slips[1]
    found = difflib.get_close_matches(typed, known, n=1, cutoff=0.7)
    return found[0] if found else ""


def shown(value: object) -> str:
    """A value of a file, as a sentence may quote it."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return f"„{value[:60]}{'…' if len(value) > 60 else ''}“"
        case Mapping():
            return "eine Tabelle"
        case list():
            return "eine Liste"
        case datetime() | date() | time():
            return value.isoformat()
        case _:
            return str(value)[:60]


def described(wanted: Any) -> str:
    """What a value of this type should be, in German."""
    meta = _meta(wanted)
    if meta is not None and meta.description:
        return meta.description
    plain = _without_meta(wanted)
    simple = {
        str: "Text in Anführungszeichen",
        int: "eine ganze Zahl ohne Anführungszeichen",
        bool: "true oder false",
        date: "ein Datum wie 2024-01-31, ohne Anführungszeichen",
        datetime: "Datum und Uhrzeit wie 2024-01-31T14:00:00, ohne Anführungszeichen",
        time: "eine Uhrzeit wie 14:00:00, ohne Anführungszeichen",
        Money: 'ein Betrag wie "48.00"',
        Fraction: 'eine Zahl wie 50, "12.5" oder "1/3"',
    }
    if plain in simple:
        return simple[plain] + _bounds(meta)
    origin, arguments = get_origin(plain), get_args(plain)
    if isinstance(plain, type) and issubclass(plain, Enum):
        return "eines von: " + ", ".join(f'"{choice.value}"' for choice in plain)
    if origin is Literal:
        return "eines von: " + ", ".join(
            f'"{choice}"' if isinstance(choice, str) else str(choice) for choice in arguments
        )
    if origin in (Union, types.UnionType):
        return " oder ".join(described(member) for member in arguments if member is not types.NoneType)
    if origin in (tuple, list):
        return f"eine Liste [ … ]; darin: {described(arguments[0])}"
    return "eine Tabelle { … }"


def sample(wanted: Any, key: str = "") -> str:
    """How a value of this type may look in a file."""
    meta = _meta(wanted)
    if meta is not None and meta.examples:
        first = meta.examples[0]
        return f'"{first}"' if isinstance(first, str) else str(first)
    plain = _without_meta(wanted)
    if get_origin(plain) in (Union, types.UnionType):
        plain = _without_meta(get_args(plain)[0])
    looks: dict[object, str] = {
        str: '"…"',
        int: "1",
        bool: "true",
        date: "2024-01-01",
        datetime: "2024-01-31T14:00:00",
        time: "14:00:00",
        Money: '"48.00"',
        Fraction: "50",
    }
    if plain in looks:
        return looks[plain]
    if get_origin(plain) is Literal:
        return f'"{get_args(plain)[0]}"'
    if isinstance(plain, type) and issubclass(plain, Enum):
        return f'"{next(iter(plain)).value}"'
    return "[ … ]" if get_origin(plain) in (tuple, list) else f"{{ … }} oder [{key}]"


def _misfit(value: object, wanted: Any, key: str) -> tuple[str, str]:
    plain = _without_meta(wanted)
    choices = [choice for choice in get_args(plain) if isinstance(choice, str)]
    if isinstance(plain, type) and issubclass(plain, Enum):
        choices = [str(choice.value) for choice in plain]
    if choices and isinstance(value, str):
        near = nearest(value, choices)
        return f"„{key}“: {shown(value)} gibt es hier nicht.", f'{key} = "{near}"' if near else described(
            wanted
        )
    meta = _meta(wanted)
    if isinstance(value, str) and meta is not None and meta.max_length is not None:
        if len(value) > meta.max_length:
            return (
                f"„{key}“ ist mit {len(value)} Zeichen zu lang.",
                f"höchstens {meta.max_length} Zeichen",
            )
        if not value:
            return f"„{key}“ ist leer.", f'{key} = "…"'
    if plain is str and isinstance(value, int | Decimal | date) and not isinstance(value, bool):
        return f"„{key}“ ist Text und braucht Anführungszeichen.", f'{key} = "{value}"'
    if plain is int and isinstance(value, str) and value.lstrip("-").isdigit():
        return f"„{key}“ ist eine Zahl und steht ohne Anführungszeichen.", f"{key} = {value}"
    if plain is bool and isinstance(value, str):
        return f"„{key}“ steht ohne Anführungszeichen.", f"{key} = true oder {key} = false"
    if plain in (datetime, time) and isinstance(value, str):
        return f"„{key}“ steht ohne Anführungszeichen.", f"{key} = {sample(wanted)}"
    if plain is date and isinstance(value, str):
        german = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", value)
        iso = f"{german[3]}-{int(german[2]):02}-{int(german[1]):02}" if german else value
        should = iso if re.fullmatch(r"\d{4}-\d\d-\d\d", iso) else "2024-01-31"
        return f"„{key}“ ist ein Datum und steht ohne Anführungszeichen.", f"{key} = {should}"
    return f"„{key}“: {shown(value)} passt hier nicht.", described(wanted)


def _bad_text(value: object, meta: Meta | None) -> str:
    """Why a text (or a text in a list) cannot stay; empty if it can."""
    texts = value if isinstance(value, tuple | list) else [value]
    longest = meta.max_length if meta is not None and meta.max_length is not None else LONGEST_TEXT
    for text in texts:
        if isinstance(text, str) and len(text) > longest:
            return f"ist mit {len(text)} Zeichen zu lang (höchstens {longest})"
        if isinstance(text, str) and _CONTROL.search(text):
            return "enthält Steuerzeichen"
    return ""


def _bounds(meta: Meta | None) -> str:
    if meta is None:
        return ""
    said = []
    if meta.ge is not None:
        said.append(f"mindestens {meta.ge}")
    if meta.le is not None:
        said.append(f"höchstens {meta.le}")
    if meta.gt is not None:
        said.append(f"größer als {meta.gt}")
    if meta.min_length:
        said.append("nicht leer" if meta.min_length == 1 else f"mindestens {meta.min_length} Zeichen")
    if meta.max_length is not None:
        said.append(f"höchstens {meta.max_length} Zeichen")
    if meta.pattern is not None:
        said.append(f"nach dem Muster {meta.pattern}")
    return f" ({', '.join(said)})" if said else ""


def _head(at: At) -> str:
    if not at:
        return "der Datei"
    names = ".".join(part for part in at if isinstance(part, str))
    return f"[[{names}]]" if isinstance(at[-1], int) else f"[{names}]"


def _named(at: At) -> str:
    return f"„{at[-1]}“" if at and isinstance(at[-1], str) else _head(at)


def _meta(wanted: Any) -> Meta | None:
    if get_origin(wanted) is Annotated:
        return next((part for part in get_args(wanted)[1:] if isinstance(part, Meta)), None)
    return None


def _without_meta(wanted: Any) -> Any:
    return get_args(wanted)[0] if get_origin(wanted) is Annotated else wanted


def _is_nested(wanted: Any) -> bool:
    """Whether values of this type are walked here rather than judged by msgspec."""
    plain = _without_meta(wanted)
    if get_origin(plain) in (Union, types.UnionType):
        return any(_is_nested(member) for member in get_args(plain))
    if plain in READERS or hasattr(plain, "from_toml"):
        return True
    if isinstance(plain, type) and issubclass(plain, msgspec.Struct):
        return True
    return get_origin(plain) in (tuple, list) and _is_nested(get_args(plain)[0])


def _member(value: object, members: tuple[Any, ...]) -> Any:
    """The member of a union that a value of this shape is meant for; the whole union if msgspec can tell."""
    real = [member for member in members if member not in (types.NoneType, msgspec.UnsetType)]
    nested = [member for member in real if _is_nested(member)]
    if not nested:
        return real[0] if len(real) == 1 else Union[tuple(real)]  # noqa: UP007  built at run time
    for member in nested:
        arrays = get_origin(_without_meta(member)) in (tuple, list)
        if arrays == isinstance(value, list):
            return member
    return nested[0]


@lru_cache(maxsize=256)
def _fields(schema: type[msgspec.Struct]) -> dict[str, msgspec.structs.FieldInfo]:
    return {field.encode_name: field for field in msgspec.structs.fields(schema)}
