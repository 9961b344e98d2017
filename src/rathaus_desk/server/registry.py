"""Who may talk to the server: municipalities, workstations, sessions, clerks' roles."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from psycopg import sql

from rathaus_desk.kernel.errors import BadInput, DeskError, Refused
from rathaus_desk.kernel.ids import new_id
from rathaus_desk.server.tables import CONTROL, CONTROL_STEPS, make_town, mark, schema_of
from rathaus_desk.server.town import Pool, counter, in_town
from rathaus_desk.server.upgrading import refuse_other_tables
from rathaus_desk.store.canonical import digest
from rathaus_desk.store.journal import Header
from rathaus_desk.sync import proof

CODE_LASTS = timedelta(days=7)
CHALLENGE_LASTS = timedelta(minutes=1)
SESSION_LASTS = timedelta(hours=12)

Role = Literal["leitung", "sachbearbeitung", "lesen"]
ROLES: tuple[Role, ...] = ("leitung", "sachbearbeitung", "lesen")
LEADING = ("town.", "catalogue.")
"""Operations of these modules are for the role ``leitung``."""

OTHER_KEEP = (
    "Der Ordner „--keep“ gehört nicht zu dieser Datenbank. Bitte den Ordner dieses Servers angeben oder aus "
    "seiner Sicherung zurückholen."
)

_KEY = r"[a-z][a-z0-9-]{1,40}"


class NotAllowed(DeskError):
    """The asker is nobody the server knows; ``kind`` says why: ``code``, ``session``, ``revoked``."""

    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Device:
    """An enrolled workstation."""

    id: UUID
    town: str
    ws: UUID
    machine: str
    standing: str
    """Empty, ``revoked`` (lost: it gets nothing) or ``retired`` (it may hand over what it has left)."""
    public_key: bytes


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What a new workstation is told."""

    device: UUID
    town: str
    town_name: str
    epoch: str
    head: int
    server: UUID
    release_key: str
    """Ed25519, 64 hex digits: what releases are checked with."""


_DEVICE = "SELECT id, town, ws, machine, standing, public_key FROM rathaus.device"


class Registry:
    """The server's own tables."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    def init(self, release_key: bytes) -> UUID:
        """Makes the server's tables where they are missing; the server's id.

        ``release_key``: the public part of the key that signs releases; Refused if it is another one than
        before. Needs a role that may make schemas and roles, and the extension btree_gist.
        """
        with self.pool.connection() as connection:
            if connection.execute("SELECT to_regclass('rathaus.server')").fetchone() == (None,):
                connection.execute(CONTROL.encode())
                connection.execute("SET LOCAL search_path TO rathaus, public")
                for statement in mark(CONTROL_STEPS):
                    connection.execute(statement.encode())
                query = "INSERT INTO rathaus.server (id, release_key) VALUES (%s, %s)"
                connection.execute(query, (new_id(), release_key))
        self.refuse_other_keep(release_key)
        return self.server_id()

    def refuse_other_keep(self, release_key: bytes) -> None:
        """Refused unless the folder with this key belongs to this database."""
        if self.release_key() != release_key:
            raise Refused(OTHER_KEEP)

    def release_key(self) -> bytes:
        """The public part of the key that signs releases, as workstations get it at enrolment."""
        with self.pool.connection() as connection:
            found = connection.execute("SELECT release_key FROM rathaus.server").fetchone()
        assert found is not None
        return bytes(found[0])

    def server_id(self) -> UUID:
        """The server's id; Refused before `init`, or if its tables are of another revision."""
        with self.pool.connection() as connection:
            if connection.execute("SELECT to_regclass('rathaus.server')").fetchone() == (None,):
                raise Refused(
                    "Der Server ist noch nicht eingerichtet; bitte „rathaus-desk server init“ ausführen."
                )
            refuse_other_tables(connection.cursor())
            found = connection.execute("SELECT id FROM rathaus.server").fetchone()
        assert found is not None
        server: UUID = found[0]
        return server

    # Municipalities

    def add_town(self, key: str, name: str) -> None:
        """A municipality with its schema and role. BadInput for a bad or known key."""
        if re.fullmatch(_KEY, key) is None:
            raise BadInput(
                "Das Kürzel besteht aus Kleinbuchstaben, Ziffern und Bindestrichen (z. B. „volkmarsen“)."
            )
        with self.pool.connection() as connection, connection.cursor() as cursor:
            if cursor.execute("SELECT 1 FROM rathaus.municipality WHERE key = %s", (key,)).fetchone():
                raise BadInput(f"„{key}“ gibt es schon.")
            cursor.execute("INSERT INTO rathaus.municipality (key, name) VALUES (%s, %s)", (key, name))
            make_town(cursor, key, secrets.token_hex(16))

    def remove_town(self, key: str) -> None:
        """Everything of a municipality goes, for ever."""
        self._town(key)
        name = sql.Identifier(schema_of(key))
        with self.pool.connection() as connection:
            connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(name))
            connection.execute(sql.SQL("DROP OWNED BY {}").format(name))
            connection.execute(sql.SQL("DROP ROLE {}").format(name))
            connection.execute("DELETE FROM rathaus.municipality WHERE key = %s", (key,))

    def towns(self) -> list[tuple[str, str]]:
        """Key and name of every municipality."""
        with self.pool.connection() as connection:
            return connection.execute("SELECT key, name FROM rathaus.municipality ORDER BY key").fetchall()

    def _town(self, key: str) -> str:
        with self.pool.connection() as connection:
            found = connection.execute(
                "SELECT name FROM rathaus.municipality WHERE key = %s", (key,)
            ).fetchone()
        if found is None:
            raise BadInput(f"Die Gemeinde „{key}“ ist auf diesem Server nicht eingerichtet.")
        return str(found[0])

    # Workstations

    def invite(self, town: str, label: str) -> str:
        """A code that enrols one workstation within a week."""
        self._town(town)
        code = proof.new_code()
        with self.pool.connection() as connection:
            connection.execute("DELETE FROM rathaus.code WHERE expires_at < now()")
            connection.execute(
                "INSERT INTO rathaus.code VALUES (%s, %s, %s, now() + %s)",
                (digest(code.encode()), town, label, CODE_LASTS),
            )
        return code

    def enrol(
        self, town: str, code: str, ws: UUID, key: bytes, machine: str, *, has_data: bool = False
    ) -> Enrolled:
        """A workstation for a code, which is used up. NotAllowed if it does not fit, or fits no more.

        Only the first workstation of a town may bring data of its own (Refused; the code stays good).
        """
        if has_data and self._is_filled(town, code):
            raise Refused(
                "Die Gemeinde hat auf dem Server schon Daten. Ein weiterer Arbeitsplatz beginnt deshalb "
                "leer; eigene Daten werden danach als Liste übernommen."
            )
        with self.pool.connection() as connection:
            query = (
                "DELETE FROM rathaus.code WHERE digest = %s AND town = %s AND expires_at >= now()"
                " RETURNING label"
            )
            found = connection.execute(query, (digest(code.encode()), town)).fetchone()
            if found is None:
                raise NotAllowed(
                    "code", "Der Anmeldecode stimmt nicht oder gilt nicht mehr. Bitte einen neuen ausstellen."
                )
            device = self._add(connection, town, ws, key, machine or found[0], None)
        return self._enrolled(device, town)

    def _is_filled(self, town: str, code: str) -> bool:
        """Whether the town of a good code has operations already."""
        with self.pool.connection() as connection:
            query = "SELECT 1 FROM rathaus.code WHERE digest = %s AND town = %s AND expires_at >= now()"
            if connection.execute(query, (digest(code.encode()), town)).fetchone() is None:
                return False
        with in_town(self.pool, town) as cursor:
            return counter(cursor)[0] > 0

    def fork(self, old: Device, ws: UUID, key: bytes, signature: bytes) -> Enrolled:
        """A workstation that was copied or restored goes on under a new id. Not for one that was revoked."""
        if old.standing or not proof.vouches(old.public_key, key, signature):
            raise NotAllowed("revoked", "Dieser Arbeitsplatz wurde gesperrt.")
        with self.pool.connection() as connection:
            device = self._add(connection, old.town, ws, key, old.machine, old.id)
        return self._enrolled(device, old.town)

    def _add(
        self, connection: Any, town: str, ws: UUID, key: bytes, machine: str, forked_from: UUID | None
    ) -> UUID:
        device = new_id()
        connection.execute(
            "INSERT INTO rathaus.device (id, town, ws, public_key, machine, forked_from)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            (device, town, ws, key, machine[:100], forked_from),
        )
        return device

    def _enrolled(self, device: UUID, town: str) -> Enrolled:
        name = self._town(town)
        with in_town(self.pool, town) as cursor:
            head, _, epoch = counter(cursor)
        return Enrolled(device, town, name, epoch, head, self.server_id(), self.release_key().hex())

    def devices(self, town: str) -> list[dict[str, Any]]:
        """Every workstation of a municipality: what an administrator wants to know."""
        query = (
            "SELECT id, machine, standing, enrolled_at, seen_at, cursor, version FROM rathaus.device"
            " WHERE town = %s ORDER BY enrolled_at"
        )
        with self.pool.connection() as connection:
            names = ("id", "machine", "standing", "enrolled_at", "seen_at", "cursor", "version")
            return [dict(zip(names, row, strict=True)) for row in connection.execute(query, (town,))]

    def revoke(self, device: UUID, standing: Literal["revoked", "retired"]) -> None:
        """The workstation gets nothing any more; a retired one may still hand over what it has left."""
        with self.pool.connection() as connection:
            query = "UPDATE rathaus.device SET standing = %s WHERE id = %s"
            if connection.execute(query, (standing, device)).rowcount == 0:
                raise BadInput("Diesen Arbeitsplatz gibt es nicht.")
            if standing == "revoked":
                connection.execute("DELETE FROM rathaus.session WHERE device = %s", (device,))

    def device(self, id_: UUID) -> Device:
        """A workstation; NotAllowed if there is none."""
        with self.pool.connection() as connection:
            found = connection.execute(_DEVICE + " WHERE id = %s", (id_,)).fetchone()
        if found is None:
            raise NotAllowed("session", "Dieser Arbeitsplatz ist dem Server nicht bekannt.")
        return _device(found)

    # Sessions

    def challenge(self, device: UUID) -> bytes:
        """What a workstation must sign within a minute. An unknown one gets a challenge as well."""
        made = secrets.token_bytes(32)
        with self.pool.connection() as connection:
            connection.execute("DELETE FROM rathaus.challenge WHERE expires_at < now()")
            connection.execute(
                "INSERT INTO rathaus.challenge SELECT %s, id, now() + %s FROM rathaus.device WHERE id = %s",
                (digest(made), CHALLENGE_LASTS, device),
            )
        return made

    def sign_in(self, device: UUID, challenge: bytes, signature: bytes) -> str:
        """A session token for the right answer; NotAllowed otherwise, or if the workstation was revoked."""
        with self.pool.connection() as connection:
            query = (
                "DELETE FROM rathaus.challenge WHERE digest = %s AND device = %s AND expires_at >= now()"
                " RETURNING 1"
            )
            fresh = connection.execute(query, (digest(challenge), device)).fetchone()
        if fresh is None:
            raise NotAllowed("session", "Die Anmeldung ist abgelaufen.")
        known = self.device(device)
        if not proof.answers(known.public_key, challenge, signature):
            raise NotAllowed("session", "Die Anmeldung dieses Arbeitsplatzes ist nicht echt.")
        if known.standing == "revoked":
            raise NotAllowed("revoked", "Dieser Arbeitsplatz wurde gesperrt.")
        token = secrets.token_urlsafe(32)
        with self.pool.connection() as connection:
            connection.execute("DELETE FROM rathaus.session WHERE expires_at < now()")
            connection.execute(
                "INSERT INTO rathaus.session VALUES (%s, %s, now() + %s)",
                (digest(token.encode()), device, SESSION_LASTS),
            )
        return token

    def who(self, token: str, town: str) -> Device:
        """The workstation of a session, if it belongs to ``town``; NotAllowed otherwise."""
        query = (
            _DEVICE + " JOIN rathaus.session s ON s.device = id WHERE s.digest = %s AND s.expires_at >= now()"
        )
        with self.pool.connection() as connection:
            found = connection.execute(query, (digest(token.encode()),)).fetchone()
        if found is None:
            raise NotAllowed("session", "Die Anmeldung ist abgelaufen.")
        device = _device(found)
        if device.standing == "revoked":
            raise NotAllowed("revoked", "Dieser Arbeitsplatz wurde gesperrt.")
        if device.town != town:
            raise NotAllowed("town", "Dieser Arbeitsplatz gehört zu einer anderen Gemeinde.")
        return device

    def seen(self, device: Device, cursor: int, version: str) -> None:
        """Notes how far a workstation is."""
        with self.pool.connection() as connection:
            connection.execute(
                "UPDATE rathaus.device SET seen_at = now(), cursor = %s, version = %s WHERE id = %s",
                (cursor, version[:40], device.id),
            )

    def slowest(self, town: str, since: datetime) -> int | None:
        """The last number that every workstation in service has; None if none was heard of ``since``."""
        query = (
            "SELECT min(cursor) FROM rathaus.device WHERE town = %s AND standing = ''"
            " AND coalesce(seen_at, enrolled_at) >= %s"
        )
        with self.pool.connection() as connection:
            found = connection.execute(query, (town, since)).fetchone()
        return found[0] if found else None

    # Clerks

    def set_role(self, town: str, clerk: UUID, role: Role | None) -> None:
        """What a clerk may do; None: nothing is laid down. While a town lays down nothing, everybody may."""
        self._town(town)
        with self.pool.connection() as connection:
            connection.execute("DELETE FROM rathaus.clerk WHERE town = %s AND clerk = %s", (town, clerk))
            if role is not None:
                connection.execute("INSERT INTO rathaus.clerk VALUES (%s, %s, %s)", (town, clerk, role))

    def roles(self, town: str) -> dict[UUID, Role]:
        """The roles laid down in a town."""
        with self.pool.connection() as connection:
            query = "SELECT clerk, role FROM rathaus.clerk WHERE town = %s"
            return dict(connection.execute(query, (town,)).fetchall())

    def all_in(self, town: str) -> Allowed:
        """The rule of what the clerks of a town may do, as of now."""
        return Allowed(self.roles(town))


@dataclass(frozen=True, slots=True)
class Allowed:
    """Whether an operation may be done by the clerk who did it."""

    roles: dict[UUID, Role]

    def __call__(self, header: Header) -> bool:
        """Everybody may do everything in a town without roles; there, who has none may only read."""
        if not self.roles:
            return True
        role = self.roles.get(header.clerk) if header.clerk else None
        return role == "leitung" or (role == "sachbearbeitung" and not header.op.startswith(LEADING))


def _device(row: Sequence[Any]) -> Device:
    id_, town, ws, machine, standing, key = row
    return Device(id_, town, ws, machine, standing, bytes(key))
