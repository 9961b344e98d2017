"""A town's own words for a letter: kept as versions, used from then on, never in place of good ones."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from rathaus_desk.kernel import resources
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.letters import queries
from rathaus_desk.letters.facts import BurialConfirmation
from rathaus_desk.letters.operations import SaveTemplate, compose_and_file
from rathaus_desk.letters.samples import samples
from rathaus_desk.people.operations import EnterPerson, PersonDetails
from rathaus_desk.store.engine import Store
from rathaus_desk.store.operations import Request, Work, operation

NAME = "burial_confirmation"


class Confirm(Request, frozen=True, kw_only=True):
    recipient: UUID


@operation(Confirm, name="tests.letters.own.confirm", title="Bestätigen")
def confirm(work: Work, request: Confirm) -> UUID:
    usual = samples(NAME)[0]
    assert isinstance(usual, BurialConfirmation)
    about = work.operation
    return compose_and_file(
        work, NAME, replace(usual, enclosures=()), about=about, case=None, recipient=request.recipient
    ).id


@pytest.fixture
def words():
    """The program's text, with another first sentence."""
    text = resources.path("letters", f"{NAME}.md").read_text(encoding="utf-8")
    return lambda sentence: text.replace("wir bestätigen Ihnen den angemeldeten Termin:", sentence)


@pytest.fixture
def written(store: Store, page_texts):
    """The text of a letter that is made now."""
    person = store.run(EnterPerson(details=PersonDetails(family_name="Müller", given_names="Eva"))).value

    def write() -> str:
        letter = store.run(Confirm(recipient=person)).value
        with store.read() as session:
            pdf = queries.pdf_of(session, next(one for one in queries.waiting(session) if one.id == letter))
        return " ".join(page_texts(store.read_attachment(pdf)))

    return write


def test_without_own_words_the_programs_are_used(written):
    assert "wir bestätigen Ihnen den angemeldeten Termin" in written()


def test_own_words_are_used_from_the_next_letter_on(store, words, written):
    store.run(SaveTemplate(name=NAME, text=words("der Termin steht:")))
    assert "der Termin steht:" in written()
    store.run(SaveTemplate(name=NAME, text=words("es bleibt dabei:")))
    assert "es bleibt dabei:" in written()


def test_every_version_is_kept(store, words):
    for sentence in ("eins:", "zwei:"):
        store.run(SaveTemplate(name=NAME, text=words(sentence)))
    with store.read() as session:
        versions = queries.own_templates(session, NAME)
        assert [version.revision for version in versions] == [2, 1]
        assert "eins:" in versions[1].text


def test_words_with_an_error_are_refused_with_their_line_and_change_nothing(store, words, written):
    store.run(SaveTemplate(name=NAME, text=words("der Termin steht:")))
    with pytest.raises(BadInput, match="Zeile 10") as caught:
        store.run(SaveTemplate(name=NAME, text=words("{{ termin }}:")))
    assert "termin" in caught.value.sentence
    assert "der Termin steht:" in written()


def test_an_empty_text_returns_to_the_programs_words(store, words, written):
    store.run(SaveTemplate(name=NAME, text=words("der Termin steht:")))
    store.run(SaveTemplate(name=NAME, text=""))
    assert "wir bestätigen Ihnen den angemeldeten Termin" in written()


def test_a_change_can_be_undone(store, words, written):
    done = store.run(SaveTemplate(name=NAME, text=words("der Termin steht:")))
    store.undo(done.operation)
    assert "wir bestätigen Ihnen den angemeldeten Termin" in written()


def test_there_is_no_letter_of_an_unknown_name(store, words):
    with pytest.raises(BadInput, match="liebesbrief"):
        store.run(SaveTemplate(name="liebesbrief", text=words("x:")))
