"""The tokens of the look: colours for light and dark, distances, radii."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

XS, S, M, L, XL = 4, 8, 12, 16, 24
"""Distances in logical pixels."""

RADIUS, CARD_RADIUS, SHEET_RADIUS, PILL_RADIUS = 6, 8, 10, 9


@dataclass(frozen=True, slots=True)
class Tokens:
    """Colours as ``#RRGGBB``. ``x`` on ``x_bg`` is text on its ground; ``accent_fill`` carries white text."""

    canvas: str
    nav: str
    sheet: str
    raised: str
    field: str
    hover: str
    alternate: str
    line: str
    control: str
    text: str
    muted: str
    disabled: str
    accent: str
    accent_fill: str
    accent_hover: str
    accent_press: str
    on_accent: str
    tint: str
    on_tint: str
    good: str
    good_bg: str
    warn: str
    warn_bg: str
    bad: str
    bad_bg: str
    calm: str
    calm_bg: str


LIGHT = Tokens(
    canvas="#F4F5F7",
    nav="#EBEDF1",
    sheet="#FFFFFF",
    raised="#FFFFFF",
    field="#FFFFFF",
    hover="#F0F3F7",
    alternate="#F8F9FB",
    line="#DFE3E8",
    control="#7D8693",
    text="#1B2129",
    muted="#56606D",
    disabled="#8A929D",
    accent="#1D5C9E",
    accent_fill="#1D5C9E",
    accent_hover="#174C84",
    accent_press="#123D6B",
    on_accent="#FFFFFF",
    tint="#DEE9F6",
    on_tint="#12385F",
    good="#1B6338",
    good_bg="#E2F2E8",
    warn="#7A4B00",
    warn_bg="#FBEFD5",
    bad="#A3261D",
    bad_bg="#FBE6E4",
    calm="#4A5461",
    calm_bg="#E9ECF0",
)

DARK = Tokens(
    canvas="#15181D",
    nav="#191D22",
    sheet="#1E2228",
    raised="#272C33",
    field="#191D22",
    hover="#282D35",
    alternate="#22262D",
    line="#323841",
    control="#78828F",
    text="#E6E9ED",
    muted="#A4AEBA",
    disabled="#78828F",
    accent="#86B7EE",
    accent_fill="#2C69AC",
    accent_hover="#3A77BA",
    accent_press="#24588F",
    on_accent="#FFFFFF",
    tint="#243B55",
    on_tint="#D6E7FA",
    good="#83CFA0",
    good_bg="#1D3427",
    warn="#E8BF73",
    warn_bg="#3A2F18",
    bad="#F3A29B",
    bad_bg="#452321",
    calm="#B4BDC8",
    calm_bg="#2C323A",
)


def high_contrast(tokens: Tokens) -> Tokens:
    """For whoever asked the system for more contrast: edges and second lines as strong as text, no tints."""
    return replace(
        tokens,
        control=tokens.text,
        line=tokens.text,
        muted=tokens.text,
        disabled=tokens.muted,
        tint=tokens.sheet,
        on_tint=tokens.text,
        hover=tokens.sheet,
        good_bg=tokens.sheet,
        warn_bg=tokens.sheet,
        bad_bg=tokens.sheet,
        calm_bg=tokens.sheet,
    )


PAIRS: tuple[tuple[str, str, float], ...] = (
    *(
        (text, ground, 4.5)
        for text in ("text", "muted")
        for ground in ("canvas", "nav", "sheet", "raised", "field")
    ),
    *((text, ground, 4.5) for text in ("text", "muted") for ground in ("hover", "tint")),
    ("on_tint", "tint", 4.5),
    *(("accent", ground, 4.5) for ground in ("sheet", "canvas", "nav", "raised", "tint")),
    *(("on_accent", fill, 4.5) for fill in ("accent_fill", "accent_hover", "accent_press")),
    *((tone, f"{tone}_bg", 4.5) for tone in ("good", "warn", "bad", "calm")),
    *(
        (tone, ground, 4.5)
        for tone in ("good", "warn", "bad", "calm")
        for ground in ("sheet", "raised", "canvas")
    ),
    *(("control", ground, 3.0) for ground in ("nav", "sheet", "raised", "field", "canvas")),
)
"""What is drawn on what, and how much contrast it needs (EN 301 549: 4.5 for text, 3 for edges)."""


def luminance(colour: str) -> float:
    """Relative luminance of ``#RRGGBB`` (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast of two colours, from 1 to 21 (WCAG 2.2)."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


NAMES = tuple(field.name for field in fields(Tokens))
