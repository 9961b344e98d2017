"""Every module's tables; importing this makes the whole house known to the store.

The operations of a module are loaded with it when one of them is asked for: a window that only looks need not
know how fees are assessed.
"""

from __future__ import annotations

from rathaus_desk.applications import records as applications
from rathaus_desk.catalogue import records as catalogue
from rathaus_desk.cemetery import records as cemetery
from rathaus_desk.fees import records as fees
from rathaus_desk.halls import records as halls
from rathaus_desk.letters import records as letters
from rathaus_desk.people import records as people
from rathaus_desk.store.operations import look_further_in
from rathaus_desk.town import records as town

MODULES = (town, catalogue, people, letters, fees, cemetery, halls, applications)


def load_operations() -> None:
    """Registers what a clerk can do, of every module."""
    from rathaus_desk.applications import forwarding  # noqa: F401
    from rathaus_desk.applications import operations as applications  # noqa: F401
    from rathaus_desk.catalogue import operations as catalogue  # noqa: F401
    from rathaus_desk.cemetery import operations as cemetery  # noqa: F401
    from rathaus_desk.fees import operations as fees  # noqa: F401
    from rathaus_desk.halls import operations as halls  # noqa: F401
    from rathaus_desk.letters import operations as letters  # noqa: F401
    from rathaus_desk.people import operations as people  # noqa: F401
    from rathaus_desk.town import operations as town  # noqa: F401


look_further_in(load_operations)
