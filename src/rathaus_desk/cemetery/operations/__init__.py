"""What a clerk can do in the cemeteries, by what it is about; importing this registers all of it."""

from rathaus_desk.cemetery.operations import graves

__all__ = ["graves"]
