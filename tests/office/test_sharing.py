"""What one town publishes another takes over as a copy with origin; what was altered it does not take."""

from __future__ import annotations

import shutil

import pytest
from sqlalchemy import select

from rathaus_desk.catalogue.records import CatalogueVersion
from rathaus_desk.kernel import resources
from rathaus_desk.kernel.errors import BadInput, Refused
from rathaus_desk.letters.operations import SaveTemplate
from rathaus_desk.letters.queries import own_templates, template_for
from rathaus_desk.letters.records import OwnTemplate
from rathaus_desk.office import sharing, tables
from rathaus_desk.office.sharing import known_releases, overview, publish, publish_letter, releases, take
from rathaus_desk.sync.client import Unreachable

tables.load_operations()


@pytest.fixture
def two(make_place):
    return make_place("a", "Stadt Musterrode"), make_place("b", "Gemeinde Nachbarau")


@pytest.fixture
def own_letter():
    """The program's notice in a town's own words."""
    text = resources.path("letters", "fee_notice.md").read_text(encoding="utf-8")
    return text.replace("Gebührenbescheid", "Bescheid über Gebühren")


@pytest.fixture
def own_service(tmp_path):
    """A service of a town's own, as a folder."""
    folder = tmp_path / "grabpflege"
    shutil.copytree(resources.path("services", "bestattungsanmeldung"), folder)
    text = (folder / "service.toml").read_text(encoding="utf-8")
    text = text.replace('key = "bestattungsanmeldung"', 'key = "grabpflege"', 1)
    text = text.replace('title = "Bestattungsanmeldung"', 'title = "Grabpflege"', 1)
    (folder / "service.toml").write_text(text, encoding="utf-8")
    return folder


def published_by(here, there):
    return [one for one in releases(there.office) if one.town == here.full]


def test_a_letter_is_taken_over_with_its_origin(two, own_letter):
    here, there = two
    with pytest.raises(Refused, match="Text des Programms"):
        publish_letter(here.office, "fee_notice")
    here.office.run(SaveTemplate(name="fee_notice", text=own_letter))
    publish_letter(here.office, "fee_notice")
    (found,) = published_by(here, there)
    assert (found.kind, found.key, found.title, found.sound) == (
        "letter",
        "fee_notice",
        "Gebührenbescheid",
        True,
    )
    assert take(there.office, [found.id]).letters == 1
    assert take(there.office, [found.id]).total == 0, "it was there already"
    with there.office.store.read() as session:
        (kept,) = own_templates(session, "fee_notice")
        assert (kept.text, kept.origin) == (own_letter, here.full)
        assert template_for(session, "fee_notice").rejected is None


def test_a_letter_file_is_checked_before_it_is_published(two, tmp_path, own_letter):
    here, there = two
    file = tmp_path / "fee_notice.md"
    file.write_text(own_letter.replace("{{ case_number }}", "{{ gibt_es_nicht }}"), encoding="utf-8")
    with pytest.raises(BadInput):
        publish(here.office, [file])
    file.write_text(own_letter, encoding="utf-8")
    assert [one.kind for one in publish(here.office, [file])] == ["letter"]
    assert len(published_by(here, there)) == 1


def test_a_service_is_taken_over_and_recognises_applications(two, own_service):
    here, there = two
    assert sharing.save_own_service(here.office, own_service)
    assert not sharing.save_own_service(here.office, own_service)
    (made,) = sharing.publish_service(here.office, "grabpflege")
    assert publish(here.office, [own_service])[0].kind == "service"
    (found,) = [one for one in published_by(here, there) if one.id == made.id]
    assert take(there.office, [found.id]).services == 1
    assert there.office.services.by_key["grabpflege"].title == "Grabpflege"
    assert "bestattungsanmeldung" in there.office.services.by_key
    with pytest.raises(Refused, match="gehört zum Programm"):
        sharing.publish_service(here.office, "bestattungsanmeldung")


def test_statutes_letters_and_services_together(two, own_letter, own_service, tmp_path, musterrode):
    here, there = two
    letter, statute = tmp_path / "fee_notice.md", tmp_path / "friedhofsordnung-2024.toml"
    letter.write_text(own_letter, encoding="utf-8")
    text = (musterrode / statute.name).read_text(encoding="utf-8")
    statute.write_text(text + "\n# angepasst\n", encoding="utf-8")
    made = publish(here.office, [letter, statute, own_service])
    assert {one.kind for one in made} == {"letter", "statute", "service"}
    taken = take(there.office, [one.id for one in made])
    assert (taken.catalogue, taken.letters, taken.services) == (1, 1, 1)
    names = {one.file_name for one in there.all(CatalogueVersion)}
    assert any(f"(aus {here.full})" in name for name in names)


def test_what_was_altered_is_not_taken(two, own_letter, pool):
    here, there = two
    here.office.run(SaveTemplate(name="fee_notice", text=own_letter))
    (made,) = publish_letter(here.office, "fee_notice")
    with pool.connection() as connection:
        query = "UPDATE rathaus.release SET content = replace(content, 'Bescheid', 'Bescheit') WHERE id = %s"
        connection.execute(query, (made.id,))
    (found,) = published_by(here, there)
    assert not found.sound
    with pytest.raises(Refused, match="wurde verändert"):
        take(there.office, [found.id])
    assert there.all(OwnTemplate) == []


def test_a_release_cannot_take_the_name_of_another_town(two, own_letter, pool):
    here, there = two
    here.office.run(SaveTemplate(name="fee_notice", text=own_letter))
    (made,) = publish_letter(here.office, "fee_notice")
    with pool.connection() as connection:
        connection.execute("UPDATE rathaus.release SET town = 'hauptstadt' WHERE id = %s", (made.id,))
    (found,) = [one for one in releases(there.office) if one.id == made.id]
    assert (found.town, found.sound) == ("hauptstadt", False)


def test_only_what_is_new_is_fetched_and_known_without_a_line(two, own_letter, monkeypatch):
    here, there = two
    here.office.run(SaveTemplate(name="fee_notice", text=own_letter))
    publish_letter(here.office, "fee_notice")
    before = releases(there.office)
    asked = []
    fetched = type(there.client).releases
    monkeypatch.setattr(
        "rathaus_desk.sync.client.Client.releases",
        lambda self, town, after: asked.append(after) or fetched(self, town, after),
    )
    assert releases(there.office) == before
    assert len(asked) == 1
    assert asked[0] > 0

    def gone(*_args, **_more):
        raise Unreachable("weg")

    monkeypatch.setattr("rathaus_desk.sync.client.Client.sign_in", gone)
    with pytest.raises(Unreachable):
        releases(there.office)
    assert known_releases(there.office) == before


def test_the_coordinator_sees_states_and_versions_and_nothing_personal(two, tmp_path, own_letter):
    here, there = two
    file = tmp_path / "fee_notice.md"
    for words in ("A", "B"):
        file.write_text(own_letter + words, encoding="utf-8")
        publish(here.office, [file])
    found = {one.town: one for one in overview(there.office)}
    seen = found[here.full]
    assert (seen.name, seen.workstations, seen.open_conflicts) == ("Stadt Musterrode", 1, 0)
    assert {version.kind for version in seen.catalogue} == {"statute", "tariff", "hall"}
    with here.office.store.read() as session:
        newest = {
            one.title: one.valid_from.isoformat()
            for one in session.scalars(select(CatalogueVersion).order_by(CatalogueVersion.valid_from))
        }
    for version in seen.catalogue:
        assert newest[version.title] >= version.valid_from
    assert "Beispiel" not in str(seen), "no clerk"
