"""Halle buchen, filled in from an application, with what is free and what it costs beside the form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec

from rathaus_desk.applications.handover import Prefilled
from rathaus_desk.desktop.applications.handing_over import HandoverPage
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.halls import booking_form
from rathaus_desk.desktop.pages import Page, page
from rathaus_desk.desktop.parts.described import Consequences
from rathaus_desk.desktop.parts.guided import Guided
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.store.operations import Done, Request


class BookingPage(HandoverPage):
    """The guided booking."""

    name = "buchung"
    to = "booking"

    def guided(self) -> Guided:
        """The form and what follows from it."""
        return Guided(
            title="Halle buchen",
            sections=booking_form.sections(self.desk),
            save_title="Buchen",
            consequences=self._consequences,
        )

    def _consequences(self, values: Mapping[str, Any]) -> Consequences:
        found = booking_form.booking_consequences(self.desk)(values)
        said: dict[str, str] = self.extra.get("unmatched") or {}
        hints = {field: f"Im Antrag: „{words}“" for field, words in said.items() if words}
        return replace(found, hints=hints)

    def values_of(self, prefilled: Prefilled) -> dict[str, Any]:
        """As the form has them."""
        return booking_form.values_of(prefilled.request)

    def title_of_draft(self) -> str:
        """With what it is for."""
        purpose = self.view.form.content().get("purpose") if hasattr(self, "view") else None
        return f"Buchung {purpose}" if isinstance(purpose, str) and purpose else "Halle buchen"

    def request(self, values: dict[str, Any]) -> Request:
        """The booking; as the handover of its application."""
        booking = booking_form.booking_request(values)
        if booking is None:
            raise BadInput("Es fehlt noch etwas: Halle, Räume, Zeit und Person.")
        return self.handed_over(msgspec.structs.replace(booking, case=self.case))

    def words_when_done(self) -> str:
        """What happens next."""
        return "Gebucht."

    def done(self, result: Done) -> None:
        """To the booking."""
        self.desk.go("buchungen", result.value)


@page("buchung", "Halle buchen", within="hallen", anew=True, help_page="hallen")
def booking_page(desk: Desk) -> Page:
    """The guided booking."""
    return BookingPage(desk)
