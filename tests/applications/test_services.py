"""A service is a folder of data that a town can add without a programmer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rathaus_desk.applications.services import Services, load_service, load_services
from rathaus_desk.kernel.errors import BadInput

DOG_TAX = """
[service]
key = "hundesteuer"
title = "Anmeldung eines Hundes"
leika = ["99102013060000"]
office = "steuern"
case_prefix = "ST"
case_title = "Hund {hund.name} ({hund.rasse})"

[[recognise]]
path = "formular"
values = ["Hundesteuer"]

[[section]]
title = "Hund"
field = [{ path = "hund.name", label = "Name" }, { path = "hund.geboren", label = "Geboren", kind = "day" }]

[retention]
years = 10
source = "§ 147 AO"
"""
SCHEMA = {"type": "object", "required": ["hund"]}


def write(home: Path, described: str = DOG_TAX, schema: object = SCHEMA, name: str = "hundesteuer") -> Path:
    folder = home / name
    folder.mkdir(parents=True)
    (folder / "service.toml").write_text(described, encoding="utf-8")
    (folder / "schema.json").write_text(schema if isinstance(schema, str) else json.dumps(schema))
    return folder


def test_every_shipped_service_is_sound(services: Services) -> None:
    assert services.broken == ()
    assert "bestattungsanmeldung" in services.by_key


def test_a_town_adds_a_service(tmp_path: Path) -> None:
    write(tmp_path)
    services = load_services(tmp_path)
    service = services.by_key["hundesteuer"]
    form = {"formular": "HUNDESTEUER", "hund": {"name": "Bello"}}
    assert services.recognise(form) == (service,)
    assert services.recognise({}, ["99102013060000"]) == (service,)
    assert service.case_title(form) == "Hund Bello ()"
    assert "bestattungsanmeldung" in services.by_key


def test_a_towns_own_folder_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    described = DOG_TAX.replace('key = "hundesteuer"', 'key = "bestattungsanmeldung"')
    write(tmp_path, described, name="bestattungsanmeldung")
    assert load_services(tmp_path).by_key["bestattungsanmeldung"].title == "Anmeldung eines Hundes"


def test_a_broken_folder_keeps_no_other_from_working(tmp_path: Path) -> None:
    write(tmp_path, "[service", name="kaputt")
    write(tmp_path)
    services = load_services(tmp_path, tmp_path / "gibt-es-nicht")
    assert "hundesteuer" in services.by_key
    (error,) = services.broken
    assert "kaputt/service.toml" in str(error)


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ('key = "hundesteuer"', 'key = "katzensteuer"', 'key = "hundesteuer"'),
        ('kind = "day"', 'kind = "tag"', "„tag“"),
        ("hund.geboren", "hund.name", "zweimal"),
        ("years = 10", "years = -1", "„years“"),
        ("[retention]", "[retention]\nfrist = 3", "frist"),
        ("99102013060000", "4711", "„leika“"),
        ('title = "Hund"', "", "„title“"),
        ("[retention]", "[[check]]\nnot_future = ['hund.name']\n[retention]", "„hund.name“"),
        ("[retention]", "[handover]\nto = 'tierheim'\n[retention]", "„tierheim“"),
        ("[retention]", "[handover]\nto = 'burial'\nfacts = {dog = 'hund.name'}\n[retention]", "„dog“"),
        (
            "[retention]",
            "[handover]\nto = 'burial'\nfacts = {cemetery = 'hund.ort'}\n[retention]",
            "„hund.ort“",
        ),
        ("[retention]", "[handover]\nto = 'burial'\nwords.form.coffin = ['x']\n[retention]", "„form“"),
    ],
)
def test_a_contradiction_is_named(tmp_path: Path, old: str, new: str, word: str) -> None:
    assert old in DOG_TAX
    folder = write(tmp_path, DOG_TAX.replace(old, new, 1))
    with pytest.raises(BadInput) as refused:
        load_service(folder)
    assert word in str(refused.value)
    assert "hundesteuer/service.toml, Zeile" in str(refused.value)


@pytest.mark.parametrize("schema", ["{", "[]", '{"type": "grupe"}', '{"required": 3}'])
def test_a_schema_that_is_none_is_named(tmp_path: Path, schema: str) -> None:
    folder = write(tmp_path, schema=schema)
    with pytest.raises(BadInput, match=r"schema\.json"):
        load_service(folder)


def test_the_example_of_the_handbook_is_sound(tmp_path: Path) -> None:
    handbook = Path(__file__).resolve().parents[2] / "docs" / "services.md"
    example = handbook.read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0]
    service = load_service(write(tmp_path, example))
    assert service.case_title({"hund": {"name": "Bello"}}) == "Hund Bello"


def test_a_service_nobody_could_recognise_is_refused(tmp_path: Path) -> None:
    described = DOG_TAX.replace('"99102013060000"', "")
    start, end = described.index("[[recognise]]"), described.index("[[section]]")
    folder = write(tmp_path, described[:start] + described[end:])
    with pytest.raises(BadInput, match="recognise"):
        load_service(folder)
