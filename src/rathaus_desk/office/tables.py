"""Every module's tables and operations; importing this makes the whole house known to the store."""

from rathaus_desk.applications import operations as applications
from rathaus_desk.catalogue import operations as catalogue
from rathaus_desk.cemetery import operations as cemetery
from rathaus_desk.fees import operations as fees
from rathaus_desk.letters import operations as letters
from rathaus_desk.people import operations as people
from rathaus_desk.town import operations as town

MODULES = (town, catalogue, people, letters, fees, cemetery, applications)
