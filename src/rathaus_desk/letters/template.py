"""Letter templates: a TOML head between ``+++`` lines, then Markdown with Jinja2 (docs/letter-templates.md).

`Template.parse` checks what can be checked without facts, `compose` fills a template and gives the `Letter`;
`check` renders it with sample facts too, so that a template with an error never replaces a good one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import Literal

import msgspec

from rathaus_desk.catalogue.findings import BadFile
from rathaus_desk.catalogue.reading import convert
from rathaus_desk.catalogue.toml_text import parse as parse_toml
from rathaus_desk.kernel import resources
from rathaus_desk.kernel.errors import BadInput, Place
from rathaus_desk.letters import parts
from rathaus_desk.letters.facts import KINDS, LetterFacts, NoticeFacts, Recipient, Sender
from rathaus_desk.letters.letter import Block, Letter
from rathaus_desk.letters.markdown import Insert, blocks_of, insert_lines
from rathaus_desk.letters.render import render
from rathaus_desk.letters.samples import samples
from rathaus_desk.letters.sandbox import LONGEST_TEMPLATE, Text, without_escapes

_FENCE = "+++"
_PARTS = frozenset({"fees", "payment", "reasons", "appeal"})
"""Blocks with a text of their own, in resources/letters/parts; ``appeal`` has one a remedy."""

_QUOTED = 60
"""Characters of a line that an error quotes."""

_MADE = frozenset({"fee_table", "payment_box", "signature", "signed", "photos", "enclosures"})
"""Blocks made of facts alone."""


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The head of a template.

    ``title`` and ``subject`` may name facts. A "notice" decides something and has a remedy (``appeal``), a
    "letter" does not. ``retention_years``: how long it is kept after its case is closed.
    """

    title: str
    subject: str
    kind: Literal["notice", "letter"]
    appeal: Literal["widerspruch", "klage", "none"]
    retention_years: int


@dataclass(frozen=True)
class Template:
    """A template that has been read. ``name`` is that of its file without ending, such as ``fee_notice``."""

    name: str
    head: Head
    title: Text
    subject: Text
    body: Text

    @classmethod
    def parse(cls, text: str, name: str) -> Template:
        """From the text of the file ``name``.

        Raises BadInput naming the line: a head that is not TOML or lacks something, a fact this letter does
        not have, anything the sandbox refuses, an unknown ``::: block``, a notice without its remedy.
        """
        file = Path(name).name
        if len(text) > LONGEST_TEMPLATE:
            raise BadInput(f"Die Vorlage ist länger als {LONGEST_TEMPLATE} Zeichen.", place=Place(file))
        text = text.replace("\r\n", "\n").removeprefix("\ufeff")
        source, body, line = _parted(text, file)
        head = _head(source, file)
        stem = Path(name).stem
        names = _names(KINDS[stem]) if stem in KINDS else None
        _check_inserts(body, line, head, file)
        return cls(
            stem,
            head,
            Text(head.title, file, _line_of(source, "title"), names, markdown=False),
            Text(head.subject, file, _line_of(source, "subject"), names, markdown=False),
            Text(body, file, line, names),
        )


def compose(template: Template, facts: Mapping[str, object]) -> Letter:
    """``template`` filled with ``facts`` (see letters/facts.py; `facts_of` makes the mapping).

    Raises BadInput naming what is missing, or what the letter cannot show.
    """
    sender, recipient = parts.fact(facts, "sender", Sender), parts.fact(facts, "recipient", Recipient)
    day = parts.fact(facts, "day", date)
    made: dict[str, Insert] = {
        "fee_table": partial(parts.fee_table, facts),
        "payment_box": partial(parts.payment_box, facts),
        "signature": partial(parts.signature, facts, notice=template.head.kind == "notice"),
        "signed": partial(parts.signed, facts),
        "photos": partial(parts.photos, facts),
        "enclosures": partial(parts.enclosures, facts),
    }
    texts = {
        name: partial(_part, template.head.appeal if name == "appeal" else name, facts, made)
        for name in _PARTS
    }
    return Letter(
        letterhead=parts.letterhead(sender),
        recipient=recipient.lines,
        remark=recipient.remark,
        information=parts.information(facts),
        day=day,
        case_number=parts.fact(facts, "case_number", str),
        title=template.title.fill(facts),
        subject=template.subject.fill(facts),
        blocks=_blocks(template.body, facts, {**made, **texts}, f"{template.name}.md"),
    )


def facts_of(facts: LetterFacts) -> dict[str, object]:
    """The facts by the names a template knows them under."""
    return {one.name: getattr(facts, one.name) for one in fields(facts)}


def check(text: str, name: str) -> Template:
    """The template, if it also works: read, filled with every sample of its kind, and rendered.

    Raises BadInput otherwise.
    """
    template = Template.parse(text, name)
    for sample in samples(template.name):
        render(compose(template, facts_of(sample)))
    return template


@dataclass(frozen=True)
class Chosen:
    """The template to use; ``rejected`` says why the town's own was not taken."""

    template: Template
    rejected: BadInput | None = None


@lru_cache(maxsize=32)
def choose(name: str, own: str | None = None) -> Chosen:
    """The town's ``own`` text for the letter ``name`` if it works, else the program's."""
    if own is not None:
        try:
            return Chosen(check(own, name))
        except BadInput as error:
            return Chosen(built_in(name), rejected=error)
    return Chosen(built_in(name))


@lru_cache(maxsize=32)
def built_in(name: str) -> Template:
    """A template that comes with the program; BadInput if there is none of that name."""
    if name not in KINDS:
        raise BadInput(f"Eine Briefvorlage „{name}“ gibt es nicht; es gibt {', '.join(sorted(KINDS))}.")
    path = resources.path("letters", f"{name}.md")
    return Template.parse(path.read_text(encoding="utf-8"), path.name)


def _parted(text: str, file: str) -> tuple[str, str, int]:
    """Head, body and the body's first line. The head keeps its lines, so that errors name the right one."""
    lines = text.split("\n")
    ends = [number for number, line in enumerate(lines) if line.strip() == _FENCE]
    if len(ends) < 2 or any(line.strip() for line in lines[: ends[0]]):
        raise BadInput(
            f"Die Vorlage beginnt nicht mit einem Kopf zwischen zwei Zeilen „{_FENCE}“.", place=Place(file, 1)
        )
    start, end = ends[0], ends[1]
    head = "\n" * (start + 1) + "\n".join(lines[start + 1 : end]) + "\n"
    return head, "\n".join(lines[end + 1 :]), end + 2


def _head(source: str, file: str) -> Head:
    document = parse_toml(Path(file), source)
    head, findings = convert(document, document.tree, Head)
    if head is None:
        raise BadFile(findings)
    return head


def _line_of(source: str, key: str) -> int:
    return next(
        (number for number, line in enumerate(source.split("\n"), 1) if line.lstrip().startswith(key)), 1
    )


def _names(kind: type[LetterFacts]) -> frozenset[str]:
    return frozenset(one.name for one in fields(kind))


def _check_inserts(body: str, first: int, head: Head, file: str) -> None:
    found = [(line + first - 1, name) for line, name in insert_lines(body)]
    for line, name in found:
        if name not in _PARTS | _MADE:
            raise BadInput(
                f"Den Baustein „::: {name}“ gibt es nicht; es gibt {', '.join(sorted(_PARTS | _MADE))}.",
                place=Place(file, line),
            )
    appealing = [line for line, name in found if name == "appeal"]
    if head.kind == "notice" and head.appeal != "none" and not appealing:
        raise BadInput(
            "Dem Bescheid fehlt die Rechtsbehelfsbelehrung (Baustein „::: appeal“).", place=Place(file)
        )
    if appealing and (head.kind == "letter" or head.appeal == "none"):
        raise BadInput(
            "Eine Rechtsbehelfsbelehrung gehört nur in einen Bescheid, dessen Kopf einen Rechtsbehelf nennt.",
            place=Place(file, appealing[0]),
        )


def _part(name: str, facts: Mapping[str, object], made: Mapping[str, Insert]) -> tuple[Block, ...]:
    return _blocks(_part_text(name), facts, made, f"{name}.md")


def _blocks(
    text: Text, facts: Mapping[str, object], inserts: Mapping[str, Insert], file: str
) -> tuple[Block, ...]:
    """The blocks of ``text``. What a letter cannot show is quoted, with its line in the file if sure."""
    filled = text.fill(facts)
    try:
        return blocks_of(filled, inserts, file)
    except BadInput as error:
        if error.place.file != file or error.place.line is None:
            raise
        line = filled.split("\n")[error.place.line - 1].strip()
        place, shown = Place(file, text.line_of(line)), without_escapes(line)
        shown = shown if len(shown) <= _QUOTED else f"{shown[:_QUOTED]} …"
        raise BadInput(f"{error.what} Dort steht: „{shown}“.", place=place) from error


@lru_cache(maxsize=8)
def _part_text(name: str) -> Text:
    path = resources.path("letters", "parts", f"{name}.md")
    return Text(path.read_text(encoding="utf-8"), path.name, names=_names(NoticeFacts))
