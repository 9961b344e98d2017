"""What decisions about graves are made by: statute, tariff and law of the day, from the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
from rathaus_desk.cemetery.records import Cemetery
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
    """The statute with all its versions, the tariff's versions, the law, and whose holidays count.

    ``undecided``: the tariffs there are, if the cemetery must name one of them and does not.
    """

    statutes: Statutes
    tariffs: tuple[CatalogueVersion, ...]
    law: LawBook
    state: str
    undecided: tuple[str, ...] = ()

    def burial_law(self, died: date) -> BurialLaw | None:
        """The burial window that holds for a death on that day."""
        return burial_law(self.law, died)

    def tariff(self, on: date) -> tuple[CatalogueVersion, Tariff]:
        """The tariff in force on a day; CannotWork if there is none."""
        if self.undecided:
            raise CannotWork(_WHICH.format(what="Gebührenordnung", keys=", ".join(self.undecided)))
        holding = [version for version in self.tariffs if on in version.validity]
        if not holding:
            raise CannotWork(
                f"Am {german_date(on)} ist keine Gebührenordnung für den Friedhof in Kraft. "
                "Bitte übernehmen Sie sie mit „rathaus-desk catalogue load“."
            )
        version = max(holding, key=lambda one: one.valid_from)
        return version, tariff_of_version(version)


_WHICH = "Beim Friedhof ist nicht eingetragen, welche {what} dort gilt; bitte wählen Sie: {keys}."


def books_of(session: Session, cemetery: Cemetery) -> Books:
    """What decides about a cemetery's graves: by the statute and the tariff that it names.

    Where it names none, or one that is not there, the town's only one. CannotWork if there are several
    statutes to choose from.
    """
    statutes = catalogue.versions(session, STATUTE.head)
    chosen = _of_key(statutes, cemetery.statute_key)
    if statutes and not chosen:
        raise CannotWork(_WHICH.format(what="Friedhofsordnung", keys=", ".join(_keys(statutes))))
    tariffs = catalogue.versions(session, TARIFF.head)
    named = tuple(version for version in tariffs if version.key == cemetery.tariff_key)
    fitting = named or tuple(version for version in tariffs if _prices_graves(version))
    prices = _of_key(fitting, cemetery.tariff_key)
    return Books(
        statutes=_terms_of(chosen),
        tariffs=prices,
        law=catalogue.law_book(session),
        state=town.town(session).state,
        undecided=() if prices else _keys(fitting),
    )


def statutes_of(session: Session, key: str = "") -> Statutes:
    """All versions of the cemetery statute of that key, or of the town's only one; none if it has several."""
    return _terms_of(_of_key(catalogue.versions(session, STATUTE.head), key))


def _terms_of(versions: Iterable[CatalogueVersion]) -> Statutes:
    return Statutes(tuple(_terms(version.file_name, version.text) for version in versions))


def _of_key(versions: Sequence[CatalogueVersion], key: str) -> tuple[CatalogueVersion, ...]:
    """The versions of ``key``; if there are none, all of them, provided they are of one key."""
    named = tuple(version for version in versions if version.key == key)
    return named or (tuple(versions) if len(_keys(versions)) == 1 else ())


def _keys(versions: Iterable[CatalogueVersion]) -> tuple[str, ...]:
    return tuple(sorted({version.key for version in versions}))


def _prices_graves(version: CatalogueVersion) -> bool:
    tariff = tariff_of_version(version)
    return any(tariff.speaks_of("event", name) for name in ("burial", "award", "extension"))


@lru_cache(maxsize=64)
def _terms(name: str, text: str) -> StatuteTerms:
    return terms_of(read_text(Path(name), text, Kinds.of(STATUTE)).content)
