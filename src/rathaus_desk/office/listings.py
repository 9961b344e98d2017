"""Every list that the modules offer, by the names the command line calls them."""

from __future__ import annotations

from rathaus_desk.cemetery import listings as cemetery
from rathaus_desk.fees import listings as fees
from rathaus_desk.halls import listings as halls
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.listing import Listing
from rathaus_desk.kernel.names import fold
from rathaus_desk.letters import listings as letters
from rathaus_desk.people import listings as people

LISTINGS: tuple[Listing, ...] = (
    *cemetery.LISTINGS,
    *halls.LISTINGS,
    *fees.LISTINGS,
    *letters.LISTINGS,
    *people.LISTINGS,
)


def listing_named(name: str) -> Listing:
    """The list of that name, with or without umlauts; BadInput names those there are."""
    for listing in LISTINGS:
        if fold(listing.name) == fold(name):
            return listing
    names = ", ".join(listing.name for listing in LISTINGS)
    raise BadInput(f"Eine Liste „{name}“ gibt es nicht. Es gibt: {names}.")
