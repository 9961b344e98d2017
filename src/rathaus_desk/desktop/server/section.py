"""Einstellungen, Server: join a town, see how it stands, what towns of the cooperation publish."""

from __future__ import annotations

import platform
from datetime import date
from typing import Any
from uuid import UUID

from rathaus_desk.desktop.commands import command
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.described import Banner, Fact, Facts, Field, Line, Lines, Section
from rathaus_desk.desktop.parts.form_dialog import open_form
from rathaus_desk.desktop.settings.section import SettingsSection
from rathaus_desk.kernel.clock import at_town
from rathaus_desk.kernel.periods import german_date
from rathaus_desk.office.sharing import Release, releases, take
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


@command("sync.take_release", "Übernehmen", icon="download", searchable=False)
def take_release(desk: Desk, subject: UUID | None) -> None:
    """A published file becomes a version of this town's own; its examples are computed here."""
    if subject is None:
        return
    office = desk.office
    desk.tasks.start(
        lambda: take(office, [subject]),
        lambda loaded: desk.say("Übernommen." if loaded.loaded else "Diese Fassung war schon da."),
        desk.failed.emit,
    )


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
        self._join, self._now, self._conflicts, self._others = self.buttons(
            ("Mit Anmeldecode beitreten …", "key-round", self._enrol),
            ("Jetzt abgleichen", "refresh-cw", lambda: self.desk.do("sync.now")),
            ("Konflikte zeigen", "triangle-alert", lambda: self.desk.go("konflikte")),
            ("Satzungen anderer Gemeinden", "scale", self._look_for_releases),
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
            parts.append(
                Lines(
                    "Was Gemeinden des Verbunds veröffentlicht haben",
                    tuple(
                        Line(
                            one.title,
                            f"{one.town}, gilt ab {german_date(date.fromisoformat(one.valid_from))}",
                            icon="scale",
                            action="sync.take_release",
                            record=one.id,
                        )
                        for one in self._releases
                    ),
                    "Noch nichts.",
                )
            )
        return parts

    def _look_for_releases(self) -> None:
        """Asks the server; then they can be taken over here."""

        def found(released: list[Release]) -> None:
            self._releases = released
            self.refresh()

        office = self.desk.office
        self.desk.tasks.start(lambda: releases(office), found, self.desk.failed.emit, owner=self)

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
