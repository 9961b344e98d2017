"""What decisions about graves are made by: statute, tariff and law of the day, from the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from sqlalchemy.orm import Session

from rathaus_desk.catalogue import queries as catalogue
from rathaus_desk.catalogue.checking import read_text
from rathaus_desk.catalogue.kinds import Kinds
from rathaus_desk.catalogue.law import LawBook
from rathaus_desk.catalogue.records import CatalogueVersion
from rathaus_desk.cemetery.law import burial_law
from rathaus_desk.cemetery.records import Cemetery, Grave
from rathaus_desk.cemetery.rules.terms import Statutes, StatuteTerms
from rathaus_desk.cemetery.rules.window import BurialLaw
from rathaus_desk.cemetery.statute import terms_of
from rathaus_desk.cemetery.statute_check import STATUTE
from rathaus_desk.fees.tariff import Tariff
from rathaus_desk.fees.tariff_kind import TARIFF, tariff_of_version
from rathaus_desk.kernel.errors import CannotWork
from rathaus_desk.kernel.periods import german_date
from rathaus_desk.town import queries as town


@dataclass(frozen=True, slots=True)
class Books:
    """The statute with all its versions, the tariff's versions, the law, and whose holidays count."""

    statutes: Statutes
    tariffs: tuple[CatalogueVersion, ...]
    law: LawBook
    state: str

    def burial_law(self, died: date) -> BurialLaw | None:
        """The burial window that holds for a death on that day."""
        return burial_law(self.law, died)

    def tariff(self, on: date) -> tuple[CatalogueVersion, Tariff]:
        """The tariff in force on a day; CannotWork if there is none."""
        holding = [version for version in self.tariffs if on in version.validity]
        if not holding:
            raise CannotWork(
                f"Am {german_date(on)} ist keine Gebührenordnung für den Friedhof in Kraft. "
                "Bitte übernehmen Sie sie mit „rathaus-desk catalogue load“."
            )
        version = max(holding, key=lambda one: one.valid_from)
        return version, tariff_of_version(version)


def books_of(session: Session, grave: Grave) -> Books:
    """What decides about a grave: by the statute and the tariff that its cemetery names."""
    cemetery = session.get_one(Cemetery, grave.cemetery_id)
    return books(session, cemetery.statute_key, cemetery.tariff_key)


def books(session: Session, statute_key: str = "", tariff_key: str = "") -> Books:
    """The books by these keys; without a key, or where there is none of that key, the town's only one."""
    return Books(
        statutes_of(session, statute_key),
        _of_key(catalogue.versions(session, TARIFF.head), tariff_key, _prices_graves),
        catalogue.law_book(session),
        town.town(session).state,
    )


def statutes_of(session: Session, key: str = "") -> Statutes:
    """All versions of the cemetery statute of that key, or of the town's only one."""
    found = _of_key(catalogue.versions(session, STATUTE.head), key, lambda _: True)
    return Statutes(tuple(_terms(version.file_name, version.text) for version in found))


def _of_key(
    versions: Sequence[CatalogueVersion], key: str, fits: Callable[[CatalogueVersion], bool]
) -> tuple[CatalogueVersion, ...]:
    """The versions of ``key``; if there are none, those that fit, provided all of them are of one key."""
    named = tuple(version for version in versions if version.key == key)
    if named:
        return named
    fitting = tuple(version for version in versions if fits(version))
    return fitting if len({version.key for version in fitting}) == 1 else ()


def _prices_graves(version: CatalogueVersion) -> bool:
    tariff = tariff_of_version(version)
    return any(tariff.speaks_of("event", name) for name in ("burial", "award", "extension"))


@lru_cache(maxsize=64)
def _terms(name: str, text: str) -> StatuteTerms:
    return terms_of(read_text(Path(name), text, Kinds.of(STATUTE)).content)
