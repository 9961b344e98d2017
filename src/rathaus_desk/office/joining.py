"""A workstation joins a town on a central server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rathaus_desk.kernel.clock import Clock
from rathaus_desk.office import tables
from rathaus_desk.office.town_hall import new_way_into, way_into
from rathaus_desk.store.engine import Store
from rathaus_desk.store.home import Home
from rathaus_desk.store.keys import KeyFile
from rathaus_desk.sync.proof import read_invitation
from rathaus_desk.sync.rounds import enrol

_ = tables  # every table must be known before a store is made


@dataclass(frozen=True, slots=True)
class Joined:
    """What came of it. ``recovery_code`` only if the data folder was made for it."""

    home: Path
    server: str
    town: str
    device: str
    recovery_code: str
    key_file: Path | None = None
    """Where the key of a folder made for it lies, if not in the keyring."""


def join(
    home: Path, code: str, machine: str, *, key_file: Path | None = None, clock: Clock | None = None
) -> Joined:
    """Enrols the data folder, which is made if it is not there yet.

    BadInput for a bad code, NotAllowed or Refused by the server; a folder made for it is removed again then.
    """
    read_invitation(code)
    if Home(home).database.exists():
        with Store.open(home, way_into(home, key_file), clock=clock) as store:
            link = enrol(store, code, machine)
        return Joined(home, link.url, link.town, str(link.device), "")
    way = new_way_into(home, key_file)
    store = Store.create(home, way, clock=clock)
    try:
        link = enrol(store, code, machine)
    except BaseException:
        store.close()
        _remove(Home(home))
        raise
    with store:
        key = way.path if isinstance(way, KeyFile) else None
        return Joined(home, link.url, link.town, str(link.device), store.recovery_code, key)


def _remove(place: Home) -> None:
    """What was made a moment ago, and nothing else."""
    import shutil

    for path in (place.database, place.slots, place.lock):
        path.unlink(missing_ok=True)
    for suffix in ("-wal", "-shm"):
        place.database.with_name(place.database.name + suffix).unlink(missing_ok=True)
    shutil.rmtree(place.attachments, ignore_errors=True)
    if not any(place.folder.iterdir()):
        place.folder.rmdir()
