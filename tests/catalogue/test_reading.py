"""Strict reading: every error in German, with its line, what is wrong and what would be right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rathaus_desk.catalogue.checking import Report

PART = '[[part]]\nkey = "x"\namount = "48.00"\n'

MISTAKES = {
    "amount as a number": (PART.replace('"48.00"', "48.0"), 6, "48.0 ist eine Zahl", 'amount = "48.00"'),
    "amount as a whole number": (PART.replace('"48.00"', "48"), 6, "48 ist eine Zahl", 'amount = "48.00"'),
    "amount with a comma": (PART.replace('"48.00"', '"48,00"'), 6, "kein Betrag", 'amount = "48.00"'),
    "amount with thousands": (PART.replace('"48.00"', '"1.048,5 €"'), 6, "kein Betrag", 'amount = "1048.50"'),
    "comma without quotes": (PART.replace('"48.00"', "48,00"), 6, "kein gültiger Wert", 'amount = "48.00"'),
    "euro sign": (PART.replace('"48.00"', "48 €"), 6, "kein gültiger Wert", 'amount = "48.00"'),
    "unknown key": (PART + "amonut = 1\n", 7, "„amonut“ ist in [[part]] „x“ keine", "amount"),
    "missing key": ('[[part]]\nkey = "x"\n', 4, "fehlt die Angabe „amount“", 'amount = "48.00"'),
    "fraction as a float": (PART + "share = 0.5\n", 7, "ohne Anführungszeichen", 'share = "0.5"'),
    "percent sign": (PART + "share = 50%\n", 7, "kein gültiger Wert", "share = 50"),
    "choice": (PART + 'form = "urne"\n', 7, "„urne“ gibt es hier nicht", 'form = "urn"'),
    "date in quotes": (PART + 'until = "31.12.2025"\n', 7, "ohne Anführungszeichen", "until = 2025-12-31"),
    "iso date in quotes": (
        PART + 'until = "2025-12-31"\n',
        7,
        "ohne Anführungszeichen",
        "until = 2025-12-31",
    ),
    "german date": (PART + "until = 31.12.2025\n", 7, "kein gültiges Datum", "until = 2025-12-31"),
    "moment for a day": (PART + "until = 2025-12-31T10:00:00\n", 7, "Tag ohne Uhrzeit", "until = 2025-12-31"),
    "no such day": (PART + "until = 2025-02-30\n", 7, "gibt es nicht", ""),
    "list expected": (PART + 'tags = "a"\n', 7, "passt hier nicht", "eine Liste"),
    "pattern": (PART.replace('"x"', '"X y"'), 5, "passt hier nicht", "Kleinbuchstaben"),
    "single for several": (PART.replace("[[part]]", "[part]"), 4, "muss eine Liste sein", "[[part]]"),
    "typographic quotes": (PART + "tags = [„a“]\n", 7, "typografischen", "geraden"),
    "word without quotes": (PART + "form = Urne\n", 7, "braucht Anführungszeichen", 'form = "Urne"'),
    "yes for true": (PART + "\n[other]\nopen = ja\n", 9, "kein gültiger Wert", "open = true"),
    "key twice": (PART + 'key = "y"\n', 7, "steht in der Tabelle schon", ""),
    "no equals sign": (PART + "form\n", 7, "Gleichheitszeichen", ""),
    "unclosed list": (PART + 'tags = ["a"\n', 7, "nicht geschlossen", ""),
    "control character": (PART + 'tags = ["a\\u0007b"]\n', 7, "Steuerzeichen", ""),
    "very long": (PART + f'tags = ["{"x" * 3000}"]\n', 7, "zu lang", ""),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_its_line_and_its_remedy(
    mistake: str, head: str, folder: Callable[..., Path], checked: Callable[..., Report]
) -> None:
    text, line, what, should = MISTAKES[mistake]
    report = checked(folder(sheet=head + text))
    first = report.refused[0]
    assert what in first.what
    assert should in first.should
    assert first.line == line
    assert report.exit_status() == 1


def test_all_independent_errors_are_reported(
    folder: Callable[..., Path], checked: Callable[..., Report]
) -> None:
    text = (
        '[sheet]\nkey = 7\nvalid_from = "x"\nnumber = 12\n'
        + PART.replace('"48.00"', "48")
        + 'form = "sarg"\n'
    )
    report = checked(folder(sheet=text))
    assert [finding.line for finding in report.refused] == [2, 3, 4, 7, 8]


UNREADABLE = {
    "Windows-1252": ('[sheet]\nkey = "Gebühr"\n'.encode("cp1252"), 2, "nicht als UTF-8"),
    "UTF-16": ('[sheet]\nkey = "a"\n'.encode("utf-16"), None, "UTF-16"),
    "binary": (bytes(range(256)) * 4, None, "keine Textdatei"),
    "huge": (b"# x\n" * 1_100_000, None, "größer als 4 MB"),
    "deep": (b"x = " + b"[" * 4000 + b"]" * 4000, None, "verschachtelt"),
    "endless number": (b"x = " + b"9" * 6000, None, "zu groß"),
    "no TOML": ("Guten Tag, anbei die Gebühren.".encode(), 1, ""),
    "empty": (b"", 1, "leer"),
    "HTML": (b"<html><body>404</body></html>", 1, ""),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_is_no_catalogue_file_gets_a_sentence(
    kind: str, folder: Callable[..., Path], checked: Callable[..., Report]
) -> None:
    content, line, what = UNREADABLE[kind]
    (refused,) = checked(folder(sheet=content)).refused
    assert refused.line == line
    assert what in refused.what


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(
    head: str, folder: Callable[..., Path], checked: Callable[..., Report]
) -> None:
    text = (head + PART).replace("\n", "\r\n")
    assert checked(folder(sheet=b"\xef\xbb\xbf" + text.encode())).ok
    wrong = text.replace('"48.00"', "48")
    assert checked(folder(sheet=wrong)).refused[0].line == 6
