"""Who may be buried here (rule 6): residents, holders of a right, and whom else the statute names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rathaus_desk.cemetery.rules.terms import StatuteTerms

Verdict = Literal["entitled", "surcharge", "permission", "refused", "unknown"]


@dataclass(frozen=True, slots=True)
class Entitled:
    """Whether, and on what condition, somebody may be buried here."""

    verdict: Verdict
    reason: str


def entitlement(
    statute: StatuteTerms, *, resident: bool | None, has_right: bool, former_resident_in_home: bool = False
) -> Entitled:
    """The verdict for somebody; ``resident`` None: not known, which only matters where the statute
    distinguishes.

    ``has_right``: a right of use in a grave of this cemetery entitles to be buried in it.
    """
    terms = statute.entitlement
    source = f"{terms.paragraph} {statute.title}".strip()
    if terms.outsiders == "allowed":
        return Entitled("entitled", f"Keine Beschränkung auf Einwohnerinnen und Einwohner ({source}).")
    if resident:
        return Entitled("entitled", f"Einwohnerin oder Einwohner ({source}).")
    if has_right and terms.holders_entitled:
        return Entitled("entitled", f"Nutzungsrecht an dieser Grabstätte ({source}).")
    if former_resident_in_home and terms.former_residents_in_home:
        return Entitled("entitled", f"Früher hier gemeldet, zuletzt in einem auswärtigen Heim ({source}).")
    if resident is None:
        return Entitled("unknown", f"Bitte angeben, ob die verstorbene Person hier wohnte ({source}).")
    sentences = {
        "surcharge": "Auswärtige werden gegen einen Zuschlag bestattet",
        "permission": "Die Bestattung Auswärtiger bedarf einer Zustimmung",
        "refused": "Auswärtige ohne Nutzungsrecht werden nicht bestattet",
    }
    return Entitled(terms.outsiders, f"{sentences[terms.outsiders]} ({source}).")


def counts_as_resident(
    statute: StatuteTerms, *, resident: bool | None, former_resident_in_home: bool
) -> bool | None:
    """Whether fees for residents hold: also for who lived here and went to a home elsewhere, where the
    statute puts them on a level.
    """
    if not former_resident_in_home:
        return resident
    return bool(resident) or statute.entitlement.former_residents_in_home
