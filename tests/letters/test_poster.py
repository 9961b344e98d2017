"""The plan for the notice board: read row by row, on as many sheets as it needs, nothing lost."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import pikepdf
import pypdfium2
import pytest

from rathaus_desk.letters.poster import Poster, PosterBar, PosterRow, render_poster

WEEK = Poster(
    title="Belegung 16.11. bis 22.11.2026",
    author="Der Magistrat der Stadt Musterrode",
    day=date(2026, 11, 16),
    columns=tuple(f"{day}\n{at + 16}" for at, day in enumerate(("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"))),
    quiet=frozenset({5, 6}),
    rows=(
        PosterRow(
            "Saal",
            "Dorfgemeinschaftshaus Altenfeld",
            (
                PosterBar(1.0, 1.5, "Konzert des Gesangvereins mit Gästen", "18:00–22:00", "firm"),
                PosterBar(1.5, 2.0, "Probe", "22:30–23:00", "option"),
                PosterBar(3.0, 6.0, "Reparatur", "08:00–19.11. 12:00", "closed"),
            ),
        ),
        PosterRow("Grillhütte Eichwald", "", ()),
    ),
    paper="A3",
)


def read(node: pikepdf.Object, tag: str) -> list[pikepdf.Object]:
    """Every structure element of a kind below ``node``, in reading order."""
    found = []
    for kid in node.get("/K", ()) if isinstance(node, pikepdf.Dictionary) else ():
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            found += [kid] if kid["/S"] == f"/{tag}" else []
            found += read(kid, tag)
    return found


def test_every_row_is_as_long_as_the_head_and_has_a_name() -> None:
    with pikepdf.open(io.BytesIO(render_poster(WEEK))) as opened:
        rows = read(opened.Root.StructTreeRoot, "TR")
        kinds = [[str(cell["/S"]) for cell in row["/K"]] for row in rows]
    assert kinds == [["/TH"] * 8, ["/TH", *["/TD"] * 7], ["/TH", *["/TD"] * 7]]


def test_a_screen_reader_hears_all_of_a_bar_in_the_cell_where_it_begins() -> None:
    with pikepdf.open(io.BytesIO(render_poster(WEEK))) as opened:
        cells = read(opened.Root.StructTreeRoot, "TD")
        said = [[str(one["/ActualText"]) for one in read(cell, "P")] for cell in cells[:7]]
    assert said[1] == ["Konzert des Gesangvereins mit Gästen, 18:00–22:00", "Option: Probe, 22:30–23:00"]
    assert said[3] == ["zu: Reparatur, 08:00–19.11. 12:00"]
    assert [at for at, some in enumerate(said) if not some] == [0, 2, 4, 5, 6]


def test_what_is_too_wide_is_shortened() -> None:
    text = pypdfium2.PdfDocument(render_poster(WEEK))[0].get_textpage().get_text_range()
    assert "Konzert" in text
    assert "…" in text
    assert "mit Gästen" not in text
    assert "? Probe" in text


@pytest.mark.parametrize(("paper", "sheets"), [("A4", 5), ("A3", 3)])
def test_many_rooms_need_more_sheets(paper, sheets) -> None:
    rows = tuple(replace(WEEK.rows[0], name=f"Raum {number}") for number in range(80))
    pdf = pypdfium2.PdfDocument(render_poster(replace(WEEK, rows=rows, paper=paper)))
    assert len(pdf) == sheets
    text = "".join(page.get_textpage().get_text_range() for page in pdf)
    assert all(f"Raum {number}" in text for number in range(80))
    assert f"Blatt {sheets} von {sheets}" in text


def test_the_same_plan_gives_the_same_bytes() -> None:
    assert render_poster(WEEK) == render_poster(WEEK)
    assert render_poster(replace(WEEK, rows=()))
