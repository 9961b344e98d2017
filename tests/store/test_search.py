"""Search: found however it is typed, in step with the records, and no input is an error."""

from __future__ import annotations

import sys

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from rathaus_desk.store.search import SearchEntry, search

PEOPLE = ("Müller, Jürgen", "Mueller, Anna", "Mulch, Bärbel", "Groß, Zoë", "Łęcka, Maria", "Meyer, Uwe")
SYNTAX = ('"', "*", "NEAR(a b)", "a AND", "words : x", "-", "a OR b*", "^a")


@pytest.fixture
def town(store, village):
    house = store.run(village.Build(name="Alte Mühle", roof=village.Roof.SLATE)).value
    for name in (
        "Müller, Jürgen",
        "Mueller, Anna",
        "Mulch, Bärbel",
        "Groß, Zoë",
        "Łęcka, Maria",
        "Meyer, Uwe",
    ):
        store.run(village.MoveIn(name=name, house=house))
    return store


def titles(store, text, **options):
    with store.read() as session:
        return [hit.title for hit in search(session, text, **options)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("müller", "Mueller, Anna"),
        ("MÜLLER, J", "Müller, Jürgen"),
        ("jürgen", "Müller, Jürgen"),
        ("jurgen", "Müller, Jürgen"),
        ("juergen mueller", "Müller, Jürgen"),
        ("gross", "Groß, Zoë"),
        ("groß z", "Groß, Zoë"),
        ("zoe", "Groß, Zoë"),
        ("lecka", "Łęcka, Maria"),
        ("schiefer", "Alte Mühle"),
        ("muehle", "Alte Mühle"),
    ],
)
def test_found_however_it_is_typed(town, text, first):
    assert titles(town, text)[0] == first


def test_titles_that_begin_with_it_come_first_and_the_rest_fills_up(town):
    found = titles(town, "mü")
    assert found[:3] == ["Mulch, Bärbel", "Mueller, Anna", "Müller, Jürgen"]
    assert "Alte Mühle" in found
    assert len(titles(town, "m", limit=2)) == 2


def test_a_name_is_found_by_its_sound_when_letters_find_too_little(town):
    assert titles(town, "Maier") == ["Łęcka, Maria", "Meyer, Uwe"]
    assert titles(town, "Maier Uhwe") == ["Meyer, Uwe"]


def test_only_the_kinds_asked_for(town):
    assert titles(town, "mü", kinds=["house"]) == ["Alte Mühle"]
    with town.read() as session:
        (hit,) = search(session, "alte mühle", kinds=["house"])
    assert (hit.kind, hit.subtitle) == ("house", "schiefer")


def test_the_index_follows_every_change(store, village):
    citizen = store.run(village.MoveIn(name="Vogel, Anna")).value
    renamed = store.run(village.Rename(citizen=citizen, name="Huber, Anna"))
    assert titles(store, "vogel") == []
    assert titles(store, "huber") == ["Huber, Anna"]
    store.undo(renamed.operation)
    assert titles(store, "vogel") == ["Vogel, Anna"]
    left = store.run(village.Leave(citizen=citizen))
    assert titles(store, "vogel") == []
    store.undo(left.operation)
    assert titles(store, "vogel") == ["Vogel, Anna"]


def test_who_is_described_from_a_record_follows_it(store, village):
    house = store.run(village.Build(name="Alte Schule")).value
    store.run(village.MoveIn(name="Vogel, Anna", house=house))
    assert titles(store, "vogel schule") == ["Vogel, Anna"]
    store.run(village.RenameHouse(house=house, name="Neue Post"))
    assert titles(store, "vogel schule") == []
    assert titles(store, "vogel post") == ["Vogel, Anna"]


def test_a_refused_operation_leaves_the_index_alone(store, village):
    from rathaus_desk.kernel.errors import Refused

    with pytest.raises(Refused):
        store.run(village.Fail(name="Huber"))
    assert titles(store, "huber") == []


@pytest.fixture(scope="module")
def session(tmp_path_factory, village):
    from rathaus_desk.store.engine import Store
    from rathaus_desk.store.keys import KeyFile

    folder = tmp_path_factory.mktemp("search")
    with Store.create(folder / "home", KeyFile(folder / "key")) as made:
        made.run(village.MoveIn(name="Vogel, Anna"))
        with made.read() as session:
            yield session


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), st.sampled_from(SYNTAX)))
def test_nothing_a_user_types_is_an_error(session, text):
    search(session, text)
    search(session, f"Vogel{text}")


def test_no_letter_is_an_error(session):
    """Every letter there is, in every position, a thousand words at a time."""
    letters = [letter for letter in map(chr, range(sys.maxunicode)) if letter.isalnum()]
    driver = session.connection().connection.driver_connection
    from rathaus_desk.kernel.names import fold
    from rathaus_desk.store.search import _WORD

    for start in range(0, len(letters), 2000):
        words = _WORD.findall(fold(" ".join(f"a{letter}b" for letter in letters[start : start + 2000])))
        wanted = " OR ".join(f'words : "{word}"*' for word in words)
        driver.execute(
            "SELECT rowid FROM search_text WHERE search_text MATCH ? LIMIT 1", (wanted,)
        ).fetchone()


def test_very_long_input_is_cut(session):
    search(session, "vogel " * 50_000)


def test_what_was_deleted_is_not_in_the_index_any_more(store, village, behind_the_back):
    """FTS5 keeps deleted words until it merges, unless told otherwise."""
    names = [f"Zyklopenname{number:03d}" for number in range(60)]
    for name in names:
        citizen = store.run(village.MoveIn(name=name)).value
        store.run(village.Leave(citizen=citizen))
    with store.read() as session:
        assert session.scalars(sa.select(SearchEntry)).all() == []
    with behind_the_back(store) as raw:
        blocks = b"".join(bytes(block) for (block,) in raw.execute("SELECT block FROM search_text_data"))
    assert b"zyklopenname" not in blocks
