"""Journeys with a server: two clerks who take the same, a new workstation, a week without a line."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget
from sqlalchemy import select

from rathaus_desk.applications.queries import WorklistRow, worklist
from rathaus_desk.cemetery import queries as cemetery
from rathaus_desk.cemetery.operations.burials import EnterBurial
from rathaus_desk.cemetery.operations.graves import EnterGrave
from rathaus_desk.cemetery.records import Burial
from rathaus_desk.desktop import app
from rathaus_desk.desktop.first_start import FirstStart
from rathaus_desk.desktop.parts.form_dialog import FormDialog
from rathaus_desk.desktop.server import page as server_page
from rathaus_desk.desktop.shell.window import MainWindow
from rathaus_desk.halls.operations.bookings import BookHall
from rathaus_desk.halls.records import Booking, Hall
from rathaus_desk.halls.wish import Wish
from rathaus_desk.kernel import resources
from rathaus_desk.kernel.clock import FixedClock
from rathaus_desk.kernel.errors import CannotWork
from rathaus_desk.letters.operations import SaveTemplate
from rathaus_desk.letters.records import OwnTemplate
from rathaus_desk.office.forwarding import addressees
from rathaus_desk.office.joining import join
from rathaus_desk.office.sharing import publish_letter, releases
from rathaus_desk.office.town_hall import TownHall
from rathaus_desk.people.operations import EnterPerson, PersonDetails
from rathaus_desk.server.registry import Registry
from rathaus_desk.store.connection import driver_of
from rathaus_desk.sync.conflicts import open_conflicts
from rathaus_desk.sync.outbox import waiting
from rathaus_desk.sync.proof import Invitation
from rathaus_desk.town.records import Clerk, Note, Office

MORNING = datetime(2026, 11, 18, 8, 0, tzinfo=UTC)


class Town:
    """A town on the server, and what invites into it."""

    def __init__(self, run_server: Callable[..., Any], pool: Any, key: str) -> None:
        self.run_server, self.registry, self.key = run_server, Registry(pool), key
        self.registry.add_town(key, "Stadt Musterrode")
        self.server = run_server()

    def code(self) -> str:
        """An enrolment code."""
        return str(Invitation(self.server.url, self.key, self.registry.invite(self.key, "")))

    def gone(self) -> None:
        """The line is cut."""
        self.server.stop()

    def back(self) -> None:
        """The same address answers again."""
        self.server = self.run_server(self.server.port)


@pytest.fixture
def town(run_server: Callable[..., Any], pool: Any, request: pytest.FixtureRequest) -> Iterator[Town]:
    made = Town(run_server, pool, "j-" + str(abs(hash(request.node.name)))[:10])
    yield made
    made.gone()


@contextmanager
def window_on(home: Path, moment: datetime = MORNING) -> Iterator[MainWindow]:
    office = TownHall.open(home, key_file=home.with_suffix(".key"), clock=FixedClock(moment))
    desk, made = app.open_window(office, appearance="light")
    made.show()
    desk.agent.begin()
    desk.go("heute")
    yield made
    made.hide()
    desk.close()
    made.deleteLater()
    QApplication.processEvents()
    office.close()


def until(true: Callable[[], object], seconds: float = 60.0) -> None:
    """Lets the windows live until it is so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        loop = QEventLoop()
        QTimer.singleShot(30, loop.quit)
        loop.exec()


def dry(*windows: MainWindow) -> Callable[[], bool]:
    def is_dry() -> bool:
        for window in windows:
            status = window.desk.agent.status
            with window.desk.office.store.read() as session:
                left = waiting(driver_of(session))
            if left or status is None or status.state != "idle" or status.cursor < status.head:
                return False
        heads = {window.desk.agent.status.cursor for window in windows if window.desk.agent.status}
        return len(heads) == 1

    return is_dry


def conflicts_of(window: MainWindow) -> list[Any]:
    with window.desk.office.store.read() as session:
        return open_conflicts(session)


def free_graves(office: TownHall) -> None:
    """Three new graves for two coffins."""
    with office.store.read() as session:
        where = cemetery.cemeteries(session)[0].id
    for number in ("901", "902", "903"):
        office.run(EnterGrave(cemetery=where, number=number, kind="wahl_sarg", places=2))


def burial(office: TownHall, name: str) -> EnterBurial:
    """A first burial in the first free grave for two coffins."""
    with office.store.read() as session:
        grave = cemetery.free_graves(session, MORNING.date(), kind="wahl_sarg", limit=1)[0].grave
    person = EnterPerson(details=PersonDetails(family_name=name, given_names="Erna"))
    return EnterBurial(
        grave=grave,
        deceased=person,
        form="coffin",
        buried_on=MORNING.date(),
        died_on=MORNING.date(),
        age=80,
        resident=True,
        holder=EnterPerson(details=PersonDetails(family_name=name, given_names="Uwe")),
        confirmed="geprüft",
    )


def booking(office: TownHall, name: str) -> BookHall:
    """The barbecue hut on a Saturday."""
    with office.store.read() as session:
        hall = session.scalars(select(Hall.id).where(Hall.key == "grillhuette-eichwald")).one()
    return BookHall(
        hall=hall,
        set="huette",
        starts=datetime(2027, 7, 10, 14),
        ends=datetime(2027, 7, 10, 23),
        person=EnterPerson(details=PersonDetails(family_name=name, given_names="Uwe")),
        purpose="Grillen",
        wish=Wish(user_group="resident"),
        confirmed="geprüft",
    )


def count(window: MainWindow, kind: type[Any]) -> int:
    with window.desk.office.store.read() as session:
        return len(session.scalars(select(kind.id)).all())


def press(window: MainWindow, words: str) -> None:
    """The button with these words on the page that is seen."""
    (button,) = [
        one
        for one in window.page.findChildren(QAbstractButton)
        if one.isVisible() and words in (one.text(), one.accessibleName())
    ][:1]
    button.click()


def test_two_clerks_offline_take_the_same(
    qapp: QApplication,
    copy_town: Callable[[Path], Path],
    tmp_path: Path,
    town: Town,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They sell one grave and let one hut, both without a line; one of each is settled in the window."""
    monkeypatch.setattr(server_page, "ask", lambda *_, **__: True)
    first, second = copy_town(tmp_path / "eins"), tmp_path / "zwei"
    join(first, town.code(), "Zimmer 1", key_file=first.with_suffix(".key"))
    with window_on(first) as one:
        free_graves(one.desk.office)
        until(dry(one))
        join(second, town.code(), "Zimmer 2", key_file=second.with_suffix(".key"))
        with window_on(second) as two:
            until(dry(one, two))
            town.gone()
            until(lambda: "offline" in {w.desk.agent.status.state for w in (one, two) if w.desk.agent.status})
            for window, name in ((one, "Klein"), (two, "Groß")):
                office = window.desk.office
                office.run(burial(office, name))
                office.run(booking(office, name))
            town.back()
            one.desk.agent.now()
            until(dry(one))
            two.desk.agent.now()
            until(dry(one, two))
            assert len(conflicts_of(two)) == 2
            two.desk.go("konflikte")
            app.settle(two.desk)
            settle_burial_elsewhere_and_give_up_the_hut(two)
            until(lambda: not conflicts_of(two) and dry(one, two)())
            assert conflicts_of(one) == []
            assert (count(one, Burial), count(one, Booking)) == (count(two, Burial), count(two, Booking))
            assert count(two, Booking) == 1
            assert one.desk.office.store.examine() == two.desk.office.store.examine() == []
            assert "Mit dem Server abgeglichen" in two.foot._server.text()


def settle_burial_elsewhere_and_give_up_the_hut(window: MainWindow) -> None:
    for conflict in conflicts_of(window):
        window.desk.go("konflikte", conflict.who.operation)
        app.settle(window.desk)
        if conflict.op == "halls.book":
            press(window, "Verwerfen")
        else:
            press(window, "Nehmen")
        app.settle(window.desk)


def test_a_new_workstation_is_enrolled_and_works(
    qapp: QApplication, copy_town: Callable[[Path], Path], tmp_path: Path, town: Town
) -> None:
    first, second = copy_town(tmp_path / "eins"), tmp_path / "zwei"
    join(first, town.code(), "Zimmer 1", key_file=first.with_suffix(".key"))
    with window_on(first) as one:
        free_graves(one.desk.office)
        until(dry(one))
        start = FirstStart(second, key_file=second.with_suffix(".key"), clock=FixedClock(MORNING))
        start.show_joining()
        start.joining.set_values({"code": town.code(), "machine": "Zimmer 2"})
        start.join_town()
        assert start.founded is not None, start._joining_problem.text()
        with window_on(second) as two:
            until(dry(one, two))
            two.desk.office.run(burial(two.desk.office, "Neu"))
            until(dry(one, two))
            assert count(one, Burial) == count(two, Burial)
        start.deleteLater()


def test_the_server_is_gone_for_a_week(
    qapp: QApplication, copy_town: Callable[[Path], Path], tmp_path: Path, town: Town
) -> None:
    home = copy_town(tmp_path / "eins")
    join(home, town.code(), "Zimmer 1", key_file=home.with_suffix(".key"))
    with window_on(home) as one:
        until(dry(one))
    town.gone()
    for day in range(1, 8):
        with window_on(home, MORNING + timedelta(days=day)) as one:
            one.desk.office.run(EnterPerson(details=PersonDetails(family_name=f"Tag {day}")))
            words = f"Ohne Verbindung zum Server · {day} vorläufig"
            until(lambda words=words: words in one.foot._server.text())
    town.back()
    with window_on(home, MORNING + timedelta(days=8)) as one:
        until(dry(one))
        assert conflicts_of(one) == []
        assert one.desk.office.store.examine() == []


def test_a_locked_workstation_shows_nothing_any_more(
    qapp: QApplication,
    copy_town: Callable[[Path], Path],
    tmp_path: Path,
    town: Town,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []
    monkeypatch.setattr(
        "rathaus_desk.desktop.parts.questions.tell",
        lambda _parent, _title, sentence, **_: told.append(sentence),
    )
    home = copy_town(tmp_path / "eins")
    joined = join(home, town.code(), "Zimmer 1", key_file=home.with_suffix(".key"))
    with window_on(home) as one:
        until(dry(one))
        town.registry.revoke(UUID(joined.device), "revoked")
        one.desk.agent.now()
        until(lambda: told)
        assert one.lock.isVisible()
    with pytest.raises(CannotWork, match="gesperrt"):
        TownHall.open(home, key_file=home.with_suffix(".key"))


def test_a_case_is_forwarded_to_another_town_and_answered(
    qapp: QApplication,
    copy_town: Callable[[Path], Path],
    tmp_path: Path,
    town: Town,
    musterrode: Path,
) -> None:
    """One window sends it on, another town's has it in its worklist and answers."""
    other = "k-" + town.key
    town.registry.add_town(other, "Gemeinde Nachbarau")
    there = str(Invitation(town.server.url, other, town.registry.invite(other, "")))
    first, second = copy_town(tmp_path / "eins"), copy_town(tmp_path / "zwei")
    join(first, town.code(), "Zimmer 1", key_file=first.with_suffix(".key"))
    join(second, there, "Rathaus", key_file=second.with_suffix(".key"))
    with window_on(first) as one, window_on(second) as two:
        until(dry(one))
        until(dry(two))
        one.desk.office.intake().paths([musterrode / "bestattungsanmeldung.json"])
        one.desk.go("antraege", worklist_of(one)[0].id)
        app.settle(one.desk)
        one.desk.agent.now()
        until(lambda: addressee(one, other) is not None and dry(one)())
        one.desk.do("applications.forward", worklist_of(one)[0].id)
        (dialog,) = one.desk.window.findChildren(FormDialog)
        dialog.form.set_values({"town": other})
        dialog.form.set_values({"office": addressee(one, other).offices[0], "note": "Bitte prüfen."})
        picture(one, "forward-form", dialog)
        dialog.save()
        until(lambda: not worklist_of(one))
        until(lambda: worklist_of(two), 90)
        two.desk.go("antraege", worklist_of(two)[0].id)
        app.settle(two.desk)
        assert "Weitergeleitet von Stadt Musterrode; noch nicht beantwortet." in words_of(two)
        picture(two, "forward-received")
        two.desk.do("applications.answer_forwarded", worklist_of(two)[0].id)
        (dialog,) = two.desk.window.findChildren(FormDialog)
        dialog.form.set_values({"text": "Wir übernehmen die Bestattung."})
        dialog.save()
        until(lambda: worklist_of(one), 90)
        one.desk.go("antraege", worklist_of(one)[0].id)
        app.settle(one.desk)
        assert "Wir übernehmen die Bestattung." in words_of(one)
        picture(one, "forward-answered")
        assert one.desk.office.store.examine() == two.desk.office.store.examine() == []


def test_within_the_house_a_case_needs_no_server(window: MainWindow, musterrode: Path) -> None:
    """The other office of the house is responsible; the note stands on the case."""
    office = window.desk.office
    office.intake().paths([musterrode / "bestattungsanmeldung.json"])
    window.desk.go("antraege", worklist_of(window)[0].id)
    app.settle(window.desk)
    before = worklist_of(window)[0].clerk
    with office.store.read() as session:
        other = session.scalars(
            select(Office.key).join(Clerk, Clerk.office_id == Office.id).where(Clerk.name != before)
        ).first()
    window.desk.do("applications.forward", worklist_of(window)[0].id)
    (dialog,) = window.desk.window.findChildren(FormDialog)
    dialog.form.set_values({"office": other, "note": "Bitte übernehmen."})
    dialog.save()
    until(lambda: worklist_of(window)[0].clerk != before)
    with office.store.read() as session:
        assert [one.text.endswith("Bitte übernehmen.") for one in session.scalars(select(Note))] == [True]


def test_what_towns_share_is_seen_and_taken_over(
    qapp: QApplication, copy_town: Callable[[Path], Path], tmp_path: Path, town: Town, pool: Any
) -> None:
    """A letter of its own goes out from one window and is taken over in another; a forged one is not."""
    other = "s-" + town.key
    town.registry.add_town(other, "Gemeinde Nachbarau")
    there = str(Invitation(town.server.url, other, town.registry.invite(other, "")))
    first, second = copy_town(tmp_path / "eins"), copy_town(tmp_path / "zwei")
    join(first, town.code(), "Zimmer 1", key_file=first.with_suffix(".key"))
    join(second, there, "Rathaus", key_file=second.with_suffix(".key"))
    text = resources.path("letters", "fee_notice.md").read_text(encoding="utf-8")
    with window_on(first) as one, window_on(second) as two:
        until(dry(one))
        until(dry(two))
        one.desk.office.run(SaveTemplate(name="fee_notice", text=text.replace("Gebühren", "Kosten")))
        one.desk.office.run(SaveTemplate(name="transfer_notice", text=_own("transfer_notice")))
        publish_letter(one.desk.office, "transfer_notice")
        with pool.connection() as connection:
            forged = "UPDATE rathaus.release SET content = content || 'x' WHERE town = %s"
            connection.execute(forged, (town.key,))
        one.desk.go("einstellungen", tab="vorlagen")
        app.settle(one.desk)
        press(one, "Veröffentlichen")
        until(lambda: sum(it.town == town.key for it in releases(one.desk.office)) == 2)
        two.desk.go("einstellungen", tab="server")
        app.settle(two.desk)
        press(two, "Von anderen Gemeinden übernehmen")
        until(lambda: "Gebührenbescheid" in words_of(two))
        press(two, "Stand des Verbunds")
        until(lambda: "Was in Gemeinde Nachbarau gilt" in words_of(two))
        assert "verändert" in words_of(two)
        picture(two, "sharing")
        press(two, "Übernehmen")
        app.settle(two.desk)
        two.desk.go("einstellungen", tab="vorlagen")
        app.settle(two.desk)
        assert f"Übernommen aus {town.key}" in words_of(two)
        picture(two, "sharing-letter")
        with two.desk.office.store.read() as session:
            assert [one.name for one in session.scalars(select(OwnTemplate))] == ["fee_notice"]


def _own(name: str) -> str:
    return resources.path("letters", f"{name}.md").read_text(encoding="utf-8") + "\n"


def addressee(window: MainWindow, town: str) -> Any:
    """A town that a case can go to; None while nobody has heard of it."""
    return next((one for one in addressees(window.desk.office) if one.town == town), None)


def worklist_of(window: MainWindow) -> list[WorklistRow]:
    with window.desk.office.store.read() as session:
        return worklist(session)


def words_of(window: MainWindow) -> str:
    """Everything that is written on the page that is seen."""
    seen = [one for one in window.page.findChildren(QWidget) if one.isVisible()]
    return "\n".join(one.text() if isinstance(one, QLabel) else one.accessibleName() for one in seen)


def picture(window: MainWindow, name: str, widget: QWidget | None = None) -> None:
    """For whoever wants to look: where RATHAUS_PICTURES names a folder."""
    folder = os.environ.get("RATHAUS_PICTURES")
    if folder:
        app.settle(window.desk)
        (widget or window).grab().save(str(Path(folder) / f"{name}.png"))
