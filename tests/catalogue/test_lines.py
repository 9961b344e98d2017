"""Every value of a document is found on the line where it stands."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rathaus_desk.catalogue.lines import LineMap
from rathaus_desk.kernel import resources

TEXT = '''\
a = 1            # comment with [[heads]] and "quotes"
"quoted key" = 'x'
b.c = 2
list = [
  1,
  { deep = [ true, "]" ] },
]
[table]
text = """
[not.a.head]
key = 1
"""
after = { x = 1, y = { z = 2 } }
[[item]]
key = "one"
[item.sub]
n = 1
[[item]]
key = "two"
[[item.sub2]]
m = 1
[[item.sub2]]
m = 2
'''


def test_each_kind_of_place() -> None:
    lines = LineMap.of(TEXT)
    expected = {
        ("a",): 1,
        ("quoted key",): 2,
        ("b", "c"): 3,
        ("list", 0): 5,
        ("list", 1, "deep", 1): 6,
        ("table", "text"): 9,
        ("table", "after", "y", "z"): 13,
        ("item", 0): 14,
        ("item", 0, "sub", "n"): 17,
        ("item", 1, "key"): 19,
        ("item", 1, "sub2", 1, "m"): 23,
    }
    assert {place: lines.line(place) for place in expected} == expected


def test_what_is_not_there_is_on_the_line_of_what_surrounds_it() -> None:
    lines = LineMap.of(TEXT)
    assert lines.line(("item", 1, "amount")) == 18
    assert lines.line(("item",)) == 14
    assert lines.line(()) is None


def places(value: Any, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found = [at] if at else []
    if isinstance(value, dict):
        for key, entry in value.items():
            found += places(entry, (*at, key))
    if isinstance(value, list):
        for position, entry in enumerate(value):
            found += places(entry, (*at, position))
    return found


def test_every_place_of_the_shipped_files_is_known(musterrode: Path) -> None:
    files = [*musterrode.glob("*.toml"), *resources.path("law").glob("*.toml")]
    assert len(files) > 8
    for path in files:
        text = path.read_text(encoding="utf-8")
        lines = LineMap.of(text)
        written = text.splitlines()
        for place in places(tomllib.loads(text)):
            line = lines.line(place)
            assert line is not None
            key = place[-1] if isinstance(place[-1], str) else None
            assert key is None or key in written[line - 1], (path, place)


toml_text = st.text(
    st.characters(codec="utf-8", exclude_characters='"\\', categories=["L", "N", "P", "S", "Zs"])
)
values = st.recursive(
    st.integers() | st.booleans() | toml_text,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.from_regex("[a-z]{1,5}", fullmatch=True), inner, max_size=3)
    ),
    max_leaves=8,
)


def written(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case str():
            return f'"{value}"'
        case list():
            return "[ " + ", ".join(map(written, value)) + " ]"
        case _:
            return "{ " + ", ".join(f"{key} = {written(entry)}" for key, entry in value.items()) + " }"


@given(
    rows=st.lists(
        st.tuples(st.from_regex("[a-z]{1,6}", fullmatch=True), values), unique_by=lambda row: row[0]
    )
)
def test_any_document_is_followed(rows: list[tuple[str, Any]]) -> None:
    text = "\n".join(f"{key} = {written(value)}" for key, value in rows)
    tomllib.loads(text)
    lines = LineMap.of(text)
    for number, (key, _) in enumerate(rows, start=1):
        assert lines.line((key,)) == number
