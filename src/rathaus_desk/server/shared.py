"""What towns of a cooperation share: published statutes, tariffs, services and letters; cases handed on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from psycopg import Connection, Cursor

from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.server.tables import schema_of
from rathaus_desk.server.town import Pool, counter, in_town
from rathaus_desk.store.canonical import digest
from rathaus_desk.sync.proof import Signed

MOST_LETTERS = 2**20
MOST_CASE = 8 * 2**20


def publish(pool: Pool, release: Signed, signature: bytes) -> int:
    """A town publishes something, as it stands and signed; its number. The same id again changes nothing."""
    values = msgspec.structs.asdict(release)
    if len(release.content) > MOST_LETTERS or any("\0" in str(value) for value in values.values()):
        raise BadInput("Das lässt sich nicht veröffentlichen.")
    with pool.connection() as connection:
        names = [*values, "sha256", "signature"]
        query = (
            f"INSERT INTO rathaus.release ({', '.join(names)})"
            f" VALUES ({', '.join(['%s'] * len(names))}) ON CONFLICT (id) DO NOTHING"
        )
        sha256 = digest(release.content.encode()).hex()
        connection.execute(query.encode(), (*values.values(), sha256, signature))
        query = "SELECT number FROM rathaus.release WHERE id = %s"
        found = connection.execute(query, (release.id,)).fetchone()
    assert found is not None
    return int(found[0])


_RELEASE = (
    "number",
    "id",
    "town",
    "kind",
    "key",
    "title",
    "valid_from",
    "content",
    "signature",
    "published_at",
)


def releases(pool: Pool, after: int, limit: int = 100) -> list[dict[str, Any]]:
    """What was published after the number ``after``, oldest first."""
    query = f"SELECT {', '.join(_RELEASE)} FROM rathaus.release WHERE number > %s ORDER BY number LIMIT %s"
    with pool.connection() as connection:
        rows = connection.execute(query.encode(), (after, limit)).fetchall()
    found = [dict(zip(_RELEASE, row, strict=True)) for row in rows]
    return [{**one, "signature": bytes(one["signature"]).hex()} for one in found]


def overview(pool: Pool) -> list[dict[str, Any]]:
    """For the coordinator: how far every town is, and nothing of what is in it."""
    with pool.connection() as connection:
        towns = connection.execute(
            "SELECT m.key, m.name, count(DISTINCT d.id), max(d.seen_at), max(d.version),"
            " coalesce(max(r.number), 0)"
            " FROM rathaus.municipality m LEFT JOIN rathaus.device d ON d.town = m.key AND d.standing = ''"
            " LEFT JOIN rathaus.release r ON r.town = m.key GROUP BY m.key ORDER BY m.key"
        ).fetchall()
    found = []
    for key, name, devices, seen, version, release in towns:
        with in_town(pool, key) as cursor:
            head, _, _ = counter(cursor)
            conflicts = cursor.execute("SELECT count(*) FROM sync_log WHERE is_open").fetchone()
            catalogue = _catalogue(cursor)
        found.append(
            {
                "town": key,
                "name": name,
                "workstations": devices,
                "last_seen": seen,
                "version": version or "",
                "last_release": release,
                "operations": head,
                "open_conflicts": conflicts[0] if conflicts else 0,
                "catalogue": catalogue,
            }
        )
    return found


def _catalogue(cursor: Cursor[Any]) -> list[dict[str, Any]]:
    """The latest version of every statute, tariff and hall that a town has: public law, nothing personal."""
    if cursor.execute("SELECT to_regclass('catalogue_version')").fetchone() == (None,):
        return []
    query = (
        "SELECT DISTINCT ON (head, key) head, key, title, valid_from, revision FROM catalogue_version"
        " WHERE deleted_at IS NULL ORDER BY head, key, valid_from DESC, revision DESC"
    )
    names = ("kind", "key", "title", "valid_from", "revision")
    return [dict(zip(names, row, strict=True)) for row in cursor.execute(query)]


def addressees(pool: Pool) -> list[dict[str, Any]]:
    """The towns a case can be handed to, with the names of their offices."""
    with pool.connection() as connection:
        query = "SELECT key, name FROM rathaus.municipality ORDER BY name"
        towns = connection.execute(query).fetchall()
    return [{"town": key, "name": name, "offices": _offices(pool, key)} for key, name in towns]


def _offices(pool: Pool, town: str) -> list[str]:
    with in_town(pool, town) as cursor:
        if cursor.execute("SELECT to_regclass('office')").fetchone() == (None,):
            return []
        query = "SELECT name FROM office WHERE deleted_at IS NULL ORDER BY name"
        return [name for (name,) in cursor.execute(query)]


def forward(pool: Pool, sender: str, id_: UUID, *, receiver: str, office: str, content: bytes) -> None:
    """Hands a case to an office of another town. The same id again changes nothing."""
    if len(content) > MOST_CASE or "\0" in office:
        raise BadInput("Der Vorgang ist zu groß, um ihn weiterzuleiten.")
    if receiver == sender:
        raise BadInput("Innerhalb der eigenen Gemeinde wird ein Vorgang ohne den Server weitergegeben.")
    with pool.connection() as connection:
        if not connection.execute(
            "SELECT 1 FROM rathaus.municipality WHERE key = %s", (receiver,)
        ).fetchone():
            raise BadInput(f"Die Gemeinde „{receiver}“ ist auf diesem Server nicht eingerichtet.")
        connection.execute(
            "INSERT INTO rathaus.forwarded (id, sender, receiver, office, content)"
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (id) DO NOTHING",
            (id_, sender, receiver, office, content),
        )
        _tell(connection, receiver)


_CASE = ("id", "sender", "receiver", "office", "sent_at", "state", "answered_at")
_WAITS = "(receiver = %(town)s AND state IN ('sent', 'received') OR sender = %(town)s AND state = 'answered')"
"""A case that ``town`` was sent and does not have yet, or one that it sent and whose answer it lacks."""


def forwarded(pool: Pool, town: str, *, waiting: bool = False) -> list[dict[str, Any]]:
    """The cases a town sent or was sent, without their content, newest first; ``waiting``: see `take`."""
    query = (
        f"SELECT {', '.join(_CASE)} FROM rathaus.forwarded WHERE"
        f" {_WAITS if waiting else '(sender = %(town)s OR receiver = %(town)s)'}"
        " ORDER BY sent_at DESC LIMIT 500"
    )
    with pool.connection() as connection:
        rows = connection.execute(query.encode(), {"town": town}).fetchall()
    return [dict(zip(_CASE, row, strict=True)) for row in rows]


def take(pool: Pool, town: str, device: UUID, id_: UUID) -> bytes | None:
    """What waits for ``town`` under this id: the case, or the answer as JSON. None if nothing does.

    Whoever asks first has a day to take it in; the other workstations of the town get nothing meanwhile, so
    that it is taken in once. `done` ends it.
    """
    query = (
        "UPDATE rathaus.forwarded SET taken_by = %(device)s, taken_at = now(),"
        " state = CASE state WHEN 'sent' THEN 'received' ELSE state END"
        f" WHERE id = %(id)s AND {_WAITS} AND (taken_by IS NULL OR taken_by = %(device)s"
        " OR taken_at < now() - interval '1 day') RETURNING content, answer, answered_at, sender"
    )
    with pool.connection() as connection:
        asked = {"town": town, "device": device, "id": id_}
        found = connection.execute(query.encode(), asked).fetchone()
    if found is None:
        return None
    content, text, answered_at, sender = found
    if sender == town:
        return msgspec.json.encode({"text": text, "answered_at": answered_at})
    return bytes(content)


def done(pool: Pool, town: str, id_: UUID) -> bool:
    """The town has it in its own data now; what the server held of it goes. Whether there was such a case."""
    with pool.connection() as connection:
        received = (
            "UPDATE rathaus.forwarded SET content = '', taken_by = NULL, taken_at = NULL,"
            " state = CASE WHEN state IN ('sent', 'received') THEN 'taken' ELSE state END"
            " WHERE id = %s AND receiver = %s"
        )
        answered = (
            "UPDATE rathaus.forwarded SET state = 'closed', answer = NULL"
            " WHERE id = %s AND sender = %s AND state = 'answered'"
        )
        changed = connection.execute(received, (id_, town)).rowcount
        return bool(changed + connection.execute(answered, (id_, town)).rowcount)


def answer(pool: Pool, town: str, id_: UUID, text: str) -> bool:
    """The receiver answers; whether there was such a case. A case whose answer has arrived stays as it is."""
    with pool.connection() as connection:
        query = (
            "UPDATE rathaus.forwarded SET state = 'answered', answer = %s, answered_at = now(), content = '',"
            " taken_by = NULL, taken_at = NULL"
            " WHERE id = %s AND receiver = %s AND state NOT IN ('answered', 'closed') RETURNING sender"
        )
        found = connection.execute(query, (text[:10_000].replace("\0", ""), id_, town)).fetchone()
        if found is not None:
            _tell(connection, found[0])
            return True
        query = "SELECT 1 FROM rathaus.forwarded WHERE id = %s AND receiver = %s"
        return connection.execute(query, (id_, town)).fetchone() is not None


def _tell(connection: Connection[Any], town: str) -> None:
    """Wakes the workstations of a town that wait for its log."""
    connection.execute("SELECT pg_notify('rathaus', %s)", (schema_of(town),))
