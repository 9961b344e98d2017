"""Text that leaves the house in a CSV file, where a spreadsheet might take it for a formula."""

from __future__ import annotations

_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a formula may begin with; the wide forms are read as the narrow ones by East Asian versions."""


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet may take ``text`` for a formula and compute it."""
    return text.startswith(_SIGNS)


def harmless(text: str) -> str:
    """``text``, with an apostrophe in front if a spreadsheet might compute it (``=1+1`` → ``'=1+1``)."""
    return f"'{text}" if looks_like_formula(text) else text


def harmless_exactly(text: str) -> str:
    """Like `harmless`, and a text that begins with an apostrophe gets one more.

    So nothing is lost: who reads it takes one apostrophe away from every text that begins with one.
    """
    return f"'{text}" if text.startswith("'") or looks_like_formula(text) else text
