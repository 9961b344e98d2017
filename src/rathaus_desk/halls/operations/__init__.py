"""What a clerk can do with the halls, by what it is about; importing this registers all of it."""

from rathaus_desk.halls.operations import (
    bookings,
    decisions,
    deposits,
    giving_way,
    handing,
    houses,
    series,
)

__all__ = ["bookings", "decisions", "deposits", "giving_way", "handing", "houses", "series"]
