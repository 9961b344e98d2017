"""Facts, lines and banners of a detail as widgets. They are kept; another record only brings new texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from rathaus_desk.desktop.commands import COMMANDS
from rathaus_desk.desktop.parts.described import Banner, Document, Fact, Facts, Line, Lines, Versions
from rathaus_desk.desktop.theme.icons import icon, pixmap
from rathaus_desk.desktop.theme.pills import paint_pill, pill_size
from rathaus_desk.desktop.theme.theme import theme
from rathaus_desk.desktop.theme.tokens import XS, L, M, S

Follow = Callable[[Any], None]
"""What is done with a `Target`."""
Do = Callable[[str, Any], None]
"""What is done with a command's name and a record."""


def label(role: str = "", text: str = "", *, wrap: bool = False, selectable: bool = False) -> QLabel:
    """A label in one of the roles of the style sheet."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        made.setProperty("role", role)
    made.setWordWrap(wrap)
    if selectable:
        made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def button(
    text: str, mark: str = "", *, primary: bool = False, quiet: bool = False, tip: str = ""
) -> QPushButton:
    """A button with an icon before its words."""
    made = QPushButton(text)
    if primary or quiet:
        made.setProperty("primary" if primary else "quiet", True)
    show_icon(made, mark, "on_accent" if primary else "muted")
    made.setToolTip(tip)
    return made


def show_icon(button: QPushButton, mark: str, token: str = "muted") -> None:
    """Gives a button its icon; the icon is wider than it is drawn, which makes the gap to the words."""
    if mark:
        button.setIcon(icon(mark, token))
        button.setIconSize(QSize(24, 18))


def icon_button(mark: str, words: str, do: Callable[[], object]) -> QToolButton:
    """A button that is only an icon; its words are read aloud and shown as a hint."""
    made = QToolButton()
    made.setIcon(icon(mark))
    made.setAccessibleName(words)
    made.setToolTip(words)
    made.clicked.connect(lambda: do())
    return made


class FactRow:
    """One fact: a caption, a value that may be a link, a note below it."""

    def __init__(self, grid: QGridLayout, at: int, follow: Follow) -> None:
        self.caption = label("muted")
        self.value = label(wrap=True, selectable=True)
        self.link = QPushButton()
        self.link.setProperty("link", True)
        self.link.setCursor(Qt.CursorShape.PointingHandCursor)
        self.note = label("second", wrap=True)
        self._target: object = None
        self.link.clicked.connect(lambda: follow(self._target))
        box = QVBoxLayout()
        box.setSpacing(0)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.value)
        box.addWidget(self.link, 0, Qt.AlignmentFlag.AlignLeft)
        box.addWidget(self.note)
        grid.addWidget(self.caption, at, 0, Qt.AlignmentFlag.AlignTop)
        grid.addLayout(box, at, 1)

    def show(self, fact: Fact | None) -> None:
        """Takes over a fact; None: this row is not needed."""
        there = fact is not None
        self.caption.setVisible(there)
        if fact is None:
            for one in (self.value, self.link, self.note):
                one.hide()
            return
        self.caption.setText(fact.label)
        self._target = fact.target
        linked = fact.target is not None and bool(fact.value)
        self.value.setVisible(not linked)
        self.link.setVisible(linked)
        if linked:
            self.link.setText(fact.value)
            self.caption.setBuddy(self.link)
        else:
            self.value.setText(fact.value or "—")
            self.caption.setBuddy(self.value)
        self.note.setText(fact.note)
        self.note.setVisible(bool(fact.note))


class FactsWidget(QWidget):
    """`Facts` under their heading."""

    def __init__(self, follow: Follow, _do: Do) -> None:
        super().__init__()
        self._follow = follow
        self._rows: list[FactRow] = []
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(S)
        self._title = label("section")
        box.addWidget(self._title)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(L)
        self._grid.setVerticalSpacing(S)
        self._grid.setColumnStretch(1, 1)
        box.addLayout(self._grid)

    def show_part(self, facts: Facts) -> None:
        """Takes over other facts."""
        self._title.setText(facts.title)
        self._title.setVisible(bool(facts.title))
        while len(self._rows) < len(facts.facts):
            self._rows.append(FactRow(self._grid, len(self._rows), self._follow))
        for at, row in enumerate(self._rows):
            row.show(facts.facts[at] if at < len(facts.facts) else None)
        widest = max((row.caption.sizeHint().width() for row in self._rows[: len(facts.facts)]), default=0)
        self._grid.setColumnMinimumWidth(0, max(widest, theme().em(12)))


class VersionsWidget(QWidget):
    """`Versions` as a small table; heads are read aloud with each value."""

    def __init__(self, _follow: Follow, _do: Do) -> None:
        super().__init__()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(S)
        self._title = label("section")
        box.addWidget(self._title)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(L)
        self._grid.setVerticalSpacing(S)
        box.addLayout(self._grid)
        self._cells: dict[tuple[int, int], QLabel] = {}

    def show_part(self, versions: Versions) -> None:
        """Takes over other values."""
        self._title.setText(versions.title)
        for cell in self._cells.values():
            cell.hide()
        for column, head in enumerate(versions.heads, 1):
            self._grid.setColumnStretch(column, 1)
            self._cell(0, column, "caption").setText(head)
        for at, (caption, *values) in enumerate(versions.rows, 1):
            self._cell(at, 0, "muted").setText(caption)
            for column, value in enumerate(values, 1):
                cell = self._cell(at, column, "")
                cell.setText(value)
                cell.setAccessibleName(f"{caption}, {versions.heads[column - 1]}: {value}")

    def _cell(self, row: int, column: int, kind: str) -> QLabel:
        if (row, column) not in self._cells:
            made = self._cells[row, column] = label(kind, wrap=True, selectable=row > 0 and column > 0)
            self._grid.addWidget(made, row, column, Qt.AlignmentFlag.AlignTop)
        self._cells[row, column].show()
        return self._cells[row, column]


class LineRow(QAbstractButton):
    """One line, painted whole; a button where it leads somewhere."""

    def __init__(self, follow: Follow, do: Do) -> None:
        super().__init__()
        self._line = Line("")
        self._follow, self._do = follow, do
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.clicked.connect(self._clicked)
        self._button = QToolButton(self)
        self._button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._button.clicked.connect(lambda: self._do(self._line.action, self._line.record))
        self._button.hide()
        self.when_width = 0

    @property
    def line(self) -> Line:
        """What it shows."""
        return self._line

    def show_line(self, line: Line) -> None:
        """Takes over another line."""
        self._line = line
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if line.target is not None else Qt.FocusPolicy.NoFocus)
        self.setCursor(
            Qt.CursorShape.PointingHandCursor if line.target is not None else Qt.CursorShape.ArrowCursor
        )
        state = str(line.state.word) if line.state else ""
        self.setAccessibleName(
            ", ".join(filter(None, (line.when, line.title, line.second, line.amount, state)))
        )
        action = COMMANDS.find(line.action)
        self._button.setVisible(action is not None)
        if action is not None:
            self._button.setText(action.title)
            self._button.setAccessibleName(f"{action.title}: {line.title}")
        self._place_button()
        self.setToolTip(line.second if len(line.second) > 60 else "")
        self.updateGeometry()
        self.update()

    def _clicked(self) -> None:
        if self._line.target is not None:
            self._follow(self._line.target)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Two lines of text and some air."""
        now = theme()
        height = QFontMetrics(now.font("body")).height() + 2 * S
        if self._line.second:
            height += QFontMetrics(now.font("second")).height() + 2
        return QSize(200, max(height, 36))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """As high, but as narrow as need be."""
        return QSize(120, self.sizeHint().height())

    def resizeEvent(self, event: Any) -> None:  # noqa: N802
        """Qt's event."""
        super().resizeEvent(event)
        self._place_button()

    def _place_button(self) -> None:
        size = self._button.sizeHint()
        self._button.resize(size)
        self._button.move(self.width() - size.width() - XS, (self.height() - size.height()) // 2)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """The line."""
        now, line = theme(), self._line
        painter = QPainter(self)
        if self.underMouse() and line.target is not None:
            painter.fillRect(self.rect(), now.colour("hover"))
        body, second = QFontMetrics(now.font("strong")), QFontMetrics(now.font("second"))
        x = M
        if line.icon:
            painter.drawPixmap(
                x, (self.height() - 18) // 2, pixmap(line.icon, 18, "muted", self.devicePixelRatioF())
            )
            x += 18 + M
        if line.when or self.when_width:
            painter.setFont(now.font("body"))
            painter.setPen(QPen(now.colour("muted")))
            width = max(self.when_width, QFontMetrics(now.font("body")).horizontalAdvance(line.when))
            painter.drawText(QRect(x, 0, width, self.height()), int(Qt.AlignmentFlag.AlignVCenter), line.when)
            x += width + M
        right = self.width() - M
        if self._button.isVisible():
            right = self._button.x() - M
        if line.amount:
            painter.setFont(now.font("body"))
            painter.setPen(QPen(now.colour("text")))
            width = QFontMetrics(now.font("body")).horizontalAdvance(line.amount)
            painter.drawText(
                QRect(right - width, 0, width, self.height()), int(Qt.AlignmentFlag.AlignVCenter), line.amount
            )
            right -= width + M
        if line.state is not None:
            size = pill_size(line.state, now)
            box = QRect(
                right - size.width(), (self.height() - size.height()) // 2, size.width(), size.height()
            )
            paint_pill(painter, box, line.state, now)
            right -= size.width() + M
        room = max(0, right - x)
        both = body.height() + (second.height() + 2 if line.second else 0)
        top = (self.height() - both) // 2
        painter.setFont(now.font("strong"))
        painter.setPen(QPen(now.colour("text")))
        title = body.elidedText(line.title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(x, top, room, body.height()), int(Qt.AlignmentFlag.AlignVCenter), title)
        if line.second:
            painter.setFont(now.font("second"))
            painter.setPen(QPen(now.colour("muted")))
            words = second.elidedText(line.second, Qt.TextElideMode.ElideRight, room)
            painter.drawText(
                QRect(x, top + body.height() + 2, room, second.height()),
                int(Qt.AlignmentFlag.AlignVCenter),
                words,
            )
        painter.setPen(QPen(now.colour("line")))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
        if self.hasFocus():
            painter.setPen(QPen(now.colour("accent"), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))


class PartHead(QHBoxLayout):
    """What a part is called, and beside it what can be done there."""

    def __init__(self, do: Callable[[str, Any], Any]) -> None:
        super().__init__()
        self._action = ""
        self._title = label("section")
        self._button = QPushButton()
        self._button.setProperty("quiet", True)
        self._button.clicked.connect(lambda: do(self._action, None))
        self.addWidget(self._title)
        self.addStretch(1)
        self.addWidget(self._button)

    def show_head(self, title: str, action: str) -> None:
        """Another title and action; an action that there is none of is not offered."""
        self._title.setText(title)
        self._title.setVisible(bool(title))
        self._action = action
        known = action in COMMANDS
        self._button.setVisible(known)
        if known:
            self._button.setText(COMMANDS[action].title)
            show_icon(self._button, COMMANDS[action].icon or "plus")


class LinesWidget(QWidget):
    """`Lines` under their heading."""

    def __init__(self, follow: Follow, do: Do) -> None:
        super().__init__()
        self._follow, self._do = follow, do
        self._rows: list[LineRow] = []
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(0)
        self._head = PartHead(do)
        self._head.setContentsMargins(0, 0, 0, XS)
        self._box.addLayout(self._head)
        self._empty = label("muted", wrap=True)
        self._box.addWidget(self._empty)

    def inset(self, width: int) -> None:
        """Where there is nothing, the words stand this far from the edge."""
        self._empty.setContentsMargins(width, S, width, S)

    @property
    def rows(self) -> list[LineRow]:
        """The rows that are shown."""
        return [row for row in self._rows if not row.isHidden()]

    def show_part(self, lines: Lines) -> None:
        """Takes over other lines."""
        self._head.show_head(lines.title, lines.action)
        self._empty.setText(lines.empty or "Hier ist noch nichts.")
        self._empty.setVisible(not lines.lines)
        while len(self._rows) < len(lines.lines):
            row = LineRow(self._follow, self._do)
            self._rows.append(row)
            self._box.addWidget(row)
        metrics = QFontMetrics(theme().font("body"))
        widest = max((metrics.horizontalAdvance(line.when) for line in lines.lines), default=0)
        for at, row in enumerate(self._rows):
            there = at < len(lines.lines)
            row.setVisible(there)
            if there:
                row.when_width = widest
                row.show_line(lines.lines[at])


_BANNER_ICONS = {"warn": "triangle-alert", "bad": "circle-alert", "good": "circle-check", "calm": "info"}


def hairline() -> QFrame:
    """A line between two things."""
    made = QFrame()
    made.setObjectName("hairline")
    made.setFixedHeight(1)
    return made


class BannerWidget(QWidget):
    """A `Banner` with its remedy."""

    remedy_wanted = Signal(object)

    def __init__(self, follow: Follow, do: Do) -> None:
        super().__init__()
        self._banner = Banner("")
        self._follow, self._do = follow, do
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        box = QHBoxLayout(self)
        box.setContentsMargins(M, S + 2, M, S + 2)
        box.setSpacing(M)
        self._icon = QLabel()
        self._sentence = label(wrap=True, selectable=True)
        self._button = QPushButton()
        self._button.clicked.connect(self._clicked)
        box.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        box.addWidget(self._sentence, 1)
        box.addWidget(self._button, 0, Qt.AlignmentFlag.AlignVCenter)
        theme().changed.connect(self._retheme)

    def _clicked(self) -> None:
        self.remedy_wanted.emit(self._banner)
        if self._banner.action:
            self._do(self._banner.action, None)
        elif self._banner.target is not None:
            self._follow(self._banner.target)

    def _retheme(self) -> None:
        tone = self._banner.tone
        self._icon.setPixmap(pixmap(_BANNER_ICONS[tone], 18, tone, self.devicePixelRatioF()))

    def show_part(self, banner: Banner) -> None:
        """Takes over another sentence."""
        self._banner = banner
        self.setProperty("surface", f"banner-{banner.tone}")
        self.style().unpolish(self)
        self.style().polish(self)
        self._sentence.setText(banner.sentence)
        remedy = banner.remedy or (COMMANDS[banner.action].title if banner.action in COMMANDS else "")
        self._button.setText(remedy)
        self._button.setVisible(bool(remedy))
        self._retheme()


class DocumentWidget(QWidget):
    """A `Document`, as high as its pages: what is around it scrolls."""

    def __init__(self, _follow: Follow, _do: Do) -> None:
        super().__init__()
        from rathaus_desk.desktop.parts.pdf_view import PdfView

        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        self._view = PdfView(whole=True)
        self._key = ""
        box.addWidget(self._view)

    def show_part(self, document: Document) -> None:
        """Takes over another document."""
        if document.key != self._key:
            self._key = document.key
            self._view.show_later(document.load, document.title)
