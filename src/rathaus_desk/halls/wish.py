"""What somebody wants of a hall beside rooms and times: all that price and duties depend on."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

import msgspec

from rathaus_desk.halls.pricing import Hall, Use
from rathaus_desk.halls.rules.times import Times
from rathaus_desk.kernel.money import Money

Feature = Literal["alcohol", "music", "dance", "entertainment", "sport", "stage", "raffle"]

FEATURES: Mapping[Feature, str] = {
    "alcohol": "Ausschank von Alkohol",
    "music": "Musik",
    "dance": "Tanz",
    "entertainment": "Unterhaltung",
    "sport": "Sport",
    "stage": "Bühne",
    "raffle": "Tombola",
}


class Wish(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The facts of a use that the tariff may ask for, and its features. None: nobody said.

    The fields up to ``events_this_year`` are those of `pricing.Use`. ``free_events_used`` and
    ``free_hours_used`` are what the quota of the year had been used of when it was priced.
    """

    user_group: str | None = None
    event_kind: str | None = None
    purpose: str | None = None
    resident: bool | None = None
    entry_fee: bool | None = None
    ticket_price: Money | None = None
    profit: bool | None = None
    persons: int | None = None
    hours: Decimal | None = None
    options: dict[str, bool] = {}
    equipment: dict[str, Decimal] = {}
    meters: dict[str, Decimal] = {}
    costs: dict[str, Money] = {}
    preparation_days: int = 0
    cleaning_days: int = 0
    cleaning_hours: Decimal | None = None
    members_years: int | None = None
    events_this_year: int | None = None
    free_events_used: int | None = None
    free_hours_used: Decimal | None = None
    features: tuple[Feature, ...] = ()
    public: bool | None = None
    """Whether everybody may come: only then silent days matter."""
    nonprofit: bool = False

    @property
    def groups(self) -> frozenset[str]:
        """The groups of persons that duties may leave out."""
        return frozenset(filter(None, (self.user_group, "nonprofit" if self.nonprofit else "")))

    def use(self, hall: Hall, times: Times, set_key: str, rooms: tuple[str, ...]) -> Use:
        """The use as pricing takes it."""
        given = msgspec.structs.asdict(self)
        for name in ("features", "public", "nonprofit"):
            del given[name]
        for name in ("hours", "cleaning_hours"):
            given[name] = None if given[name] is None else Fraction(given[name])
        for name in ("equipment", "meters"):
            given[name] = {key: Fraction(value) for key, value in given[name].items()}
        given["free_events_used"] = self.free_events_used or 0
        given["free_hours_used"] = Fraction(self.free_hours_used or 0)
        return Use(
            hall=hall,
            starts=times.starts,
            ends=times.ends,
            set=set_key,
            rooms=() if set_key else rooms,
            **given,
        )

    def plain(self) -> dict[str, Any]:
        """As a booking keeps it."""
        made: dict[str, Any] = msgspec.to_builtins(self)
        return made


def wish_of(plain: object) -> Wish:
    """The wish that a booking keeps."""
    return msgspec.convert(plain, Wish)
