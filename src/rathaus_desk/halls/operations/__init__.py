"""What a clerk can do with the halls, by what it is about; importing this registers all of it."""

from rathaus_desk.halls.operations import bookings, houses, series

__all__ = ["bookings", "houses", "series"]
