"""What is handed on of a case: one ZIP file with the case as JSON and its files, each by its SHA-256.

It comes from another town and is read as carefully as anything from outside.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from datetime import date, datetime

import msgspec

from rathaus_desk.applications.delivery import german_size
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.store.attachments import KeptFile
from rathaus_desk.store.canonical import canonical

MOST = 8 * 2**20
"""Bytes of a package, packed; the server takes no larger one."""
MOST_UNPACKED = 64 * 2**20
_CASE = "vorgang.json"
_FILES = "anlagen/"
_FORMAT = 1


class PackedStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the history, as the history tab shows it."""

    at: datetime
    title: str
    clerk: str


class PackedApplication(msgspec.Struct, frozen=True, kw_only=True):
    """The application of the case as it was received, unaltered."""

    service: str
    service_title: str
    title: str
    received_at: datetime
    content_hash: str
    form_text: str
    findings: tuple[str, ...]


class PackedCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case as it is handed on."""

    format: int = _FORMAT
    town: str
    """The key of the town it comes from."""
    town_name: str
    number: str
    title: str
    opened_on: date
    clerk: str
    office: str
    """The name of the office it is for; "" for none in particular."""
    note: str
    sent_at: datetime
    application: PackedApplication | None = None
    history: tuple[PackedStep, ...] = ()
    files: tuple[KeptFile, ...] = ()


def pack(case: PackedCase, contents: Mapping[str, bytes]) -> bytes:
    """The package; ``contents``: SHA-256 → bytes of every file. BadInput if it gets too large."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(_CASE), canonical(case), zipfile.ZIP_DEFLATED)
        for sha256 in dict.fromkeys(file.sha256 for file in case.files):
            archive.writestr(zipfile.ZipInfo(_FILES + sha256), contents[sha256], zipfile.ZIP_DEFLATED)
    packed = made.getvalue()
    if len(packed) > MOST:
        raise BadInput(
            f"Mit seinen Anlagen ist der Vorgang {german_size(len(packed))} groß; weitergeleitet werden "
            f"können {german_size(MOST)}. Bitte ohne Anlagen weiterleiten und diese gesondert schicken."
        )
    return packed


def unpack(packed: bytes) -> tuple[PackedCase, dict[str, bytes]]:
    """The case and its files by SHA-256; BadInput if anything in it is not what it says it is."""
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            if sum(one.file_size for one in archive.infolist()) > MOST_UNPACKED:
                raise BadInput("Der weitergeleitete Vorgang ist zu groß.")
            case = msgspec.json.decode(archive.read(_CASE), type=PackedCase)
            if case.format != _FORMAT:
                raise BadInput(
                    "Der weitergeleitete Vorgang kommt von einer neueren Fassung von Rathaus Desk. "
                    "Bitte aktualisieren Sie das Programm auf diesem Rechner."
                )
            contents = {file.sha256: archive.read(_FILES + file.sha256) for file in case.files}
    except (
        zipfile.BadZipFile,
        KeyError,
        msgspec.DecodeError,
        OSError,
        EOFError,
        NotImplementedError,
    ) as error:
        raise BadInput("Der weitergeleitete Vorgang ist nicht lesbar.", detail=str(error)) from error
    for file in case.files:
        content = contents[file.sha256]
        if hashlib.sha256(content).hexdigest() != file.sha256 or len(content) != file.size:
            raise BadInput(f"Die Anlage „{file.name}“ wurde unterwegs verändert.")
    return case, contents
