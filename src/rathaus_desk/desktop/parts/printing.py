"""Putting a PDF on paper: page by page, drawn by the PDF process, so that the window goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QRectF, QSizeF, Signal
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter
from PySide6.QtPrintSupport import QPrinter, QPrinterInfo

from rathaus_desk.desktop.parts.pdf_pages import pages_shared
from rathaus_desk.desktop.parts.pdf_worker import Answer

_DPI = 300
_POINTS = 72


def printer_names() -> list[str]:
    """The printers of this workstation, the usual one first."""
    usual = QPrinterInfo.defaultPrinterName()
    names = QPrinterInfo.availablePrinterNames()
    return sorted(names, key=lambda name: (name != usual, name.lower()))


class PrintJob(QObject):
    """One PDF to one printer (or, for checks, to a file). ``finished`` or ``failed`` comes once."""

    progress = Signal(int, int)
    finished = Signal()
    failed = Signal(str)

    def __init__(
        self,
        pdf: bytes,
        printer: str = "",
        *,
        duplex: bool = False,
        copies: int = 1,
        file: Path | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._pdf = pdf
        self._printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        self._painter: QPainter | None = None
        self._sizes: tuple[tuple[float, float], ...] = ()
        self._cancelled = False
        if file is not None:
            self._printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
            self._printer.setOutputFileName(str(file))
        else:
            self._printer.setPrinterName(printer)
        self._printer.setResolution(_DPI)
        self._printer.setFullPage(True)
        self._printer.setCopyCount(copies)
        mode = QPrinter.DuplexMode
        self._printer.setDuplex(mode.DuplexLongSide if duplex else mode.DuplexNone)

    def start(self) -> None:
        """Begins."""
        pages_shared().measure(self._pdf, self, self._measured, self.failed.emit)

    def cancel(self) -> None:
        """Stops after the page under way; what was sent is printed."""
        self._cancelled = True

    def _measured(self, found: Answer) -> None:
        self._sizes = found.sizes
        self._page(0)

    def _page(self, at: int) -> None:
        if at >= len(self._sizes) or self._cancelled:
            if self._painter is not None:
                self._painter.end()
            self.finished.emit()
            return
        width, _ = self._sizes[at]
        pages_shared().draw(
            self._pdf,
            at,
            round(width / _POINTS * _DPI),
            self,
            lambda image: self._paint(at, image),
            self.failed.emit,
            sharp=False,
        )

    def _paint(self, at: int, image: QImage) -> None:
        width, height = self._sizes[at]
        size = QPageSize(
            QSizeF(width, height), QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.FuzzyMatch
        )
        self._printer.setPageSize(size)
        self._printer.setPageOrientation(QPageLayout.Orientation.Portrait)
        if self._painter is None:
            self._painter = QPainter()
            if not self._painter.begin(self._printer):
                self._painter = None
                self.failed.emit("Der Drucker nimmt nichts an. Bitte prüfen, ob er eingeschaltet ist.")
                return
        else:
            self._printer.newPage()
        self._painter.drawImage(QRectF(self._painter.viewport()), image)
        self.progress.emit(at + 1, len(self._sizes))
        self._page(at + 1)


def print_pdf(
    pdf: bytes,
    printer: str,
    *,
    duplex: bool,
    parent: QObject,
    done: Callable[[], None],
    failed: Callable[[str], None],
    progress: Callable[[int, int], None] | None = None,
) -> PrintJob:
    """Prints a PDF; the job lives as long as it works."""
    job = PrintJob(pdf, printer, duplex=duplex, parent=parent)
    job.finished.connect(done)
    job.failed.connect(failed)
    if progress is not None:
        job.progress.connect(progress)
    job.finished.connect(job.deleteLater)
    job.failed.connect(job.deleteLater)
    job.start()
    return job
