"""Halls from scripts: what is free, placing a booking or a series, calendars, an old plan."""

from __future__ import annotations

import pytest


@pytest.fixture
def home(call, tmp_path, musterrode):
    """The example town with a plan of a season taken over."""
    home = tmp_path / "home"
    assert call("init", musterrode, "--home", home, "--quiet").status == 0
    plan = tmp_path / "plan.csv"
    plan.write_text(
        "Halle;Raum;Datum;von;bis;Verein;Zweck;Nutzergruppe\n"
        "dgh-altenfeld;saal;14.11.2026;14:00;23:00;Gesangverein Altenfeld;Konzert;club\n",
        encoding="utf-8",
    )
    assert call("import", "bookings", plan, "--home", home, "--quiet").status == 0
    return home


def booking(*more):
    return (
        "halls", "book", "--hall", "dgh-altenfeld", "--set", "saal", "--person", "Gesangverein Altenfeld",
        "--purpose", "Fest", "--user-group", "outsider", "--json", *more,
    )  # fmt: skip


def test_what_is_free_for_so_many(call, home):
    asked = ("halls", "free", "--from", "2026-11-14T18:00", "--to", "2026-11-14T22:00", "--home", home)
    found = call(*asked, "--persons", 40, "--json").document
    assert [(one["hall"], one["set"], one["persons"]) for one in found] == [
        ("dgh-altenfeld", "kleiner_saal", 50)
    ]
    assert "Grillhütte Eichwald: Grillhütte" in call(*asked).out


def test_a_booking_is_placed_with_its_price(call, home):
    done = call(*booking("--from", "05.12.2026 10:00", "--to", "2026-12-05T22:00", "--home", home))
    assert done.status == 0
    (one,) = done.document["booked"]
    assert (one["from"], one["to"]) == ("2026-12-05T10:00:00+01:00", "2026-12-05T22:00:00+01:00")
    assert (done.document["price"], done.document["collisions"]) == ("310.00", [])


def test_what_is_taken_is_named_and_nothing_is_booked(call, home):
    refused = call(*booking("--from", "2026-11-14T20:00", "--to", "2026-11-14T23:00", "--home", home))
    assert refused.status == 3
    assert refused.document["booked"] == []
    assert refused.document["price"] is None
    assert refused.document["collisions"] == [
        {
            "from": "2026-11-14T14:00:00+01:00",
            "to": "2026-11-14T23:00:00+01:00",
            "what": "Saal: Konzert, Gesangverein Altenfeld",
        }
    ]
    assert refused.document["nearest"][0]["from"] == "2026-11-15T01:00:00+01:00"
    assert "Frei wäre" in refused.err


def test_a_series_is_placed_or_refused_with_all_that_is_in_the_way(call, home):
    times = ("--from", "2026-11-07T16:00", "--to", "2026-11-07T18:00", "--home", home)
    rule = ("--rrule", "FREQ=WEEKLY;UNTIL=20261231", *times)
    refused = call(*booking(*rule))
    assert refused.status == 3
    assert [one["on"] for one in refused.document["collisions"]] == ["2026-11-14"]
    done = call(*booking("--on-collision", "skip", *rule))
    assert done.status == 1
    assert len(done.document["booked"]) == 6
    assert [one["on"] for one in done.document["skipped"]] == ["2026-11-14", "2026-12-26"]
    assert done.document["price"] == str(f"{6 * 310}.00")


def test_whom_nobody_knows_is_not_invented(call, home):
    wrong = call(
        "halls", "book", "--hall", "dgh-altenfeld", "--set", "saal", "--from", "2026-12-05T10:00",
        "--to", "2026-12-05T12:00", "--person", "Niemand", "--purpose", "Fest", "--home", home,
    )  # fmt: skip
    assert wrong.status == 2
    assert "steht niemand namens „Niemand“" in wrong.err


def test_calendars_one_a_hall(call, home, tmp_path):
    folder = tmp_path / "kalender"
    folder.mkdir()
    span = ("--from", "2026-01-01", "--to", "2026-12-31", "--home", home, "--json")
    done = call("export", "ical", folder, "--public", *span)
    assert sorted(file.rpartition("/")[2] for file in done.document["files"]) == [
        "dgh-altenfeld-oeffentlich.ics",
        "grillhuette-eichwald-oeffentlich.ics",
        "mzh-kernstadt-oeffentlich.ics",
    ]
    assert "Konzert" not in (folder / "dgh-altenfeld-oeffentlich.ics").read_text()
    one = folder / "dgh.ics"
    assert call("export", "ical", one, "--hall", "dgh-altenfeld", *span).status == 0
    assert "Konzert" in one.read_text()
    assert call("export", "ical", folder / "alle.ics", *span).status == 2


def test_an_enquiry_becomes_its_booking(call, home, musterrode):
    (taken,) = call("intake", musterrode / "hallenanfrage.json", "--home", home, "--json").document
    number = taken["case_number"]
    asked = ("halls", "take-over", number, "--home", home, "--json")
    seen = call(*asked, "--dry-run")
    assert (seen.status, seen.document["open"]) == (0, [])
    assert seen.document["request"]["starts"] == "2026-12-12T18:00:00"
    moved = call(*asked, "--set", "kleiner_saal")
    assert moved.status == 0
    (one,) = moved.document["booked"]
    assert (one["from"], one["to"]) == ("2026-12-12T18:00:00+01:00", "2026-12-13T01:00:00+01:00")
    again = call(*asked)
    assert again.status == 3
    assert "schon übernommen" in again.err
    assert call("halls", "take-over", "HV-2020-00001", "--home", home).status == 2
