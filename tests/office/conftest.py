"""Town halls on a real server, in one town or several."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime

import msgspec
import pytest
from sqlalchemy import select

from rathaus_desk.kernel.clock import FixedClock
from rathaus_desk.office.forwarding import run_errands
from rathaus_desk.office.founding import found
from rathaus_desk.office.joining import join
from rathaus_desk.office.town_hall import TownHall
from rathaus_desk.server.registry import Registry
from rathaus_desk.sync.client import Client
from rathaus_desk.sync.link import link_of
from rathaus_desk.sync.proof import Invitation
from rathaus_desk.sync.rounds import run_round
from rathaus_desk.town import queries as town_queries
from rathaus_desk.town.operations import SetUpTown

MORNING = datetime(2026, 11, 18, 8, 0, tzinfo=UTC)


class Place:
    """A town hall with its line to the server."""

    def __init__(self, office, client):
        self.office, self.client = office, client

    @property
    def link(self):
        with self.office.store.read() as session:
            return link_of(session.connection().connection.driver_connection)

    def rounds(self):
        """As the background does: rounds until nothing is left to carry."""
        for _ in range(6):
            run_round(self.office.store, self.client)
            if not run_errands(self.office, self.client):
                return
        raise AssertionError("it never came to rest")

    def all(self, kind):
        with self.office.store.read() as session:
            return list(session.scalars(select(kind)))

    def take_in(self, path):
        (outcome,) = self.office.intake().paths([path])
        with self.office.store.read() as session:
            return town_queries.case_numbered(session, outcome.case_number).id


@pytest.fixture(scope="module")
def founded(tmp_path_factory, musterrode):
    home = tmp_path_factory.mktemp("founded") / "home"
    found(home, musterrode, key_file=home.with_suffix(".key"), clock=FixedClock(MORNING))
    return home


@pytest.fixture(scope="module")
def running(run_server):
    made = run_server()
    yield made
    made.stop()


@pytest.fixture
def make_place(running, pool, founded, tmp_path, request):
    """Makes town halls in towns on the server; a town is made with its first one."""
    registry, made, known = Registry(pool), [], {}

    def place(key, name=""):
        home = tmp_path / f"home-{len(made)}"
        full = known.setdefault(key, f"{key}-{abs(hash(request.node.name)) % 10**8}")
        if name:
            registry.add_town(full, name)
            shutil.copytree(founded, home)
            shutil.copy(founded.with_suffix(".key"), home.with_suffix(".key"))
        code = registry.invite(full, "")
        join(home, str(Invitation(running.url, full, code)), "pc", key_file=home.with_suffix(".key"))
        office = TownHall.open(home, key_file=home.with_suffix(".key"), clock=FixedClock(MORNING))
        if name:
            with office.store.read() as session:
                file = town_queries.town_file(session)
            head = msgspec.structs.replace(file.town, name=name)
            office.run(SetUpTown(file=msgspec.structs.replace(file, town=head)))
        client = Client(running.url)
        made.append(Place(office, client))
        made[-1].full = full
        made[-1].rounds()
        return made[-1]

    yield place
    for one in made:
        one.client.close()
        one.office.close()
