"""Cemeteries and graves themselves: make them, number them, say what they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from rathaus_desk.cemetery import queries
from rathaus_desk.cemetery.books import statutes_of
from rathaus_desk.cemetery.operations.graves import DescribeGrave, EnterCemetery, EnterGrave, RenumberGrave
from rathaus_desk.cemetery.records import Cemetery, Grave
from rathaus_desk.desktop.cemetery.source import kind_name
from rathaus_desk.desktop.commands import command
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.described import Choice, Field, Section
from rathaus_desk.desktop.parts.form_dialog import open_form
from rathaus_desk.store.operations import Request

Values = dict[str, Any]


@command("cemetery.enter_cemetery", "Friedhof anlegen", icon="map", words="neuer friedhof")
def enter_cemetery(desk: Desk, _subject: UUID | None) -> None:
    """One more cemetery."""
    open_form(
        desk,
        "Friedhof anlegen",
        (
            Section(
                "",
                (
                    (Field("name", "&Name", span=12, required=True),),
                    (
                        Field(
                            "levels",
                            "&Ebenen über dem Grab",
                            span=12,
                            hint="Von außen nach innen, mit Komma: Feld, Reihe",
                        ),
                    ),
                ),
            ),
        ),
        lambda values: EnterCemetery(name=values["name"], level_names=_split(values.get("levels"))),
        words="Friedhof angelegt.",
    )


def _split(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


@command("cemetery.enter_grave", "Grabstätte anlegen", icon="plus", words="neues grab")
def enter_grave(desk: Desk, _subject: UUID | None) -> None:
    """One more grave."""
    cemeteries = desk.read_now(
        lambda session: [Choice(str(one.id), one.name) for one in queries.cemeteries(session)]
    )
    if not cemeteries:
        desk.say("Zuerst einen Friedhof anlegen.")
        enter_cemetery(desk, None)
        return

    def request(values: Values) -> Request:
        return EnterGrave(
            cemetery=UUID(values["cemetery"]),
            levels=_split(values.get("levels")),
            number=values["number"],
            kind=values["kind"],
            places=values.get("places") or 1,
            size=values.get("size") or "",
            remark=values.get("remark") or "",
        )

    open_form(
        desk,
        "Grabstätte anlegen",
        (
            Section(
                "",
                (
                    (Field("cemetery", "&Friedhof", "choice", 12, required=True, choices=cemeteries),),
                    (
                        Field("levels", "F&eld, Reihe", span=6, hint="Mit Komma: B, 4"),
                        Field("number", "&Nummer", span=6, required=True),
                    ),
                    (
                        Field("kind", "&Grabart", "choice", 6, required=True, choices=_kinds(desk)),
                        Field("places", "&Stellen", "number", 3),
                        Field("size", "G&röße", span=3),
                    ),
                    (Field("remark", "Be&merkung", span=12),),
                ),
            ),
        ),
        request,
        words="Grabstätte angelegt.",
        done=lambda done: desk.go("friedhof", done.value),
    )


def _kinds(desk: Desk) -> Any:
    """The kinds of the statute that holds at the chosen cemetery."""

    def choices(values: Any) -> Sequence[Choice]:
        chosen = values.get("cemetery")

        def read(session: Session) -> Sequence[Choice]:
            cemetery = session.get(Cemetery, UUID(chosen)) if chosen else None
            statute = statutes_of(session, cemetery.statute_key if cemetery else "").in_force(desk.today)
            return [Choice(kind.key, kind.name) for kind in statute.kinds.values()] if statute else []

        return desk.read_now(read)

    return choices


@command(
    "cemetery.describe_grave", "Grabstätte ändern", icon="pencil", about="grave", needs=True, words="sperren"
)
def describe_grave(desk: Desk, grave_id: UUID | None) -> None:
    """What the grave is: kind, places, whether it is blocked."""
    assert grave_id is not None
    grave, kinds = desk.read_now(lambda session: _described(desk, session, grave_id))

    def request(values: Values) -> Request:
        return DescribeGrave(
            grave=grave_id,
            kind=values["kind"],
            kind_text=values.get("kind_text") or "",
            places=values.get("places") or 1,
            size=values.get("size") or "",
            war_grave=values.get("war_grave", False),
            blocked=values.get("blocked") or "",
            remark=values.get("remark") or "",
        )

    open_form(
        desk,
        "Grabstätte ändern",
        (
            Section(
                "",
                (
                    (
                        Field("kind", "&Grabart", "choice", 6, required=True, choices=kinds),
                        Field("places", "&Stellen", "number", 3, required=True),
                        Field("size", "G&röße", span=3),
                    ),
                    (Field("kind_text", "Bezeichnung in alten Listen", span=12),),
                    (
                        Field(
                            "blocked",
                            "Ge&sperrt, weil",
                            span=12,
                            hint="Leer: nicht gesperrt. Sonst kann nichts entschieden werden.",
                        ),
                    ),
                    (Field("war_grave", "Kriegsgrab", "flag", 12),),
                    (Field("remark", "Be&merkung", "long_text", 12, lines=2),),
                ),
            ),
        ),
        request,
        values={
            "kind": grave.kind,
            "places": grave.places,
            "size": grave.size,
            "kind_text": grave.kind_text,
            "blocked": grave.blocked,
            "war_grave": grave.war_grave,
            "remark": grave.remark,
        },
        words="Grabstätte geändert.",
    )


def _described(desk: Desk, session: Session, grave_id: UUID) -> tuple[Grave, list[Choice]]:
    grave = queries.grave(session, grave_id)
    key = session.get_one(Cemetery, grave.cemetery_id).statute_key
    statute = statutes_of(session, key).in_force(desk.today)
    kinds = [Choice(kind.key, kind.name) for kind in statute.kinds.values()] if statute else []
    if all(kind.key != grave.kind for kind in kinds):
        kinds.append(Choice(grave.kind, kind_name(grave, statute)))
    return grave, kinds


@command("cemetery.renumber_grave", "Grabnummer ändern", icon="pencil", about="grave", needs=True)
def renumber(desk: Desk, grave_id: UUID | None) -> None:
    """Another number; the old one still finds the grave."""
    assert grave_id is not None
    grave = desk.read_now(lambda session: queries.grave(session, grave_id))
    open_form(
        desk,
        "Grabnummer ändern",
        (
            Section(
                "",
                (
                    (
                        Field("levels", "&Feld, Reihe", span=6, hint="Mit Komma: B, 4"),
                        Field("number", "&Nummer", span=6, required=True),
                    ),
                ),
            ),
        ),
        lambda values: RenumberGrave(
            grave=grave_id, levels=_split(values.get("levels")), number=values["number"]
        ),
        values={"levels": ", ".join(grave.levels), "number": grave.number},
        words="Grabnummer geändert.",
    )
