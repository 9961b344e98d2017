"""How a workstation proves who it is: an Ed25519 key made at enrolment, and a one-time code before that."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.policies import policies
from rathaus_desk.store.canonical import canonical, digest
from rathaus_desk.store.recovery_code import ALPHABET

_PURPOSE = b"rathaus-desk session"
_FORK = b"rathaus-desk fork"
_RELEASE = b"rathaus-desk release"
_CODE = re.compile(rf"(?P<url>https?://\S+)/(?P<town>[a-z][a-z0-9-]{{1,40}})/(?P<code>[{ALPHABET}-]{{19}})")


def new_key() -> bytes:
    """A fresh private key, 32 bytes."""
    return Ed25519PrivateKey.generate().private_bytes_raw()


def public_key(private: bytes) -> bytes:
    """Its public part, 32 bytes."""
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def signed_challenge(private: bytes, challenge: bytes) -> bytes:
    """The answer to a challenge of the server."""
    return Ed25519PrivateKey.from_private_bytes(private).sign(digest(_PURPOSE, challenge))


def answers(public: bytes, challenge: bytes, signature: bytes) -> bool:
    """Whether ``signature`` answers ``challenge``."""
    return _fits(public, digest(_PURPOSE, challenge), signature)


def signed_fork(private: bytes, new_public: bytes) -> bytes:
    """The old key vouches for the new one of a workstation that was copied or restored."""
    return Ed25519PrivateKey.from_private_bytes(private).sign(digest(_FORK, new_public))


def vouches(public: bytes, new_public: bytes, signature: bytes) -> bool:
    """Whether ``signature`` vouches for ``new_public``."""
    return _fits(public, digest(_FORK, new_public), signature)


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """What the signature under a release covers."""

    id: UUID
    town: str
    kind: str
    key: str
    title: str
    valid_from: str
    content: str

    def digest(self) -> bytes:
        """What is signed."""
        return digest(_RELEASE, canonical(self))


def signed_release(private: bytes, release: Signed) -> bytes:
    """The server's signature under a release."""
    return Ed25519PrivateKey.from_private_bytes(private).sign(release.digest())


def is_unaltered(public: bytes, release: Signed, signature: bytes) -> bool:
    """Whether the server with the key ``public`` signed this release as it stands."""
    return _fits(public, release.digest(), signature)


def _fits(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a new workstation is given: where the server is, which town, and a code that works once."""

    url: str
    town: str
    code: str

    def __str__(self) -> str:
        """``https://rathaus.example/volkmarsen/ACDE-FGHJ-KMNP-QRTV``, as text and as QR code."""
        return f"{self.url}/{self.town}/{self.code}"


def new_code() -> str:
    """A fresh one-time code of 16 letters (73 bits)."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(16))
    return "-".join(letters[at : at + 4] for at in range(0, 16, 4))


def read_invitation(text: str) -> Invitation:
    """An invitation as it was pasted or scanned; BadInput if it is none.

    Where the machine's policies name the server, town and code are enough (``volkmarsen/ACDE-…``).
    """
    text, server = text.strip(), policies().server_url.rstrip("/")
    found = _CODE.fullmatch(text) or (_CODE.fullmatch(f"{server}/{text}") if server else None)
    if found is None:
        raise BadInput(
            "Das ist kein Anmeldecode. Er sieht so aus: https://server.example/musterrode/ACDE-FGHJ-KMNP-QRTV"
        )
    return Invitation(found["url"], found["town"], found["code"])
