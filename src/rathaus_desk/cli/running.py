"""What all commands share: the global options, the way results leave, the way errors end."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click
import msgspec
from click.core import ParameterSource

from rathaus_desk.cli import CANNOT, OK, WRONG_USE
from rathaus_desk.kernel.clock import TOWN_ZONE, Clock, FixedClock, at_town
from rathaus_desk.kernel.errors import BadInput, DeskError
from rathaus_desk.kernel.money import Money

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rathaus_desk.office.town_hall import TownHall

log = logging.getLogger("rathaus_desk")
# Without --log-file nothing is written; Python would print errors to stderr otherwise.
log.addHandler(logging.NullHandler())


@dataclass
class Run:
    """The global options of one call."""

    home: Path | None = None
    key_file: Path | None = None
    json: bool = False
    quiet: bool = False
    at: datetime | None = None
    status: int = OK

    @cached_property
    def clock(self) -> Clock:
        """The real clock, or one that stands at ``--at``."""
        return Clock() if self.at is None else FixedClock(self.at)

    @property
    def folder(self) -> Path:
        """The data folder: ``--home``, or the platform's place for this user."""
        if self.home is not None:
            return self.home
        import platformdirs

        return Path(platformdirs.user_data_dir("Rathaus Desk", appauthor=False))

    @contextmanager
    def office(self) -> Iterator[TownHall]:
        """The running town hall of the data folder."""
        from rathaus_desk.office.town_hall import TownHall

        office = TownHall.open(self.folder, key_file=self.key_file, clock=self.clock)
        try:
            yield office
        finally:
            office.close()

    def show(self, result: Any, words: str | Callable[[], str]) -> None:
        """Print ``result`` as one JSON document with ``--json``, else ``words`` unless ``--quiet``."""
        if self.json:
            click.echo(as_json(result))
        elif not self.quiet:
            text = words if isinstance(words, str) else words()
            if text:
                click.echo(text)

    def say(self, words: str) -> None:
        """One line on the way, for people only."""
        if not self.json and not self.quiet:
            click.echo(words)


def as_json(result: object) -> str:
    """The JSON of the command line: dates ISO, moments ISO with offset, money and quantities as strings."""
    encoded = msgspec.json.encode(_with_offset(result))
    return msgspec.json.format(encoded, indent=2).decode()


def _with_offset(value: object) -> object:
    """``value`` in plain parts: moments as wall time of the town with offset, amounts as strings."""
    if isinstance(value, datetime):
        return value.astimezone(TOWN_ZONE).isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, Money | Path):
        return str(value)
    if isinstance(value, date | UUID | str | int | float) or value is None:
        return value
    if isinstance(value, dict):
        return {str(key): _with_offset(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_with_offset(item) for item in value]
    # Field by field: msgspec would write Money, a dataclass too, as an object of its cents.
    names: Iterable[str] = getattr(value, "__struct_fields__", ())
    if is_dataclass(value):
        names = [field.name for field in fields(value)]
    if not names:
        raise TypeError(f"no JSON for {type(value).__name__}")
    return {name: _with_offset(getattr(value, name)) for name in names}


# --- the global options, before or after the command ---------------------------------------------------


def _moment(_context: click.Context, _parameter: click.Parameter, value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        return at_town(datetime.fromisoformat(value))
    except ValueError:
        raise click.BadParameter(
            f"„{value}“ ist kein Zeitpunkt; richtig wäre zum Beispiel 2026-11-25T09:00."
        ) from None


def _take(context: click.Context, parameter: click.Parameter, value: object) -> None:
    """Keep a global option in the call's Run; the nearer to the command wins, the environment is last."""
    run = context.ensure_object(Run)
    if (
        context.parent is not None
        and context.get_parameter_source(str(parameter.name)) is ParameterSource.ENVIRONMENT
    ):
        return
    if parameter.name == "log_file":
        if value is not None:
            from rathaus_desk.store.log import log_to

            log_to(Path(str(value)))
    elif parameter.name == "at":
        moment = _moment(context, parameter, value if isinstance(value, str) else None)
        run.at = moment or run.at
    elif value is not None and value is not False:
        setattr(run, str(parameter.name), value)


def _global_options() -> list[click.Option]:
    folder = click.Path(path_type=Path)
    shared: dict[str, Any] = {"expose_value": False, "callback": _take, "is_eager": True}
    return [
        click.Option(
            ["--home"],
            type=folder,
            envvar="RATHAUS_DESK_HOME",
            metavar="ORDNER",
            help="Der Datenordner.",
            **shared,
        ),
        click.Option(
            ["--key-file"],
            type=folder,
            envvar="RATHAUS_DESK_KEY_FILE",
            metavar="DATEI",
            help="Nur diese Schlüsseldatei versuchen.",
            **shared,
        ),
        click.Option(["--json"], is_flag=True, help="Das Ergebnis als JSON.", **shared),
        click.Option(["--quiet"], is_flag=True, help="Nur Fehler melden.", **shared),
        click.Option(["--log-file"], type=folder, metavar="DATEI", help="Hierhin protokollieren.", **shared),
        click.Option(["--at"], metavar="ZEITPUNKT", help="Die Uhr stellen (für Versuche).", **shared),
    ]


class DeskCommand(click.Command):
    """A command that also takes the global options."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(_global_options())
        self.options_metavar = "[OPTIONEN]"


class DeskGroup(click.Group):
    """A group whose commands take the global options; ``--help`` lists them in the order of their making."""

    command_class = DeskCommand

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(_global_options())
        self.options_metavar = "[OPTIONEN]"
        self.subcommand_metavar = "BEFEHL …"

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """In the order of registration, which is the order of a working day."""
        return list(self.commands)


DeskGroup.group_class = DeskGroup


# --- errors ----------------------------------------------------------------------------------------------


def _complain(sentence: str) -> None:
    click.echo(sentence, err=True)


def guarded(command: click.Command, arguments: list[str]) -> int:
    """Run ``command``; every error becomes one German sentence on stderr and an exit status."""
    try:
        outcome = command.main(args=arguments, prog_name="rathaus-desk", standalone_mode=False, obj=Run())
        return outcome if isinstance(outcome, int) else OK
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return OK
    except click.UsageError as error:
        hint = f" Hilfe gibt „{error.ctx.command_path} --help“." if error.ctx is not None else ""
        _complain(f"{error.format_message()}{hint}")
        return WRONG_USE
    except click.ClickException as error:
        _complain(error.format_message())
        return WRONG_USE
    except (click.Abort, KeyboardInterrupt):
        _complain("Abgebrochen; was bis dahin gespeichert war, bleibt.")
        return CANNOT
    except DeskError as error:
        log.warning("%s: %s", type(error).__name__, error.detail)
        _complain(error.sentence)
        return error.exit_status
    except BrokenPipeError:
        sys.stderr.close()
        return OK
    except OSError as error:
        log.exception("operating system")
        _complain(_os_sentence(error))
        return CANNOT
    except MemoryError:
        _complain("Der Arbeitsspeicher reicht dafür nicht aus; es wurde nichts geändert.")
        return CANNOT
    except Exception:
        log.exception("unexpected")
        _complain(
            "Es ist ein Fehler im Programm aufgetreten; Ihre Daten sind unverändert. "
            "Mit --log-file DATEI wird die Einzelheit festgehalten."
        )
        return CANNOT


def _os_sentence(error: OSError) -> str:
    import errno

    named = f"„{error.filename}“" if error.filename else "Die Datei"
    reasons = {
        errno.ENOSPC: "Auf dem Datenträger ist kein Platz mehr.",
        errno.EACCES: f"{named} darf hier nicht gelesen oder geschrieben werden.",
        errno.EPERM: f"{named} darf hier nicht gelesen oder geschrieben werden.",
        errno.EROFS: f"{named} liegt auf einem Datenträger, der nur gelesen werden kann.",
        errno.ENOENT: f"{named} gibt es nicht.",
        errno.EISDIR: f"{named} ist ein Ordner, keine Datei.",
        errno.ENOTDIR: f"{named} ist kein Ordner.",
    }
    reason = reasons.get(error.errno or 0, f"{named} lässt sich nicht öffnen oder schreiben.")
    return f"{reason} Es wurde nichts geändert."


def readable(path: Path) -> Path:
    """``path`` if it can be opened; raises BadInput otherwise."""
    if not path.exists():
        raise BadInput(f"„{path}“ gibt es nicht.")
    return path
