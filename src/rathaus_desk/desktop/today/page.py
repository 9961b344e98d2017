"""Heute: the page a clerk opens in the morning."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QBoxLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from rathaus_desk.desktop.commands import COMMANDS
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.pages import Page, page
from rathaus_desk.desktop.parts.described import Banner, Lines, Target
from rathaus_desk.desktop.parts.flow import Flow
from rathaus_desk.desktop.parts.part_widgets import BannerWidget, LinesWidget, button, hairline, label
from rathaus_desk.desktop.theme.icons import pixmap
from rathaus_desk.desktop.theme.theme import theme
from rathaus_desk.desktop.theme.tokens import CARD_RADIUS, XL, L, M, S
from rathaus_desk.desktop.today.queries import Metric, Today, today
from rathaus_desk.store.watch import News

_TWO_COLUMNS = 820
_FOUR_CARDS = 900


class MetricCard(QAbstractButton):
    """One number with its word, painted; leads somewhere."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._metric = Metric(0, "", "", "circle", "muted", Target("heute"))
        self._desk = desk
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.clicked.connect(lambda: desk.follow(self._metric.target))

    def show_metric(self, metric: Metric) -> None:
        """Takes over another number."""
        self._metric = metric
        self.setAccessibleName(f"{metric.number} {metric.title}, {metric.second}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """A number and two lines."""
        now = theme()
        heights = sum(QFontMetrics(now.font(name)).height() for name in ("number", "strong", "second"))
        return QSize(200, max(96, heights + 2 * M + S))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """The card."""
        now, metric = theme(), self._metric
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = QPen(now.colour("accent"), 2) if self.hasFocus() else QPen(now.colour("line"))
        painter.setPen(edge)
        painter.setBrush(now.colour("hover" if self.underMouse() else "raised"))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), CARD_RADIUS, CARD_RADIUS)
        inner = self.rect().adjusted(L, M, -L, -M)
        y = inner.y()
        for name, text, colour in (
            ("number", str(metric.number), "text"),
            ("strong", metric.title, "text"),
            ("second", metric.second, "muted"),
        ):
            font = now.font(name)  # type: ignore[arg-type]
            metrics = QFontMetrics(font)
            painter.setFont(font)
            painter.setPen(QPen(now.colour(colour)))
            words = metrics.elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
            painter.drawText(QRect(inner.x(), y, inner.width(), metrics.height()), 0, words)
            y += metrics.height() + (2 if name == "strong" else 0)
        mark = pixmap(metric.icon, 22, metric.tone, self.devicePixelRatioF())
        painter.drawPixmap(inner.right() - 21, inner.y() + 4, mark)


class TodayPage(Page):
    """Numbers on top, below what happens and what is to be done."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._latest = desk.latest(self)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self._make_head())
        line = hairline()
        box.addWidget(line)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setObjectName("canvas-scroll")
        canvas = QWidget()
        canvas.setProperty("surface", "canvas")
        canvas.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._box = QVBoxLayout(canvas)
        self._box.setContentsMargins(XL, L, L, XL)
        self._box.setSpacing(L)
        self._banners: list[BannerWidget] = []
        self._grid = QGridLayout()
        self._grid.setSpacing(M)
        self._cards = [MetricCard(desk) for _ in range(4)]
        self._box.addLayout(self._grid)
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._columns.setSpacing(L)
        self._happening = self._card("Heute und morgen")
        self._to_do = self._card("Zu erledigen")
        self._box.addLayout(self._columns, 1)
        scroll.setWidget(canvas)
        box.addWidget(scroll, 1)
        self._place_cards(4)

    def _make_head(self) -> QWidget:
        head = QWidget()
        self._head = QBoxLayout(QBoxLayout.Direction.LeftToRight, head)
        self._head.setContentsMargins(XL, L, L, L)
        self._head.setSpacing(S)
        words = QHBoxLayout()
        words.setSpacing(S)
        self._greeting = label("page-title")
        self._day = label("muted")
        words.addWidget(self._greeting, 0, Qt.AlignmentFlag.AlignBaseline)
        words.addWidget(self._day, 1, Qt.AlignmentFlag.AlignBaseline)
        self._head.addLayout(words, 1)
        buttons = Flow(spacing=S)
        self._head.addWidget(buttons)
        for name in ("cemetery.enter_burial", "applications.take_in"):
            command = COMMANDS.find(name)
            if command is not None:
                tip = f"{command.title} ({command.key_words})" if command.key else command.title
                made = button(command.title, command.icon, tip=tip)
                made.clicked.connect(lambda _=False, name=name: self.desk.do(name))
                buttons.add(made)
        return head

    def _card(self, title: str) -> LinesWidget:
        card = QFrame()
        card.setProperty("surface", "card")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(1, M, 1, S)
        inside.setSpacing(S)
        head = label("section", title)
        head.setContentsMargins(L, 0, L, 0)
        inside.addWidget(head)
        lines = LinesWidget(self.desk.follow, self._do)
        lines.inset(L)
        inside.addWidget(lines)
        inside.addStretch(1)
        self._columns.addWidget(card, 1)
        return lines

    def _do(self, name: str, record: UUID | None) -> None:
        self.desk.do(name, record)

    def open(self, _target: Target) -> None:
        """Shows the state of now."""
        if not self._greeting.text():
            self._show(self.desk.read_now(self._read))
        else:
            self._ask()

    def happened(self, _news: News) -> None:
        """Anything may matter here."""
        self._ask()

    def _read(self, session: object) -> Today:
        return today(session, self.desk.office.store.clock.now(), self.desk.office.clerk)  # type: ignore[arg-type]

    def _ask(self) -> None:
        self._latest.ask(lambda: self.desk.read_now(self._read), self._show, self.desk.failed.emit)

    def _show(self, now: Today) -> None:
        self._greeting.setText(now.greeting)
        self._day.setText(now.day)
        banners = list(now.banners)
        if now.empty:
            banners.insert(
                0,
                Banner(
                    "Es ist noch nichts eingetragen. Am einfachsten beginnt es mit der alten Gräberliste.",
                    "calm",
                    target=Target("einstellungen", tab="uebernahme"),
                    remedy="Liste übernehmen",
                ),
            )
        if now.no_statute:
            banners.insert(
                0,
                Banner(
                    "Noch ist keine Friedhofsordnung da: ohne sie lässt sich über Gräber nichts entscheiden.",
                    "calm",
                    target=Target("einstellungen", tab="satzungen"),
                    remedy="Satzung übernehmen",
                ),
            )
        while len(self._banners) < len(banners):
            made = BannerWidget(self.desk.follow, self._do)
            self._box.insertWidget(len(self._banners), made)
            self._banners.append(made)
        for at, widget in enumerate(self._banners):
            widget.setVisible(at < len(banners))
            if at < len(banners):
                widget.show_part(banners[at])
        for card, metric in zip(self._cards, now.metrics, strict=True):
            card.show_metric(metric)
        self._happening.show_part(Lines("", now.happening, "Heute und morgen findet nichts statt."))
        self._to_do.show_part(Lines("", now.to_do, "Alles erledigt."))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Fewer columns where there is less room."""
        super().resizeEvent(event)
        wide = self.width() >= _TWO_COLUMNS
        self._columns.setDirection(
            QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        )
        self._head.setDirection(
            QBoxLayout.Direction.LeftToRight
            if self.width() >= _FOUR_CARDS
            else QBoxLayout.Direction.TopToBottom
        )
        self._place_cards(4 if self.width() >= _FOUR_CARDS else 2)

    def _place_cards(self, columns: int) -> None:
        if getattr(self, "_columns_now", 0) == columns:
            return
        self._columns_now = columns
        for at, card in enumerate(self._cards):
            self._grid.removeWidget(card)
            self._grid.addWidget(card, at // columns, at % columns)

    def focus_first(self) -> None:
        """The first number."""
        self._cards[0].setFocus()


@page("heute", "Heute", icon="sun", rank=1, words="start übersicht")
def today_page(desk: Desk) -> Page:
    """What waits, what is due, what happens."""
    return TodayPage(desk)
