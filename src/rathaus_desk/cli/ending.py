"""How a command ends: its exit status, and for every error one German sentence on stderr."""

from __future__ import annotations

import errno
import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

import click

from rathaus_desk.cli import CANNOT, OK, WRONG_USE
from rathaus_desk.cli.running import Run
from rathaus_desk.kernel.errors import DeskError

if TYPE_CHECKING:
    from types import FrameType

log = logging.getLogger("rathaus_desk")
# Without --log-file nothing is written; Python would print errors to stderr otherwise.
log.addHandler(logging.NullHandler())


def guarded(command: click.Group, arguments: list[str]) -> int:
    """Run ``command`` and return its exit status; nothing escapes as a traceback."""
    run = Run()
    status = CANNOT
    try:
        with _interrupts(run):
            status = _run(command, arguments, run)
    except BaseException as error:  # a library written in another language panics past Exception
        status, sentence = _told(error, run)
        _complain(sentence)
    finally:
        log.info("ended with %d", status)
        run.close()
        _give_up_on_lost_streams()
    return status


def _run(command: click.Group, arguments: list[str], run: Run) -> int:
    try:
        with command.make_context("rathaus-desk", arguments, obj=run) as context:
            outcome = command.invoke(context)
    except click.exceptions.Exit as ending:
        outcome = ending.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        outcome = OK
    except BrokenPipeError:
        outcome = OK
    return outcome if isinstance(outcome, int) else OK


@contextmanager
def _interrupts(run: Run) -> Iterator[None]:
    """Keeps in mind that somebody pressed Ctrl-C: the database, asked meanwhile, calls it something else."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        run.interrupted = True
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _told(error: BaseException, run: Run) -> tuple[int, str]:
    """Exit status and sentence for an error; the log gets its kind and places."""
    if run.interrupted or isinstance(error, click.Abort | KeyboardInterrupt):
        log.info("interrupted")
        return CANNOT, "Abgebrochen; was bis dahin gespeichert war, bleibt."
    match error:
        case click.UsageError():
            hint = f" Hilfe gibt „{error.ctx.command_path} --help“." if error.ctx is not None else ""
            return WRONG_USE, f"{error.format_message()}{hint}"
        case click.ClickException():
            return WRONG_USE, error.format_message()
        case DeskError():
            log.warning("refused", exc_info=error)
            return error.exit_status, error.sentence
        case OSError():
            log.error("operating system", exc_info=error)
            return CANNOT, f"{_os_reason(error)} {_UNHARMED}"
        case MemoryError():
            log.error("memory", exc_info=error)
            return CANNOT, f"Der Arbeitsspeicher reicht dafür nicht aus. {_UNHARMED}"
        case _:
            log.error("unforeseen", exc_info=error)
            return CANNOT, (
                f"Es ist ein Fehler im Programm aufgetreten. {_UNHARMED} "
                "Mit --log-file DATEI wird die Einzelheit festgehalten."
            )


_UNHARMED = "Der Datenbestand ist unversehrt."


def _os_reason(error: OSError) -> str:
    named = f"„{error.filename}“" if error.filename else "Die Datei"
    reasons = {
        errno.ENOSPC: "Auf dem Datenträger ist kein Platz mehr.",
        errno.EACCES: f"{named} darf hier nicht gelesen oder geschrieben werden.",
        errno.EPERM: f"{named} darf hier nicht gelesen oder geschrieben werden.",
        errno.EROFS: f"{named} liegt auf einem Datenträger, der nur gelesen werden kann.",
        errno.ENOENT: f"{named} gibt es nicht.",
        errno.EISDIR: f"{named} ist ein Ordner, keine Datei.",
        errno.ENOTDIR: f"{named} ist kein Ordner.",
        errno.ENAMETOOLONG: "Der Name ist zu lang.",
    }
    return reasons.get(error.errno or 0, f"{named} lässt sich nicht öffnen oder schreiben.")


def _complain(sentence: str) -> None:
    """One line, whatever the sentence quotes; where stderr leads nowhere the exit status has to do.

    A program of Windows without a console shows it in a box.
    """
    line = " ".join(sentence.split())
    if sys.platform == "win32" and sys.stderr is None:
        import ctypes

        ctypes.windll.user32.MessageBoxW(None, line, "Rathaus Desk", 0x30)
        return
    try:
        click.echo(line, err=True)
    except OSError:
        log.info("stderr is gone")


def _give_up_on_lost_streams() -> None:
    """What cannot be written any more is dropped here: Python would complain about it at its very end."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            _lead_nowhere(stream)


def _lead_nowhere(stream: TextIO) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, stream.fileno())
    except (OSError, ValueError):
        log.info("a stream is gone")
    finally:
        os.close(nowhere)
