"""What a clerk does with halls and bookings: each command behind a small form that shows what it brings."""

from rathaus_desk.desktop.halls.commands import bookings, keys, letters, series, settlement

__all__ = ["bookings", "keys", "letters", "series", "settlement"]
