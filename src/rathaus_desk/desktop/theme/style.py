"""The one style sheet, made from the tokens. Rows, navigation, hits and lines are painted, not styled."""

from __future__ import annotations

import tempfile
from functools import lru_cache
from pathlib import Path

from rathaus_desk.desktop.theme.tokens import CARD_RADIUS, RADIUS, SHEET_RADIUS, Tokens
from rathaus_desk.kernel import resources


def style_sheet(tokens: Tokens) -> str:
    """The sheet for one set of tokens."""
    t = tokens
    down, up, right = (_arrow(name, t.muted) for name in ("chevron-down", "chevron-up", "chevron-right"))
    check = _arrow("check", t.on_accent)
    surfaces = "".join(
        f'*[surface="{name}"] {{ background: {getattr(t, name)}; }}\n'
        for name in ("canvas", "nav", "sheet", "raised")
    )
    banners = "".join(
        f'*[surface="banner-{tone}"] {{ background: {getattr(t, tone + "_bg")}; border: 1px solid'
        f" {getattr(t, tone)}; border-radius: {RADIUS}px; }}\n"
        f'*[surface="banner-{tone}"] QLabel {{ color: {getattr(t, tone)}; background: transparent; border: 0; }}\n'
        for tone in ("good", "warn", "bad", "calm")
    )
    return f"""
{surfaces}{banners}
QToolTip {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.control}; padding: 4px 8px; }}
#sheet {{ background: {t.sheet}; border: 1px solid {t.line}; border-right: 0; border-bottom: 0;
    border-top-left-radius: {SHEET_RADIUS}px; }}
#hairline {{ background: {t.line}; border: 0; }}
*[surface="card"] {{ background: {t.raised}; border: 1px solid {t.line}; border-radius: {CARD_RADIUS}px; }}
*[surface="footer"] {{ background: {t.sheet}; border: 0; border-top: 1px solid {t.line}; }}
#search-popup {{ background: {t.raised}; border: 1px solid {t.control}; border-radius: {CARD_RADIUS}px; }}
#search-popup QListView {{ background: transparent; border: 0; }}

QLabel {{ background: transparent; }}
QLabel[role="muted"] {{ color: {t.muted}; }}
QLabel[role="second"] {{ color: {t.muted}; font-size: 9pt; }}
QLabel[role="caption"] {{ color: {t.muted}; font-size: 9.5pt; font-weight: 600; }}
QLabel[role="section"] {{ font-size: 11pt; font-weight: 600; }}
QLabel[role="strong"] {{ font-weight: 600; }}
QLabel[role="record-title"] {{ font-size: 15pt; font-weight: 600; }}
QLabel[role="page-title"] {{ font-size: 17pt; font-weight: 600; }}
QLabel[role="number"] {{ font-size: 20pt; font-weight: 600; }}
QLabel[role="problem"] {{ color: {t.bad}; font-size: 9pt; font-weight: 600; }}

QPushButton {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.control}; border-radius: {RADIUS}px;
    padding: 0 12px; min-height: 30px; }}
QPushButton:hover {{ background: {t.hover}; }}
QPushButton:pressed {{ background: {t.tint}; }}
QPushButton:focus {{ border: 2px solid {t.accent}; padding: 0 11px; min-height: 28px; }}
QPushButton:disabled {{ color: {t.disabled}; border-color: {t.line}; }}
QPushButton[primary="true"] {{ background: {t.accent_fill}; color: {t.on_accent}; border-color: {t.accent_fill};
    font-weight: 600; padding: 0 16px; }}
QPushButton[primary="true"]:hover {{ background: {t.accent_hover}; }}
QPushButton[primary="true"]:pressed {{ background: {t.accent_press}; }}
QPushButton[primary="true"]:focus {{ border: 2px solid {t.text}; padding: 0 15px; }}
QPushButton[primary="true"]:disabled {{ background: {t.calm_bg}; color: {t.calm}; border-color: {t.line}; }}
QPushButton[quiet="true"] {{ background: transparent; border-color: transparent; color: {t.accent}; padding: 0 8px; }}
QPushButton[quiet="true"]:hover {{ background: {t.hover}; }}
QPushButton[quiet="true"]:focus {{ border: 2px solid {t.accent}; padding: 0 7px; }}
QPushButton[link="true"] {{ background: transparent; border: 0; color: {t.accent}; text-align: left; padding: 0;
    min-height: 20px; text-decoration: underline; }}
QPushButton[link="true"]:hover {{ color: {t.text}; }}
QPushButton[link="true"]:focus {{ border: 2px solid {t.accent}; padding: 0 2px; }}
QPushButton[chip="true"] {{ border-radius: 15px; padding: 0 14px; color: {t.muted}; min-height: 28px; }}
QPushButton[chip="true"]:focus {{ border: 2px solid {t.accent}; padding: 0 13px; min-height: 26px; }}
QPushButton[chip="true"]:checked {{ background: {t.tint}; color: {t.on_tint}; border-color: {t.accent};
    font-weight: 600; }}

QToolButton {{ background: transparent; color: {t.text}; border: 1px solid transparent; border-radius: {RADIUS}px;
    padding: 5px; icon-size: 18px; }}
QToolButton:hover {{ background: {t.hover}; }}
QToolButton:focus {{ border: 2px solid {t.accent}; padding: 4px; }}
QToolButton:disabled {{ color: {t.disabled}; }}
QToolButton::menu-indicator {{ image: none; }}
QLineEdit QToolButton, QTabBar QToolButton {{ border: 0; padding: 0; min-height: 0; }}

QAbstractScrollArea {{ border: 0; }}
QLineEdit, QPlainTextEdit, QComboBox, QSpinBox {{ background: {t.field}; color: {t.text};
    border: 1px solid {t.control}; border-radius: {RADIUS}px;
    selection-background-color: {t.accent_fill}; selection-color: {t.on_accent}; }}
QLineEdit, QComboBox, QSpinBox {{ min-height: 30px; padding: 0 8px; }}
QPlainTextEdit {{ padding: 5px 6px; }}
QLineEdit:focus, QComboBox:focus, QSpinBox:focus {{ border: 2px solid {t.accent}; padding: 0 7px; min-height: 28px; }}
QPlainTextEdit:focus {{ border: 2px solid {t.accent}; padding: 4px 5px; }}
QLineEdit[invalid="true"], QComboBox[invalid="true"] {{ border: 2px solid {t.bad}; padding: 0 7px; min-height: 28px; }}
QPlainTextEdit[invalid="true"] {{ border: 2px solid {t.bad}; padding: 4px 5px; }}
QLineEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled {{ color: {t.disabled}; border-color: {t.line}; }}
QLineEdit:read-only {{ background: {t.alternate}; }}
#search {{ min-height: 34px; }}
#search:focus {{ min-height: 32px; }}
QComboBox::drop-down {{ border: 0; width: 28px; }}
QComboBox::down-arrow {{ image: url("{down}"); width: 16px; height: 16px; }}
QComboBox QAbstractItemView {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.control};
    selection-background-color: {t.tint}; selection-color: {t.on_tint}; outline: 0; padding: 4px; }}
QSpinBox::up-button, QSpinBox::down-button {{ border: 0; width: 20px; }}
QSpinBox::up-arrow {{ image: url("{up}"); width: 12px; height: 12px; }}
QSpinBox::down-arrow {{ image: url("{down}"); width: 12px; height: 12px; }}

QCheckBox, QRadioButton {{ spacing: 8px; padding: 3px; border: 2px solid transparent; border-radius: {RADIUS}px; }}
QCheckBox:focus, QRadioButton:focus {{ border-color: {t.accent}; }}
QCheckBox::indicator, QRadioButton::indicator {{ width: 16px; height: 16px; border: 1px solid {t.control};
    background: {t.field}; }}
QCheckBox::indicator {{ border-radius: 4px; }}
QRadioButton::indicator {{ border-radius: 8px; }}
QCheckBox::indicator:checked {{ background: {t.accent_fill}; border-color: {t.accent_fill}; image: url("{check}"); }}
QRadioButton::indicator:checked {{ background: {t.on_accent}; border: 5px solid {t.accent_fill}; width: 8px;
    height: 8px; }}

*[touch="true"] QLineEdit, *[touch="true"] QPushButton {{ min-height: 44px; font-size: 12pt; }}
*[touch="true"] QLineEdit:focus, *[touch="true"] QPushButton:focus {{ min-height: 42px; }}
*[touch="true"] QLineEdit[invalid="true"] {{ min-height: 42px; }}
*[touch="true"] QPushButton[chip="true"] {{ border-radius: 22px; padding: 0 18px; }}
*[touch="true"] QPlainTextEdit, *[touch="true"] QCheckBox, *[touch="true"] QLabel[role="strong"] {{ font-size: 12pt; }}
*[touch="true"] QLabel[role="caption"] {{ font-size: 11pt; }}
*[touch="true"] QLabel[role="section"] {{ font-size: 14pt; }}
*[touch="true"] QCheckBox {{ min-height: 40px; spacing: 12px; }}
*[touch="true"] QCheckBox::indicator {{ width: 26px; height: 26px; }}
*[touch="true"] QToolButton {{ min-width: 34px; min-height: 34px; icon-size: 22px; }}

QTabBar {{ background: transparent; }}
QTabBar::tab {{ background: transparent; color: {t.muted}; border: 0; border-bottom: 2px solid transparent;
    padding: 8px 2px; margin: 0 14px 0 0; }}
QTabBar::tab:hover {{ color: {t.text}; }}
QTabBar::tab:selected {{ color: {t.text}; font-weight: 600; border-bottom: 2px solid {t.accent}; }}
QTabBar::tab:focus {{ color: {t.accent}; border-bottom: 2px solid {t.accent}; background: {t.tint}; }}

QTableView {{ background: {t.sheet}; border: 0; outline: 0; selection-background-color: transparent; }}
QHeaderView {{ background: {t.sheet}; border: 0; }}
QHeaderView::section {{ background: {t.sheet}; color: {t.muted}; border: 0; border-bottom: 1px solid {t.line};
    padding: 0 12px; font-weight: 600; }}
QHeaderView::section:first {{ padding-left: 24px; }}
QHeaderView::section:vertical {{ padding-left: 24px; border-right: 1px solid {t.line}; font-weight: 400; }}
QTableCornerButton::section {{ background: {t.sheet}; border: 0; border-bottom: 1px solid {t.line}; }}
QHeaderView::section:hover {{ color: {t.text}; background: {t.hover}; }}
QHeaderView::up-arrow {{ image: url("{up}"); width: 14px; height: 14px; }}
QHeaderView::down-arrow {{ image: url("{down}"); width: 14px; height: 14px; }}
QAbstractScrollArea::corner {{ background: {t.sheet}; border: 0; }}
QListView {{ background: transparent; outline: 0; }}
QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; }}
#side-list {{ background: {t.sheet}; padding: 8px; }}
#side-list::item {{ padding: 0 10px; border: 0; border-left: 3px solid transparent; border-radius: {RADIUS}px;
    color: {t.text}; }}
#side-list::item:hover {{ background: {t.hover}; }}
#side-list::item:selected {{ background: {t.tint}; color: {t.on_tint}; border-left: 3px solid {t.accent}; }}
#side-list::item:selected:focus {{ border: 2px solid {t.accent}; }}
#search-popup QListWidget::item {{ padding: 6px 8px; border-radius: {RADIUS}px; }}
#search-popup QListWidget::item:selected {{ background: {t.tint}; color: {t.on_tint}; }}
#canvas-scroll {{ background: {t.canvas}; }}

QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
QScrollBar::handle {{ background: {t.control}; border: 2px solid transparent; border-radius: 4px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 32px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QSplitter::handle {{ background: {t.line}; }}

QMenu {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.control}; padding: 4px; }}
QMenu::item {{ padding: 7px 24px 7px 12px; border-radius: 4px; }}
QMenu::item:selected {{ background: {t.tint}; color: {t.on_tint}; }}
QMenu::item:disabled {{ color: {t.disabled}; }}
QMenu::separator {{ height: 1px; background: {t.line}; margin: 4px 8px; }}
QMenu::icon {{ padding-left: 8px; }}
QMenu::right-arrow {{ image: url("{right}"); width: 14px; height: 14px; }}

QProgressBar {{ background: {t.calm_bg}; border: 0; border-radius: 3px; max-height: 6px; min-height: 6px; }}
QProgressBar::chunk {{ background: {t.accent_fill}; border-radius: 3px; }}
QDialog {{ background: {t.sheet}; }}
QMessageBox {{ background: {t.sheet}; }}
"""


@lru_cache(maxsize=1)
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="rathaus-desk-")


@lru_cache(maxsize=64)
def _arrow(name: str, colour: str) -> str:
    """An icon as a file in one colour: a style sheet cannot tint. Gone when the program ends."""
    source = resources.path("icons", f"{name}.svg").read_text(encoding="utf-8")
    target = Path(_folder().name) / f"{name}-{colour[1:]}.svg"
    target.write_text(source.replace("currentColor", colour), encoding="utf-8")
    return target.as_posix()
