"""What every test may use."""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from rathaus_desk.kernel.clock import Clock
    from rathaus_desk.store.engine import Store


os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# The test run tries the same examples every time; `make soak` looks for new ones. No limit of time for one
# example: the machine may be busy.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("new", deadline=None, max_examples=1000)
settings.load_profile("new" if os.environ.get("RATHAUS_SOAK") else "same")


@pytest.fixture(scope="session")
def musterrode() -> Path:
    """The folder of the example town."""
    return Path(__file__).resolve().parents[1] / "resources" / "examples" / "musterrode"


@pytest.fixture
def make_store(tmp_path: Path) -> Iterator[Callable[..., Store]]:
    """Makes fresh stores: ``make_store()`` has the tables of every module imported so far.

    ``make_store(clock=FixedClock(…))`` sets its clock. A test imports the ``records`` of the modules it
    needs. The key file lies beside the home: ``KeyFile(store.home.folder.with_suffix(".key"))``.
    """
    from rathaus_desk.store.engine import Store
    from rathaus_desk.store.keys import KeyFile

    made: list[Store] = []

    def fresh(clock: Clock | None = None) -> Store:
        home = tmp_path / f"home-{len(made)}"
        made.append(Store.create(home, KeyFile(home.with_suffix(".key")), clock=clock))
        return made[-1]

    yield fresh
    for store in made:
        store.close()


@pytest.fixture
def store(make_store: Callable[..., Store]) -> Store:
    """One fresh store, see `make_store`."""
    return make_store()


@pytest.fixture(scope="session")
def make_cluster() -> Callable[..., Any]:
    """Makes clusters of the tests' own, see tools/cluster.py; no system service."""
    path = Path(__file__).resolve().parents[1] / "tools/cluster.py"
    spec = importlib.util.spec_from_file_location("cluster", path)
    assert spec is not None
    assert spec.loader is not None
    tool = sys.modules["cluster"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    made: Callable[..., Any] = tool.cluster
    return made


@pytest.fixture(scope="session")
def cluster(make_cluster: Callable[..., Any]) -> Iterator[Any]:
    """One that all tests share; nobody stops it."""
    with tempfile.TemporaryDirectory() as folder, make_cluster(Path(folder) / "c") as made:
        yield made


@pytest.fixture(scope="session")
def keep(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What the server keeps outside that database."""
    from rathaus_desk.server.keep import Keep

    made = Keep(tmp_path_factory.mktemp("keep"))
    made.make()
    return made


@pytest.fixture(scope="session")
def conninfo(cluster: Any, keep: Any) -> str:
    """A database with the server's own tables."""
    from psycopg_pool import ConnectionPool

    from rathaus_desk.server.registry import Registry

    made: str = cluster.database("rathaus")
    with ConnectionPool(made, min_size=1, max_size=1, open=True) as pool:
        Registry(pool).init(keep.public_key())
    return made


@pytest.fixture(scope="session")
def pool(conninfo: str) -> Iterator[Any]:
    """Connections to that database."""
    from psycopg_pool import ConnectionPool

    with ConnectionPool(conninfo, min_size=1, max_size=8, open=True) as made:
        yield made


class Running:
    """The server on a port of this machine."""

    def __init__(self, conninfo: str, keep: Any, port: int = 0) -> None:
        import uvicorn

        from rathaus_desk.server.app import build

        config = uvicorn.Config(
            build(conninfo, keep=keep), host="127.0.0.1", port=port, log_level="error", access_log=False
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.02)
        self.port = self.server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """Gone."""
        self.server.should_exit = True
        self.server.force_exit = True
        self.thread.join(10)


@pytest.fixture(scope="session")
def run_server(conninfo: str, keep: Any) -> Callable[..., Running]:
    """Starts a server, on a port and a database that may be named; whoever starts it stops it."""
    return lambda port=0, database=conninfo: Running(database, keep, port)
