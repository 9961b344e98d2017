"""The database's key, wrapped once for each way to open it, in ``keys.json`` beside the database.

The key is 32 random bytes and stands nowhere readable. Each *slot* is a pair of X25519 keys: the private one
comes from the slot's secret (in the operating system's keyring, in a key file, from the printed recovery code
or from a password), the public one stands in ``keys.json``, and the database's key is sealed to it by HPKE
(RFC 9180). So a change of keys seals the new key for every slot without knowing any slot's secret. The list
is authenticated by the database's key: a slot that somebody put in by hand is noticed.
"""

from __future__ import annotations

import base64
import hmac
import os
import secrets
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from uuid import UUID

import msgspec

from rathaus_desk.kernel.errors import CannotWork
from rathaus_desk.kernel.ids import new_id
from rathaus_desk.store.canonical import canonical
from rathaus_desk.store.home import Home, write_durably
from rathaus_desk.store.recovery_code import secret_of

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.hpke import Suite

KEY_BYTES = 32
_KEY_FILE_HEAD = "rathaus-desk key 1"
_KEY_FILE_LARGEST = 1000
_SERVICE = "Rathaus Desk"
_RECOVERY = b"rathaus-desk recovery code"
_ARGON_ROUNDS, _ARGON_LANES, _ARGON_KIB = 3, 4, 64 * 1024

SlotKind = Literal["keyring", "recovery", "key_file", "password"]


@dataclass(frozen=True, slots=True)
class Keyring:
    """The operating system's store of secrets."""


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A file for unattended use; only its owner may read it."""

    path: Path


@dataclass(frozen=True, slots=True)
class RecoveryCode:
    """The printed code."""

    code: str

    def __repr__(self) -> str:
        return "RecoveryCode()"


@dataclass(frozen=True, slots=True)
class Password:
    """A password, made slow to guess by Argon2id (64 MB, three rounds)."""

    password: str

    def __repr__(self) -> str:
        return "Password()"


Way = Keyring | KeyFile | RecoveryCode | Password
"""A way to open the database."""


class Slot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way to open, as it stands in the file. ``salt`` belongs to passwords."""

    id: UUID
    kind: SlotKind
    public: str
    salt: str = ""


class Sealed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One key of the database, sealed for every slot; the recovery code under this key; a seal over all."""

    by_slot: dict[str, str]
    recovery: str
    seal: str


class SlotFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``keys.json``. Two keys stand in it only while a change of keys is under way: the old, then the new."""

    format: Literal[1] = 1
    slots: tuple[Slot, ...]
    keys: Annotated[tuple[Sealed, ...], msgspec.Meta(min_length=1, max_length=2)]


def read_slots(content: bytes) -> SlotFile:
    """The slots of a ``keys.json``; CannotWork if it cannot be read."""
    try:
        return msgspec.json.decode(content, type=SlotFile)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CannotWork(
            "Die Datei mit den Schlüsseln (keys.json) ist beschädigt. "
            "Bitte holen Sie sie aus einer Sicherung zurück; die Daten selbst sind unberührt.",
            detail=f"keys.json: {type(error).__name__}",
        ) from error


class Keys:
    """The slots of one data folder."""

    def __init__(self, slots: SlotFile) -> None:
        self._file = slots

    @classmethod
    def of(cls, home: Home) -> Keys:
        """The slots of ``home``; CannotWork if there are none."""
        try:
            return cls(read_slots(home.slots.read_bytes()))
        except OSError as error:
            raise CannotWork(
                "Die Datei mit den Schlüsseln (keys.json) fehlt oder lässt sich nicht lesen. "
                "Bitte holen Sie sie aus einer Sicherung zurück; die Daten selbst sind unberührt.",
                detail=f"keys.json, errno {error.errno}",
            ) from error

    @property
    def slots(self) -> tuple[Slot, ...]:
        """Every slot there is."""
        return self._file.slots

    def save(self, home: Home) -> None:
        """Writes them durably: the file is either the old or the new one."""
        write_durably(home.slots, canonical(self._file))

    def open(self, way: Way) -> tuple[bytes, ...]:
        """The database's key by ``way``: one key, or the old and the new one during a change of keys.

        CannotWork if this way does not fit; no other way is tried. BadInput for a mistyped recovery code.
        """
        for slot in self._file.slots:
            if slot.kind != _kind(way):
                continue
            private = _private(_secret(way, slot))
            if _public(private) != slot.public:
                continue
            keys = tuple(_unsealed(private, slot, sealed) for sealed in self._file.keys)
            for key, sealed in zip(keys, self._file.keys, strict=True):
                seal = _seal(key, self._file.slots, sealed.by_slot, sealed.recovery)
                if not hmac.compare_digest(seal.encode(), sealed.seal.encode()):
                    raise CannotWork(
                        "Die Datei mit den Schlüsseln (keys.json) wurde von fremder Hand geändert. "
                        "Bitte holen Sie sie aus einer Sicherung zurück.",
                        detail="the seal over the slots does not fit",
                    )
            return keys
        raise CannotWork(_NO_WAY[_kind(way)], detail=f"no fitting slot of kind {_kind(way)}")

    def with_slot(self, way: Way, key: bytes) -> Keys:
        """The same slots and one more; ``key`` is the database's. A key file is made if it is absent."""
        slot_id = new_id()
        salt = secrets.token_bytes(16) if isinstance(way, Password) else b""
        slot = Slot(id=slot_id, kind=_kind(way), public="", salt=_text(salt))
        secret = _new_secret(way, slot)
        slot = msgspec.structs.replace(slot, public=_public(_private(secret)))
        others = tuple(other for other in self._file.slots if not _replaces(way, other, slot))
        code = way.code if isinstance(way, RecoveryCode) else self.recovery_code(key)
        return Keys(_sealed_file((*others, slot), (key,), code))

    def with_keys(self, known: bytes, *keys: bytes) -> Keys:
        """The same slots, for other keys of the database (during a change: the old, then the new).

        ``known`` is one of the keys they are for now.
        """
        return Keys(_sealed_file(self._file.slots, keys, self.recovery_code(known)))

    def recovery_code(self, key: bytes) -> str:
        """The code to print; ``key`` is the database's."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        for sealed in self._file.keys:
            content = base64.b64decode(sealed.recovery)
            try:
                return AESGCM(key).decrypt(content[:12], content[12:], _RECOVERY).decode()
            except InvalidTag:
                continue
        raise CannotWork(
            "Der Wiederherstellungscode lässt sich nicht anzeigen.", detail="no code fits the key"
        )

    def has(self, way: Way) -> bool:
        """Whether there is a slot of this kind."""
        return any(slot.kind == _kind(way) for slot in self._file.slots)


def no_slots() -> Keys:
    """The beginning of a new folder's slots."""
    return Keys(SlotFile(slots=(), keys=()))


def new_key() -> bytes:
    """A fresh key for a database."""
    return secrets.token_bytes(KEY_BYTES)


def keyring_works() -> bool:
    """Whether the operating system has a keyring that this session can use."""
    import keyring
    from keyring.backends import fail, null

    return not isinstance(keyring.get_keyring(), fail.Keyring | null.Keyring)


def _replaces(way: Way, other: Slot, new: Slot) -> bool:
    """Whether a new slot takes the place of an older one: there is one recovery code, and no slot twice.

    Each user of a shared machine has a keyring of his own: only the slot that lies in this one is replaced.
    """
    if other.public == new.public:
        return True
    match way:
        case RecoveryCode():
            return other.kind == "recovery"
        case Keyring():
            return other.kind == "keyring" and _public(_private(_from_keyring(other.id))) == other.public
        case _:
            return False


def _kind(way: Way) -> SlotKind:
    match way:
        case Keyring():
            return "keyring"
        case KeyFile():
            return "key_file"
        case RecoveryCode():
            return "recovery"
        case Password():
            return "password"


_NO_WAY: dict[SlotKind, str] = {
    "keyring": "Der Schlüssel fehlt in der Schlüsselverwaltung dieses Rechners. "
    "Mit dem gedruckten Wiederherstellungscode lässt sich die Datenbank öffnen („rathaus-desk key recover“).",
    "key_file": "Die Schlüsseldatei passt nicht zu dieser Datenbank. Es wurde nichts geändert.",
    "recovery": "Der Wiederherstellungscode passt nicht zu dieser Datenbank. Es wurde nichts geändert.",
    "password": "Das Kennwort ist falsch. Es wurde nichts geändert.",
}


def _secret(way: Way, slot: Slot) -> bytes:
    """The slot's secret, as this way gives it; b"" if the keyring has none."""
    match way:
        case Keyring():
            return _from_keyring(slot.id)
        case KeyFile(path):
            return read_key_file(path)
        case RecoveryCode(code):
            return secret_of(code)
        case Password(password):
            return _from_password(password, base64.b64decode(slot.salt))


def _new_secret(way: Way, slot: Slot) -> bytes:
    match way:
        case Keyring():
            secret = secrets.token_bytes(KEY_BYTES)
            _to_keyring(slot.id, secret)
            return secret
        case KeyFile(path) if not path.exists():
            return make_key_file(path)
        case _:
            return _secret(way, slot)


def _from_password(password: str, salt: bytes) -> bytes:
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    slow = Argon2id(
        salt=salt,
        length=KEY_BYTES,
        iterations=_ARGON_ROUNDS,
        lanes=_ARGON_LANES,
        memory_cost=_ARGON_KIB,
    )
    return slow.derive(password.encode())


def _from_keyring(slot: UUID) -> bytes:
    import keyring
    from keyring.errors import KeyringError

    try:
        found = keyring.get_password(_SERVICE, str(slot))
    except KeyringError as error:
        raise CannotWork(_NO_KEYRING, detail=type(error).__name__) from error
    return bytes.fromhex(found) if found else b""


def _to_keyring(slot: UUID, secret: bytes) -> None:
    import keyring
    from keyring.errors import KeyringError

    try:
        if sys.platform == "win32":
            # The default would let the secret roam with the user's profile.
            keyring.get_keyring().persist = "local machine"
        keyring.set_password(_SERVICE, str(slot), secret.hex())
    except KeyringError as error:
        raise CannotWork(_NO_KEYRING, detail=type(error).__name__) from error


_NO_KEYRING = (
    "Auf diesem Rechner ist keine Schlüsselverwaltung erreichbar. "
    "Nennen Sie mit --key-file eine Schlüsseldatei oder öffnen Sie mit dem Wiederherstellungscode."
)


def make_key_file(path: Path) -> bytes:
    """A new key file that only its owner may read; its secret. CannotWork if it cannot be written."""
    secret = secrets.token_bytes(KEY_BYTES)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
            stream.write(f"{_KEY_FILE_HEAD}\n{secret.hex()}\n")
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise CannotWork(
            f"Die Schlüsseldatei „{path}“ lässt sich nicht anlegen. Bitte prüfen Sie Ordner und Rechte.",
            detail=f"errno {error.errno}",
        ) from error
    return secret


def read_key_file(path: Path) -> bytes:
    """The secret in a key file; CannotWork if it is missing, open to others or no key file.

    On Windows the rights are those of the folder it lies in and are not looked at.
    """
    try:
        mode = path.stat().st_mode
        size = path.stat().st_size
        content = path.read_bytes() if stat.S_ISREG(mode) and size <= _KEY_FILE_LARGEST else b""
    except FileNotFoundError:
        raise CannotWork(
            f"Die Schlüsseldatei „{path}“ fehlt. Nennen Sie die richtige mit --key-file, oder öffnen "
            "Sie mit dem gedruckten Wiederherstellungscode („rathaus-desk key recover“).",
            detail="no key file",
        ) from None
    except OSError as error:
        raise CannotWork(
            f"Die Schlüsseldatei „{path}“ lässt sich nicht lesen. Bitte prüfen Sie die Rechte.",
            detail=f"errno {error.errno}",
        ) from error
    if sys.platform != "win32" and stat.S_ISREG(mode) and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise CannotWork(
            f"Die Schlüsseldatei „{path}“ dürfen auch andere lesen. "
            "Bitte geben Sie nur dem Besitzer Rechte (chmod 600).",
            detail=f"mode {stat.S_IMODE(mode):o}",
        )
    lines = content.decode("ascii", "replace").split()
    try:
        if " ".join(lines[:-1]) != _KEY_FILE_HEAD:
            raise ValueError
        secret = bytes.fromhex(lines[-1])
        if len(secret) != KEY_BYTES:
            raise ValueError
    except (ValueError, IndexError):
        raise CannotWork(
            f"„{path}“ ist keine Schlüsseldatei von Rathaus Desk.", detail="not a key file"
        ) from None
    return secret


def _private(secret: bytes) -> X25519PrivateKey | None:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    return X25519PrivateKey.from_private_bytes(secret) if secret else None


def _public(private: X25519PrivateKey | None) -> str:
    return "" if private is None else _text(private.public_key().public_bytes_raw())


def _unsealed(private: X25519PrivateKey | None, slot: Slot, sealed: Sealed) -> bytes:
    from cryptography.exceptions import InvalidTag

    assert private is not None
    try:
        wrapped = base64.b64decode(sealed.by_slot[str(slot.id)])
        return _suite().decrypt(wrapped, private, slot.id.bytes)
    except (KeyError, ValueError, InvalidTag) as error:
        raise CannotWork(
            "Die Datei mit den Schlüsseln (keys.json) ist beschädigt. "
            "Bitte holen Sie sie aus einer Sicherung zurück.",
            detail="a slot does not open",
        ) from error


def _sealed_file(slots: tuple[Slot, ...], keys: tuple[bytes, ...], code: str) -> SlotFile:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    made = []
    for key in keys:
        by_slot = {}
        for slot in slots:
            public = X25519PublicKey.from_public_bytes(base64.b64decode(slot.public))
            by_slot[str(slot.id)] = _text(_suite().encrypt(key, public, slot.id.bytes))
        nonce = secrets.token_bytes(12)
        recovery = _text(nonce + AESGCM(key).encrypt(nonce, code.encode(), _RECOVERY))
        seal = _seal(key, slots, by_slot, recovery)
        made.append(Sealed(by_slot=by_slot, recovery=recovery, seal=seal))
    return SlotFile(slots=slots, keys=tuple(made))


def _suite() -> Suite:
    from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

    return Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def _seal(key: bytes, slots: tuple[Slot, ...], by_slot: dict[str, str], recovery: str) -> str:
    listed = canonical([slots, by_slot, recovery])
    return hmac.digest(key, b"rathaus-desk slots " + listed, "sha256").hex()


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
