"""What a clerk can do with the catalogue: take files in as new versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from uuid import UUID

import msgspec

from rathaus_desk.catalogue import queries
from rathaus_desk.catalogue.kinds import CatalogueFile
from rathaus_desk.catalogue.records import CatalogueVersion
from rathaus_desk.kernel.errors import Refused
from rathaus_desk.kernel.ids import catalogue_id
from rathaus_desk.kernel.periods import german_date
from rathaus_desk.store.operations import Request, Work, operation


class NewVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a checked file: what it is, when it holds, and the file's text."""

    head: str
    key: str
    title: str
    valid_from: date
    valid_until: date | None = None
    file_name: str
    text: str

    @property
    def sha256(self) -> str:
        """Of the text, in hex."""
        return sha256(self.text.encode()).hexdigest()


class LoadCatalogue(Request, frozen=True, kw_only=True):
    """Checked files of ``owner`` (the town's official key or name), whose examples came out."""

    owner: str
    versions: tuple[NewVersion, ...]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of it: the versions that are new, and those that were there already."""

    loaded: tuple[UUID, ...]
    same: tuple[UUID, ...]


def new_versions(files: Sequence[CatalogueFile]) -> tuple[NewVersion, ...]:
    """The versions that checked files hold, for `LoadCatalogue`."""
    return tuple(
        NewVersion(
            head=file.kind.head,
            key=version.key,
            title=version.title,
            valid_from=version.valid_from,
            valid_until=version.valid_until,
            file_name=file.path.name,
            text=file.text,
        )
        for file in files
        for version in file.versions
    )


@operation(LoadCatalogue, name="catalogue.load", title="Satzungen und Tarife übernehmen")
def load_catalogue(work: Work, request: LoadCatalogue) -> Loaded:
    """Keeps what is new: equal content is no change, other content for the same first day the next revision.

    Refused where two versions of one thing would hold on the same day and neither says that it followed.
    """
    loaded: list[UUID] = []
    same: list[UUID] = []
    for new in request.versions:
        known = {version.valid_from: version for version in queries.versions(work.session, new.head, new.key)}
        before = known.get(new.valid_from)
        if before is not None and before.sha256 == new.sha256:
            same.append(before.id)
            continue
        for other in known.values():
            if other.valid_from != new.valid_from:
                _refuse_overlap(new, other)
        revision = before.revision + 1 if before else 1
        made = CatalogueVersion(
            id=catalogue_id(request.owner, new.head, new.key, new.valid_from.isoformat(), revision),
            revision=revision,
            sha256=new.sha256,
            **msgspec.structs.asdict(new),
        )
        work.session.add(made)
        work.session.flush()
        loaded.append(made.id)
    return Loaded(tuple(loaded), tuple(same))


def _refuse_overlap(new: NewVersion, other: CatalogueVersion) -> None:
    """An open end gives way to a later beginning; a written end must not reach over it."""
    earlier_end = other.valid_until if other.valid_from < new.valid_from else new.valid_until
    later_start = max(new.valid_from, other.valid_from)
    if earlier_end is not None and earlier_end >= later_start:
        raise Refused(
            f"„{new.title}“: zwei Fassungen gelten am {german_date(later_start)} zugleich "
            f"(ab {german_date(min(new.valid_from, other.valid_from))} bis {german_date(earlier_end)} "
            f"und ab {german_date(later_start)})."
        )
