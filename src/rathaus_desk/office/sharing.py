"""What towns of a cooperation share: one publishes, others take it over as a copy with origin.

Statutes, tariffs and halls (catalogue files), letters and services. The server signs each release; a
workstation checks it with the key it got at enrolment, and takes over nothing that was altered.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import msgspec
import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.applications import queries as applications
from rathaus_desk.applications.operations import SaveService
from rathaus_desk.applications.services import load_service, read_service
from rathaus_desk.catalogue.records import CatalogueVersion
from rathaus_desk.kernel.errors import BadInput, Refused
from rathaus_desk.letters.facts import KINDS as LETTERS
from rathaus_desk.letters.operations import SaveTemplate
from rathaus_desk.letters.queries import own_templates
from rathaus_desk.office.founding import checked, load
from rathaus_desk.office.own_letters import LETTER_TITLES, own_letters
from rathaus_desk.office.town_hall import TownHall
from rathaus_desk.store.canonical import canonical_text
from rathaus_desk.store.connection import driver_of
from rathaus_desk.store.local import set_setting, setting
from rathaus_desk.store.overlay import KnownRelease
from rathaus_desk.sync.client import Client
from rathaus_desk.sync.link import Link, link_of
from rathaus_desk.sync.proof import Signed, is_unaltered

_RELEASES = UUID("6b1a3a52-7d0e-5e0b-9a57-5f0f2f6f4c11")
"""Namespace of the ids of releases: the same content of the same town is one release."""
LETTER = "letter"
SERVICE = "service"
"""Kinds of release beside those of the catalogue (``statute``, ``tariff``, ``hall`` …)."""
GERMAN_KINDS = {
    "statute": "Satzung",
    "tariff": "Tarif",
    "hall": "Hallen",
    "law": "Rechtsgrundlage",
    LETTER: "Brief",
    SERVICE: "Leistung",
}
_EPOCH = "sharing.epoch"
"""The history of the server that the known releases belong to."""
_SERVICE_FILE = "service.toml"
_SCHEMA_FILE = "schema.json"


class ServiceTexts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A service as it is published: both texts of its folder."""

    service: str
    schema: str


@dataclass(frozen=True, slots=True)
class Release:
    """Something that a town has published."""

    id: UUID
    town: str
    kind: str
    key: str
    title: str
    valid_from: str
    """ISO; "" where it has no first day."""
    content: str
    sound: bool = True
    """Whether it stands as the server signed it."""


@dataclass(frozen=True, slots=True)
class TakenOver:
    """What became the town's own, by kind; what was there already is not counted."""

    catalogue: int = 0
    letters: int = 0
    services: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.catalogue + self.letters + self.services


@contextmanager
def line_to_server(office: TownHall) -> Iterator[tuple[Client, Link]]:
    """A signed-in line to the server of this workstation; Refused without one."""
    with office.store.read() as session:
        link = link_of(driver_of(session))
    if link is None:
        raise Refused("Dieser Arbeitsplatz gehört zu keinem Server.")
    client = Client(link.url)
    try:
        client.sign_in(link.device, link.private_key)
        yield client, link
    finally:
        client.close()


# --- what was published -------------------------------------------------------------------------------


def releases(office: TownHall) -> list[Release]:
    """Everything that was published, newest first, asked of the server now: only what is not known yet."""
    with line_to_server(office) as (client, link):
        _hear(office, client, link)
    return known_releases(office)


def known_releases(office: TownHall) -> list[Release]:
    """Everything that was published as it was last heard, newest first. Needs no line."""
    with office.store.read() as session:
        link = link_of(driver_of(session))
        found = session.scalars(select(KnownRelease).order_by(KnownRelease.number.desc())).all()
        return [] if link is None else [_release(one, link.release_key) for one in found]


def _hear(office: TownHall, client: Client, link: Link) -> None:
    with office.store.local() as session:
        if setting(session, _EPOCH) != link.epoch:
            # A restored server may have given a number twice.
            session.execute(sa.delete(KnownRelease))
            set_setting(session, _EPOCH, link.epoch)
        cursor = session.scalar(select(sa.func.max(KnownRelease.number))) or 0
    while page := client.releases(link.town, cursor):
        with office.store.local() as session:
            for one in page:
                session.merge(_known(one))
        cursor = page[-1]["number"]


def _known(one: dict[str, Any]) -> KnownRelease:
    return KnownRelease(
        number=one["number"],
        id=UUID(one["id"]),
        signature=bytes.fromhex(one["signature"]),
        **{name: one[name] for name in (*_SENT[1:], "town", "published_at")},
    )


def _release(one: KnownRelease, release_key: bytes) -> Release:
    values = {name: getattr(one, name) for name in Signed.__struct_fields__}
    return Release(**values, sound=is_unaltered(release_key, Signed(**values), one.signature))


_SENT = ("id", "kind", "key", "title", "valid_from", "content")


# --- publishing ---------------------------------------------------------------------------------------


def publish(office: TownHall, paths: Sequence[Path]) -> list[Release]:
    """Publishes files: catalogue files, letters (``fee_notice.md`` …), folders of services.

    BadInput if one is refused or an example does not come out; nothing is published then.
    """
    with office.store.read() as session:
        town = _own_key(session)
    made = [one for path in paths if (one := _published(town, path)) is not None]
    catalogue = [path for path in paths if not _is_letter(path) and not _is_service(path)]
    if catalogue:
        for file in checked(*catalogue).files:
            version = file.versions[0]
            made.append(
                _new(
                    town,
                    file.kind.head,
                    version.key,
                    version.title,
                    file.text,
                    version.valid_from.isoformat(),
                )
            )
    return _send(office, made)


def _is_letter(path: Path) -> bool:
    return path.suffix == ".md" and path.stem in LETTERS


def _is_service(path: Path) -> bool:
    return (path / _SERVICE_FILE).is_file()


def _published(town: str, path: Path) -> Release | None:
    """A letter or a service; None for what belongs into the catalogue."""
    if _is_letter(path):
        (letter,) = own_letters(path)
        return _letter(town, letter.name, letter.text)
    if _is_service(path):
        service = load_service(path)
        return _service(town, service.key, service.title, *_service_texts(path))
    return None


def publish_catalogue(office: TownHall, version: UUID) -> list[Release]:
    """Publishes a version of this town's catalogue as it stands."""
    with office.store.read() as session:
        town = _own_key(session)
        found = session.get(CatalogueVersion, version)
    if found is None:
        raise Refused("Diese Fassung gibt es nicht (mehr).")
    first = found.valid_from.isoformat()
    made = _new(town, found.head, found.key, found.title, found.text, first)
    return _send(office, [made])


def publish_letter(office: TownHall, name: str) -> list[Release]:
    """Publishes the town's own text of a letter; Refused if the program's is in use."""
    with office.store.read() as session:
        town = _own_key(session)
        newest = next(iter(own_templates(session, name)), None)
    if newest is None or not newest.text:
        raise Refused("Für dieses Schreiben gilt der Text des Programms; den haben die anderen auch.")
    return _send(office, [_letter(town, name, newest.text)])


def _own_key(session: Session) -> str:
    """This town's key at the server; empty without one: `_send` refuses then."""
    link = link_of(driver_of(session))
    return link.town if link else ""


def _service_texts(folder: Path) -> tuple[str, str]:
    """Both texts of a service's folder."""
    text, schema_text = ((folder / name).read_text("utf-8-sig") for name in (_SERVICE_FILE, _SCHEMA_FILE))
    return text, schema_text


def _letter(town: str, name: str, text: str) -> Release:
    return _new(town, LETTER, name, LETTER_TITLES[name], text)


def _service(town: str, key: str, title: str, text: str, schema_text: str) -> Release:
    return _new(town, SERVICE, key, title, canonical_text(ServiceTexts(text, schema_text)))


def _new(town: str, kind: str, key: str, title: str, content: str, valid_from: str = "") -> Release:
    sha256 = hashlib.sha256(content.encode()).hexdigest()
    return Release(uuid5(_RELEASES, f"{town} {sha256}"), town, kind, key, title, valid_from, content)


def _send(office: TownHall, made: Sequence[Release]) -> list[Release]:
    with line_to_server(office) as (client, link):
        for release in made:
            client.publish(link.town, {name: str(getattr(release, name)) for name in _SENT})
    return list(made)


# --- taking over --------------------------------------------------------------------------------------


def take(office: TownHall, wanted: Sequence[UUID]) -> TakenOver:
    """Takes published things over as this town's own; each says where it comes from.

    They are checked as any file is, the catalogue's beside each other and what the town has: BadInput if one
    is not there or does not work here. Refused if one was altered since the server signed it.
    """
    found = [one for one in releases(office) if one.id in wanted]
    if len(found) != len(set(wanted)):
        raise BadInput("Diese Veröffentlichung gibt es nicht.")
    for release in found:
        if not release.sound:
            raise Refused(
                f"„{release.title}“ aus {release.town} wurde verändert, seit der Server es unterschrieben "
                "hat. Es wird nicht übernommen; bitte verständigen Sie die Systembetreuung."
            )
    letters = sum(_take_letter(office, one) for one in found if one.kind == LETTER)
    services = sum(_take_service(office, one) for one in found if one.kind == SERVICE)
    catalogue = _take_catalogue(office, [one for one in found if one.kind not in (LETTER, SERVICE)])
    return TakenOver(catalogue, letters, services)


def _take_letter(office: TownHall, release: Release) -> bool:
    if release.key not in LETTERS:
        raise BadInput(f"Ein Schreiben „{release.key}“ kennt diese Fassung von Rathaus Desk nicht.")
    done = office.run(SaveTemplate(name=release.key, text=release.content, origin=release.town))
    return bool(done.changed)


def _take_service(office: TownHall, release: Release) -> bool:
    try:
        texts = msgspec.json.decode(release.content, type=ServiceTexts)
    except msgspec.DecodeError as error:
        raise BadInput("Diese Leistung ist nicht lesbar.", detail=str(error)) from error
    done = office.run(SaveService(text=texts.service, schema_text=texts.schema, origin=release.town))
    return bool(done.changed)


def save_own_service(office: TownHall, folder: Path) -> bool:
    """Takes a folder with a service in as this town's own; whether it is new.

    BadInput if it does not work.
    """
    load_service(folder)
    text, schema_text = _service_texts(folder)
    return bool(office.run(SaveService(text=text, schema_text=schema_text)).changed)


def publish_service(office: TownHall, key: str) -> list[Release]:
    """Publishes one of the town's own services; Refused if it has none of that key."""
    with office.store.read() as session:
        town = _own_key(session)
        own = {one.key: one for one in applications.own_services(session)}
    if key not in own:
        raise Refused("Diese Leistung gehört zum Programm; die haben die anderen auch.")
    one = own[key]
    read_service(one.text, one.schema_text)
    return _send(office, [_service(town, key, one.title, one.text, one.schema_text)])


def _take_catalogue(office: TownHall, found: Sequence[Release]) -> int:
    with office.store.read() as session:
        own = session.scalars(select(CatalogueVersion).order_by(CatalogueVersion.revision)).all()
    texts = {version.text for version in own}
    fresh = [release for release in found if release.content not in texts]
    if not fresh:
        return 0
    # What a release corrects (the same first day) gives way to it.
    corrected = {(one.kind, one.key, one.valid_from) for one in fresh}
    with tempfile.TemporaryDirectory() as folder:
        for version in own:
            if (version.head, version.key, version.valid_from.isoformat()) not in corrected:
                (Path(folder) / Path(version.file_name).name).write_text(version.text, encoding="utf-8")
        paths = []
        for release in fresh:
            paths.append(Path(folder) / f"{release.key} (aus {release.town}).toml")
            paths[-1].write_text(release.content, encoding="utf-8")
        try:
            return len(load(office, checked(*paths)).loaded)
        except BadInput as error:
            raise BadInput(str(error).replace(f"{folder}{os.sep}", "")) from error


# --- the coordinator's view ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InForce:
    """The latest version of a statute, tariff or hall that a town has."""

    kind: str
    key: str
    title: str
    valid_from: str
    revision: int


@dataclass(frozen=True, slots=True)
class TownStanding:
    """How far a town of the cooperation is: states and versions, nothing of what is in it."""

    town: str
    name: str
    workstations: int
    last_seen: str
    """ISO, with offset; "" if nobody was heard of."""
    version: str
    operations: int
    open_conflicts: int
    catalogue: tuple[InForce, ...]


def overview(office: TownHall) -> list[TownStanding]:
    """How far the towns of the cooperation are; asked of the server now."""
    with line_to_server(office) as (client, link):
        found = client.overview(link.town)
    return [
        TownStanding(
            one["town"],
            one["name"],
            one["workstations"],
            one["last_seen"] or "",
            one["version"],
            one["operations"],
            one["open_conflicts"],
            tuple(InForce(**version) for version in one["catalogue"]),
        )
        for one in found
    ]
