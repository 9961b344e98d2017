"""The one search field: over everything in the house, and over everything a clerk can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAction,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPen,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.pages import PAGES
from rathaus_desk.desktop.parts.part_widgets import hairline, label
from rathaus_desk.desktop.theme.icons import icon, pixmap
from rathaus_desk.desktop.theme.theme import theme
from rathaus_desk.desktop.theme.tokens import L, M, S
from rathaus_desk.kernel.names import fold
from rathaus_desk.store import search

_MOST = 9
_MOST_COMMANDS = 4
_SELECTED = QStyle.StateFlag.State_Selected.value
_ROOT = QModelIndex()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A line of the popup: a record, a command or a page."""

    title: str
    second: str
    kind: str
    icon: str
    command: str = ""
    page: str = ""
    record: UUID | None = None


KIND_WORDS = {
    "person": ("Person", "user"),
    "grave": ("Grabstätte", "flower-2"),
    "burial": ("Bestattung", "flower-2"),
    "case": ("Vorgang", "folder-open"),
    "notice": ("Bescheid", "file-text"),
    "due_item": ("Forderung", "euro"),
    "letter": ("Schreiben", "mail"),
    "note": ("Notiz", "sticky-note"),
    "follow_up": ("Wiedervorlage", "clock"),
    "application": ("Antrag", "inbox"),
    "quarantined_delivery": ("Quarantäne", "inbox"),
    "catalogue": ("Satzung", "scale"),
    "service": ("Leistung", "layers"),
}
"""What kinds of hit are called, and their icon."""


def proposals(desk: Desk, text: str, about: str) -> list[Proposal]:
    """What ``text`` finds, best first: pages and commands that begin so, then records."""
    words = fold(text)
    found = [
        Proposal(kind.title, "Seite öffnen", "Seite", kind.icon or "chevron-right", page=kind.name)
        for kind in PAGES
        if kind.rank is not None and words and fold(kind.title).startswith(words)
    ]
    found += [
        Proposal(one.title, one.key_words, "Befehl", one.icon or "chevron-right", command=one.name)
        for one in desk.commands.search(text, about)[:_MOST_COMMANDS]
    ]
    hits = desk.read_now(lambda session: search.search(session, text, limit=_MOST - len(found[:_MOST])))
    for hit in hits:
        word, mark = KIND_WORDS.get(hit.kind, (hit.kind, "file-text"))
        target = PAGES.for_hit(hit.kind)
        if target is not None:
            found.append(Proposal(hit.title, hit.subtitle, word, mark, page=target.name, record=hit.id))
    return found[:_MOST]


class _Proposals(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.lines: list[Proposal] = []

    def show(self, lines: list[Proposal]) -> None:
        self.beginResetModel()
        self.lines = lines
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _ROOT) -> int:  # noqa: N802
        return 0 if parent.isValid() else len(self.lines)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            line = self.lines[index.row()]
            return ", ".join(filter(None, (line.title, line.second, line.kind)))
        return None


class _HitDelegate(QStyledItemDelegate):
    def __init__(self, view: QListView, model: _Proposals) -> None:
        super().__init__(view)
        self._model = model

    def sizeHint(  # noqa: N802
        self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        now = theme()
        lines = QFontMetrics(now.font("body")).height() + QFontMetrics(now.font("second")).height()
        return QSize(200, max(48, lines + M))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        line, now = self._model.lines[index.row()], theme()
        rect: QRect = option.rect
        selected = bool(option.state.value & _SELECTED)
        box = rect.adjusted(M, 2, -M, -2)
        if selected:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(now.colour("tint"))
            painter.drawRoundedRect(box, 6, 6)
            painter.setBrush(now.colour("accent"))
            painter.drawRoundedRect(QRect(box.x(), box.y() + 10, 3, box.height() - 20), 1, 1)
        painter.drawPixmap(box.x() + L, box.y() + (box.height() - 18) // 2, pixmap(line.icon, 18, "muted"))
        strong, second = QFontMetrics(now.font("strong")), QFontMetrics(now.font("second"))
        right = "Eingabe ↵" if selected else line.kind
        width = second.horizontalAdvance(right) + M
        painter.setFont(now.font("second"))
        painter.setPen(QPen(now.colour("on_tint" if selected else "muted")))
        vertical = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(box.adjusted(0, 0, -M, 0), vertical, right)
        x = box.x() + L + 18 + M
        room = box.right() - x - width - M
        top = box.y() + (box.height() - strong.height() - second.height()) // 2
        left = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        words = second.elidedText(line.second, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(x, top + strong.height(), room, second.height()), left, words)
        painter.setFont(now.font("strong"))
        painter.setPen(QPen(now.colour("on_tint" if selected else "text")))
        title = strong.elidedText(line.title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(x, top, room, strong.height()), left, title)


class SearchPopup(QFrame):
    """The proposals, a child of the window below the field; the focus stays in the field."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("search-popup")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        box = QVBoxLayout(self)
        box.setContentsMargins(1, S, 1, S)
        box.setSpacing(0)
        self.model = _Proposals(self)
        self.view = QListView()
        self.view.setAccessibleName("Treffer")
        self.view.setModel(self.model)
        self.view.setItemDelegate(_HitDelegate(self.view, self.model))
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setMouseTracking(True)
        self.view.entered.connect(self.view.setCurrentIndex)
        box.addWidget(self.view)
        line = hairline()
        box.addWidget(line)
        self._foot = label("second")
        self._foot.setContentsMargins(L, S, L, 0)
        box.addWidget(self._foot)
        self.hide()

    def show_lines(self, lines: list[Proposal], field: QWidget) -> None:
        """Shows them below the field, as many rows high as there are."""
        self.model.show(lines)
        if lines:
            self.view.setCurrentIndex(self.model.index(0))
            count = "1 Treffer" if len(lines) == 1 else f"{len(lines)} beste Treffer"
            self._foot.setText(f"{count} · ↑ ↓ wählen · Eingabe öffnet · Esc schließt")
        else:
            self._foot.setText("Nichts gefunden. Auch Befehle lassen sich hier eingeben.")
        row = self.view.sizeHintForRow(0) if lines else 0
        self.view.setFixedHeight(row * len(lines))
        self.view.setVisible(bool(lines))
        where = field.mapTo(self.window(), QPoint(0, field.height() + 6))
        self.setGeometry(where.x(), where.y(), field.width(), self.sizeHint().height())
        self.raise_()
        self.show()


class SearchField(QLineEdit):
    """Typing shows proposals; Enter goes to the chosen one."""

    def __init__(self, desk: Desk, popup: SearchPopup, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._popup = desk, popup
        self._about = ""
        self._subject: UUID | None = None
        self.setObjectName("search")
        self.setPlaceholderText("Suchen oder Befehl eingeben")
        self.setAccessibleName("Suchen oder Befehl eingeben")
        self.addAction(QAction(icon("search"), "Suchen", self), QLineEdit.ActionPosition.LeadingPosition)
        self._hint = label("second", "Strg+K")
        self._hint.setParent(self)
        self._hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.textChanged.connect(self._typed)
        popup.view.clicked.connect(lambda index: self._take(index.row()))

    def knows(self, about: str, subject: UUID | None) -> None:
        """Which record is open: commands about it are proposed, and act on it."""
        self._about, self._subject = about, subject

    def _typed(self, text: str) -> None:
        self._hint.setVisible(not text)
        if not text.strip():
            self._popup.hide()
            return
        lines = proposals(self._desk, text, self._about)
        self._popup.show_lines(lines, self)
        said = f"{len(lines)} Treffer. {lines[0].title}" if lines else "Nichts gefunden"
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, said))

    def _take(self, at: int) -> None:
        if not 0 <= at < len(self._popup.model.lines):
            return
        line = self._popup.model.lines[at]
        self.leave()
        if line.command:
            command = self._desk.commands[line.command]
            self._desk.do(line.command, self._subject if command.about in ("*", self._about) else None)
        else:
            self._desk.go(line.page, line.record)

    def leave(self) -> None:
        """Empties the field and closes the popup."""
        self._popup.hide()
        self.clear()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Arrow keys choose, Enter takes, Esc closes."""
        view, model = self._popup.view, self._popup.model
        at = view.currentIndex().row()
        open_ = self._popup.isVisible() and bool(model.lines)
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up) and open_:
            step = 1 if event.key() == Qt.Key.Key_Down else -1
            at = (at + step) % len(model.lines)
            view.setCurrentIndex(model.index(at))
            said = model.data(model.index(at))
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, said))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and open_:
            self._take(at)
        elif event.key() == Qt.Key.Key_Escape:
            if self.text():
                self.leave()
            else:
                self._desk.focus_page()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: Any) -> None:  # noqa: N802
        """The popup goes with the focus."""
        super().focusOutEvent(event)
        self._popup.hide()

    def focusInEvent(self, event: Any) -> None:  # noqa: N802
        """What was typed before is proposed again."""
        super().focusInEvent(event)
        if self.text().strip():
            self._typed(self.text())

    def resizeEvent(self, event: Any) -> None:  # noqa: N802
        """The hint stands at the right end."""
        super().resizeEvent(event)
        size = self._hint.sizeHint()
        self._hint.setGeometry(self.width() - size.width() - M, 0, size.width(), self.height())
