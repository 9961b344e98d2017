"""The link between a workstation and its server, as the store keeps it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from rathaus_desk.store.engine import Following, Store
from rathaus_desk.store.journal import NO_HASH
from rathaus_desk.store.numbering import OWN_LAST
from rathaus_desk.store.schema import synced_tables


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """What a workstation knows of its server."""

    url: str
    town: str
    server: UUID
    epoch: str
    device: UUID
    private_key: bytes
    release_key: bytes
    chain: bytes
    head: int
    standing: str
    cursor: int
    ws: UUID


def link_of(driver: Any) -> Link | None:
    """The link; None without a server."""
    row = driver.execute(
        "SELECT url, town, server, epoch, device, private_key, release_key, chain, l.head, standing, cursor,"
        " w.id"
        " FROM server_link l, workstation w"
    ).fetchone()
    if row is None:
        return None
    url, town, server, epoch, device, private_key, release_key, chain, head, standing, cursor, ws = row
    return Link(
        url=url,
        town=town,
        server=UUID(bytes=server),
        epoch=epoch,
        device=UUID(bytes=device),
        private_key=private_key,
        release_key=release_key,
        chain=chain,
        head=head,
        standing=standing,
        cursor=cursor,
        ws=UUID(bytes=ws),
    )


def tie(
    store: Store,
    *,
    url: str,
    town: str,
    server: UUID,
    epoch: str,
    device: UUID,
    private_key: bytes,
    release_key: bytes = b"",
) -> None:
    """This workstation belongs to a server from now on.

    All operations so far become the overlay: every row is one that no server has seen. Numbers come from
    leases from now on; the next one of each own block is what the first lease must not fall below.
    """
    with store.following() as following:
        following.execute(
            "INSERT INTO server_link (device, url, town, server, epoch, private_key, release_key, chain,"
            " snapshot_n, snapshot_chain, head, standing) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, 0, '')",
            (device.bytes, url, town, server.bytes, epoch, private_key, release_key, NO_HASH, NO_HASH),
        )
        shadow_everything(following)
        following.execute("UPDATE number_block SET last = next - 1 WHERE last = ?", (OWN_LAST,))


def shadow_everything(following: Following) -> None:
    """Every row is one that no server has seen."""
    following.execute("DELETE FROM shadow")
    for table in synced_tables():
        following.execute(f"INSERT INTO shadow SELECT '{table}', id, NULL FROM \"{table}\"")


def stand(store: Store, standing: str) -> None:
    """What the server said of this workstation: ``revoked`` or ``retired``."""
    with store.following() as following:
        following.execute("UPDATE server_link SET standing = ?", (standing,))
