"""Running the server: TLS or loopback, logs without personal data."""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Callable
from pathlib import Path

import psycopg
import structlog
import uvicorn
from psycopg_pool import ConnectionPool

from rathaus_desk.kernel.errors import BadInput, CannotWork
from rathaus_desk.server.app import build
from rathaus_desk.server.keep import Keep
from rathaus_desk.server.register import note_all
from rathaus_desk.server.registry import Registry
from rathaus_desk.server.upgrading import refuse_other_towns


def reachable(database: str) -> None:
    """CannotWork with a sentence if PostgreSQL cannot be reached."""
    try:
        psycopg.connect(database, connect_timeout=10).close()
    except psycopg.Error as error:
        raise CannotWork(
            "PostgreSQL ist nicht zu erreichen. Bitte Dienst und Verbindungsangabe prüfen.",
            detail=" ".join(str(error).split()),
        ) from error


def open_registry(database: str) -> Registry:
    """The server's own tables, for a command; close its ``pool`` in the end. CannotWork if out of reach."""
    reachable(database)
    return Registry(ConnectionPool(database, min_size=1, max_size=2, open=True))


def ready_to_serve(registry: Registry, keep: Keep) -> None:
    """Refused with a sentence unless database and folder belong together; the register is completed.

    What was erased while the server was cut off between the database and the folder is noted now.
    """
    registry.server_id()
    with registry.pool.connection() as connection, connection.cursor() as cursor:
        refuse_other_towns(cursor, [key for key, _ in registry.towns()])
    registry.refuse_other_keep(keep.public_key())
    note_all(registry.pool, keep)


def refuse_plain(host: str, *, tls: bool, behind_proxy: bool) -> None:
    """BadInput if passwords and names would travel readable."""
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not (tls or loopback or behind_proxy):
        raise BadInput(
            "Ohne Zertifikat hört der Server nur auf diesem Rechner (127.0.0.1). Bitte „--certificate“ und "
            "„--private-key“ angeben, oder „--behind-proxy“, wenn ein Proxy davor verschlüsselt."
        )


def serve(
    database: str,
    keep: Keep,
    *,
    host: str,
    port: int,
    certificate: Path | None,
    private_key: Path | None,
    behind_proxy: bool,
    told: Callable[[str], None],
) -> None:
    """Serves until it is told to end (SIGTERM, Ctrl+C)."""
    tls = certificate is not None and private_key is not None
    refuse_plain(host, tls=tls, behind_proxy=behind_proxy)
    with open_registry(database).pool as pool:
        ready_to_serve(Registry(pool), keep)
    _log_as_json()
    told(f"Der Server hört auf {'https' if tls else 'http'}://{host}:{port}")
    uvicorn.run(
        build(database, keep=keep),
        host=host,
        port=port,
        ssl_certfile=certificate,
        ssl_keyfile=private_key,
        proxy_headers=behind_proxy,
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_keep_alive=65,
        timeout_graceful_shutdown=5,
    )


def _log_as_json() -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
