"""The statute checker for tariffs: what a tariff should not say, though it can be computed."""

from __future__ import annotations

from collections.abc import Iterable

from rathaus_desk.catalogue.findings import Finding
from rathaus_desk.catalogue.kinds import Bundle, CatalogueFile
from rathaus_desk.fees.checks import graves, halls, prices
from rathaus_desk.fees.compiling import compile_tariff


def findings(file: CatalogueFile, bundle: Bundle) -> Iterable[Finding]:
    """Everything worth pointing out about a tariff, in the order of the file."""
    tariff, _ = compile_tariff(file.content)
    found = [
        *prices.findings(file, tariff),
        *graves.findings(file, tariff, bundle),
        *halls.findings(file, tariff, bundle),
    ]
    return sorted(dict.fromkeys(found), key=lambda finding: finding.line or 0)
