"""Photos for letters: upright, in plain colours, no larger than paper can show."""

from __future__ import annotations

import io
import warnings
from functools import lru_cache

_LONGEST_SIDE = 1200
"""Pixels: 80 mm wide they are sharper than an office printer."""
_MOST_PIXELS = 80_000_000
_QUALITY = 82


def prepared(content: bytes) -> bytes | None:
    """The photo as a JPEG in RGB without anything beside the picture; None if it cannot be read."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(content)) as opened:
            warnings.simplefilter("ignore")
            if opened.width * opened.height > _MOST_PIXELS:
                return None
            upright = ImageOps.exif_transpose(opened).convert("RGBA")
            flat = Image.new("RGB", upright.size, "white")
            flat.paste(upright, mask=upright.getchannel("A"))
            flat.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
            made = io.BytesIO()
            flat.save(made, "JPEG", quality=_QUALITY)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError):
        return None
    return made.getvalue()


@lru_cache(maxsize=64)
def size(content: bytes) -> tuple[int, int]:
    """Width and height of a prepared photo, pixels."""
    from PIL import Image

    with Image.open(io.BytesIO(content)) as opened:
        return opened.size
