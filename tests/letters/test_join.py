"""The day's post in one file: a list in front, the letters behind. It is validated in test_conformance."""

from __future__ import annotations

from datetime import date

import pytest

from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.letters.join import Posted, days_post

DAY = date(2026, 11, 25)


@pytest.fixture(scope="module")
def letters(specimens):
    names = ("fee_notice_0", "transfer_notice_0", "burial_confirmation_0")
    return [
        Posted(f"Empfängerin {number}", f"Schreiben {name}", f"FH-2026-0000{number}", specimens[name])
        for number, name in enumerate(names, 1)
    ]


def test_the_list_names_every_letter_with_its_pages(letters, page_texts):
    first, *rest = page_texts(days_post(letters, DAY, "Stadt Musterrode"))
    assert "Tagespost vom 25.11.2026" in first
    assert "3 Schreiben, 5 Seiten, beidseitig gedruckt 3 Blatt" in first
    for letter in letters:
        assert letter.recipient in first
        assert letter.case_number in first
    assert len(rest) == 5


def test_the_pages_are_those_that_were_stored(letters, page_texts):
    joined = page_texts(days_post(letters, DAY, "Stadt Musterrode"))[1:]
    stored = [text for letter in letters for text in page_texts(letter.pdf)]
    assert joined == stored


def test_the_structure_of_every_letter_is_a_part_of_the_whole(letters, structure):
    whole = structure(days_post(letters, DAY, "Stadt Musterrode"))
    assert whole.tag == "Document"
    assert [part.tag for part in whole.kids] == ["Part"] * 4
    for part, letter in zip(whole.kids[1:], letters, strict=True):
        assert part.kids == structure(letter.pdf).kids


def test_every_key_into_the_structure_is_used_once(letters, opened):
    with opened(days_post(letters * 3, DAY, "Stadt Musterrode")) as document:
        keys = [int(page.obj.StructParents) for page in document.pages]
        numbers = [int(number) for number in list(document.Root.StructTreeRoot.ParentTree.Nums)[::2]]
        assert len(set(keys)) == len(keys)
        assert set(keys) <= set(numbers)
        assert numbers == sorted(set(numbers))


def test_printed_on_both_sides_no_sheet_carries_two_letters(letters, page_texts):
    pages = page_texts(days_post(letters, DAY, "Stadt Musterrode", duplex=True))
    starts = [number for number, text in enumerate(pages) if "Seite 1 von" in text]
    assert len(starts) == 4
    assert all(number % 2 == 0 for number in starts)


def test_equal_fonts_are_kept_once(letters):
    once = days_post(letters, DAY, "Stadt Musterrode")
    often = days_post(letters * 10, DAY, "Stadt Musterrode")
    assert len(often) < 4 * len(once)


def test_every_joined_letter_is_reported(letters):
    steps = []
    days_post(letters, DAY, "Stadt Musterrode", report=lambda done, count: steps.append((done, count)))
    assert steps == [(1, 3), (2, 3), (3, 3)]


def test_who_is_told_of_a_letter_can_cancel_the_rest(letters):
    class Cancelled(Exception):
        pass

    steps = []

    def report(done, count):
        steps.append(done)
        if done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        days_post(letters, DAY, "Stadt Musterrode", report=report)
    assert steps == [1, 2]


def test_the_same_post_gives_the_same_bytes(letters):
    assert days_post(letters, DAY, "Stadt Musterrode") == days_post(letters, DAY, "Stadt Musterrode")


def test_no_post_and_broken_post_are_refused(letters):
    with pytest.raises(BadInput, match="kein Schreiben"):
        days_post([], DAY, "Stadt Musterrode")
    with pytest.raises(BadInput, match="Kaputt"):
        days_post([*letters, Posted("x", "Kaputt", "y", b"%PDF-1.7 nichts")], DAY, "Stadt Musterrode")
