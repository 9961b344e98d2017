"""Every kind of catalogue file the modules bring, and who computes their worked examples."""

from __future__ import annotations

from collections.abc import Sequence

from rathaus_desk.catalogue.examples import ExampleRunner
from rathaus_desk.catalogue.kinds import Kinds
from rathaus_desk.catalogue.law_file import LAW
from rathaus_desk.cemetery.examples import CemeteryExamples
from rathaus_desk.cemetery.statute_check import STATUTE
from rathaus_desk.fees.tariff_kind import TARIFF
from rathaus_desk.halls.examples import HallExamples
from rathaus_desk.halls.hall_file import HALL
from rathaus_desk.town.town_file import TOWN_KIND

KINDS = Kinds.of(TOWN_KIND, LAW, STATUTE, TARIFF, HALL)
RUNNERS: Sequence[ExampleRunner] = (CemeteryExamples(), HallExamples())
