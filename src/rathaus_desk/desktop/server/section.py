"""Einstellungen, Server: join a town, see how it stands, what towns of the cooperation publish."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from rathaus_desk.desktop.commands import command
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.described import (
    Banner,
    Fact,
    Facts,
    Field,
    Line,
    Lines,
    Part,
    Section,
    State,
)
from rathaus_desk.desktop.parts.form_dialog import open_form
from rathaus_desk.desktop.settings.section import SettingsSection, counted
from rathaus_desk.kernel.clock import at_town
from rathaus_desk.kernel.periods import SINCE_EVER, german_date
from rathaus_desk.office.sharing import (
    GERMAN_KINDS,
    Release,
    TakenOver,
    TownStanding,
    overview,
    publish_catalogue,
    releases,
    take,
)
from rathaus_desk.store.connection import driver_of
from rathaus_desk.sync.link import Link, link_of
from rathaus_desk.sync.rounds import enrol
from rathaus_desk.sync.worker import Status

CODE_FIELDS = (
    Section(
        "",
        (
            (
                Field(
                    "code",
                    "&Anmeldecode",
                    span=12,
                    required=True,
                    hint="Die Systembetreuung stellt ihn aus. Er sieht aus wie eine Internetadresse.",
                ),
            ),
            (Field("machine", "&Name dieses Arbeitsplatzes", span=12, required=True),),
        ),
    ),
)


_ICONS = {"letter": "file-text", "service": "layers", "hall": "building-2"}


@command("sync.take_release", "Übernehmen", icon="download", searchable=False)
def take_release(desk: Desk, subject: UUID | None) -> None:
    """A published file becomes a version of this town's own; its examples are computed here."""
    if subject is None:
        return
    office = desk.office
    desk.tasks.start(lambda: take(office, [subject]), lambda taken: _taken(desk, taken), desk.failed.emit)


def _taken(desk: Desk, taken: TakenOver) -> None:
    desk.say("Übernommen." if taken.total else "Diese Fassung war schon da.")
    desk.happenings.look()


@command("sync.publish_version", "Veröffentlichen", icon="send", searchable=False)
def publish_version(desk: Desk, subject: UUID | None) -> None:
    """A version of this town's catalogue, for the towns of the cooperation to take over."""
    if subject is None:
        return
    office = desk.office
    desk.tasks.start(
        lambda: publish_catalogue(office, subject),
        lambda made: desk.say(f"Veröffentlicht: {made[0].title}."),
        desk.failed.emit,
    )


def released_parts(released: Sequence[Release], here: str) -> Iterator[Part]:
    """What can be taken over, by kind; what was altered is shown and cannot be taken."""
    yield Lines(
        "Was Gemeinden des Verbunds veröffentlicht haben",
        tuple(
            Line(
                one.title,
                ", ".join(
                    filter(None, (GERMAN_KINDS.get(one.kind, one.kind), one.town, _since(one.valid_from)))
                ),
                icon=_ICONS.get(one.kind, "scale"),
                state=None if one.sound else State("verändert", "bad", "!"),
                action="sync.take_release" if one.sound and one.town != here else "",
                record=one.id,
            )
            for one in released
        ),
        "Noch nichts.",
    )


def _since(valid_from: str) -> str:
    if not valid_from:
        return ""
    first = date.fromisoformat(valid_from)
    return "gilt seit jeher" if first == SINCE_EVER else f"gilt ab {german_date(first)}"


def town_parts(towns: Sequence[TownStanding]) -> Iterator[Part]:
    """States and versions of the towns, for whoever coordinates them."""
    yield Lines(
        "Stand des Verbunds",
        tuple(
            Line(
                one.name,
                " · ".join(
                    (
                        counted(one.workstations, "Arbeitsplatz", "Arbeitsplätze"),
                        f"zuletzt {_seen(one.last_seen)}",
                        *((f"Fassung {one.version}",) if one.version else ()),
                    )
                ),
                icon="landmark",
                state=State(counted(one.open_conflicts, "Konflikt", "Konflikte"), "warn", "!")
                if one.open_conflicts
                else None,
            )
            for one in towns
        ),
    )
    for one in towns:
        if one.catalogue:
            yield Facts(
                f"Was in {one.name} gilt",
                tuple(
                    Fact(
                        GERMAN_KINDS.get(version.kind, version.kind),
                        version.title,
                        _since(version.valid_from),
                    )
                    for version in one.catalogue
                ),
            )


def _seen(moment: str) -> str:
    return f"{at_town(datetime.fromisoformat(moment)):%d.%m.%Y %H:%M}" if moment else "nie"


class ServerSection(SettingsSection):
    """Server und Abgleich."""

    name = "server"
    title = "Server und Abgleich"
    intro = (
        "Mit einem zentralen Server arbeiten mehrere Arbeitsplätze und Gemeinden zusammen. Ohne ihn fehlt"
        " hier nichts als das Neue der anderen; gearbeitet wird immer auf diesem Rechner."
    )
    icon = "monitor"

    def fill(self) -> None:
        """The buttons."""
        self._releases: list[Release] | None = None
        self._towns: list[TownStanding] | None = None
        self._join, self._now, self._conflicts, self._others, self._cooperation = self.buttons(
            ("Mit Anmeldecode beitreten …", "key-round", self._enrol),
            ("Jetzt abgleichen", "refresh-cw", lambda: self.desk.do("sync.now")),
            ("Konflikte zeigen", "triangle-alert", lambda: self.desk.go("konflikte")),
            ("Von anderen Gemeinden übernehmen", "download", self._look_for_releases),
            ("Stand des Verbunds", "landmark", self._look_at_cooperation),
        )
        self.desk.agent.changed.connect(self._changed)

    def _changed(self, _status: Status) -> None:
        if self.isVisible():
            self.refresh()

    def refresh(self) -> None:
        """How it stands."""
        link = self.desk.read_now(lambda session: link_of(driver_of(session)))
        self._join.setVisible(link is None)
        self._now.setVisible(link is not None)
        self._conflicts.setVisible(link is not None)
        self._others.setVisible(link is not None)
        self._cooperation.setVisible(link is not None)
        if link is None:
            self.show_parts(Banner("Dieser Arbeitsplatz arbeitet ohne Server.", "calm"))
        else:
            self.show_parts(*self._standing(link))

    def _standing(self, link: Link) -> list[Any]:
        status = self.desk.agent.status
        parts: list[Any] = []
        if status is not None and status.sentence:
            parts.append(Banner(status.sentence, "warn"))
        if status is not None and status.clock_off:
            minutes = abs(round(status.clock_off / 60))
            way = "vor" if status.clock_off > 0 else "nach"
            parts.append(Banner(f"Die Uhr dieses Rechners geht {minutes} Minuten {way}.", "warn"))
        last = status.last_contact if status else None
        parts.append(
            Facts(
                "Stand",
                (
                    Fact("Server", link.url),
                    Fact("Gemeinde", link.town),
                    Fact("Abgleich", status.words() if status else "beginnt gleich"),
                    Fact("Letzter Kontakt", f"{at_town(last):%d.%m.%Y %H:%M}" if last else ""),
                    Fact("Vorläufig", str(status.waiting if status else 0), "noch nicht auf dem Server"),
                    Fact("Konflikte", str(status.conflicts if status else 0)),
                ),
            )
        )
        if self._releases is not None:
            parts += released_parts(self._releases, link.town)
        if self._towns is not None:
            parts += town_parts(self._towns)
        return parts

    def _look_for_releases(self) -> None:
        """Asks the server; then they can be taken over here."""

        def found(released: list[Release]) -> None:
            self._releases = released
            self.refresh()

        office = self.desk.office
        self.desk.tasks.start(lambda: releases(office), found, self.desk.failed.emit, owner=self)

    def _look_at_cooperation(self) -> None:
        """Asks the server how far the towns are."""

        def found(towns: list[TownStanding]) -> None:
            self._towns = towns
            self.refresh()

        office = self.desk.office
        self.desk.tasks.start(lambda: overview(office), found, self.desk.failed.emit, owner=self)

    def _enrol(self) -> None:
        desk, store = self.desk, self.desk.office.store

        def take(values: dict[str, Any]) -> None:
            def joined(_link: Link) -> None:
                desk.agent.begin()
                desk.say("Dieser Arbeitsplatz gehört jetzt zum Server; der erste Abgleich läuft.")
                self.refresh()

            desk.tasks.start(
                lambda: enrol(store, values["code"], values["machine"]), joined, desk.failed.emit, owner=self
            )

        open_form(
            desk,
            "Einem Server beitreten",
            CODE_FIELDS,
            take,
            save_title="Beitreten",
            values={"machine": platform.node()},
        )
