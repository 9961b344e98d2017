"""What towns of a cooperation share: catalogue files that one publishes and others take over as a copy."""

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

from sqlalchemy import select

from rathaus_desk.catalogue.operations import Loaded
from rathaus_desk.catalogue.records import CatalogueVersion
from rathaus_desk.kernel.errors import BadInput, Refused
from rathaus_desk.office.founding import checked, load
from rathaus_desk.office.town_hall import TownHall
from rathaus_desk.store.connection import driver_of
from rathaus_desk.sync.client import Client
from rathaus_desk.sync.link import Link, link_of

_RELEASES = UUID("6b1a3a52-7d0e-5e0b-9a57-5f0f2f6f4c11")
"""Namespace of the ids of releases: the same file of the same town is one release."""


@dataclass(frozen=True, slots=True)
class Release:
    """A catalogue file that a town has published."""

    id: UUID
    town: str
    kind: str
    key: str
    title: str
    valid_from: str
    content: str


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


def releases(office: TownHall) -> list[Release]:
    """Everything that was published, newest first."""
    found: list[dict[str, Any]] = []
    with line_to_server(office) as (client, link):
        while page := client.releases(link.town, found[-1]["number"] if found else 0):
            found += page
    return [
        Release(
            UUID(one["id"]),
            one["town"],
            one["kind"],
            one["key"],
            one["title"],
            one["valid_from"],
            one["content"],
        )
        for one in reversed(found)
    ]


def publish(office: TownHall, paths: Sequence[Path]) -> list[Release]:
    """Publishes checked files; BadInput if one is refused or an example does not come out."""
    report = checked(*paths)
    made = []
    with line_to_server(office) as (client, link):
        for file in report.files:
            version = file.versions[0]
            sha256 = hashlib.sha256(file.text.encode()).hexdigest()
            release = Release(
                uuid5(_RELEASES, f"{link.town} {sha256}"),
                link.town,
                file.kind.head,
                version.key,
                version.title,
                version.valid_from.isoformat(),
                file.text,
            )
            client.publish(link.town, {name: str(getattr(release, name)) for name in _SENT})
            made.append(release)
    return made


_SENT = ("id", "kind", "key", "title", "valid_from", "content")


def take(office: TownHall, wanted: Sequence[UUID]) -> Loaded:
    """Takes published files over as versions of this town's own; their names say where they come from.

    They are checked as any file is, beside each other and what the town has: BadInput if one is not there, or
    an example does not come out here.
    """
    found = [one for one in releases(office) if one.id in wanted]
    if len(found) != len(set(wanted)):
        raise BadInput("Diese Veröffentlichung gibt es nicht.")
    with tempfile.TemporaryDirectory() as folder:
        with office.store.read() as session:
            own = {one.file_name: one.text for one in session.scalars(select(CatalogueVersion))}
        for name, text in own.items():
            (Path(folder) / Path(name).name).write_text(text, encoding="utf-8")
        paths = []
        for release in (one for one in found if one.content not in own.values()):
            paths.append(Path(folder) / f"{release.key} (aus {release.town}).toml")
            paths[-1].write_text(release.content, encoding="utf-8")
        if not paths:
            return Loaded((), tuple(wanted))
        try:
            return load(office, checked(*paths))
        except BadInput as error:
            raise BadInput(str(error).replace(f"{folder}{os.sep}", "")) from error
