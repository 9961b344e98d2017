"""One burial operation with all its effects, committed durably, and the main job's parts around it.

    python bench/bench_burial.py

Goal: at most 30 ms for the whole operation: burial, extension with its claim, assessment, notice, due item,
two letters as tagged PDF, search, journal. Floor: an operation that writes one note.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from rathaus_desk.cemetery.operations.burials import EnterBurial
from rathaus_desk.cemetery.operations.graves import EnterCemetery, EnterGrave
from rathaus_desk.cemetery.operations.rights import AwardRight
from rathaus_desk.kernel.clock import FixedClock
from rathaus_desk.kernel.uncertain import UncertainDate
from rathaus_desk.office.founding import found
from rathaus_desk.office.main_job import example_town
from rathaus_desk.office.town_hall import TownHall
from rathaus_desk.people.operations import AddressDetails, EnterPerson, PersonDetails
from rathaus_desk.town.operations import WriteNote

ROUNDS = 40
HOME = AddressDetails(street="Eichenweg", house_number="3", postal_code="34999", place="Musterrode")


def person(given: str, family: str, **details: object) -> EnterPerson:
    return EnterPerson(
        details=PersonDetails(salutation="Herr", given_names=given, family_name=family, **details),  # type: ignore[arg-type]
        addresses=(HOME,),
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        clock = FixedClock(datetime(2026, 11, 25, 8, tzinfo=UTC))
        found(home, example_town(), key_file=Path(folder) / "key", clock=clock)
        office = TownHall.open(home, key_file=Path(folder) / "key", clock=clock)
        undertaker = office.run(
            EnterPerson(
                details=PersonDetails(kind="organisation", organisation="Bestattungshaus Abendruh GmbH"),
                addresses=(HOME,),
            )
        ).value
        cemetery = office.run(EnterCemetery(name="Kernstadt")).value
        graves = [prepared(office, cemetery, number) for number in range(ROUNDS + 2)]
        burials = [timed(office, burial(grave, undertaker, number)) for number, grave in enumerate(graves)][
            2:
        ]
        notes = [timed(office, WriteNote(about=grave, text="Stein prüfen")) for grave in graves][2:]
        office.close()
    report("burial operation, all effects", burials)
    report("floor: one note", notes)


def prepared(office: TownHall, cemetery: UUID, number: int) -> UUID:
    grave: UUID = office.run(
        EnterGrave(cemetery=cemetery, number=str(number), kind="wahl_sarg", places=2)
    ).value
    office.run(AwardRight(grave=grave, holder=person("Karl", f"Halter {number}"), first=date(2010, 1, 1)))
    return grave


def burial(grave: UUID, undertaker: UUID, number: int) -> EnterBurial:
    day = date(2026, 11, 20)
    payer = person("Jürgen", f"Zahler {number}")
    return EnterBurial(
        grave=grave,
        deceased=person("Anna", f"Beispiel {number}", born=UncertainDate.exact(date(1938, 2, 11))),
        form="coffin",
        buried_on=day,
        buried_at=datetime(2026, 11, 20, 13, tzinfo=UTC),
        died_on=day - timedelta(days=4),
        applicant=payer,
        applicant_is="Sohn",
        debtor=payer,
        undertaker=undertaker,
        services={"trauerhalle": 1, "kuehlzelle": 4},
    )


def timed(office: TownHall, request: EnterBurial | WriteNote) -> float:
    start = time.perf_counter()
    office.run(request)
    return (time.perf_counter() - start) * 1000


def report(what: str, times: list[float]) -> None:
    ordered = sorted(times)
    p95 = ordered[int(len(ordered) * 0.95) - 1]
    print(f"{what:<40} median {statistics.median(ordered):6.1f} ms   p95 {p95:6.1f} ms   n {len(ordered)}")


if __name__ == "__main__":
    main()
