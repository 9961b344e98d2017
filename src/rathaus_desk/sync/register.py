"""The erasure register, which a restored server is reminded of: its backup may be older than an erasure."""

from __future__ import annotations

from uuid import UUID

from rathaus_desk.store.connection import driver_of
from rathaus_desk.store.engine import Store
from rathaus_desk.store.local import set_setting, setting
from rathaus_desk.sync.client import Client, ServerSays
from rathaus_desk.sync.link import Link

_TOLD = "sync.register_told"
MOST_RECORDS = 5000
"""Records handed in at once."""


def remind(store: Store, client: Client, link: Link) -> None:
    """Hands the register in, once in each history of the server, as soon as that takes something new."""
    with store.read() as session:
        if setting(session, _TOLD) == link.epoch:
            return
        erased = driver_of(session).execute("SELECT record FROM erased ORDER BY record").fetchall()
    records = [UUID(bytes=record) for (record,) in erased]
    try:
        for at in range(0, len(records), MOST_RECORDS):
            client.remind(link.town, link.epoch, records[at : at + MOST_RECORDS])
    except ServerSays as error:
        if error.kind == "recovering":
            return
        raise
    with store.local() as session:
        set_setting(session, _TOLD, link.epoch)
