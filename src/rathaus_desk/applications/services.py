"""Services: kinds of application, each a folder of data (``service.toml`` and ``schema.json``), no code.

docs/services.md teaches the format. The shipped services lie in ``resources/services/``; a town lays its own
folders beside them, one of the same name takes the shipped one's place.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rathaus_desk.applications import handover
from rathaus_desk.applications.form import Form, find
from rathaus_desk.applications.service_file import FactMapping, Field, ServiceFile
from rathaus_desk.applications.values import DAYS, KINDS, Kind, read_text
from rathaus_desk.catalogue.findings import BadFile, Finding
from rathaus_desk.catalogue.lines import At
from rathaus_desk.catalogue.reading import convert, nearest
from rathaus_desk.catalogue.toml_text import Source, parse, read_source
from rathaus_desk.kernel import resources
from rathaus_desk.kernel.errors import BadInput, Place

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}")
"""What a key may look like, as it is the name of a folder."""
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Service:
    """A kind of application, loaded and checked."""

    file: ServiceFile
    schema: Mapping[str, Any]

    @property
    def key(self) -> str:
        """The folder's name."""
        return self.file.service.key

    @property
    def title(self) -> str:
        """The German name a clerk sees."""
        return self.file.service.title

    @cached_property
    def fields(self) -> dict[str, Field]:
        """The fields by path, in the order of the layout."""
        return {field.path: field for section in self.file.section for field in section.field}

    @cached_property
    def validator(self) -> Draft202012Validator:
        """The schema, ready to check forms; references out of the folder are not followed."""
        from jsonschema import Draft202012Validator
        from referencing import Registry

        return Draft202012Validator(
            self.schema, registry=Registry(), format_checker=Draft202012Validator.FORMAT_CHECKER
        )

    def kind(self, path: str) -> Kind:
        """How the value at ``path`` is read; text where the service does not say."""
        field = self.fields.get(path)
        return KINDS[field.kind if field else "text"]

    def label(self, path: str) -> str:
        """The value's name as a sentence quotes it: label and heading, else its path in the form."""
        for section in self.file.section:
            for field in section.field:
                if field.path == path:
                    return f"„{field.label}“ ({section.title})"
        under = [s.title for s in self.file.section if all(f.path.startswith(f"{path}.") for f in s.field)]
        return f"„{under[0]}“" if under else f"„{path}“"

    def case_title(self, form: Form) -> str:
        """The title of the case: ``case_title`` with the form's values at the places of ``{path}``."""

        def value(found: re.Match[str]) -> str:
            try:
                return read_text(find(form, found[1]))
            except ValueError:
                return ""

        filled = " ".join(_PLACEHOLDER.sub(value, self.file.service.case_title).split())
        return filled.strip(" ,;:-")

    def fits(self, form: Form) -> bool:
        """Whether ``form`` is one of this service."""
        return any(mark.fits(form) for mark in self.file.recognise)


@dataclass(frozen=True)
class Services:
    """All services of the town; ``broken`` are folders that cannot be used, each with its sentence."""

    by_key: Mapping[str, Service]
    broken: tuple[BadInput, ...] = ()

    def __iter__(self) -> Iterator[Service]:
        return iter(self.by_key.values())

    def recognise(self, form: Form, leika: Iterable[str] = ()) -> tuple[Service, ...]:
        """The services that claim ``form``: by the envelope's LeiKa keys, else by the form's own marks."""
        keys = frozenset(leika)
        named = tuple(service for service in self if keys & frozenset(service.file.service.leika))
        return named or tuple(service for service in self if service.fits(form))


def load_services(*own: Path, kept: Iterable[tuple[str, str]] = ()) -> Services:
    """The shipped services and those in the folders ``own``; a folder that does not exist holds none.

    ``kept``: the two texts of each service that the town has taken in. One that cannot be used does not keep
    the others from working.
    """
    by_key: dict[str, Service] = {}
    broken: list[BadInput] = []
    for home in (resources.path("services"), *own):
        for folder in sorted(path.parent for path in home.glob("*/service.toml")):
            try:
                service = load_service(folder)
            except BadInput as error:
                broken.append(error)
            else:
                by_key[service.key] = service
    for text, schema_text in kept:
        try:
            service = read_service(text, schema_text)
        except BadInput as error:
            broken.append(error)
        else:
            by_key[service.key] = service
    return Services(by_key, tuple(broken))


def read_service(text: str, schema_text: str) -> Service:
    """The service of two texts, as `load_service` would load their folder; BadInput as there."""
    head = parse(Path("service.toml"), text).tree.get("service")
    key = str(head.get("key")) if isinstance(head, dict) else ""
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / (key if _KEY.fullmatch(key) else "leistung")
        folder.mkdir()
        (folder / "service.toml").write_text(text, encoding="utf-8", newline="")
        (folder / "schema.json").write_text(schema_text, encoding="utf-8", newline="")
        try:
            return load_service(folder)
        except BadInput as error:
            raise BadInput(str(error).replace(f"{home}{os.sep}", "")) from error


def load_service(folder: Path) -> Service:
    """The service in ``folder``; raises BadInput naming file, line and what would be right."""
    source = read_source(folder / "service.toml")
    file, findings = convert(source, source.tree, ServiceFile)
    if file is None or (findings := list(_contradictions(source, file, folder.name))):
        raise BadFile(findings)
    return Service(file, _load_schema(folder / "schema.json"))


def _load_schema(path: Path) -> Mapping[str, Any]:
    from jsonschema import Draft202012Validator, SchemaError

    place = Place(file=f"{path.parent.name}/{path.name}")
    try:
        schema = json.loads(path.read_text(encoding="utf-8"))
        Draft202012Validator.check_schema(schema)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, SchemaError) as error:
        reason = error.message if isinstance(error, SchemaError) else str(error)
        raise BadInput(
            f"Das JSON-Schema der Leistung ist nicht zu verwenden: {reason}.", place=place
        ) from error
    if not isinstance(schema, dict):
        raise BadInput("Das JSON-Schema der Leistung muss eine Gruppe sein.", place=place)
    return schema


def _contradictions(source: Source, file: ServiceFile, folder: str) -> Iterator[Finding]:
    """What the parts of a service say that does not fit together."""

    def wrong(at: At, what: str, should: str = "") -> Finding:
        return Finding(str(source.path), source.lines.line(at), what, should)

    if file.service.key != folder:
        yield wrong(("service", "key"), "Der Schlüssel muss heißen wie der Ordner.", f'key = "{folder}"')
    if not file.recognise and not file.service.leika:
        yield wrong(
            ("service",),
            "Ohne [[recognise]] und ohne LeiKa-Schlüssel wird kein Antrag dieser Leistung erkannt.",
            '[[recognise]] mit path = "leistung" und values = ["…"]',
        )
    fields: dict[str, Field] = {}
    for place, section in enumerate(file.section):
        for number, field in enumerate(section.field):
            at: At = ("section", place, "field", number)
            if field.kind not in KINDS:
                yield wrong((*at, "kind"), f"Die Art „{field.kind}“ gibt es nicht.", _one_of(KINDS))
            if field.path in fields:
                yield wrong((*at, "path"), f"„{field.path}“ steht zweimal in der Gliederung.")
            fields[field.path] = field
    for place, check in enumerate(file.check):
        for path in (*check.in_order, *check.not_future):
            if path not in fields or fields[path].kind not in DAYS:
                what = f"„{path}“ ist kein Feld mit einem Tag."
                yield wrong(("check", place), what, f"ein Feld der Gliederung, kind ist {_one_of(DAYS)}")
    if file.handover:
        for within, what, should in _mapping_contradictions(file.handover, fields):
            yield wrong(("handover", *within), what, should)


def _mapping_contradictions(
    mapping: FactMapping, fields: Mapping[str, Field]
) -> Iterator[tuple[At, str, str]]:
    shape = handover.SHAPES.get(mapping.to)
    if shape is None:
        yield ("to",), f"Eine Übergabe an „{mapping.to}“ gibt es nicht.", _one_of(handover.SHAPES)
        return
    for fact, paths in mapping.facts.items():
        if handover.fact_type(shape, fact) is None:
            yield ("facts", fact), f"Die Übergabe „{mapping.to}“ kennt keine Angabe „{fact}“.", ""
        for path in (paths,) if isinstance(paths, str) else paths:
            if path not in fields:
                yield ("facts", fact), f"„{path}“ ist kein Feld der Gliederung.", nearest(path, list(fields))
    for fact in mapping.words:
        if fact not in mapping.facts:
            yield ("words", fact), f"„{fact}“ steht nicht unter [handover.facts].", ""


def _one_of(names: Iterable[str]) -> str:
    return "eines von: " + ", ".join(names)
