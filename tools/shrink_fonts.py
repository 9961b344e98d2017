"""Cuts Arimo to what letters need: DIN 91379 and a few signs. Run by hand when the font or the list changes.

    tools/shrink_fonts.py FOLDER        FOLDER holds the unpacked npm package @expo-google-fonts/arimo

Of each weight two files come out, with the same glyph numbers (letters/fonts.py says what for):
``Arimo-X.ttf`` has every glyph and the tables for shaping; ``Arimo-X-common.ttf`` only the outlines that
nearly every German letter gets by with.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parents[1]
WEIGHTS = {"Regular": "400Regular/Arimo_400Regular.ttf", "Bold": "700Bold/Arimo_700Bold.ttf"}
SIGNS = (
    0x00AD, 0x0237, 0x2002, 0x2009, 0x2010, 0x2011, 0x2013, 0x2014, 0x2022, 0x202F, 0x2060,
    0x2044, 0x2116, 0x2190, 0x2192, 0x2212, 0x2248, 0x2260, 0x25CF,
)  # fmt: skip
EPOCH = 3_800_000_000  # seconds since 1904; a fixed stamp, so that cutting twice gives the same bytes


def everyday() -> set[int]:
    """What a usual German letter gets by with; the program reads the same list."""
    return {
        ord(char) for char in (ROOT / "resources" / "fonts" / "everyday.txt").read_text(encoding="utf-8")
    } | {0x20, 0xA0}


def din_91379() -> set[int]:
    """Every code point of the norm, controls left out."""
    lines = (ROOT / "resources" / "din91379.txt").read_text(encoding="utf-8").splitlines()
    codes = {int(code, 16) for line in lines if not line.startswith("#") for code in line.split()}
    return {code for code in codes if code >= 0x20}


def cut(font: TTFont, codes: set[int], *, shaping: bool) -> None:
    """Reduces ``font`` in place. Without ``shaping`` glyphs keep their numbers and only outlines stay."""
    options = Options()
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.layout_features = ["ccmp", "mark", "mkmk"] if shaping else []
    options.drop_tables += ["DSIG", "STAT", "meta", "gasp"]
    options.retain_gids = not shaping
    options.glyph_names = False
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)
    font["head"].created = font["head"].modified = EPOCH


def main() -> None:
    """Writes the four files into resources/fonts."""
    source, target = Path(sys.argv[1]), ROOT / "resources" / "fonts"
    for weight, name in WEIGHTS.items():
        whole = TTFont(source / name, recalcTimestamp=False)
        lacking = sorted(din_91379() - set(whole.getBestCmap()))
        if lacking:
            raise SystemExit(f"{name} lacks " + " ".join(f"U+{code:04X}" for code in lacking))
        cut(whole, din_91379() | {code for code in SIGNS if code in whole.getBestCmap()}, shaping=True)
        whole.save(target / f"Arimo-{weight}.ttf")
        common = TTFont(target / f"Arimo-{weight}.ttf", recalcTimestamp=False)
        cut(common, everyday(), shaping=False)
        for table in ("cmap", "name", "post", "OS/2", "GPOS", "GSUB", "GDEF"):
            if table in common:
                del common[table]
        common.save(target / f"Arimo-{weight}-common.ttf")


if __name__ == "__main__":
    main()
