"""Pictures of halls: from the hall file, added by a clerk, with words for whoever cannot see them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from rathaus_desk.halls import queries
from rathaus_desk.halls.operations.houses import AddPicture, DescribePicture, RemovePicture
from rathaus_desk.halls.pictures import LARGEST, keep_picture, picture_type
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.office.founding import checked, load
from rathaus_desk.office.town_hall import TownHall
from rathaus_desk.store.attachments import attachments_of

PNG = b"\x89PNG\r\n\x1a\n a hall"
HALL = """
[[hall]]
key = "scheune"
name = "Kulturscheune"
rooms = ["tenne"]
[[hall.set]]
key = "tenne"
name = "Tenne"
rooms = ["tenne"]
"""
PICTURE = """
[[hall.picture]]
file = "bilder/{name}.png"
text = "{text}"
"""


@pytest.fixture
def take_over(town: TownHall, tmp_path: Path) -> Callable[..., UUID]:
    """Loads a hall file with pictures (name → words); the hall's id."""

    def taken(**pictures: str) -> UUID:
        file = tmp_path / "scheune.toml"
        named = (PICTURE.format(name=name, text=text) for name, text in pictures.items())
        file.write_text(HALL + "".join(named), encoding="utf-8")
        load(town, checked(file))
        with town.store.read() as session:
            return queries.hall_named(session, "scheune").id

    return taken


def put_beside(folder: Path, name: str, content: bytes = PNG) -> None:
    (folder / "bilder").mkdir(exist_ok=True)
    (folder / "bilder" / f"{name}.png").write_bytes(content)


def seen(town: TownHall, hall: UUID) -> list[tuple[str, bytes]]:
    with town.store.read() as session:
        return [
            (one.text, town.store.read_attachment(attachments_of(session, one.id)[0]))
            for one in queries.pictures_of(session, hall)
        ]


def test_the_example_hall_has_its_picture(town: TownHall, hall_id: Callable[[str], UUID]) -> None:
    ((text, content),) = seen(town, hall_id("dgh-altenfeld"))
    assert text.startswith("Dorfgemeinschaftshaus Altenfeld von vorn")
    assert picture_type(content, "x") == "image/png"


def test_pictures_lie_beside_their_file(town: TownHall, take_over: Callable[..., UUID], tmp_path) -> None:
    put_beside(tmp_path, "tenne")
    hall = take_over(tenne="Tenne mit Balken")
    assert seen(town, hall) == [("Tenne mit Balken", PNG)]
    put_beside(tmp_path, "tenne", PNG + b", new")
    put_beside(tmp_path, "hof")
    take_over(hof="Hof", tenne="Tenne")
    assert seen(town, hall) == [("Hof", PNG), ("Tenne", PNG + b", new")]
    (tmp_path / "bilder" / "tenne.png").unlink()
    take_over(tenne="Tenne von innen")
    assert seen(town, hall) == [("Tenne von innen", PNG + b", new")]


def test_a_picture_that_never_came_is_named_and_nothing_is_changed(
    town: TownHall, take_over: Callable[..., UUID]
) -> None:
    with pytest.raises(BadInput, match=r"bilder/tenne\.png"):
        take_over(tenne="Tenne")
    with town.store.read() as session, pytest.raises(BadInput):
        queries.hall_named(session, "scheune")


@pytest.mark.parametrize("path", ["../geheim.png", "/etc/hall.png", "C:/hall.png", "hall.svg", "a\\\\b.png"])
def test_a_picture_lies_nowhere_else(tmp_path: Path, path: str) -> None:
    file = tmp_path / "scheune.toml"
    file.write_text(f'{HALL}[[hall.picture]]\nfile = "{path}"\ntext = "x"\n', encoding="utf-8")
    with pytest.raises(BadInput, match="file"):
        checked(file)


def test_a_clerk_adds_describes_and_removes(town: TownHall, hall_id, tmp_path: Path) -> None:
    hall = hall_id("grillhuette-eichwald")
    put_beside(tmp_path, "grill")
    kept = keep_picture(town.store, tmp_path / "bilder" / "grill.png")
    with pytest.raises(BadInput, match="Beschreibung"):
        town.run(AddPicture(hall=hall, file=kept, text=" "))
    picture = town.run(AddPicture(hall=hall, file=kept, text="Grillhütte")).value
    town.run(DescribePicture(picture=picture, text="Grillhütte am Waldrand"))
    assert seen(town, hall) == [("Grillhütte am Waldrand", PNG)]
    removed = town.run(RemovePicture(picture=picture))
    assert seen(town, hall) == []
    town.store.undo(removed.operation, clerk=town.clerk)
    assert seen(town, hall) == [("Grillhütte am Waldrand", PNG)]


def test_what_a_clerk_added_stays_when_the_file_is_loaded_anew(
    town: TownHall, take_over: Callable[..., UUID], tmp_path: Path
) -> None:
    put_beside(tmp_path, "tenne")
    hall = take_over()
    kept = keep_picture(town.store, tmp_path / "bilder" / "tenne.png")
    town.run(AddPicture(hall=hall, file=kept, text="Fest"))
    take_over(tenne="Tenne")
    assert [text for text, _ in seen(town, hall)] == ["Tenne", "Fest"]


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"<svg>", PNG + bytes(LARGEST)])
def test_only_pictures_of_a_bearable_size_are_kept(town: TownHall, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bild.png"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=r"bild\.png"):
        keep_picture(town.store, path)
