"""A PDF to look at: pages one below the other, as wide as there is room, moved through by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QRect, Qt, QTimer
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from rathaus_desk.desktop.parts.pdf_pages import pages_shared
from rathaus_desk.desktop.parts.pdf_worker import Answer
from rathaus_desk.desktop.theme.theme import theme
from rathaus_desk.desktop.theme.tokens import XL, L

_WIDEST = 900
_ZOOMS = (0.5, 0.67, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0)


class PdfView(QAbstractScrollArea):
    """Shows a file; while another version of it is drawn, the old pictures stay."""

    def __init__(self, parent: QWidget | None = None, *, whole: bool = False) -> None:
        super().__init__(parent)
        self._whole = whole
        if whole:
            self.setFixedHeight(320)
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._pdf: bytes | None = None
        self._sizes: tuple[tuple[float, float], ...] = ()
        self._images: dict[int, QImage] = {}
        self._words = "Kein Schreiben gewählt."
        self._zoom = _ZOOMS.index(1.0)
        self._loading: Callable[[], bytes] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setAccessibleName("Vorschau")
        self.verticalScrollBar().valueChanged.connect(lambda _: self._scrolled())
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(60)
        self._later.timeout.connect(self._draw_visible)
        theme().changed.connect(self.viewport().update)

    def show_pdf(self, pdf: bytes | None, title: str = "", empty: str = "Kein Schreiben gewählt.") -> None:
        """Shows a file, or a sentence where there is none."""
        self._words = empty if pdf is None else "Wird geladen …"
        self.setAccessibleName(f"Vorschau: {title}" if title else "Vorschau")
        if pdf is None:
            self._pdf, self._sizes = None, ()
            self._images.clear()
            self._layout()
            return
        if pdf == self._pdf:
            return
        self._pdf = pdf
        pages_shared().measure(pdf, self, lambda found: self._measured(pdf, found), self._failed)

    def show_later(self, load: Callable[[], bytes], title: str) -> None:
        """Shows what ``load`` reads, in a worker."""
        self._loading = load
        self.setAccessibleName(f"Vorschau: {title}")

        def loaded(pdf: bytes) -> None:
            if self._loading is load:
                self.show_pdf(pdf, title)

        pages_shared().fetch(load, self, loaded, self._failed)

    def _failed(self, sentence: str) -> None:
        self._pdf, self._sizes, self._words = None, (), sentence
        self._images.clear()
        self._layout()

    def _measured(self, pdf: bytes, found: Answer) -> None:
        if pdf is self._pdf:
            self._sizes = found.sizes
            self.setAccessibleDescription("\n\n".join(found.texts))
            self._layout()
            self._draw_visible()

    # --- places -----------------------------------------------------------------------------------------

    def _page_width(self) -> int:
        room = self.viewport().width() - 2 * XL
        return max(120, round(min(room, _WIDEST) * _ZOOMS[self._zoom]))

    def _rects(self) -> list[QRect]:
        width, y, found = self._page_width(), L, []
        for page_width, page_height in self._sizes:
            height = round(width * page_height / page_width)
            x = max(XL, (self.viewport().width() - width) // 2)
            found.append(QRect(x, y, width, height))
            y += height + L
        return found

    def _layout(self) -> None:
        rects = self._rects()
        height = rects[-1].bottom() + L if rects else 0
        if self._whole and height:
            self.setFixedHeight(height)
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, height - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(40)
        side = self.horizontalScrollBar()
        side.setRange(0, max(0, self._page_width() + 2 * XL - self.viewport().width()))
        self.viewport().update()

    def _scrolled(self) -> None:
        self.viewport().update()
        self._later.start()

    def _draw_visible(self) -> None:
        pdf = self._pdf
        if pdf is None:
            return
        top = self.verticalScrollBar().value()
        seen = QRect(0, top - 400, self.viewport().width(), self.viewport().height() + 800)
        # Shown whole, what is seen is the business of what is around; a letter has few pages.
        for at, rect in enumerate(self._rects()):
            if rect.intersects(seen):
                pages_shared().draw(pdf, at, rect.width(), self, partial(self._drawn, pdf, at))

    def _drawn(self, pdf: bytes, at: int, image: QImage) -> None:
        if pdf is self._pdf:
            self._images[at] = image
            for gone in [page for page in self._images if page >= len(self._sizes)]:
                del self._images[gone]
            self.viewport().update()

    # --- painting and keys ------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """The pages on the canvas."""
        now = theme()
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), now.colour("canvas"))
        if not self._sizes:
            painter.setFont(now.font("body"))
            painter.setPen(QPen(now.colour("muted")))
            where = self.viewport().rect().adjusted(XL, XL, -XL, -XL)
            flags = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)
            painter.drawText(where, flags, self._words)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.translate(-self.horizontalScrollBar().value(), -self.verticalScrollBar().value())
        for at, rect in enumerate(self._rects()):
            painter.fillRect(rect, Qt.GlobalColor.white)
            if at in self._images:
                painter.drawImage(rect, self._images[at])
            painter.setPen(QPen(now.colour("line")))
            painter.drawRect(rect.adjusted(-1, -1, 0, 0))
        if self.hasFocus():
            painter.resetTransform()
            painter.setPen(QPen(now.colour("accent"), 2))
            painter.drawRect(self.viewport().rect().adjusted(1, 1, -1, -1))

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """What is around it scrolls, where all of it is shown."""
        if self._whole:
            event.ignore()
        else:
            super().wheelEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Qt's event."""
        super().resizeEvent(event)
        self._layout()
        self._later.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Arrows and pages scroll; plus, minus and 0 zoom."""
        bar = self.verticalScrollBar()
        steps = {
            Qt.Key.Key_Down: bar.singleStep(),
            Qt.Key.Key_Up: -bar.singleStep(),
            Qt.Key.Key_PageDown: bar.pageStep(),
            Qt.Key.Key_PageUp: -bar.pageStep(),
            Qt.Key.Key_Home: -bar.maximum(),
            Qt.Key.Key_End: bar.maximum(),
        }
        key = Qt.Key(event.key())
        if key in steps and not self._whole and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            bar.setValue(bar.value() + steps[key])
        elif event.text() in ("+", "-", "0"):
            self.zoom({"+": 1, "-": -1, "0": 0}[event.text()])
        else:
            super().keyPressEvent(event)

    def zoom(self, step: int) -> None:
        """Larger (1), smaller (−1), as wide as there is room (0)."""
        fitting = _ZOOMS.index(1.0)
        self._zoom = fitting if step == 0 else min(max(self._zoom + step, 0), len(_ZOOMS) - 1)
        self._layout()
        self._later.start()
