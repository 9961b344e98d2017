"""What all commands share: the global options and the way results leave."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click
import msgspec
from click.core import ParameterSource

from rathaus_desk.cli.parameters import PATH, PLACE, readable
from rathaus_desk.kernel.clock import TOWN_ZONE, Clock, FixedClock, at_town
from rathaus_desk.kernel.errors import CannotWork
from rathaus_desk.kernel.money import Money

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rathaus_desk.office.town_hall import TownHall


@dataclass
class Run:
    """The global options of one call."""

    home: Path | None = None
    key_file: Path | None = None
    json: bool = False
    quiet: bool = False
    at: datetime | None = None
    logs: list[logging.Handler] = field(default_factory=list)
    interrupted: bool = False

    @cached_property
    def clock(self) -> Clock:
        """The real clock, or one that stands at ``--at``."""
        return Clock() if self.at is None else FixedClock(self.at)

    @property
    def folder(self) -> Path:
        """The data folder: ``--home``, or where the administrator or the platform puts it. Absolute."""
        if self.home is not None:
            return self.home
        from rathaus_desk.store.home import usual_folder

        return usual_folder()

    def log_by_default(self) -> None:
        """The window's own log, unless one was named or another data folder than the usual one.

        Where it cannot be written the window works without.
        """
        if self.logs or self.home is not None:
            return
        from rathaus_desk.store.home import log_folder
        from rathaus_desk.store.log import log_to

        with suppress(CannotWork):
            self.logs.append(log_to(log_folder() / "rathaus-desk.log"))

    def close(self) -> None:
        """Ends the log."""
        from rathaus_desk.store.log import close_log

        while self.logs:
            close_log(self.logs.pop())

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
            _print(as_json(result))
        elif not self.quiet:
            text = words if isinstance(words, str) else words()
            if text:
                _print(text)

    def say(self, words: str) -> None:
        """One line on the way, for people only."""
        if not self.json and not self.quiet:
            _print(words)


def _print(text: str) -> None:
    """Written at once, so that whoever reads no further (``| head``) does not change how the command ends."""
    try:
        click.echo(text)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        return
    except OSError as error:
        raise CannotWork(
            "Das Ergebnis ließ sich nicht ausgeben. Was der Befehl geändert hat, ist gespeichert.",
            detail=f"stdout, errno {error.errno}",
        ) from error


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
    if isinstance(value, Money | Path | str):
        return readable(str(value))
    if isinstance(value, date | UUID | int | float) or value is None:
        return value
    if isinstance(value, dict):
        return {readable(str(key)): _with_offset(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_with_offset(item) for item in value]
    # Field by field: msgspec would write Money, a dataclass too, as an object of its cents.
    names: Iterable[str] = getattr(value, "__struct_fields__", ())
    if is_dataclass(value):
        names = [one.name for one in fields(value)]
    if not names:
        raise TypeError(f"no JSON for {type(value).__name__}")
    return {name: _with_offset(getattr(value, name)) for name in names}


# --- the global options, before or after the command ---------------------------------------------------


_YEARS = range(1900, 3000)
"""Where a clock may be set; beyond, days that follow from it would leave the calendar."""


def _moment(value: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
        if moment.year not in _YEARS:
            raise ValueError(value)
        return at_town(moment)
    except ValueError:
        raise click.BadParameter(
            f"„{value}“ ist kein Zeitpunkt; richtig wäre zum Beispiel 2026-11-25T09:00."
        ) from None


def _take(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    """Keep a global option in the call's Run; the nearer to the command wins, the environment is last."""
    run = context.ensure_object(Run)
    name = str(parameter.name)
    from_environment = context.get_parameter_source(name) is ParameterSource.ENVIRONMENT
    if value in (None, False) or (context.parent is not None and from_environment):
        return
    match name:
        case "log_file":
            from rathaus_desk.store.log import log_to

            run.logs.append(log_to(value))
        case "at":
            run.at = _moment(value)
        case "home" if not value.name:
            raise click.BadParameter("Der Datenordner ist ein Ordner, kein ganzes Laufwerk.")
        case _:
            setattr(run, name, value)


def _global_options() -> list[click.Option]:
    shared: dict[str, Any] = {"expose_value": False, "callback": _take, "is_eager": True}
    return [
        click.Option(
            ["--home"],
            type=PLACE,
            envvar="RATHAUS_DESK_HOME",
            metavar="ORDNER",
            help="Der Datenordner.",
            **shared,
        ),
        click.Option(
            ["--key-file"],
            type=PLACE,
            envvar="RATHAUS_DESK_KEY_FILE",
            metavar="DATEI",
            help="Nur diese Schlüsseldatei versuchen.",
            **shared,
        ),
        click.Option(["--json"], is_flag=True, help="Das Ergebnis als JSON.", **shared),
        click.Option(["--quiet"], is_flag=True, help="Nur Fehler melden.", **shared),
        click.Option(["--log-file"], type=PATH, metavar="DATEI", help="Hierhin protokollieren.", **shared),
        click.Option(["--at"], metavar="ZEITPUNKT", help="Die Uhr stellen (für Versuche).", **shared),
    ]


class DeskCommand(click.Command):
    """A command that also takes the global options."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(_global_options())
        self.options_metavar = "[OPTIONEN]"


class DeskGroup(click.Group):
    """A group whose commands take the global options; ``--help`` lists them in the order of a working day."""

    command_class = DeskCommand

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(_global_options())
        self.options_metavar = "[OPTIONEN]"
        self.subcommand_metavar = "BEFEHL …"

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """In the order in which they were made."""
        return list(self.commands)


DeskGroup.group_class = DeskGroup

pass_run = click.make_pass_decorator(Run)
