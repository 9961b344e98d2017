"""The command that opens the window, or paints one of its pages to a file."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import click

from rathaus_desk.cli import CANNOT, OK
from rathaus_desk.cli.main import desk
from rathaus_desk.cli.parameters import PATH, PLACE, WORDS
from rathaus_desk.cli.running import Run, pass_run
from rathaus_desk.kernel.errors import CannotWork


class Size(click.ParamType[tuple[int, int]]):
    """``1440x900``."""

    name = "Größe"

    def convert(
        self, value: str | tuple[int, int], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Width and height in logical pixels."""
        if isinstance(value, tuple):
            return value
        width, _, height = value.lower().partition("x")
        if not (width.isdigit() and height.isdigit()) or not (
            320 <= int(width) <= 8000 and 240 <= int(height) <= 8000
        ):
            self.fail(f"„{value}“ ist keine Größe; richtig wäre zum Beispiel 1440x900.", param, ctx)
        return int(width), int(height)


@desk.command("desktop")
@click.argument("files", metavar="[DATEI]…", nargs=-1, type=PATH)
@click.option(
    "--picture", metavar="DATEI", type=PLACE, help="Eine Seite als PNG malen, statt ein Fenster zu öffnen."
)
@click.option("--page", metavar="SEITE", type=WORDS, default="heute", help="Welche Seite.")
@click.option("--open", "open_", metavar="TEXT", type=WORDS, default="", help="Was darauf geöffnet ist.")
@click.option("--size", metavar="BREITExHÖHE", type=Size(), default="1440x900", help="Wie groß.")
@click.option("--dark", is_flag=True, help="Dunkel.")
@click.option(
    "--scale",
    metavar="FAKTOR",
    type=click.FloatRange(0.5, 4),
    help="Wie groß alles gemalt wird (2: doppelt).",
)
@pass_run
def desktop(
    run: Run,
    files: tuple[Path, ...],
    picture: Path | None,
    page: str,
    open_: str,
    size: tuple[int, int],
    dark: bool,
    scale: float | None,
) -> int:
    """Öffnet das Fenster; DATEIEN werden als Anträge eingelesen.

    Mit --picture wird nur eine Seite gemalt und als Bild gespeichert.
    """
    if picture is not None:
        milliseconds = paint(run, picture, page=page, open_=open_, size=size, dark=dark, scale=scale)
        run.show(
            {"first_paint_ms": milliseconds, "picture": picture},
            f"Gemalt: {picture} (erstes Bild nach {milliseconds} ms).",
        )
        return OK
    return show_window(run, files)


def show_window(run: Run, files: tuple[Path, ...] = ()) -> int:
    """The window on the data folder; where there is none yet, the first start. The exit status.

    CannotWork where there is no screen, unless Qt was told to do without one.
    """
    from rathaus_desk.desktop.display import has_display

    if not has_display() and not os.environ.get("QT_QPA_PLATFORM"):
        raise CannotWork(
            "Hier ist kein Bildschirm, auf dem sich das Fenster öffnen ließe. „rathaus-desk --help“ nennt die"
            " Befehle, die ohne auskommen; „desktop --picture DATEI“ malt eine Seite."
        )
    from rathaus_desk.desktop import app
    from rathaus_desk.store.home import Home

    run.log_by_default()
    if not Home(run.folder).database.exists():
        from rathaus_desk.desktop.first_start import first_start
        from rathaus_desk.kernel.policies import policies
        from rathaus_desk.office.town_pack import is_pack

        packs = [file for file in files if is_pack(file)]
        prepared = packs[0] if packs else policies().town_folder
        founded = first_start(run.folder, key_file=run.key_file, clock=run.clock, prepared=prepared)
        if founded is None:
            return OK
        run.home, run.key_file = founded.home, founded.key_file or run.key_file
        files = tuple(file for file in files if file not in packs)
    try:
        with run.office() as office:
            return app.run(office, files, key_file=run.key_file)
    except CannotWork as error:
        return _in_trouble(run, error, files)


def _in_trouble(run: Run, error: CannotWork, files: tuple[Path, ...]) -> int:
    """The data cannot be opened: asks for the recovery code; without a screen the sentence has to do."""
    from rathaus_desk.desktop.display import has_display

    if not has_display():
        raise error
    from rathaus_desk.desktop.trouble import recovered_from

    found = recovered_from(error, run.folder, key_file=run.key_file, clock=run.clock)
    if found is None:
        return CANNOT
    run.key_file = found.new_key_file
    return show_window(run, files)


def paint(
    run: Run,
    target: Path,
    *,
    page: str,
    open_: str = "",
    size: tuple[int, int] = (1440, 900),
    dark: bool = False,
    scale: float | None = None,
) -> int:
    """Paints a page to a file; milliseconds from the start of the process to the first paint."""
    from rathaus_desk.desktop import app

    app.application(scale, hidden=True)
    with run.office() as office:
        first_paint = app.paint(office, app.Picture(target, page, open_, *size, dark=dark))
    return round((first_paint - _process_start()) * 1000)


def _process_start() -> float:
    """When this process began, on the clock of `time.time`."""
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.WinDLL("kernel32")
        kernel.GetCurrentProcess.restype = ctypes.c_void_p
        process = ctypes.c_void_p(kernel.GetCurrentProcess())
        began, *others = (ctypes.c_uint64() for _ in range(4))
        if kernel.GetProcessTimes(process, *(ctypes.byref(one) for one in (began, *others))):
            # In steps of 100 ns since 1601.
            return began.value / 10_000_000 - 11_644_473_600
        return time.time() - time.process_time()
    try:
        ticks = int(Path("/proc/self/stat").read_text(encoding="ascii").rpartition(")")[2].split()[19])
        up = float(Path("/proc/uptime").read_text(encoding="ascii").split()[0])
        return time.time() - (up - ticks / os.sysconf("SC_CLK_TCK"))
    except OSError:
        return time.time() - time.process_time()
