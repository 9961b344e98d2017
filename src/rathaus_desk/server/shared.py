"""What towns of a cooperation share: published statutes, tariffs, services and letters; cases handed on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.server.town import Pool, counter, in_town
from rathaus_desk.store.canonical import digest

MOST_LETTERS = 2**20
MOST_CASE = 8 * 2**20


def publish(
    pool: Pool, town: str, id_: UUID, *, kind: str, key: str, title: str, valid_from: str, content: str
) -> int:
    """A town publishes one catalogue file, as it stands; its number. The same id again changes nothing."""
    if len(content) > MOST_LETTERS or "\0" in content + key + title + valid_from:
        raise BadInput("Das lässt sich nicht veröffentlichen.")
    with pool.connection() as connection:
        connection.execute(
            "INSERT INTO rathaus.release (id, town, kind, key, title, valid_from, content, sha256)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (id) DO NOTHING",
            (id_, town, kind, key, title, valid_from, content, digest(content.encode()).hex()),
        )
        found = connection.execute("SELECT number FROM rathaus.release WHERE id = %s", (id_,)).fetchone()
    assert found is not None
    return int(found[0])


_RELEASE = ("number", "id", "town", "kind", "key", "title", "valid_from", "content", "sha256", "published_at")


def releases(pool: Pool, after: int, limit: int = 100) -> list[dict[str, Any]]:
    """What was published after the number ``after``, oldest first."""
    query = f"SELECT {', '.join(_RELEASE)} FROM rathaus.release WHERE number > %s ORDER BY number LIMIT %s"
    with pool.connection() as connection:
        rows = connection.execute(query.encode(), (after, limit)).fetchall()
    return [dict(zip(_RELEASE, row, strict=True)) for row in rows]


def overview(pool: Pool) -> list[dict[str, Any]]:
    """For the coordinator: how far every town is, and nothing of what is in it."""
    with pool.connection() as connection:
        towns = connection.execute(
            "SELECT m.key, m.name, count(d.id), max(d.seen_at), max(d.version), coalesce(max(r.number), 0)"
            " FROM rathaus.municipality m LEFT JOIN rathaus.device d ON d.town = m.key AND d.standing = ''"
            " LEFT JOIN rathaus.release r ON r.town = m.key GROUP BY m.key ORDER BY m.key"
        ).fetchall()
    found = []
    for key, name, devices, seen, version, release in towns:
        with in_town(pool, key) as cursor:
            head, _, _ = counter(cursor)
            conflicts = cursor.execute("SELECT count(*) FROM sync_log WHERE is_open").fetchone()
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
            }
        )
    return found


def forward(
    pool: Pool, sender: str, id_: UUID, *, receiver: str, office: str, title: str, content: bytes
) -> None:
    """Hands a case to an office of this or another town. The same id again changes nothing."""
    if len(content) > MOST_CASE or "\0" in office + title:
        raise BadInput("Der Vorgang ist zu groß, um ihn weiterzuleiten.")
    with pool.connection() as connection:
        if not connection.execute(
            "SELECT 1 FROM rathaus.municipality WHERE key = %s", (receiver,)
        ).fetchone():
            raise BadInput(f"Die Gemeinde „{receiver}“ ist auf diesem Server nicht eingerichtet.")
        connection.execute(
            "INSERT INTO rathaus.forwarded (id, sender, receiver, office, title, content)"
            " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (id) DO NOTHING",
            (id_, sender, receiver, office, title, content),
        )
        connection.execute("SELECT pg_notify('rathaus', %s)", (f"town_{receiver}",))


_CASE = ("id", "sender", "receiver", "office", "title", "sent_at", "state", "answer", "answered_at")


def forwarded(pool: Pool, town: str) -> list[dict[str, Any]]:
    """The cases a town sent or was sent, without their content; newest first."""
    query = (
        f"SELECT {', '.join(_CASE)} FROM rathaus.forwarded WHERE sender = %s OR receiver = %s"
        " ORDER BY sent_at DESC LIMIT 500"
    )
    with pool.connection() as connection:
        rows = connection.execute(query.encode(), (town, town)).fetchall()
    return [dict(zip(_CASE, row, strict=True)) for row in rows]


def content_of(pool: Pool, town: str, id_: UUID) -> bytes | None:
    """The content of a case that ``town`` was sent, which is received then; None if there is none."""
    with pool.connection() as connection:
        query = (
            "UPDATE rathaus.forwarded SET state = CASE state WHEN 'sent' THEN 'received' ELSE state END"
            " WHERE id = %s AND receiver = %s RETURNING content"
        )
        found = connection.execute(query, (id_, town)).fetchone()
    return None if found is None else bytes(found[0])


def answer(pool: Pool, town: str, id_: UUID, text: str) -> bool:
    """The receiver answers; whether there was such a case."""
    with pool.connection() as connection:
        query = (
            "UPDATE rathaus.forwarded SET state = 'answered', answer = %s, answered_at = now()"
            " WHERE id = %s AND receiver = %s RETURNING sender"
        )
        found = connection.execute(query, (text[:10_000].replace("\0", ""), id_, town)).fetchone()
        if found is not None:
            connection.execute("SELECT pg_notify('rathaus', %s)", (f"town_{found[0]}",))
    return found is not None
