"""What a clerk can do in the cemeteries, by what it is about; importing this registers all of it."""

from rathaus_desk.cemetery.old_lists import operations as old_lists
from rathaus_desk.cemetery.operations import burial_fees, burials, clearing, graves, rights

__all__ = ["burial_fees", "burials", "clearing", "graves", "old_lists", "rights"]
