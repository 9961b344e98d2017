"""The settings and the first start, as whoever sets the program up uses them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from rathaus_desk.desktop.first_start import FirstStart
from rathaus_desk.desktop.parts.form_dialog import FormDialog
from rathaus_desk.desktop.parts.printing import PrintJob
from rathaus_desk.desktop.settings.page import SettingsPage
from rathaus_desk.desktop.shell.window import MainWindow
from rathaus_desk.kernel.clock import FixedClock
from rathaus_desk.letters import queries as letters
from rathaus_desk.office.town_hall import TownHall
from rathaus_desk.town import queries as town

MORNING = datetime(2026, 11, 18, 8, 0, tzinfo=UTC)


def section(window: MainWindow, settle: Callable[[], None], name: str) -> Any:
    window.desk.go("einstellungen", tab=name)
    settle()
    page = window.page
    assert isinstance(page, SettingsPage)
    assert page.section.name == name
    return page.section


def dialog_of(window: MainWindow) -> FormDialog:
    (found,) = [one for one in window.findChildren(FormDialog) if one.isVisible()]
    return found


def test_the_town_is_changed_and_clerks_come(window: MainWindow, settle: Callable[[], None]) -> None:
    section(window, settle, "stadt")
    window.desk.do("town.change")
    dialog = dialog_of(window)
    dialog.form.set_values({"phone": "+49 5699 1"})
    dialog.save()
    settle()
    window.desk.do("town.add_clerk")
    dialog = dialog_of(window)
    dialog.form.set_values({"clerk": "Herr Neu", "name": "Friedhofsverwaltung", "case_prefix": "FH"})
    dialog.save()
    settle()
    file = window.desk.read_now(town.town_file)
    assert file.town.phone == "+49 5699 1"
    assert "Herr Neu" in {one.clerk for one in file.office}
    window.desk.do("clerk.change")
    dialog = dialog_of(window)
    new = window.desk.read_now(
        lambda session: next(str(one.id) for one in town.clerks(session) if one.name == "Herr Neu")
    )
    dialog.form.set_values({"clerk": new})
    dialog.save()
    settle()
    assert "Herr Neu" in window._who.text()


def test_a_wrong_iban_is_told_and_nothing_is_lost(window: MainWindow, settle: Callable[[], None]) -> None:
    window.desk.do("town.add_account")
    dialog = dialog_of(window)
    dialog.form.set_values({"iban": "DE00 1234", "owner": "Stadtkasse"})
    dialog.save()
    settle()
    assert dialog.isVisible()
    assert dialog.form.values()["owner"] == "Stadtkasse"


def test_a_tariff_is_edited_with_its_examples_beside_it(
    window: MainWindow, settle: Callable[[], None]
) -> None:
    from rathaus_desk.desktop.settings.catalogue_section import versions

    section(window, settle, "satzungen")
    fees = next(one for one in window.desk.read_now(versions) if one.file == "friedhofsgebuehren-2024.toml")
    window.desk.go("satzung", fees.id)
    settle()
    page: Any = window.page
    assert not page._save.isEnabled()
    page.text.setPlainText(fees.text.replace('amount = "185.00"', 'amount = "200.00"'))
    page._check()
    settle()
    assert not page._save.isEnabled()  # the examples say 185
    words = [row.line.second for part in page.parts._widgets for row in getattr(part, "rows", [])]
    assert any("erwartet" in one for one in words)
    page.text.setPlainText(fees.text + "\n# geprüft\n")
    page._check()
    settle()
    assert page._save.isEnabled()
    page._take()
    settle()
    texts = [one.text for one in window.desk.read_now(versions) if one.file == fees.file]
    assert any(text.endswith("# geprüft\n") for text in texts)


def test_a_letter_is_drawn_while_its_text_is_written(window: MainWindow, settle: Callable[[], None]) -> None:
    vorlagen = section(window, settle, "vorlagen")
    first = vorlagen.view._pdf
    assert first is not None
    text = vorlagen.text.toPlainText()
    vorlagen.text.setPlainText(text + "\n\nMit freundlichem Gruß aus dem Rathaus\n")
    vorlagen._draw()
    settle()
    assert vorlagen.view._pdf != first
    vorlagen.text.setPlainText(text.replace("{{", "{{ unbekannt.", 1))
    vorlagen._draw()
    settle()
    assert vorlagen._banner.isVisible()
    assert not vorlagen._save.isEnabled()
    vorlagen.text.setPlainText(text + "\n\nMit freundlichem Gruß aus dem Rathaus\n")
    vorlagen._draw()
    settle()
    vorlagen._take()
    settle()
    name = vorlagen.which.currentData()
    own = window.desk.read_now(lambda session: [one.text for one in letters.own_templates(session, name)])
    assert own[0].endswith("aus dem Rathaus\n")


def test_an_old_list_is_tried_before_it_is_taken_over(
    window: MainWindow, settle: Callable[[], None], tmp_path: Path
) -> None:
    listed = tmp_path / "liste.csv"
    listed.write_text(
        "Grab;Art;Verstorben;Datum\n"
        "N/1;Wahlgrab;Zander, Zoe;03.04.2019\n"
        "N/2;Wahlgrab;Yilmaz, Ali;32.13.2020\n",
        encoding="utf-8",
    )
    part = section(window, settle, "uebernahme")
    part.form.set_values({"file": listed, "cemetery": "Kernstadt"})
    part.check()
    settle()
    assert part._result.new["graves"] == 2
    assert any(one.row == 3 for one in (*part._result.doubtful, *part._result.refused))
    assert "grave.number" in part.mapping.toPlainText()
    part.take()
    settle()
    assert part._result.import_id is not None


def test_a_backup_is_made_and_heute_stops_warning(
    window: MainWindow, settle: Callable[[], None], tmp_path: Path
) -> None:
    from rathaus_desk.desktop.settings.safety_section import back_up, daily

    target = tmp_path / "sicherungen"
    target.mkdir()
    window.desk.set_setting("backup.folder", str(target))
    settle()
    daily(window.desk)
    settle()
    assert len(list(target.iterdir())) == 1
    back_up(window.desk, tmp_path / "alles.rdsicherung", daily=False)
    settle()
    assert (tmp_path / "alles.rdsicherung").stat().st_size > 10_000
    window.desk.go("heute")
    settle()
    assert all(banner.isHidden() for banner in window.page._banners)  # type: ignore[union-attr]


def test_the_administrator_may_lay_down_where_backups_go(
    window: MainWindow, settle: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rathaus_desk.desktop.settings import safety_section
    from rathaus_desk.kernel.policies import Policies

    target = tmp_path / "vorgegeben"
    target.mkdir()
    monkeypatch.setattr(safety_section, "policies", lambda: Policies(backup_folder=target))
    window.desk.set_setting("backup.folder", str(tmp_path / "anderswo"))
    settle()
    safety_section.daily(window.desk)
    settle()
    assert len(list(target.iterdir())) == 1


def test_a_packed_town_that_is_opened_later_leads_to_the_statutes(
    window: MainWindow, settle: Callable[[], None], tmp_path: Path
) -> None:
    window.take_in([str(tmp_path / "Musterrode.rathaus-stadt")])
    settle()
    assert isinstance(window.page, SettingsPage)


def test_the_data_is_checked_and_findings_lead_to_their_grave(
    window: MainWindow, settle: Callable[[], None]
) -> None:
    part = section(window, settle, "pruefung")
    part._check()
    settle()
    rows = [row for widget in part.parts._widgets for row in getattr(widget, "rows", [])]
    leading = [row for row in rows if row.line.target is not None]
    assert leading
    leading[0].click()
    settle()
    assert window.current == "friedhof"


def test_a_letter_is_printed_page_by_page(
    window: MainWindow, settle: Callable[[], None], qtbot: Any, tmp_path: Path, musterrode: Path
) -> None:
    from rathaus_desk.letters.render import render
    from rathaus_desk.letters.samples import samples
    from rathaus_desk.letters.template import built_in, compose, facts_of

    pdf = render(compose(built_in("fee_notice"), facts_of(samples("fee_notice")[0])))
    target = tmp_path / "gedruckt.pdf"
    job = PrintJob(pdf, file=target, parent=window)
    seen: list[tuple[int, int]] = []
    job.progress.connect(lambda done, of: seen.append((done, of)))
    with qtbot.waitSignal(job.finished, timeout=20_000):
        job.start()
    printed = pypdfium2.PdfDocument(target)
    assert len(printed) == len(pypdfium2.PdfDocument(pdf)) == len(seen)
    width, height = printed[0].get_size()
    assert (round(width), round(height)) == (595, 842)
    picture = printed[0].render(scale=0.5).to_pil()
    assert min(picture.convert("L").getextrema()) < 80


# --- the first start -------------------------------------------------------------------------------------


def test_the_example_town_is_one_click_away(qapp: Any, tmp_path: Path, qtbot: Any) -> None:
    start = FirstStart(tmp_path / "neu", key_file=tmp_path / "neu.key", clock=FixedClock(MORNING))
    qtbot.addWidget(start)
    start.show()
    start.example.click()
    assert start.founded is not None
    office = TownHall.open(tmp_path / "neu", key_file=tmp_path / "neu.key")
    with office.store.read() as session:
        assert town.town(session).name == "Stadt Musterrode"
    office.close()


def test_a_prepared_town_is_one_click_away(qapp: Any, tmp_path: Path, qtbot: Any) -> None:
    from rathaus_desk.office.main_job import example_town
    from rathaus_desk.office.town_pack import pack

    prepared = tmp_path / "Musterrode.rathaus-stadt"
    pack(example_town(), prepared)
    clock = FixedClock(MORNING)
    start = FirstStart(tmp_path / "neu", key_file=tmp_path / "neu.key", clock=clock, prepared=prepared)
    qtbot.addWidget(start)
    start.show()
    start.ready.click()
    assert start.founded is not None
    assert start.stack.currentIndex() == start.stack.count() - 1, "the recovery code is shown"


def test_a_prepared_town_that_is_broken_is_said_in_a_sentence(qapp: Any, tmp_path: Path, qtbot: Any) -> None:
    prepared = tmp_path / "kaputt.rathaus-stadt"
    prepared.write_bytes(b"kein Archiv")
    clock = FixedClock(MORNING)
    start = FirstStart(tmp_path / "neu", key_file=tmp_path / "neu.key", clock=clock, prepared=prepared)
    qtbot.addWidget(start)
    start.show()
    start.ready.click()
    assert start.founded is None
    assert "beschädigt" in start._problem.text()
    assert not (tmp_path / "neu").exists()


@pytest.mark.parametrize("complete", [True, False])
def test_our_town_is_set_up_on_one_page(qapp: Any, tmp_path: Path, qtbot: Any, complete: bool) -> None:
    start = FirstStart(tmp_path / "neu", key_file=tmp_path / "neu.key", clock=FixedClock(MORNING))
    qtbot.addWidget(start)
    start.show()
    start.own.click()
    start.town.set_values(
        {
            "name": "Stadt Beispielen",
            "authority": "Der Magistrat der Stadt Beispielen",
            "street": "Markt 1",
            "postal_code": "34999",
            "place": "Beispielen",
            "state": "HE",
        }
    )
    start.account.set_values({"iban": "DE02120300000000202051", "owner": "Stadtkasse"})
    if complete:
        start.clerk.set_values({"clerk": "Frau Eins", "name": "Friedhofsverwaltung", "case_prefix": "FH"})
    start.set_up()
    if not complete:
        assert start.founded is None
        assert not (tmp_path / "neu").exists()
        assert "ausfüllen" in start._missing.text()
        return
    assert start.founded is not None
    assert len(start.founded.recovery_code) > 20
    office = TownHall.open(tmp_path / "neu", key_file=tmp_path / "neu.key")
    with office.store.read() as session:
        assert town.town(session).name == "Stadt Beispielen"
        assert [one.name for one in town.clerks(session)] == ["Frau Eins"]
    office.close()


def test_a_lost_key_is_replaced_by_the_printed_code(
    qapp: Any, tmp_path: Path, home: Path, qtbot: Any
) -> None:
    from rathaus_desk.desktop.trouble import Trouble
    from rathaus_desk.kernel.clock import Clock
    from rathaus_desk.kernel.errors import CannotWork

    key = home.with_suffix(".key")
    office = TownHall.open(home, key_file=key)
    code = office.store.recovery_code
    office.close()
    key.unlink()
    with pytest.raises(CannotWork) as lost:
        TownHall.open(home, key_file=key)
    trouble = Trouble(lost.value, home, key_file=key, clock=Clock())
    qtbot.addWidget(trouble)
    trouble.show()
    trouble.code.setText("R44MW-FALSCH")
    trouble.again.click()
    assert trouble.problem.text()
    assert not trouble.recovered
    trouble.code.setText(code)
    trouble.again.click()
    assert trouble.recovered
    TownHall.open(home, key_file=key).close()


def test_what_takes_long_shows_how_far_it_is_and_can_be_cancelled(
    window: MainWindow, settle: Callable[[], None], qtbot: Any
) -> None:
    from threading import Event

    going, done = Event(), []

    def work(progress: Any) -> str:
        going.set()
        for step in range(10_000):
            progress.tell(step, 10_000)
            Event().wait(0.002)
        return "fertig"

    window.desk.long("Es dauert …", work, done.append)
    assert window.foot.words.text() == "Es dauert …"
    qtbot.waitUntil(lambda: window.foot._progress.isVisible(), timeout=5000)
    qtbot.waitUntil(lambda: window.foot._progress.value() > 0, timeout=5000)
    window.foot._cancel.click()
    settle()
    assert done == []
    assert "Abgebrochen" in window.foot.words.text()
    assert not window.foot._progress.isVisible()
