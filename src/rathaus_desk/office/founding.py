"""Setting up a town from its folder: everything is checked before the first byte is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rathaus_desk.catalogue.checking import Report, check
from rathaus_desk.catalogue.operations import LoadCatalogue, Loaded, new_versions
from rathaus_desk.halls.hall_file import HALL
from rathaus_desk.halls.operations.houses import SetUpHalls
from rathaus_desk.halls.pictures import keep_pictures
from rathaus_desk.kernel.clock import Clock
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.office.kinds import KINDS, RUNNERS
from rathaus_desk.office.own_letters import own_letters, save_letters
from rathaus_desk.office.town_hall import TownHall, new_way_into
from rathaus_desk.store.engine import Store
from rathaus_desk.store.failures import in_words
from rathaus_desk.store.home import Home
from rathaus_desk.store.keys import KeyFile, Way
from rathaus_desk.town.operations import SetUpTown
from rathaus_desk.town.town_file import TOWN_KIND, TownFile


@dataclass(frozen=True)
class Founded:
    """A town that was just set up. ``key_file``: where the key lies, if not in the keyring."""

    home: Path
    recovery_code: str
    key_file: Path | None


def found(home: Path, folder: Path, *, key_file: Path | None = None, clock: Clock | None = None) -> Founded:
    """Sets up the town of ``folder`` (``town.toml``, statutes, tariffs, halls, letters) in the data folder.

    BadInput if a file is refused, an example does not come out or there is no town file; CannotWork if the
    data folder cannot be used. In both cases nothing is left behind.
    """
    report, letters = checked(folder), own_letters(folder)
    towns = [file for file in report.files if file.kind is TOWN_KIND]
    if len(towns) != 1:
        raise BadInput(
            f"Im Ordner „{folder}“ "
            + (
                "fehlt die Datei town.toml mit den Angaben zur Stadt."
                if not towns
                else "stehen mehrere Städte."
            )
        )

    def fill(office: TownHall) -> None:
        load(office, report)
        save_letters(office, letters)

    return _found(home, fill, key_file, clock)


def found_town(
    home: Path, town: TownFile, *, key_file: Path | None = None, clock: Clock | None = None
) -> Founded:
    """Sets up a town of which only the head is known so far; errors as in `found`."""
    return _found(home, lambda office: _set_up(office, town), key_file, clock)


def _set_up(office: TownHall, town: TownFile) -> None:
    office.store.run(SetUpTown(file=town))


def _found(
    home: Path, fill: Callable[[TownHall], None], key_file: Path | None, clock: Clock | None
) -> Founded:
    way = new_way_into(home, key_file)
    with (
        in_words(),
        Home(home).founding() as site,
        _new_key_file(way),
        Store.create(site, way, clock=clock) as store,
    ):
        fill(TownHall(store))
        code = store.recovery_code
    return Founded(home, code, way.path if isinstance(way, KeyFile) else None)


@contextmanager
def _new_key_file(way: Way) -> Iterator[None]:
    """A key file that was made inside is gone again if the town did not come about."""
    absent = isinstance(way, KeyFile) and not way.path.exists()
    try:
        yield
    except BaseException:
        if absent and isinstance(way, KeyFile):
            way.path.unlink(missing_ok=True)
        raise


def load(office: TownHall, report: Report) -> Loaded:
    """Takes checked files into the catalogue as new versions.

    The town's own file sets up or changes the town, a hall file its halls.
    """
    for town in (file for file in report.files if file.kind is TOWN_KIND):
        _set_up(office, town.content)
    files = [file for file in report.files if file.kind is not TOWN_KIND]
    wanted = LoadCatalogue(owner=office.owner, versions=new_versions(files))
    halls = [
        SetUpHalls(
            owner=office.owner,
            file=file.content,
            pictures=keep_pictures(office.store, file.path, file.content),
        )
        for file in files
        if file.kind is HALL
    ]
    if not halls:
        loaded: Loaded = office.run(wanted).value
        return loaded
    # All of it or nothing: a hall that cannot be changed (a room is booked) leaves its file out too.
    with office.store.importing(clerk=office.clerk) as together:
        loaded = together.run(wanted).value
        for request in halls:
            together.run(request)
    return loaded


def checked(*paths: Path) -> Report:
    """The files of ``paths``, all of them usable; BadInput naming the first that is not."""
    report = check(paths, KINDS, RUNNERS)
    if report.refused:
        first = report.refused[0]
        more = f" ({len(report.refused) - 1} weitere Stellen)" if len(report.refused) > 1 else ""
        raise BadInput(f"{first}{more}")
    for example in report.examples:
        if not example.ok:
            differs = (
                ", ".join(
                    f"{name}: erwartet {value}, errechnet {example.computed.get(name)}"
                    for name, value in example.expected.items()
                    if example.computed.get(name) != value
                )
                or f"abgelehnt: {example.computed.get('refused')}"
            )
            raise BadInput(
                f"{example.file}: Das Beispiel „{example.example}“ geht nicht auf ({differs}). "
                "Die Datei wurde nicht übernommen; die bisherige Fassung gilt weiter."
            )
    return report
