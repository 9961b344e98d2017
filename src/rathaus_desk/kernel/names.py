"""Names and numbers as they are compared: folded for search, by sound, in natural order."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rathaus_desk.kernel import resources

_WORD = re.compile(r"[a-z]+")
_DIGITS = re.compile(r"([0-9]+)")
_UMLAUT = re.compile("([aou])\u0308")
_AE_OE = re.compile(r"([ao])e+")
_UE = re.compile(r"(?<![aeiouq])ue+")
_LETTER = re.compile(r"LATIN SMALL (?:LETTER|LIGATURE) (?:DOTLESS )?([A-Z]{1,2})(?: WITH .*)?")
_SHORT = 40
_NAMED_LETTERS = {"ETH": "d", "THORN": "th", "ENG": "n", "SCHWA": "e", "EZH": "z", "KRA": "k"}
_SIGNS = {"‘": "'", "’": "'", "ʼ": "'", "ʹ": "'", "´": "'", "`": "'", "„": '"', "“": '"', "”": '"'}
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212"


class _Letters(dict[int, str]):
    """What each code point folds to, worked out once: the name of a letter tells its base letter."""

    def __missing__(self, point: int) -> str:
        self[point] = folded = self._base(chr(point))
        return folded

    @staticmethod
    def _base(letter: str) -> str:
        if letter.isascii():
            return letter
        if letter in _SIGNS:
            return _SIGNS[letter]
        if letter in _DASHES:
            return "-"
        if unicodedata.category(letter) in ("Mn", "Cf"):
            return ""
        name = unicodedata.name(letter, "")
        if found := _LETTER.fullmatch(name):
            base = found[1].lower()
            return "oe" if base == "o" and "STROKE" in name else base
        return _NAMED_LETTERS.get(name.removeprefix("LATIN SMALL LETTER "), letter)


_LETTERS = _Letters()


def nfc(text: str) -> str:
    """``text`` composed (NFC, as DIN SPEC 91379 asks), runs of white space as one space, none at the ends."""
    return " ".join((text if text.isascii() else unicodedata.normalize("NFC", text)).split())


def fold(text: str) -> str:
    """``text`` as it is indexed and searched: small letters without marks, one space between words.

    The three ways to write an umlaut meet in one form, so that an index needs no second spelling: ``ü``,
    ``ue`` and ``u`` become ``u`` (``ä``, ``ö``, ``æ``, ``ø``, ``œ`` likewise), ``ß`` becomes ``ss``. A ``ue``
    after a vowel or ``q`` is no umlaut and stays (Bauer, Quelle). Folding more than once changes nothing, and
    the folded beginning of a word is the beginning of the folded word: prefixes may be searched.
    """
    return _folded(text) if len(text) <= _SHORT else _fold(text)


def _fold(text: str) -> str:
    if text.isascii():
        plain = text.lower()
    else:
        plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
        plain = _UMLAUT.sub(r"\1e", plain).translate(_LETTERS)
    if "e" in plain:
        plain = _UE.sub("u", _AE_OE.sub(r"\1", plain))
    return " ".join(plain.split())


_folded = lru_cache(maxsize=65536)(_fold)
"""Lists and searches fold the same short texts again and again."""


@lru_cache(maxsize=65536)
def _sound(word: str) -> str:
    import cologne_phonetics

    return str(cologne_phonetics.encode(word)[0][1])


def phonetic(text: str) -> str:
    """The sound of each word by Cologne phonetics, joined by spaces: Meier, Mayr → ``67``.

    Works on the folded text (the procedure would drop an ``ł``). What has no letters has no sound.
    """
    return " ".join(filter(None, map(_sound, _WORD.findall(fold(text)))))


def natural_key(text: str) -> str:
    """A key by which numbers with letters sort as people expect, in Python and in SQL alike: 9, 12, 12a, 13.

    Case and leading zeros do not count: texts that differ in nothing else have the same key
    (``B/04/017`` and ``b/4/17``). Runs of more than 99 digits sort by their first digits only.
    """

    def key(number: str) -> str:
        digits = number.lstrip("0") or "0"
        return f"{min(len(digits), 99):02d}{digits}"

    parts = _DIGITS.split(nfc(text).casefold())
    return "".join(key(part) if place % 2 else part for place, part in enumerate(parts))


@lru_cache(maxsize=1)
def _din_91379() -> tuple[frozenset[str], int]:
    """The characters and sequences of DIN SPEC 91379, composed, and the length of the longest."""
    lines = resources.path("din91379.txt").read_text(encoding="utf-8").splitlines()
    known = frozenset(
        unicodedata.normalize("NFC", "".join(chr(int(point, 16)) for point in line.split()))
        for line in lines
        if line and not line.startswith("#")
    )
    return known, max(map(len, known))


def unknown_characters(text: str) -> tuple[str, ...]:
    """The characters of ``text`` (composed first) that DIN SPEC 91379 does not have, each once, in order."""
    known, longest = _din_91379()
    composed = unicodedata.normalize("NFC", text)
    unknown: dict[str, None] = {}
    at = 0
    while at < len(composed):
        for length in range(longest, 0, -1):
            if composed[at : at + length] in known:
                at += length
                break
        else:
            unknown[composed[at]] = None
            at += 1
    return tuple(unknown)
