"""The running town hall: opens the store and hands out the modules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.orm import Session

from rathaus_desk.applications import handover
from rathaus_desk.cemetery import queries as cemetery
from rathaus_desk.cemetery.rules.checks import Finding
from rathaus_desk.kernel.clock import Clock
from rathaus_desk.kernel.errors import CannotWork
from rathaus_desk.letters import queries as letters
from rathaus_desk.office import tables
from rathaus_desk.office.due import Due, due
from rathaus_desk.store.engine import Store
from rathaus_desk.store.home import Home
from rathaus_desk.store.keys import KeyFile, Keyring, Keys, Way, keyring_works
from rathaus_desk.store.operations import Done, Request
from rathaus_desk.town import queries as town

if TYPE_CHECKING:
    from rathaus_desk.applications.intake import Intake
    from rathaus_desk.applications.services import Services
    from rathaus_desk.cemetery.import_graves import ImportResult
    from rathaus_desk.halls.import_bookings import BookingImport


def key_file_beside(home: Path) -> Path:
    """Where a key file lies if there is no keyring and none was named: beside the folder, never in it."""
    return home.with_name(f"{home.name}.key")


def way_into(home: Path, key_file: Path | None) -> Way:
    """How to open ``home``: by ``key_file`` and nothing else; else by the keyring or the file beside."""
    if key_file is not None:
        return KeyFile(key_file)
    place = Home(home)
    if place.slots.exists() and not Keys.of(place).has(Keyring()):
        return KeyFile(key_file_beside(home))
    return Keyring()


def new_way_into(home: Path, key_file: Path | None) -> Keyring | KeyFile:
    """The way a new data folder gets: the file that was named, the keyring, or a file beside the folder."""
    if key_file is not None:
        return KeyFile(key_file)
    return Keyring() if keyring_works() else KeyFile(key_file_beside(home))


@dataclass(frozen=True, slots=True)
class Remark:
    """Something in the register that a clerk should look at; the form of ``doctor --json``."""

    check: str
    what: str
    remedy: str


class TownHall:
    """One open town. ``clerk`` is who works: the first clerk of the town until somebody signs in."""

    modules = tables.MODULES
    """What works here; the store knows the tables of all of them."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._clerk: UUID | None = None
        self._services: tuple[tuple[UUID, ...], Services] | None = None
        handover.offer_later("burial", _burial_handover)
        handover.offer_later("booking", _booking_handover)

    @classmethod
    def open(cls, home: Path, *, key_file: Path | None = None, clock: Clock | None = None) -> TownHall:
        """Opens the data folder; CannotWork with a sentence if that is not possible."""
        return cls(Store.open(home, way_into(home, key_file), clock=clock))

    def close(self) -> None:
        """Gives the files back."""
        self.store.close()

    @property
    def clerk(self) -> UUID | None:
        """The clerk who works here; None while there is none (what a server has may not have come yet)."""
        if self._clerk is None:
            with self.store.read() as session:
                clerks = town.clerks(session)
                self._clerk = clerks[0].id if clerks else None
        return self._clerk

    def sign_in(self, clerk: UUID) -> None:
        """Somebody else works here from now on; Refused if there is no such clerk."""
        with self.store.read() as session:
            self._clerk = town.clerk(session, clerk).id

    @property
    def owner(self) -> str:
        """Whose catalogue this is: the town's official key, or its name."""
        with self.store.read() as session:
            here = town.town(session)
            return here.ags or here.name

    def run(self, request: Request) -> Done:
        """Carries out an operation as the clerk."""
        return self.store.run(request, clerk=self.clerk)

    @property
    def services(self) -> Services:
        """The kinds of application this town takes: the program's, and its own in their newest version."""
        from rathaus_desk.applications import queries as applications
        from rathaus_desk.applications.services import load_services

        with self.store.read() as session:
            own = applications.own_services(session)
        ids = tuple(one.id for one in own)
        if self._services is None or self._services[0] != ids:
            self._services = ids, load_services(kept=[(one.text, one.schema_text) for one in own])
        return self._services[1]

    def intake(self) -> Intake:
        """Takes deliveries in; the clerk becomes responsible for the cases."""
        from rathaus_desk.applications.intake import Intake

        if self.clerk is None:
            raise CannotWork("Es ist noch niemand eingetragen, der Anträge bearbeiten könnte.")
        return Intake(self.store, self.services, self.clerk)

    def import_graves(
        self,
        path: Path,
        *,
        mapping: Path | None = None,
        cemetery_name: str = "",
        dry_run: bool = False,
        report: Callable[[int, int], None] | None = None,
    ) -> ImportResult:
        """Takes over an old list of graves, by the town's cemetery statute."""
        from rathaus_desk.cemetery.books import statutes_of
        from rathaus_desk.cemetery.import_graves import import_list

        with self.store.read() as session:
            statutes = statutes_of(session)
        return import_list(
            self.store,
            path,
            statutes=statutes,
            today=self.store.clock.today(),
            mapping_file=mapping,
            cemetery=cemetery_name,
            clerk=self.clerk,
            dry_run=dry_run,
            report=report,
        )

    def import_bookings(
        self, path: Path, *, mapping: Path | None = None, hall: str = "", dry_run: bool = False
    ) -> BookingImport:
        """Takes over an old calendar or a season plan."""
        from rathaus_desk.halls.import_bookings import import_bookings

        return import_bookings(
            self.store, path, mapping_file=mapping, hall=hall, clerk=self.clerk, dry_run=dry_run
        )

    def end_options(self) -> int:
        """Options on halls whose last day is over end now; how many. Nothing is written if there is none."""
        from rathaus_desk.halls.operations.decisions import EndOptions
        from rathaus_desk.halls.queries import ended_options

        with self.store.read() as session:
            if not ended_options(session, self.store.clock.today()):
                return 0
        ended: int = self.run(EndOptions()).value
        return ended

    def due(self, days: int) -> list[Due]:
        """What is due within so many days."""
        with self.store.read() as session:
            return due(session, self.store.clock.today(), days)

    def data_checks(self) -> list[Remark]:
        """What in the registers cannot be right (cemetery rule 15), and own letters that work no longer."""
        remarks = [
            Remark(one.check, one.sentence, "Bitte den Eintrag ansehen und berichtigen.")
            for one in self.register_findings()
        ]
        with self.store.read() as session:
            return [*remarks, *_hall_remarks(session), *_rejected_letters(session)]

    def register_findings(self) -> list[Finding]:
        """What in the registers cannot be right (cemetery rule 15), each with the record it is about."""
        from rathaus_desk.cemetery.books import statutes_of

        with self.store.read() as session:
            keys = {one.statute_key for one in cemetery.cemeteries(session)}
            statutes = {key: statutes_of(session, key) for key in keys}
            return list(cemetery.data_checks(session, self.store.clock.today(), statutes))


def _burial_handover() -> handover.Handover[Any]:
    from rathaus_desk.office.burial_handover import BurialHandover

    return BurialHandover()


def _booking_handover() -> handover.Handover[Any]:
    from rathaus_desk.office.booking_handover import BookingHandover

    return BookingHandover()


def _hall_remarks(session: Session) -> Iterator[Remark]:
    """What in the halls' records cannot be right."""
    from rathaus_desk.halls.checks import data_checks

    for one in data_checks(session):
        yield Remark(one.check, one.sentence, "Bitte die Buchung ansehen und berichtigen.")


def _rejected_letters(session: Session) -> Iterator[Remark]:
    """A town's own wording that this version of the program cannot use; the program's goes out instead."""
    from rathaus_desk.letters.facts import KINDS

    for name in KINDS:
        rejected = letters.template_for(session, name).rejected
        if rejected is not None:
            yield Remark(
                "letter_template", rejected.sentence, "Bitte die Vorlage berichtigen und neu übernehmen."
            )
