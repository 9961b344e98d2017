"""The two programs a Windows user sees, with icon and version: one for the console, one for the window."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from PIL import Image

from installer import runtime

SOURCES = Path(__file__).parent / "launcher"
CONSOLE, WINDOW = "rathaus-desk.exe", "Rathaus Desk.exe"
ICON_SIZES = (16, 20, 24, 32, 40, 48, 64, 96, 128, 256)
_TARGET = "x86_64-w64-mingw32"


def build(target: Path, version: str, icon: Path) -> None:
    """Compiles both into ``target``."""
    numbers = ",".join([*version.split("."), "0", "0"][:4])
    for name, windowed, description in (
        (CONSOLE, False, "Rathaus Desk (Kommandozeile)"),
        (WINDOW, True, "Rathaus Desk"),
    ):
        with tempfile.TemporaryDirectory() as scratch:
            shutil.copy(icon, Path(scratch, "rathaus-desk.ico"))
            for source in SOURCES.iterdir():
                shutil.copy(source, scratch)
            words = {"VERSION_TEXT": version, "DESCRIPTION": description, "FILE_NAME": name}
            header = [f"#define VERSION_NUMBERS {numbers}"]
            header += [f'#define {key} "{value}"' for key, value in words.items()]
            resource = Path(scratch, "launcher.rc")
            resource.write_text("\n".join([*header, resource.read_text(encoding="utf-8")]), encoding="utf-8")
            _run([f"{_TARGET}-windres", "launcher.rc", "-O", "coff", "-o", "launcher.res"], scratch)
            kind = ["-mwindows", "-DWINDOWED"] if windowed else ["-mconsole"]
            dll = f'-DPYTHON_DLL=L"python{runtime.TAG}.dll"'
            options = ["-std=c11", "-O2", "-s", "-Wall", "-Wextra", "-Werror", "-municode", *kind, dll]
            options += ["-Wl,--no-insert-timestamp", "-o", "launcher.exe"]
            _run([f"{_TARGET}-gcc", *options, "launcher.c", "launcher.res"], scratch)
            shutil.copy(Path(scratch, "launcher.exe"), target / name)


def build_actions(target: Path) -> None:
    """Compiles what the package does besides its tables; it carries this library for its own use."""
    source = Path(__file__).parent / "actions" / "actions.c"
    # The linker makes the address of a library from the name of its file, as it is given.
    options = ["-std=c11", "-O2", "-s", "-shared", "-Wall", "-Wextra", "-Werror", "-Wl,--no-insert-timestamp"]
    _run(
        [f"{_TARGET}-gcc", *options, "-o", target.name, str(source), "-lmsi", "-luserenv"], str(target.parent)
    )


def _run(command: list[str], folder: str) -> None:
    subprocess.run(command, cwd=folder, check=True)


def draw_icon(source: Path, target: Path) -> None:
    """An .ico with every size Windows asks for, each drawn sharp from the SVG."""
    largest, *others = [draw(source, size) for size in sorted(ICON_SIZES, reverse=True)]
    sizes = [(size, size) for size in ICON_SIZES]
    largest.save(target, format="ICO", sizes=sizes, append_images=others, bitmap_format="bmp")


def draw(source: Path, size: int) -> Image.Image:
    """The picture of an SVG, ``size`` pixels wide and high."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtGui import QGuiApplication, QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    _application = QGuiApplication.instance() or QGuiApplication([])
    picture = QImage(size, size, QImage.Format.Format_RGBA8888)
    picture.fill(0)
    painter = QPainter(picture)
    QSvgRenderer(str(source)).render(painter)
    painter.end()
    return Image.frombytes("RGBA", (size, size), bytes(picture.constBits()))
