"""The file ``service.toml``: what a town can say about a service. docs/services.md teaches it."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from rathaus_desk.applications.form import Form, find
from rathaus_desk.kernel.names import fold

Label = Annotated[str, Meta(min_length=1, max_length=200)]
FormPath = Annotated[str, Meta(pattern=r"^[^.\s]+(\.[^.\s]+)*$")]
Key = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
Leika = Annotated[str, Meta(pattern=r"^[0-9]{14}$")]


class Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[service]``. ``case_prefix`` begins the case numbers unless the office of that key has its own."""

    key: Key
    title: Label
    summary: str = ""
    leika: tuple[Leika, ...] = ()
    office: Key
    case_prefix: Annotated[str, Meta(pattern=r"^[A-Z]{1,6}$")]
    case_title: Label
    test_flag: FormPath | None = None
    """Where a form says that it is only a test: such an application never becomes a case."""


class Mark(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A value by which forms are told apart: at ``path`` stands one of ``values`` (case does not count).

    A ticked box (``true``) is "ja", one left alone "nein".
    """

    path: FormPath
    values: Annotated[tuple[Label, ...], Meta(min_length=1)]

    def fits(self, form: Form) -> bool:
        """Whether ``form`` bears the mark; a list at ``path`` may hold one of the values."""
        found = find(form, self.path)
        wanted = {fold(value) for value in self.values}
        return any(
            isinstance(said, str) and fold(said) in wanted
            for one in (found if isinstance(found, list) else [found])
            for said in [{True: "ja", False: "nein"}[one] if isinstance(one, bool) else one]
        )


class Field(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One value of the form: where it stands, its German label, how it is read (``KINDS``)."""

    path: FormPath
    label: Label
    kind: str = "text"


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A group of fields under one heading; the order of both is the order a clerk reads them in."""

    title: Label
    field: Annotated[tuple[Field, ...], Meta(min_length=1)]


class Check(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What should hold between days. It never keeps an application out: the clerk is told.

    ``in_order``: none of these days lies before one named earlier. ``not_future``: none lies after the day of
    receipt.
    """

    in_order: tuple[FormPath, ...] = ()
    not_future: tuple[FormPath, ...] = ()


class ChecklistItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What must be at hand before the matter can be decided.

    With ``needs`` the item is settled when the form has one of these values; without, the clerk ticks it.
    With ``when`` it is asked only of forms that bear the mark.
    """

    label: Label
    needs: tuple[FormPath, ...] = ()
    when: Mark | None = None


class Deadlines(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Months after which approval counts as given (0: the law knows no such thing here); days to answer."""

    deemed_approval_months: Annotated[int, Meta(ge=0, le=60)] = 0
    answer_days: Annotated[int, Meta(ge=0, le=366)] = 0
    source: str = ""


class Retention(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long the application is kept after the case was closed, and who says so."""

    years: Annotated[int, Meta(ge=0, le=200)]
    source: Label


class FactMapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[handover]``: what the form's values are for the module that carries on.

    ``facts``: fact → path, or several paths of which the first filled one counts. ``words``: fact → value the
    module knows → what forms write for it.
    """

    to: str
    # Not FormPath: msgspec 0.22 frees a pattern once too often where it stands in a union with a list, and
    # the process crashes later. The paths are compared with the fields anyway.
    facts: dict[str, str | tuple[str, ...]] = {}
    words: dict[str, dict[str, tuple[Label, ...]]] = {}


class ServiceFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``service.toml``."""

    service: Head
    recognise: tuple[Mark, ...] = ()
    section: Annotated[tuple[Section, ...], Meta(min_length=1)]
    check: tuple[Check, ...] = ()
    checklist: tuple[ChecklistItem, ...] = ()
    deadlines: Deadlines = Deadlines()
    retention: Retention
    handover: FactMapping | None = None
