"""Files on records: scans, photos, letters that went out. Encrypted, and written durably before the commit.

The disk takes longest of all; so it writes while the operation goes on, which waits for it in the end.

A file is named by HMAC over its SHA-256 with a key kept inside the database: equal content is stored once,
and the folder tells nobody what is in it. Content: ``RDA1`` ‖ salt (32 bytes) ‖ AES-256-GCM under a key made
by HKDF from the attachments' key and the salt.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from rathaus_desk.kernel.errors import BadInput, CannotWork
from rathaus_desk.store import secret
from rathaus_desk.store.home import PRIVATE, Home, sync_folder, write_durably
from rathaus_desk.store.schema import Record

MAX_SIZE = 50 * 2**20
"""Largest attachment in bytes."""

_HEAD = b"RDA1"
_SALT = 32


class KeptFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that `Store.keep` has stored, as a request names it; ``size`` in bytes."""

    name: str
    media_type: str
    sha256: str
    size: int


class Attachment(Record):
    """One file on a record. ``sha256`` is of the readable content, in hex."""

    __tablename__ = "attachment"
    __strict__ = True
    record: Mapped[UUID] = mapped_column(index=True)
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(index=True)


class Shelf:
    """The folder of encrypted files. ``driver``: the driver's connection, for the keys."""

    def __init__(self, home: Home, driver: Any, *, keeps: bool = True) -> None:
        self._home = home
        self.rehearsed: dict[str, bytes] = {}
        """What a rehearsal put down: it never reaches the disk."""
        self._keeps = keeps
        self._driver = driver
        self._under_way: list[Future[None]] = []

    def path(self, sha256: str) -> Path:
        """Where the file with this content lies, or would lie."""
        key = secret.secret(self._driver, secret.ATTACHMENT_NAMES)
        assert key is not None
        name = hmac.digest(key, bytes.fromhex(sha256), "sha256").hex()
        return self._home.attachments / name[:2] / name

    def put(self, content: bytes) -> str:
        """Stores ``content`` durably; its SHA-256. Without a record that names it it goes after a day."""
        with self.settling():
            return self.put_soon(content)

    def put_soon(self, content: bytes) -> str:
        """As `put`, but the disk works meanwhile; it is durable at the end of `settling`."""
        sha256 = hashlib.sha256(content).hexdigest()
        if not self._keeps:
            self.rehearsed[sha256] = content
            return sha256
        path = self.path(sha256)
        if path.exists():
            path.touch()
        else:
            sealed = seal(content, self._key(secret.ATTACHMENTS))
            self._under_way.append(_disk().submit(self._write, path, sealed))
        return sha256

    @contextmanager
    def settling(self) -> Iterator[None]:
        """Ends when everything put is durable, or failed; raises OSError for what could not be written."""
        try:
            yield
        finally:
            wait(self._under_way)
        self.settle()

    def settle(self) -> None:
        """Waits for everything that was put; raises OSError if it could not be written."""
        while self._under_way:
            self._under_way.pop().result()

    def _write(self, path: Path, sealed: bytes) -> None:
        if not path.parent.exists():
            path.parent.mkdir(exist_ok=True, mode=PRIVATE)
            sync_folder(self._home.attachments)
        write_durably(path, sealed)

    def get(self, sha256: str) -> bytes:
        """The readable content; CannotWork if the file is missing or was changed."""
        self.settle()
        try:
            sealed = self.path(sha256).read_bytes()
        except OSError as error:
            raise CannotWork(
                "Die Datei zu diesem Anhang fehlt. Bitte stellen Sie sie aus einer Sicherung wieder her.",
                detail=f"attachment file, errno {error.errno}",
            ) from error
        content = unseal(sealed, self._key(secret.ATTACHMENTS))
        before = secret.secret(self._driver, secret.ATTACHMENTS_BEFORE)
        if content is None and before is not None:
            content = unseal(sealed, before)
        if content is None or hashlib.sha256(content).hexdigest() != sha256:
            raise CannotWork(
                "Die Datei zu diesem Anhang ist beschädigt. "
                "Bitte stellen Sie sie aus einer Sicherung wieder her.",
                detail="attachment does not decrypt",
            )
        return content

    def _key(self, name: str) -> bytes:
        key = secret.secret(self._driver, name)
        assert key is not None
        return key


@lru_cache(maxsize=1)
def _disk() -> ThreadPoolExecutor:
    """Who writes while operations go on."""
    return ThreadPoolExecutor(max_workers=2, thread_name_prefix="attachments")


def seal(content: bytes, key: bytes) -> bytes:
    """``content`` encrypted under ``key``."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt = secrets.token_bytes(_SALT)
    return _HEAD + salt + AESGCM(_file_key(key, salt)).encrypt(bytes(12), content, _HEAD)


def unseal(sealed: bytes, key: bytes) -> bytes | None:
    """The content; None if it was sealed under another key or changed."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if not sealed.startswith(_HEAD) or len(sealed) < len(_HEAD) + _SALT + 16:
        return None
    salt, secret_part = sealed[4 : 4 + _SALT], sealed[4 + _SALT :]
    try:
        return AESGCM(_file_key(key, salt)).decrypt(bytes(12), secret_part, _HEAD)
    except InvalidTag:
        return None


def _file_key(key: bytes, salt: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), 32, salt, b"rathaus-desk attachment").derive(key)


def refuse_size(content: bytes, name: str) -> None:
    """BadInput if the file is too large to be kept."""
    if len(content) > MAX_SIZE:
        raise BadInput(
            f"Die Datei „{name}“ ist {len(content) / 2**20:.0f} MB groß; aufgenommen werden Dateien bis "
            f"{MAX_SIZE // 2**20} MB."
        )


def attachments_of(session: Session, record: UUID) -> list[Attachment]:
    """The attachments of ``record``, oldest first."""
    query = sa.select(Attachment).where(Attachment.record == record)
    return list(session.scalars(query.order_by(Attachment.created_at, Attachment.id)))
