"""Letters to look at, and the validator that judges them."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

import rathaus_desk.people.records
import rathaus_desk.town.records  # noqa: F401 - letters have recipients and cases
from rathaus_desk.kernel import resources
from rathaus_desk.letters.facts import KINDS
from rathaus_desk.letters.join import Posted, days_post
from rathaus_desk.letters.letter import Column, Embedded, Letter, Paragraph, Run, Table, Total, plain
from rathaus_desk.letters.poster import Poster, PosterBar, PosterRow, render_poster
from rathaus_desk.letters.render import render
from rathaus_desk.letters.samples import samples
from rathaus_desk.letters.template import built_in, compose, facts_of

ROOT = Path(__file__).resolve().parents[2]
JAR = ROOT / ".cache" / "verapdf" / "cli.jar"


def _sequences() -> list[str]:
    lines = resources.path("din91379.txt").read_text(encoding="utf-8").splitlines()
    entries = [line.split() for line in lines if not line.startswith("#")]
    return ["".join(chr(int(code, 16)) for code in entry) for entry in entries if len(entry) > 1]


@pytest.fixture(scope="session")
def sequences() -> list[str]:
    """The letters of DIN 91379 that need combining marks."""
    return _sequences()


@pytest.fixture(scope="session")
def letter() -> Letter:
    """The fee notice of the example town."""
    return compose(built_in("fee_notice"), facts_of(samples("fee_notice")[0]))


@pytest.fixture(scope="session")
def pdf(letter: Letter) -> bytes:
    """That notice on paper."""
    return render(letter)


@pytest.fixture(scope="session")
def long_letter(letter: Letter) -> Letter:
    """A notice whose table runs over several pages, with one row that breaks over a page."""
    columns = (
        Column("Leistung", 4, heads_row=True),
        Column("Vorschrift"),
        Column("Menge", numeric=True),
        Column("Betrag", numeric=True),
    )
    words = " ".join(f"Wort{number}" for number in range(500))
    rows = [
        (plain(f"Leistung {number}"), plain("§ 5 Nr. 1"), plain(str(number)), plain(f"{number},00 €"))
        for number in range(1, 141)
    ]
    rows.insert(70, (plain(words), plain("§ 6"), plain("1"), plain("1,00 €")))
    table = Table(columns, tuple(rows), (Total("Gesamtbetrag", "9.870,00 €"),))
    return replace(letter, blocks=(Paragraph(plain("Alle Leistungen:")), table, *letter.blocks[3:]))


@dataclass(frozen=True)
class Verdict:
    """What the validator says of one file and flavour."""

    passed: bool
    rules: tuple[str, ...]


Verdicts = dict[tuple[str, str], Verdict]


def _specimens(letter: Letter, long_letter: Letter) -> dict[str, bytes]:
    """Every letter that comes with the program, and letters that are hard in some way; by file name."""
    made = {
        f"{kind}_{number}": render(compose(built_in(kind), facts_of(sample)))
        for kind in KINDS
        for number, sample in enumerate(samples(kind))
    }
    made["long"] = render(long_letter)
    made["marks"] = render(
        replace(letter, blocks=tuple(Paragraph(plain(f"x{one}y")) for one in _sequences()))
    )
    made["links"] = render(
        replace(
            letter,
            blocks=(Paragraph((Run("Siehe "), Run("unsere Seiten", link="https://www.musterrode.example"))),),
        )
    )
    made["names"] = render(replace(letter, recipient=("Frau", "Łęcka J̌ürgens-K͟Houry", "Weg 1", "34999 Ort")))
    day = date(2026, 11, 25)
    hard = ("fee_notice_1", "burial_confirmation_0", "links", "names")
    posted = [Posted("Jürgen Großmann", name, "FH-2026-00042", made[name]) for name in hard]
    made["joined"] = days_post(posted, day, "Stadt Musterrode")
    made["joined_duplex"] = days_post(posted[1:], day, "Stadt Musterrode", duplex=True)
    made["data"] = render(
        replace(
            letter, embedded=(Embedded("bescheid.json", b'{"a": 1}', "application/json", "Der Bescheid"),)
        )
    )
    rows = (
        PosterRow("Saal", "Dorfgemeinschaftshaus", tuple(
            PosterBar(at, at + 1.0, "belegt", "18:00–22:00", kind)
            for at, kind in enumerate(("firm", "option", "closed"))
        )),
    ) * 40  # fmt: skip
    week = ("Mo\n16", "Di\n17", "Mi\n18")
    made["poster"] = render_poster(Poster("Belegung", "Stadt", day, week, frozenset((2,)), rows, "A3"))
    return made


def _untagged() -> bytes:
    """What ReportLab writes by itself: the validator must not like it."""
    from reportlab.pdfgen.canvas import Canvas

    target = io.BytesIO()
    canvas = Canvas(target)
    canvas.drawString(72, 720, "Ein Brief")
    canvas.save()
    return target.getvalue()


@pytest.fixture(scope="session")
def specimens(letter: Letter, long_letter: Letter) -> dict[str, bytes]:
    """Files by name; "data" is PDF/A-3a, "stock" is none at all, the others are PDF/A-2a."""
    return {**_specimens(letter, long_letter), "stock": _untagged()}


@pytest.fixture(scope="session")
def verdicts(specimens: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Verdicts:
    """veraPDF on all specimens, by (file name, flavour): one call a flavour, since each costs a second."""
    if not JAR.exists():
        pytest.fail(
            f"The PDF validator is missing at {JAR.relative_to(ROOT)}; tools/get_verapdf.sh fetches it."
        )
    if shutil.which("java") is None:
        pytest.fail(
            "Java is missing, which the PDF validator runs on: run tools/system.sh tests (or make test)."
        )
    folder = tmp_path_factory.mktemp("specimens")
    for name, content in specimens.items():
        (folder / f"{name}.pdf").write_bytes(content)
    ordinary = [name for name in specimens if name != "data"]
    return {
        **_validated("ua1", folder, list(specimens)),
        **_validated("2a", folder, ordinary),
        **_validated("3a", folder, ["data"]),
    }


def _validated(flavour: str, folder: Path, names: list[str]) -> Verdicts:
    files = [str(folder / f"{name}.pdf") for name in names]
    run = subprocess.run(
        ["java", "-jar", str(JAR), "--format", "json", "-f", flavour, *files],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    jobs = json.loads(run.stdout)["report"]["jobs"]
    verdicts: Verdicts = {}
    for job in jobs:
        results = job["validationResult"]
        result = results[0] if isinstance(results, list) else results
        rules = tuple(
            f"{rule['clause']}-{rule['testNumber']}: {rule['description']}"
            for rule in result["details"]["ruleSummaries"]
        )
        name = Path(job["itemDetails"]["name"]).stem
        verdicts[name, flavour] = Verdict(bool(result["compliant"]), rules)
    return verdicts


@pytest.fixture(scope="session")
def opened() -> Callable[[bytes], pikepdf.Pdf]:
    """Opens a PDF to look inside."""
    return lambda content: pikepdf.open(io.BytesIO(content))


@pytest.fixture(scope="session")
def page_texts() -> Callable[[bytes], list[str]]:
    """The text of each page as a reader copies it, lines joined."""

    def texts(content: bytes) -> list[str]:
        document = pypdfium2.PdfDocument(content)
        try:
            found = []
            for page in document:
                text = page.get_textpage()
                found.append(text.get_text_range().replace("\r\n", " ").replace("\n", " ").replace("  ", " "))
                text.close()
                page.close()
            return found
        finally:
            document.close()

    return texts


@dataclass(frozen=True)
class Node:
    """An element of the structure tree: its tag, attributes and kids; text is looked up elsewhere."""

    tag: str
    attributes: dict[str, object]
    kids: tuple[Node, ...]
    pages: int
    """On how many pages its own content lies."""

    def all(self, tag: str) -> list[Node]:
        """Every node with ``tag`` from here down, in reading order."""
        found = [self] if self.tag == tag else []
        for kid in self.kids:
            found += kid.all(tag)
        return found


@pytest.fixture(scope="session")
def structure(opened: Callable[[bytes], pikepdf.Pdf]) -> Callable[[bytes], Node]:
    """The structure tree of a PDF."""

    def node(element: pikepdf.Object) -> Node:
        kids, homes = [], set()
        for kid in element.get("/K", ()):
            if isinstance(kid, pikepdf.Dictionary) and kid.get("/Type") == "/StructElem":
                kids.append(node(kid))
            elif isinstance(kid, pikepdf.Dictionary):
                homes.add(kid.Pg.objgen)
            else:
                homes.add(element.Pg.objgen)
        attributes = {str(key)[1:]: value for key, value in dict(element.get("/A", {})).items()}
        for key in ("/Alt", "/ActualText"):
            if key in element:
                attributes[key[1:]] = str(element[key])
        return Node(str(element.S)[1:], attributes, tuple(kids), len(homes))

    def tree(content: bytes) -> Node:
        with opened(content) as document:
            return node(document.Root.StructTreeRoot.K[0])

    return tree
