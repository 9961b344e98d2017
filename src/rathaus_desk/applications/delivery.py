"""What a channel hands to the intake: bytes exactly as they came, and how much of them is too much."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one delivery: settings of the town, not judgements about an application.

    What exceeds one waits in quarantine and can be taken in once the bound was raised. Each is inclusive.
    """

    bytes: int = 25_000_000
    """Size of the file."""
    depth: int = 32
    """Lists and groups inside one another."""
    text: int = 20_000
    """Characters of one text, also of a name in the form."""
    values: int = 20_000
    """Single values of the whole form."""
    digits: int = 40
    """Characters of one number."""


@dataclass(frozen=True, slots=True)
class MediaType:
    """What a file is, judged by its content; ``phrase`` completes "Die Datei ist …"."""

    name: str
    phrase: str


PDF = MediaType("application/pdf", "ein PDF-Dokument")
ZIP = MediaType("application/zip", "ein ZIP-Archiv oder ein Office-Dokument")
JSON = MediaType("application/json", "eine JSON-Datei")
XML = MediaType("application/xml", "eine XML-Datei")
HTML = MediaType("text/html", "eine Internetseite (HTML)")
TEXT = MediaType("text/plain", "eine Textdatei")
PROGRAM = MediaType("application/x-executable", "ein ausführbares Programm")
BINARY = MediaType("application/octet-stream", "keine Textdatei, ihr Aufbau ist unbekannt")
EMPTY = MediaType("application/x-empty", "leer")

_SIGNATURES: tuple[tuple[bytes, MediaType], ...] = (
    (b"%PDF-", PDF),
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
    (b"MZ", PROGRAM),
    (b"\x7fELF", PROGRAM),
    (b"#!", PROGRAM),
    (b"\x89PNG\r\n\x1a\n", MediaType("image/png", "ein Bild (PNG)")),
    (b"\xff\xd8\xff", MediaType("image/jpeg", "ein Bild (JPEG)")),
    (b"II*\x00", MediaType("image/tiff", "ein Bild (TIFF)")),
    (b"MM\x00*", MediaType("image/tiff", "ein Bild (TIFF)")),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        MediaType("application/x-ole-storage", "ein altes Office-Dokument"),
    ),
    (b"\x1f\x8b", MediaType("application/gzip", "ein gepacktes Archiv (gzip)")),
)
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def judge_media_type(content: bytes) -> MediaType:
    """What ``content`` is. Names and endings play no part; the reader of that type has the last word.

    JSON, XML and HTML are told by their first characters only: broken JSON still counts as JSON here.
    """
    if not content:
        return EMPTY
    for signature, media_type in _SIGNATURES:
        if content.startswith(signature):
            return media_type
    start = content[:1024]
    encoding = next((encoding for mark, encoding in _MARKS if start.startswith(mark)), "utf-8")
    text = start.decode(encoding, errors="replace").lstrip("\ufeff \t\r\n").casefold()
    if text.startswith(("{", "[")):
        return JSON
    if text.startswith(("<!doctype html", "<html")):
        return HTML
    if text.startswith("<"):
        return XML
    return BINARY if "\x00" in text else TEXT


@dataclass(frozen=True)
class Delivery:
    """One thing that arrived. Kept unaltered with its hash, whatever becomes of it."""

    content: bytes
    origin: str
    """The channel it came by, such as ``drop_folder``."""
    id: str
    """The channel's own name for it: a file's name, a submission's UUID."""
    received_at: datetime
    """When the town had it; aware, UTC. Periods of law start from here."""
    name: str
    """The file's name, to show; never used as a path."""

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of the bytes, hexadecimal: two deliveries with the same hash are the same delivery."""
        return hashlib.sha256(self.content).hexdigest()

    @cached_property
    def media_type(self) -> MediaType:
        """What the bytes are."""
        return judge_media_type(self.content)


def german_size(size: int) -> str:
    """A number of bytes as people say it: ``25,0 MB`` (1 MB = 1,000,000 bytes)."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= factor:
            return f"{size // (factor // 10) / 10:.1f} {unit}".replace(".", ",")
    return f"{size} Byte"
