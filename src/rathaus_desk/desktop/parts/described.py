"""What pages say and parts show: columns, fields, details, consequences as plain values.

A module describes a page once with these; how it looks, how it is read aloud and how it is reached by
keyboard is the business of the parts. Nothing in here knows Qt: a description is tested without a window.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from rathaus_desk.kernel.money import Money

Tone = Literal["good", "warn", "bad", "calm"]
"""What a state means for whoever reads it; always shown with a sign and a word, never by colour alone."""


@dataclass(frozen=True, slots=True)
class State:
    """A state as its pill shows it: ``sign`` (✓ ○ ! † …) and word."""

    word: str
    tone: Tone = "calm"
    sign: str = "○"

    def __str__(self) -> str:
        return f"{self.sign} {self.word}"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a link leads: the page ``page`` with the record ``record`` open, on the tab ``tab``."""

    page: str
    record: UUID | None = None
    tab: str = ""


# --- lists -----------------------------------------------------------------------------------------------

ColumnKind = Literal["text", "date", "time", "uncertain", "money", "number", "flag", "state"]
"""As `kernel.listing.ColumnKind`; state: a `State`, shown as a pill."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list. ``width`` in characters of the body font; ``stretch`` ones share what is left.

    ``sortable`` False: clicking its head does nothing.
    """

    key: str
    title: str
    kind: ColumnKind = "text"
    width: int = 14
    stretch: bool = False
    sortable: bool = True
    shown: bool = True
    """Whether it is there until the clerk chooses otherwise."""


@dataclass(frozen=True, slots=True)
class Chip:
    """One of the choices above a list; the first one is chosen at the start. ``key`` goes to the source."""

    key: str
    title: str


# --- a record in detail ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a detail: what it is, and its value as people write it ("" is shown as —)."""

    label: str
    value: str
    note: str = ""
    target: Target | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts under one heading."""

    title: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a list inside a detail or on Heute: ``when``, title, second line.

    ``action`` names a command, offered on the line, that gets ``record``; ``target`` is where the line leads.
    """

    title: str
    second: str = ""
    when: str = ""
    icon: str = ""
    state: State | None = None
    amount: str = ""
    target: Target | None = None
    action: str = ""
    record: UUID | None = None


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines under one heading; ``empty`` is said where there are none."""

    title: str
    lines: tuple[Line, ...]
    empty: str = ""
    action: str = ""
    """A command offered beside the heading."""


@dataclass(frozen=True, slots=True)
class Banner:
    """A sentence that must be seen, with the remedy: a command, or a place to go to."""

    sentence: str
    tone: Tone = "warn"
    action: str = ""
    target: Target | None = None
    remedy: str = ""
    """What the button says; "" is the command's title."""


@dataclass(frozen=True, slots=True)
class Document:
    """A PDF to look at. ``key`` tells it from others; ``load`` reads it, in a worker."""

    title: str
    key: str
    load: Callable[[], bytes] = field(compare=False)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture to look at. ``text``: what is to be seen; ``key`` tells it from others; ``load`` reads it, in
    a worker. ``actions`` name commands that get ``record``.
    """

    text: str
    key: str
    load: Callable[[], bytes] = field(compare=False)
    record: UUID | None = None
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pictures:
    """Pictures under one heading, each with its words; ``empty`` is said where there are none."""

    title: str
    pictures: tuple[Picture, ...]
    empty: str = ""
    action: str = ""
    """A command offered beside the heading."""


@dataclass(frozen=True, slots=True)
class Versions:
    """Values side by side: ``heads`` over the columns, each row a caption and as many values."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Part = Facts | Lines | Banner | Document | Pictures | Versions


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab of a detail. The five of every module: Übersicht, Vorgang, Schreiben, Gebühren, Verlauf.

    ``load(session)`` makes the parts when the tab is looked at; while somebody walks through a list, only the
    tab that is seen is worked out.
    """

    title: str
    parts: tuple[Part, ...] = ()
    load: Callable[[Any], tuple[Part, ...]] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Detail:
    """A record as a clerk sees it beside the list. ``actions`` name commands, the most used first."""

    title: str
    second: str = ""
    state: State | None = None
    actions: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    """Commands behind „…“."""
    tabs: tuple[Tab, ...] = ()


# --- forms -----------------------------------------------------------------------------------------------

FieldKind = Literal[
    "text",
    "long_text",
    "secret",
    "date",
    "uncertain",
    "time",
    "money",
    "number",
    "flag",
    "choice",
    "person",
    "record",
    "quantities",
    "file",
    "decimal",
    "checklist",
    "damage",
    "signature",
]
"""What a field holds, and what its value is (None everywhere: nothing was entered; a flag is never None):

text, long_text, secret (not shown, in no draft): str · date: `date` · uncertain: `UncertainDate` ·
time: `datetime.time` · money: `Money` · number: int · flag: bool · choice: str, the key ·
person: UUID or `EnterPerson` · record: UUID · quantities: dict of key → number, of what is ticked among the
choices · file: `Path` · decimal: `Decimal` · checklist: tuple of `CheckedLine`, one for each choice, once all
are answered · damage: tuple of `DamageLine` · signature: tuple of strokes (`letters.letter.Stroke`).
"""


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice: what is stored and what is read."""

    key: str
    title: str
    second: str = ""


@dataclass(frozen=True, slots=True)
class CheckedLine:
    """What was looked at, whether it was in order, and what is to be said of it."""

    item: str
    ok: bool
    remark: str = ""


@dataclass(frozen=True, slots=True)
class DamageLine:
    """A damage, what it costs (None: not known yet), and its photos."""

    text: str
    cost: Money | None = None
    photos: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What a search inside a field proposes."""

    id: UUID
    title: str
    second: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form.

    ``label`` with ``&`` before the letter of its mnemonic. ``span``: columns of twelve. ``hint`` stands below
    it. ``choices``: fixed, or worked out from the values of the form (whenever one changes). ``find(text)``:
    what a field of kind record proposes; called in a worker. ``shown(values)``: whether it is there at all.
    ``future``: whether days after today are meant ("20.11." is then the next one, else the last one).
    """

    name: str
    label: str
    kind: FieldKind = "text"
    span: int = 6
    hint: str = ""
    required: bool = False
    choices: Sequence[Choice] | Callable[[Mapping[str, Any]], Sequence[Choice]] = ()
    find: Callable[[str], Sequence[Found]] | None = None
    describe: Callable[[UUID], str] | None = None
    """How a chosen record is written in the field."""
    shown: Callable[[Mapping[str, Any]], bool] | None = None
    future: bool = False
    placeholder: str = ""
    lines: int = 3
    unit: str = ""
    suffixes: tuple[str, ...] = ()
    """Endings of files that can be chosen (".csv")."""


@dataclass(frozen=True, slots=True)
class Section:
    """Fields under one heading, in rows; the spans of a row add up to twelve at most."""

    title: str
    rows: tuple[tuple[Field, ...], ...]
    shown: Callable[[Mapping[str, Any]], bool] | None = None


# --- what an input means ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Meaning:
    """One line of a card: what, its value, and why (the rule with its paragraph)."""

    label: str
    value: str = ""
    why: str = ""
    strong: bool = False
    """A sum, or what must not be overlooked."""
    instead: Mapping[str, Any] = field(default_factory=dict)
    """Values the form takes over when the clerk chooses this line: another time, other rooms."""


@dataclass(frozen=True, slots=True)
class Card:
    """Meanings under one heading, on the canvas beside the form."""

    title: str
    meanings: tuple[Meaning, ...] = ()
    banners: tuple[Banner, ...] = ()


@dataclass(frozen=True, slots=True)
class Consequences:
    """What the input of a form means.

    ``problems``: field → sentence with the remedy; "" is the form as a whole. ``missing``: what must still be
    said before it can be carried out, in the words of the labels. ``refused``: law or capacity forbids it.
    ``confirm``: warnings a clerk must confirm with a reason.
    """

    cards: tuple[Card, ...] = ()
    problems: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    refused: str = ""
    confirm: tuple[str, ...] = ()
    hints: Mapping[str, str] = field(default_factory=dict)
    """Field → what is said below it instead of its usual hint."""
