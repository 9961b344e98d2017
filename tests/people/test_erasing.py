"""Erasing (DSGVO art. 17): nothing of a person is left anywhere, and the history still verifies."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from rathaus_desk.kernel.errors import Refused
from rathaus_desk.office import tables
from rathaus_desk.people.operations import (
    AddAddress,
    AddContact,
    AddressDetails,
    ContactDetails,
    EnterPerson,
    ErasePerson,
    PersonDetails,
    Relate,
    RemovePart,
)
from rathaus_desk.store.connection import PAGE_SIZE
from rathaus_desk.store.search import search
from rathaus_desk.town.operations import AttachFile

_ = tables
SECRET = "Geheimnisträger"


@pytest.fixture
def somebody(make_store):
    store = make_store()
    person = store.run(EnterPerson(details=PersonDetails(family_name=SECRET, given_names="Zora"))).value
    store.run(AddAddress(person=person, address=AddressDetails(street=f"{SECRET}weg 7", place="Musterrode")))
    store.run(AddContact(person=person, contact=ContactDetails(kind="email", value="zora@geheim.example")))
    return store, person


def everything(store):
    with store.read() as session:
        driver = session.connection().connection.driver_connection
        names = [name for (name,) in driver.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return "\n".join(str(row) for name in names for row in driver.execute(f'SELECT * FROM "{name}"'))


def pages(store, name):
    """Every page of a file of the database, decrypted: what somebody with the key finds in it."""
    content = store.home.database.with_name(store.home.database.name + name).read_bytes()
    step, head, skip = (PAGE_SIZE, 0, 16) if not name else (PAGE_SIZE + 24, 32 + 24, 0)
    found = []
    for at in range(head, len(content), step):
        page = content[at : at + PAGE_SIZE]
        first = (
            skip if at == 0 else 16 if name and int.from_bytes(content[at - 24 : at - 20], "big") == 1 else 0
        )
        body, iv = page[first : PAGE_SIZE - 80], page[PAGE_SIZE - 80 : PAGE_SIZE - 64]
        found.append(Cipher(algorithms.AES(store._key), modes.CBC(iv)).decryptor().update(body))
    return b"".join(found)


def test_no_old_page_is_left_in_the_file_or_beside_it(somebody):
    """The write-ahead log keeps pages as they were, until it is emptied."""
    store, person = somebody
    assert SECRET.encode() in pages(store, "-wal")
    store.run(ErasePerson(person=person))
    assert b"CREATE TABLE person" in pages(store, "")
    for name in ("", "-wal"):
        left = pages(store, name)
        assert SECRET.encode() not in left
        assert b"zora@geheim" not in left.lower()


def test_whoever_reads_is_not_disturbed_and_the_next_writing_empties_it(somebody):
    store, person = somebody
    with store.read() as session:
        session.execute(sa.text("SELECT count(*) FROM person")).scalar_one()
        store.run(ErasePerson(person=person))
        assert SECRET.encode() in pages(store, "-wal")
    store.run(EnterPerson(details=PersonDetails(family_name="Andere")))
    for name in ("", "-wal"):
        assert SECRET.encode() not in pages(store, name)


def test_nothing_of_a_person_is_left(somebody):
    store, person = somebody
    removed = store.run(AddContact(person=person, contact=ContactDetails(kind="phone", value="05693 4711")))
    store.run(RemovePart(part=removed.value))
    assert SECRET in everything(store)
    done = store.run(ErasePerson(person=person))
    left = everything(store)
    assert SECRET not in left
    assert "zora@geheim" not in left.lower()
    assert "Zora" not in left
    assert "4711" not in left
    with store.read() as session:
        assert search(session, SECRET) == []
    assert store.examine() == []
    with pytest.raises(Refused):
        store.undo(done.operation)


def test_who_is_needed_stays(somebody):
    store, person = somebody
    other = store.run(EnterPerson(details=PersonDetails(family_name="Andere"))).value
    store.run(Relate(person=other, of=person, relation="Sohn"))
    store.run(ErasePerson(person=other))
    assert store.examine() == []
    with store.read() as session:
        assert [hit.id for hit in search(session, SECRET)] == [person]


def test_the_files_of_a_person_go_but_not_those_that_others_have_too(somebody):
    store, person = somebody
    other = store.run(EnterPerson(details=PersonDetails(family_name="Andere"))).value
    for content, about in ((b"Ausweis", person), (b"Vollmacht", person), (b"Vollmacht", other)):
        sha256 = store.keep(content, "scan.pdf")
        file = AttachFile(
            about=about, name="scan.pdf", sha256=sha256, size=len(content), media_type="application/pdf"
        )
        store.run(file)
    files = [path for path in store.home.attachments.rglob("*") if path.is_file()]
    assert len(files) == 2
    store.run(ErasePerson(person=person))
    left = [path for path in store.home.attachments.rglob("*") if path.is_file()]
    assert len(left) == 1
    assert store.examine() == []


def test_the_files_go_whatever_else_the_same_transaction_does(somebody):
    store, person = somebody
    sha256 = store.keep(b"Ausweis", "scan.pdf")
    store.run(AttachFile(about=person, name="scan.pdf", sha256=sha256, size=7, media_type="application/pdf"))
    with store.importing() as importing:
        importing.run(ErasePerson(person=person))
        importing.run(EnterPerson(details=PersonDetails(family_name="Andere")))
    assert [path for path in store.home.attachments.rglob("*") if path.is_file()] == []
