"""The enrolment code as a QR code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import zxingcpp

from rathaus_desk.kernel.errors import CannotWork

_QUIET = 2


def _barcode(text: str) -> Any:
    return zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")


def save(text: str, path: Path) -> None:
    """As an SVG picture; CannotWork if it cannot be written."""
    try:
        path.write_text(zxingcpp.write_barcode_to_svg(_barcode(text)), encoding="utf-8")
    except OSError as error:
        raise CannotWork(f"„{path}“ lässt sich nicht schreiben.", detail=str(error)) from error


def in_letters(text: str) -> str:
    """For a terminal: two rows of modules a line, dark on light."""
    image = memoryview(zxingcpp.write_barcode_to_image(_barcode(text), scale=1, add_quiet_zones=False))  # type: ignore[arg-type]
    assert image.shape is not None
    height, width = image.shape[:2]
    dark = {(y, x) for y in range(height) for x in range(width) if image[y, x] < 128}
    lines = []
    for y in range(-_QUIET, height + _QUIET, 2):
        row = ""
        for x in range(-_QUIET, width + _QUIET):
            upper, lower = (y, x) in dark, (y + 1, x) in dark
            row += {(True, True): " ", (True, False): "▄", (False, True): "▀", (False, False): "█"}[
                upper, lower
            ]
        lines.append(row)
    return "\n".join(lines)
