"""Übergabe und Rücknahme, filled in at the hall on a tablet: keys, meters, checklist, damage, signatures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.keeping import keep_file
from rathaus_desk.desktop.pages import Page, page
from rathaus_desk.desktop.parts.confirming import CONFIRMED
from rathaus_desk.desktop.parts.described import (
    Banner,
    Card,
    CheckedLine,
    Choice,
    Consequences,
    DamageLine,
    Field,
    Meaning,
    Section,
)
from rathaus_desk.desktop.parts.guided import Guided
from rathaus_desk.desktop.parts.guided_page import GuidedPage
from rathaus_desk.halls import queries
from rathaus_desk.halls.letters import user_name
from rathaus_desk.halls.operations.handing import METERS, Checked, Damage, HandOverHall, lower_meters
from rathaus_desk.halls.rules.deposit import Ledger
from rathaus_desk.halls.rules.times import german_span
from rathaus_desk.kernel.clock import at_town
from rathaus_desk.kernel.money import Money, total
from rathaus_desk.kernel.texts import german_number
from rathaus_desk.store.operations import Done, Request
from rathaus_desk.town.records import Clerk

Values = Mapping[str, Any]

USUAL_CHECKS = ("besenrein", "Inventar vollständig", "Fenster und Türen zu")
"""What is looked at where the hall file says nothing."""


class HandingPage(GuidedPage):
    """The record of handing over, or of taking back: whichever is next for the booking."""

    name = "uebergabe"

    def guided(self) -> Guided:
        """The form and what follows from it."""
        return Guided(
            title="Übergabeprotokoll",
            sections=tuple(self._sections()),
            save_title="Festhalten",
            consequences=self._consequences,
            touch=True,
        )

    # --- the booking ------------------------------------------------------------------------------------

    @property
    def _booking(self) -> UUID | None:
        return UUID(self.extra["booking"]) if self.extra.get("booking") else None

    @property
    def _back(self) -> bool:
        return self.extra.get("direction") == "back"

    def begin(self, record: UUID | None) -> None:
        """For a booking: the record that is next."""
        if record is None:
            return
        self.extra = self.desk.read_now(lambda session: _known(session, record))
        now = at_town(self.desk.office.store.clock.now())
        values: dict[str, Any] = {
            "on": now.date(),
            "at": now.time().replace(second=0, microsecond=0),
            "for_town": self.desk.read_now(self._clerk),
            "for_user": self.extra["user"],
        }
        self.view.form.set_values(values)
        self._say_which()

    def worth_keeping(self) -> bool:
        """Not before something was filled in: the booking brings the same again."""
        return False

    def restored(self) -> None:
        """Says which booking the draft is for."""
        self._say_which()

    def _say_which(self) -> None:
        which = "Rücknahme" if self._back else "Übergabe"
        self.view.about(f"{which} · {self.extra.get('title', '')}")

    def _clerk(self, session: Session) -> str:
        clerk = session.get(Clerk, self.desk.office.clerk) if self.desk.office.clerk else None
        return clerk.name if clerk is not None else ""

    # --- the form ---------------------------------------------------------------------------------------

    def _sections(self) -> Iterator[Section]:
        yield Section(
            "",
            (
                (
                    Field("on", "&Am", "date", 4, required=True),
                    Field("at", "&Um", "time", 4, required=True),
                ),
            ),
        )
        yield Section(
            "Schlüssel",
            (
                (Field("keys", "Schlüssel", "quantities", 12, choices=self._keys),),
                (Field("more_keys", "&Weitere Schlüssel", span=12, hint="Nummern, mit Komma"),),
            ),
        )
        meters = [
            Field(f"meter_{name}", title, "decimal", 4, unit=unit) for name, (title, unit) in METERS.items()
        ]
        yield Section("Zählerstände", (tuple(meters),))
        checks = Field("checklist", "Prüfliste", "checklist", 12, required=True, choices=self._checks)
        yield Section("Prüfliste", ((checks,),))
        yield Section("Schäden", ((Field("damage", "Schäden", "damage", 12),),))
        yield Section("Bemerkung", ((Field("remark", "&Bemerkung", "long_text", 12, lines=2),),))
        yield Section(
            "Unterschriften",
            (
                (
                    Field("signed_town", "Für die Stadt", "signature", 8),
                    Field("for_town", "&Name, Stadt", span=4, required=True),
                ),
                (
                    Field("signed_user", "Für die nutzende Person", "signature", 8),
                    Field("for_user", "N&ame, Nutzer/in", span=4, required=True),
                ),
            ),
        )

    def _keys(self, _values: Values) -> Sequence[Choice]:
        return [Choice(key, key) for key in self.extra.get("keys", ())]

    def _checks(self, _values: Values) -> Sequence[Choice]:
        return [Choice(item, item) for item in self.extra.get("checklist", ())]

    # --- what it means ----------------------------------------------------------------------------------

    def _consequences(self, values: Values) -> Consequences:
        booking = self._booking
        if booking is None:
            return Consequences()
        if not self._back:
            return self.desk.read_now(lambda session: _before_keys(session, booking))
        return self.desk.read_now(lambda session: _on_return(session, booking, values))

    # --- carrying out -----------------------------------------------------------------------------------

    def title_of_draft(self) -> str:
        """With the booking."""
        return f"Übergabeprotokoll {self.extra.get('title', '')}".strip()

    def request(self, values: dict[str, Any]) -> Request:
        """The record, its photos stored."""
        booking = self._booking
        assert booking is not None
        damage: tuple[DamageLine, ...] = values.get("damage") or ()
        return HandOverHall(
            booking=booking,
            direction="back" if self._back else "out",
            at=datetime.combine(values["on"], values["at"]),
            for_town=values["for_town"],
            for_user=values["for_user"],
            signed_town=values.get("signed_town") or (),
            signed_user=values.get("signed_user") or (),
            keys=tuple(keys_of(values)),
            meters=meters_of(values),
            checklist=tuple(_checked(one) for one in values.get("checklist") or ()),
            damage=tuple(self._kept(one) for one in damage),
            remark=values.get("remark") or "",
            pay_deposit_later=values.get(CONFIRMED) or "",
        )

    def _kept(self, line: DamageLine) -> Damage:
        photos = tuple(keep_file(self.desk, path) for path in line.photos)
        return Damage(text=line.text, cost=line.cost or Money(), photos=photos)

    def words_when_done(self) -> str:
        """What happens next."""
        which = "Rücknahme" if self._back else "Übergabe"
        return f"{which} festgehalten; das Protokoll liegt bei der Post."

    def done(self, _result: Done) -> None:
        """Back to the booking."""
        self.desk.go("buchungen", self._booking)


def keys_of(values: Values) -> Iterator[str]:
    """The keys that are ticked, and those that were written."""
    yield from values.get("keys") or {}
    for part in (values.get("more_keys") or "").split(","):
        if part.strip():
            yield part.strip()


def meters_of(values: Values) -> dict[str, Decimal]:
    """Meter → reading, of those that were read."""
    return {name: values[f"meter_{name}"] for name in METERS if values.get(f"meter_{name}") is not None}


def _checked(line: CheckedLine) -> Checked:
    return Checked(item=line.item, ok=line.ok, remark=line.remark)


def _known(session: Session, record: UUID) -> dict[str, Any]:
    """What the page keeps of a booking, as plain values."""
    booking = queries.booking(session, record)
    hall = queries.hall(session, booking.hall_id)
    back = booking.state == "handed_over"
    out = queries.last_handover(session, booking.id, "out")
    return {
        "booking": str(record),
        "direction": "back" if back else "out",
        "title": f"{hall.name}, {german_span(booking.starts, booking.ends)}",
        "user": user_name(session, booking),
        "keys": list(dict.fromkeys((*(out.keys if back and out else hall.keys),))),
        "checklist": hall.checklist or list(USUAL_CHECKS),
    }


def _before_keys(session: Session, record: UUID) -> Consequences:
    """Whether the deposit is there."""
    booking = queries.booking(session, record)
    entries = queries.deposit_entries(session, record)
    held, asked = Ledger.of((one.kind, one.amount) for one in entries).held, booking.deposit or Money()
    if not asked:
        return Consequences(cards=(Card("Kaution", (Meaning("keine verlangt"),)),))
    meanings = (Meaning("verlangt", asked.german()), Meaning("erhalten", held.german(), strong=True))
    late = held < asked
    confirm = (f"Von der Kaution ({asked.german()}) fehlen {(asked - held).german()}.",) if late else ()
    banners = tuple(Banner(one) for one in confirm)
    return Consequences(cards=(Card("Kaution", meanings, banners),), confirm=confirm)


def _on_return(session: Session, record: UUID, values: Values) -> Consequences:
    """What was used, which keys are missing, and what damage costs beside the deposit."""
    booking = queries.booking(session, record)
    out = queries.last_handover(session, booking.id, "out")
    before = {name: Decimal(reading) for name, reading in out.meters.items()} if out else {}
    read = meters_of(values)
    cards = [Card("Verbrauch", tuple(_used(before, read)) or (Meaning("noch keine Zählerstände"),))]
    missing = [key for key in (out.keys if out else ()) if key not in set(keys_of(values))]
    if missing:
        banner = Banner(f"Es fehlen noch: {', '.join(missing)}.", "warn")
        cards.append(Card("Schlüssel", banners=(banner,)))
    damage: tuple[DamageLine, ...] = values.get("damage") or ()
    if damage:
        cards.append(_damage_card(session, record, damage))
    low = lower_meters({name: str(reading) for name, reading in before.items()}, read)
    return Consequences(
        cards=tuple(cards), problems={f"meter_{name}": sentence for name, sentence in low.items()}
    )


def _used(before: Mapping[str, Decimal], read: Mapping[str, Decimal]) -> Iterator[Meaning]:
    for name, (title, unit) in METERS.items():
        if name in before and name in read and read[name] >= before[name]:
            used, start = german_number(read[name] - before[name]), german_number(before[name])
            yield Meaning(title, f"{used} {unit}", f"Stand bei der Übergabe: {start} {unit}")


def _damage_card(session: Session, record: UUID, damage: Sequence[DamageLine]) -> Card:
    costs = total([one.cost for one in damage if one.cost is not None])
    entries = queries.deposit_entries(session, record)
    held = Ledger.of((one.kind, one.amount) for one in entries).held
    return Card(
        "Schäden",
        (
            Meaning(f"{len(damage)} festgehalten", costs.german() if costs else "Kosten noch offen"),
            Meaning("Kaution", held.german(), "Daraus wird bei der Abrechnung einbehalten."),
        ),
    )


@page("uebergabe", "Übergabeprotokoll", within="hallen", anew=True, help_page="hallen")
def handing_page(desk: Desk) -> Page:
    """The handover record."""
    return HandingPage(desk)
