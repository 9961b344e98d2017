"""Commands for handing over and taking back: keys, meters, damage, and the record on paper."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from uuid import UUID

from rathaus_desk.desktop.commands import command
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.halls.commands.asking import Values, asked
from rathaus_desk.desktop.keeping import keep_file
from rathaus_desk.desktop.parts.described import Field
from rathaus_desk.halls.operations.handing import (
    Checked,
    Damage,
    HandOverHall,
    PrintHandoverForm,
)
from rathaus_desk.halls.records import Direction
from rathaus_desk.kernel.clock import at_town
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.money import Money
from rathaus_desk.store.operations import Request


def _handing(desk: Desk, booking: UUID, direction: Direction) -> None:
    back = direction == "back"
    now = at_town(desk.office.store.clock.now())

    def request(values: Values) -> Request:
        on, at = (
            values.get("on") or desk.today,
            values.get("at") or now.time().replace(second=0, microsecond=0),
        )
        damage = values.get("damage") or ""
        return HandOverHall(
            booking=booking,
            direction=direction,
            at=datetime.combine(on, at),
            for_town=values.get("for_town") or "",
            for_user=values.get("for_user") or "",
            keys=tuple(part.strip() for part in (values.get("keys") or "").split(",") if part.strip()),
            meters=_meters(values),
            checklist=(Checked(item="besenrein und vollständig", ok=bool(values.get("clean"))),),
            damage=(Damage(text=damage, cost=values.get("cost") or Money()),) if damage else (),
            photos=(keep_file(desk, values["photo"]),) if values.get("photo") else (),
            remark=values.get("remark") or "",
        )

    damage_rows: tuple[tuple[Field, ...], ...] = (
        (
            (Field("damage", "S&chaden", span=8), Field("cost", "K&osten", "money", 4)),
            (Field("photo", "&Foto", "file", 12, suffixes=(".jpg", ".jpeg", ".png")),),
        )
        if back
        else ()
    )
    asked(
        desk,
        "Rücknahme" if back else "Übergabe",
        (
            (
                Field("on", "&Am", "date", 4, placeholder="heute"),
                Field("at", "&Um", "time", 4, placeholder="jetzt"),
            ),
            (
                Field("for_town", "Für die &Stadt", span=6, required=True),
                Field("for_user", "Für die &nutzende Person", span=6, required=True),
            ),
            (Field("keys", "Schlü&ssel", span=12, hint="Nummern, mit Komma"),),
            (
                Field("electricity", "S&trom", span=4, unit="kWh"),
                Field("water", "&Wasser", span=4, unit="m³"),
                Field("heating", "&Heizung", span=4, unit="kWh"),
            ),
            (Field("clean", "besenrein und vollständig", "flag", 12),),
            *damage_rows,
            (Field("remark", "&Bemerkung", span=12),),
        ),
        request,
        values={"clean": True},
        words="Rücknahme festgehalten." if back else "Übergabe festgehalten.",
    )


def _meters(values: Values) -> dict[str, Decimal]:
    """The readings that were typed; BadInput for what is no number."""
    found = {}
    for name in ("electricity", "water", "heating"):
        text = (values.get(name) or "").strip().replace(".", "").replace(",", ".")
        try:
            if text:
                found[name] = Decimal(text)
        except InvalidOperation:
            raise BadInput(f"„{values[name]}“ ist kein Zählerstand.") from None
    return found


@command("halls.hand_over", "Übergeben", icon="key-round", about="booking", needs=True, words="schlüssel")
def hand_over(desk: Desk, booking: UUID | None) -> None:
    """Keys go out; the deposit must be there."""
    assert booking is not None
    _handing(desk, booking, "out")


@command("halls.take_back", "Zurücknehmen", icon="key-round", about="booking", needs=True, words="schlüssel")
def take_back(desk: Desk, booking: UUID | None) -> None:
    """Keys come back, with meters and damage."""
    assert booking is not None
    _handing(desk, booking, "back")


@command("halls.print_form", "Protokoll zum Ausfüllen", icon="printer", about="booking", needs=True)
def print_form(desk: Desk, booking: UUID | None) -> None:
    """The empty handover record, for paper."""
    assert booking is not None
    desk.run(PrintHandoverForm(booking=booking, direction="out"), words="Das Protokoll liegt bei der Post.")
