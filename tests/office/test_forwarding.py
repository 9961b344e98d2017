"""A case goes from one town of a cooperation to another, over the real server, and its answer comes back."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime

import pytest

from rathaus_desk.applications import queries
from rathaus_desk.applications.case_package import MOST, PackedCase, pack, unpack
from rathaus_desk.applications.forwarding import AnswerForwarded
from rathaus_desk.applications.records import Application, ForwardedCase, ForwardingState, State
from rathaus_desk.kernel.errors import BadInput, Refused
from rathaus_desk.office import tables
from rathaus_desk.office.forwarding import HandedOn, addressees, ask_for_addressees, forward, run_errands
from rathaus_desk.server import town as towns
from rathaus_desk.store.attachments import KeptFile, attachments_of
from rathaus_desk.store.operations import Request, operation
from rathaus_desk.sync.client import Client, Unreachable
from rathaus_desk.sync.rounds import run_round
from rathaus_desk.town import queries as town_queries
from rathaus_desk.town.operations import AttachFile, PassOnCase, open_own_case
from rathaus_desk.town.records import Case, FollowUp, Note

tables.load_operations()
MORNING = datetime(2026, 11, 18, 8, 0, tzinfo=UTC)
EVERYTHING = HandedOn()


class OpenCase(Request, frozen=True, kw_only=True):
    title: str


@operation(OpenCase, name="test_forwarding.open_case", title="Vorgang anlegen")
def open_a_case(work, request):
    return open_own_case(work, request.title).id


@pytest.fixture
def form(musterrode):
    return musterrode / "bestattungsanmeldung.json"


@pytest.fixture
def sent(make_place, form):
    """Musterrode has sent an undertaker's form, with a scan, to the office of Nachbarau."""
    here, there = make_place("a", "Stadt Musterrode"), make_place("b", "Gemeinde Nachbarau")
    case = here.take_in(form)
    scan = here.office.store.keep(b"%PDF-1.4 Scan", "Vollmacht.pdf")
    here.office.run(
        AttachFile(about=case, name="Vollmacht.pdf", media_type="application/pdf", sha256=scan, size=13)
    )
    ask_for_addressees(here.office, here.client)
    forward(
        here.office,
        case,
        to=there.full,
        for_office=addressees_of(here, there).offices[0],
        note="Zuständig sind Sie.",
        what=EVERYTHING,
    )
    return here, there, case


def addressees_of(here, there):
    return next(one for one in addressees(here.office) if one.town == there.full)


def test_a_case_goes_there_and_its_answer_comes_back(sent):
    here, there, _ = sent
    (mine,) = here.all(ForwardedCase)
    assert (mine.state, mine.sent) == (ForwardingState.UNDER_WAY, True)
    assert [one.state for one in here.all(Application)] == [State.FORWARDED]
    here.rounds()
    assert [one.state for one in here.all(ForwardedCase)] == [ForwardingState.SENT]
    there.rounds()
    (theirs,) = there.all(ForwardedCase)
    (application,) = there.all(Application)
    assert (theirs.id, theirs.sent, theirs.state) == (mine.id, False, ForwardingState.RECEIVED)
    assert (theirs.town_name, theirs.note) == ("Stadt Musterrode", "Zuständig sind Sie.")
    assert (application.state, application.origin) == (State.NEW, "forwarded")
    assert application.form == here.all(Application)[0].form
    with there.office.store.read() as session:
        assert len(queries.worklist(session)) == 1
        files = {one.name for one in attachments_of(session, application.id)}
        number = session.get_one(Case, theirs.case_id).number
        view = queries.view(session, there.office.services, application.id)
    assert {"Vollmacht.pdf"} < files
    assert next(title for _, title, _ in theirs.history) == "Antrag eingegangen"
    assert view.hands_over_to == "burial"
    assert (view.case_number, view.forwarded[0].id) == (number, mine.id)
    there.office.run(AnswerForwarded(forwarded=theirs.id, text="Wir übernehmen das."))
    with pytest.raises(Refused, match="schon beantwortet"):
        there.office.run(AnswerForwarded(forwarded=theirs.id, text="Noch einmal."))
    there.rounds()
    here.rounds()
    (mine,) = here.all(ForwardedCase)
    assert (mine.state, mine.answer) == (ForwardingState.ANSWERED, "Wir übernehmen das.")
    assert [one.state for one in here.all(Application)] == [State.ACCEPTED]
    assert [one.text.split(" zu ")[0] for one in here.all(FollowUp)] == ["Antwort aus Gemeinde Nachbarau"]
    assert [one.state for one in there.all(ForwardedCase)] == [ForwardingState.ANSWERED]
    assert here.office.store.examine() == there.office.store.examine() == []


def test_nothing_of_it_stays_at_the_server(sent, pool):
    here, there, _ = sent
    here.rounds()
    there.rounds()
    (theirs,) = there.all(ForwardedCase)
    there.office.run(AnswerForwarded(forwarded=theirs.id, text="Ja."))
    there.rounds()
    here.rounds()
    with pool.connection() as connection:
        query = "SELECT state, content, answer FROM rathaus.forwarded WHERE id = %s"
        assert connection.execute(query, (theirs.id,)).fetchone() == ("closed", b"", None)
    assert here.client.inbox(here.full, waiting=True) == there.client.inbox(there.full, waiting=True) == []


def test_two_workstations_of_the_receiver_take_it_in_once(sent, make_place):
    here, there, _ = sent
    second = make_place("b")
    here.rounds()
    run_round(there.office.store, there.client)
    run_round(second.office.store, second.client)
    assert run_errands(there.office, there.client) == 1
    assert run_errands(second.office, second.client) == 0
    for one in (there, second, there, second):
        one.rounds()
    assert len(there.all(ForwardedCase)) == len(second.all(ForwardedCase)) == 1
    assert len(second.all(Application)) == 1


def test_the_same_case_again_is_recognised(sent):
    here, there, case = sent
    with pytest.raises(Refused, match="liegt schon bei"):
        forward(here.office, case, to=there.full, what=EVERYTHING)
    here.rounds()
    there.rounds()
    there.office.run(AnswerForwarded(forwarded=there.all(ForwardedCase)[0].id, text="Bitte ergänzen."))
    there.rounds()
    here.rounds()
    forward(here.office, case, to=there.full, note="Ergänzt.", what=EVERYTHING)
    here.rounds()
    there.rounds()
    (application,) = there.all(Application)
    assert application.state is State.NEW, "it waits again"
    notes = {(one.note, one.state) for one in there.all(ForwardedCase)}
    assert ("Ergänzt.", ForwardingState.RECEIVED) in notes
    assert {one.case_id for one in there.all(ForwardedCase)} == {application.case_id}


def test_back_where_it_came_from_it_is_open_again(sent):
    here, there, _ = sent
    here.rounds()
    there.rounds()
    ask_for_addressees(there.office, there.client)
    (theirs,) = there.all(ForwardedCase)
    forward(there.office, theirs.case_id, to=here.full, note="Doch Sie.", what=EVERYTHING)
    there.rounds()
    here.rounds()
    (application,) = here.all(Application)
    assert application.state is State.NEW
    assert {one.sent for one in here.all(ForwardedCase)} == {True, False}


def test_without_a_line_it_waits(sent, running):
    here, _, _ = sent
    nowhere = Client("http://127.0.0.1:1")
    with pytest.raises(Unreachable):
        run_errands(here.office, nowhere)
    nowhere.close()
    assert [one.state for one in here.all(ForwardedCase)] == [ForwardingState.UNDER_WAY]
    here.rounds()
    assert [one.state for one in here.all(ForwardedCase)] == [ForwardingState.SENT]


def test_what_is_not_confirmed_does_not_leave_the_house(sent):
    here, there, _ = sent
    here.client.sign_in(here.link.device, here.link.private_key)
    assert run_errands(here.office, here.client) == 0
    there.rounds()
    assert there.all(ForwardedCase) == []


def test_a_server_that_lost_it_gets_it_again(sent, pool):
    here, there, _ = sent
    here.rounds()
    with pool.connection() as connection:
        connection.execute("DELETE FROM rathaus.forwarded WHERE sender = %s", (here.full,))
    towns.restored(pool, here.full, "enew")
    towns.recovered(pool, here.full)
    here.rounds()
    there.rounds()
    assert len(there.all(ForwardedCase)) == 1


def test_a_case_without_an_application(make_place):
    here, there = make_place("a", "Stadt Musterrode"), make_place("b", "Gemeinde Nachbarau")
    case = here.office.run(OpenCase(title="Baum im Weg")).value
    here.rounds()
    ask_for_addressees(here.office, here.client)
    forward(here.office, case, to=there.full, note="Bitte fällen.", what=EVERYTHING)
    here.rounds()
    there.rounds()
    (application,) = there.all(Application)
    assert (application.service_title, application.title) == ("Weitergeleiteter Vorgang", "Baum im Weg")
    assert application.form["Betreff"] == "Baum im Weg"


def test_what_is_not_readable_waits_in_quarantine(sent, pool):
    here, there, _ = sent
    here.rounds()
    with pool.connection() as connection:
        connection.execute("UPDATE rathaus.forwarded SET content = 'x' WHERE receiver = %s", (there.full,))
    there.rounds()
    assert there.all(Application) == []
    with there.office.store.read() as session:
        (held,) = queries.quarantine(session)
    assert "nicht lesbar" in held.sentence
    there.rounds()
    assert there.client.inbox(there.full, waiting=True) == []


def test_within_the_house_the_other_office_is_responsible(make_place, form):
    here = make_place("a", "Stadt Musterrode")
    case = here.take_in(form)
    with here.office.store.read() as session:
        before = session.get_one(Case, case).clerk_id
        others = [one for one in town_queries.clerks(session) if one.id != before]
        office = town_queries.office_of(session, others[0]).key
    here.office.run(PassOnCase(case=case, office=office, note="Bitte übernehmen."))
    with here.office.store.read() as session:
        assert session.get_one(Case, case).clerk_id == others[0].id
    assert [one.text.endswith("Bitte übernehmen.") for one in here.all(Note)] == [True]
    with pytest.raises(Refused, match="niemand"):
        here.office.run(PassOnCase(case=case, office="gibt-es-nicht"))


# --- the package alone ------------------------------------------------------------------------------------


def packed_case(**more):
    return PackedCase(
        town="a",
        town_name="A",
        number="FH-2026-00001",
        title="Grab",
        opened_on=MORNING.date(),
        clerk="",
        office="",
        note="",
        sent_at=MORNING,
        **more,
    )


def test_a_package_is_read_as_it_was_packed():
    sha256 = hashlib.sha256(b"Inhalt").hexdigest()
    case = packed_case(files=(KeptFile(name="a.txt", media_type="text/plain", sha256=sha256, size=6),))
    assert unpack(pack(case, {sha256: b"Inhalt"})) == (case, {sha256: b"Inhalt"})
    with pytest.raises(BadInput, match="unterwegs verändert"):
        unpack(pack(case, {sha256: b"Anders"}))


def test_a_package_that_is_none_is_a_sentence():
    for content in (b"", b"PK\x03\x04", pack(packed_case(), {})[:-30]):
        with pytest.raises(BadInput, match="nicht lesbar"):
            unpack(content)


def test_a_package_that_is_too_large_is_not_made():
    case = packed_case(files=(KeptFile(name="a", media_type="b", sha256="c", size=MOST + 1),))
    with pytest.raises(BadInput, match="ohne Anlagen"):
        pack(case, {"c": os.urandom(MOST + 1)})
