"""Fee notices as PDF with QR code, notices a second in one process. Goal: 250; the first within 0.3 s.

Usage: python bench/bench_letters.py [--notices N] [--rounds N] [--peers]

The floor is one page of the same words by ReportLab's own means, untagged, with the QR code. With --peers the
same words go through Typst and WeasyPrint with PDF/UA too, where installed (tools/bench_peers.sh does that).
"""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from html import escape
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

from stdnum.iso7064 import mod_97_10

from rathaus_desk.kernel import resources
from rathaus_desk.kernel.money import Money
from rathaus_desk.letters import girocode
from rathaus_desk.letters.facts import FeeNotice
from rathaus_desk.letters.letter import Column, Heading, Letter, Paragraph, Run, Table, Total, plain
from rathaus_desk.letters.render import render
from rathaus_desk.letters.samples import samples
from rathaus_desk.letters.template import built_in, compose, facts_of

FIRST_PDF = """
import time
begin = time.perf_counter()
from rathaus_desk.letters.samples import samples
from rathaus_desk.letters.template import built_in, compose, facts_of
from rathaus_desk.letters.render import render
facts = facts_of(samples("fee_notice")[0])
imported = time.perf_counter()
render(compose(built_in("fee_notice"), facts))
print(time.perf_counter() - imported, time.perf_counter() - begin)
"""


@dataclass(frozen=True)
class Work:
    """Something that makes a PDF of a notice; ``share`` of the notices is enough to time it."""

    name: str
    make: Callable[[FeeNotice], bytes]
    goal: str = ""
    share: float = 1.0


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--notices", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peers", action="store_true")
    chosen = parser.parse_args()
    works = [
        Work("one page, PDF/UA-1 + PDF/A-2a, QR code", one_page, "goal: >= 250"),
        Work("fee notice from its template, two pages", whole_notice, share=0.5),
        Work("table of 140 rows, five pages", long_table, "goal: >= 100 (500 pages/s)", share=0.1),
        Work(
            "floor: one page by platypus, untagged, QR code", untagged, "goal: we make >= 2 x this", share=0.3
        ),
    ]
    if chosen.peers:
        works += peers()
    supply = Supply()
    speeds: dict[str, list[float]] = {work.name: [] for work in works}
    sizes: dict[str, int] = {}
    for _ in range(chosen.rounds):
        for work in works:
            notices = supply.take(max(1, int(chosen.notices * work.share)))
            begin = time.perf_counter()
            for notice in notices:
                sizes[work.name] = len(work.make(notice))
            speeds[work.name].append(len(notices) / (time.perf_counter() - begin))
    for work in works:
        print(f"{work.name:52} {median(speeds[work.name]):8.1f}/s {sizes[work.name]:8d} bytes   {work.goal}")
    run = subprocess.run([sys.executable, "-c", FIRST_PDF], capture_output=True, text=True, check=True)
    called, begun = (float(part) for part in run.stdout.split())
    print(f"{'first PDF in a new process, after the call':52} {called:8.3f} s   goal: < 0.3 s")
    print(f"{'first PDF in a new process, with imports':52} {begun:8.3f} s")


class Supply:
    """Notices that all differ in debtor, amount and reference: no QR code comes twice."""

    def __init__(self) -> None:
        self._usual = next(one for one in samples("fee_notice") if isinstance(one, FeeNotice))
        self._count = 0

    def take(self, count: int) -> list[FeeNotice]:
        return [self._next() for _ in range(count)]

    def _next(self) -> FeeNotice:
        self._count += 1
        usual, body, amount = self._usual, f"2026{self._count:08d}", Money(100_000 + self._count)
        assert usual.payment
        reference = f"RF{mod_97_10.calc_check_digits(f'{body}RF')}{body}"
        lines = ("Herrn", f"Jürgen Großmann {self._count}", *usual.recipient.lines[2:])
        return replace(
            usual,
            case_number=f"FH-2026-{self._count:05d}",
            recipient=replace(usual.recipient, lines=lines),
            occasion=f"die Bestattung Nummer {self._count} auf dem Friedhof Kernstadt, Grabstätte B/4/17,",
            total=amount,
            payment=replace(usual.payment, amount=amount, reference=reference),
        )


def whole_notice(notice: FeeNotice) -> bytes:
    return render(compose(built_in("fee_notice"), facts_of(notice)))


def one_page(notice: FeeNotice) -> bytes:
    return render(short_letter(notice))


def short_letter(notice: FeeNotice) -> Letter:
    """What the peers show too: address, sentence, table, payment."""
    assert notice.payment
    table = Table(
        (
            Column("Leistung", 4, heads_row=True),
            Column("Vorschrift"),
            Column("Menge", numeric=True),
            Column("Einzelpreis", numeric=True),
            Column("Betrag", numeric=True),
        ),
        tuple(tuple(plain(text) for text in row) for row in rows(notice)),
        (Total("Gesamtbetrag", notice.total.german()),),
    )
    blocks = (*sentences(notice), table, Heading("Zahlung"), Paragraph(plain(PAYING)), notice.payment)
    return replace(
        USUAL,
        recipient=notice.recipient.lines,
        case_number=notice.case_number,
        information=(("Aktenzeichen", notice.case_number), *USUAL.information[1:]),
        title=f"Gebührenbescheid {notice.case_number}",
        subject=f"Gebührenbescheid {notice.case_number}",
        blocks=blocks,
    )


USUAL = compose(built_in("fee_notice"), facts_of(samples("fee_notice")[0]))
SVG = "xmlns='http://www.w3.org/2000/svg'"
PAYING = "Bitte geben Sie als Verwendungszweck nur das Kassenzeichen an."


def sentences(notice: FeeNotice) -> tuple[Paragraph, ...]:
    total = Run(notice.total.german(), bold=True)
    decided = (Run(f"für {notice.occasion} werden Gebühren in Höhe von "), total, Run(" festgesetzt."))
    return (Paragraph(plain(f"{notice.recipient.salutation},")), Paragraph(decided))


def rows(notice: FeeNotice) -> list[tuple[str, ...]]:
    return [
        (line.label, line.paragraph, line.quantity, line.rate.german(), line.amount.german())
        for line in notice.lines
    ]


def long_table(notice: FeeNotice) -> bytes:
    letter = short_letter(notice)
    columns = letter.blocks[2].columns[:4] if isinstance(letter.blocks[2], Table) else ()
    many = tuple(
        tuple(
            plain(text)
            for text in (f"Leistung {number} für {notice.case_number}", "§ 5", str(number), "1,00 €")
        )
        for number in range(140)
    )
    return render(replace(letter, blocks=(Table(columns, many),)))


def untagged(notice: FeeNotice) -> bytes:
    """The way ReportLab's handbook shows: platypus, a TrueType font, tables and paragraphs."""
    from reportlab.lib.fonts import addMapping
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import Flowable, SimpleDocTemplate
    from reportlab.platypus import Paragraph as Words
    from reportlab.platypus import Table as Grid

    if "floor" not in pdfmetrics.getRegisteredFontNames():
        # Past registerFont, which would take the letters' own font for a face of this name.
        pdfmetrics._fonts["floor"] = TTFont("floor", str(resources.path("fonts", "Arimo-Regular.ttf")))
        addMapping("floor", 0, 0, "floor")
    style = ParagraphStyle("words", fontName="floor", fontSize=10.5, leading=14.5)
    assert notice.payment
    code = girocode.symbol(girocode.payload(notice.payment))

    class Code(Flowable):
        def wrap(self, *_: float) -> tuple[float, float]:
            return 80, 80

        def draw(self) -> None:
            side = 80 / code.size
            for column, row, length in code.runs:
                self.canv.rect(column * side, 80 - (row + 1) * side, length * side, side, stroke=0, fill=1)

    words = [*notice.recipient.lines, f"Gebührenbescheid {notice.case_number}"]
    words += ["".join(run.text for run in one.runs) for one in sentences(notice)]
    pay = notice.payment
    ending = [PAYING, pay.account.owner, pay.account.iban, pay.amount.german(), pay.reference]
    story = [
        *(Words(text, style) for text in words),
        Grid([[Words(text, style) for text in row] for row in rows(notice)], colWidths=[200, 60, 40, 80, 80]),
        *(Words(text, style) for text in ending),
        Code(),
    ]
    target = io.BytesIO()
    SimpleDocTemplate(target, pagesize=A4).build(story)
    return target.getvalue()


def peers() -> list[Work]:
    """Typst and WeasyPrint with PDF/UA-1, where they are installed."""
    found = []
    if find_spec("typst"):
        found.append(Work("Typst, PDF/UA-1, QR code given", Typst(), "goal: we make >= 2 x this", share=0.3))
    if find_spec("weasyprint"):
        found.append(
            Work("WeasyPrint, PDF/UA-1, QR code given", weasy, "goal: we make >= 20 x this", share=0.03)
        )
    return found


class Typst:
    """The compiler is kept, the words come in as inputs."""

    SOURCE = """
#set document(title: sys.inputs.title, date: datetime(year: 2026, month: 11, day: 25))
#set page(paper: "a4"); #set text(lang: "de", size: 10.5pt)
#let facts = json(bytes(sys.inputs.facts))
#facts.address.join(linebreak())
= #sys.inputs.title
#for words in facts.words [#par(words)]
#table(columns: 5, table.header(..facts.head), ..facts.cells.flatten())
#for words in facts.ending [#par(words)]
#image(bytes(facts.code), format: "svg", width: 27mm, alt: facts.alt)
"""

    def __init__(self) -> None:
        import typst

        self._folder = tempfile.TemporaryDirectory()
        source = Path(self._folder.name) / "letter.typ"
        source.write_text(self.SOURCE, encoding="utf-8")
        self._compiler = typst.Compiler(str(source))

    def __call__(self, notice: FeeNotice) -> bytes:
        import json

        inputs = {"title": f"Gebührenbescheid {notice.case_number}", "facts": json.dumps(words_of(notice))}
        return bytes(self._compiler.compile(format="pdf", sys_inputs=inputs, pdf_standards=["ua-1"]))


def weasy(notice: FeeNotice) -> bytes:
    import weasyprint

    words = words_of(notice)
    cells = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in words["cells"]
    )
    head = "".join(f"<th scope=col>{escape(cell)}</th>" for cell in words["head"])
    page = f"""<html lang=de><title>Gebührenbescheid {notice.case_number}</title><body>
<p>{"<br>".join(map(escape, words["address"]))}</p><h1>Gebührenbescheid {notice.case_number}</h1>
{"".join(f"<p>{escape(text)}</p>" for text in words["words"])}
<table><thead><tr>{head}</tr></thead><tbody>{cells}</tbody></table>
{"".join(f"<p>{escape(text)}</p>" for text in words["ending"])}
<div role=img aria-label="{escape(words["alt"])}">{words["code"]}</div></body></html>"""
    return bytes(weasyprint.HTML(string=page).write_pdf(pdf_variant="pdf/ua-1"))


def words_of(notice: FeeNotice) -> dict[str, Any]:
    """The letter's words for the peers, and the code as SVG."""
    assert notice.payment
    pay = notice.payment
    code = girocode.symbol(girocode.payload(pay))
    squares = "".join(f"M{column} {row}h{length}v1h-{length}z" for column, row, length in code.runs)
    return {
        "address": list(notice.recipient.lines),
        "words": ["".join(run.text for run in one.runs) for one in sentences(notice)],
        "head": ["Leistung", "Vorschrift", "Menge", "Einzelpreis", "Betrag"],
        "cells": [list(row) for row in rows(notice)],
        "ending": [PAYING, pay.account.owner, pay.account.iban, pay.amount.german(), pay.reference],
        "alt": girocode.alternative(pay),
        "code": f"<svg {SVG} viewBox='0 0 {code.size} {code.size}'><path d='{squares}'/></svg>",
    }


if __name__ == "__main__":
    main()
