"""The field in which a clerk says why a warning is right all the same; shown only where there is one."""

from __future__ import annotations

from collections.abc import Callable

from rathaus_desk.desktop.parts.described import Consequences, Field, Section

CONFIRMED = "confirmed"
"""The field's name."""


def confirmation(found: Callable[[], Consequences]) -> Section:
    """The section with the field; ``found`` says what follows from the form now."""
    why = Field(
        CONFIRMED,
        "&Warum das so richtig ist",
        "text",
        12,
        hint="Die Begründung steht später im Verlauf.",
        placeholder="zum Beispiel: mit dem Ordnungsamt besprochen",
    )
    return Section("Bitte bestätigen", ((why,),), shown=lambda _: bool(found().confirm))
