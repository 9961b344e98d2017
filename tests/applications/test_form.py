"""JSON is read more strictly than JSON asks, and nothing that may arrive gets past it unseen."""

from __future__ import annotations

import json
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rathaus_desk.applications.delivery import Limits, judge_media_type
from rathaus_desk.applications.form import decode, excerpt, faults, find, leaves, read_form, without_blanks
from rathaus_desk.kernel.errors import BadInput

LIMITS = Limits()

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)
forms = st.dictionaries(st.text(max_size=10), values, max_size=5)


@given(forms)
def test_what_is_json_is_read_as_it_stands(form: dict[str, Any]) -> None:
    assert read_form(json.dumps(form), LIMITS) == form


def test_a_fraction_keeps_its_digits() -> None:
    assert read_form('{"betrag": 0.10}', LIMITS) == {"betrag": Decimal("0.10")}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('{"a": 1, "a": 2}', "„a“ kommt zweimal vor"),
        ('{"a": {"b": 1, "b": 1}}', "„b“ kommt zweimal vor"),
        ('{"a": NaN}', "NaN"),
        ('{"a": -Infinity}', "-Infinity"),
        ('{"a": 1' + "0" * 5000 + "}", "mehr als 40 Stellen"),
        ('{"a": 1.' + "0" * 5000 + "}", "mehr als 40 Stellen"),
        ("[" * 100_000, "verschachtelt"),
        ('{"a":' * 50_000, "verschachtelt"),
        ('{"a": [' + "1," * 30_000 + "1]}", "mehr als 20000"),
        ('{"a": "' + "[" * 100 + '"', "fehlt ein Komma"),
        ('{"a": 1,}', "beschädigt"),
        ('{\n"a" 1}', "Zeile 2"),
        ('{"a": }', "fehlt ein Wert"),
        ('{"a": "x', "endet aber nicht"),
        ('{"a": 1} {"b": 2}', "nach dem Ende"),
        ('{"a": "x\ny"}', "Steuerzeichen"),
        ("[]", "Liste"),
        ('"x"', "einzelnen Wert"),
        ("", "beschädigt"),
        ("nul", "beschädigt"),
    ],
)
def test_broken_or_ambiguous_json_is_refused_with_a_sentence(text: str, word: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_form(text, LIMITS)
    assert word in str(refused.value)
    assert "Expecting" not in str(refused.value)


@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_fail_otherwise(content: bytes) -> None:
    judge_media_type(content)
    with suppress(BadInput):
        list(faults(read_form(decode(content), LIMITS), LIMITS))


def test_brackets_inside_texts_do_not_count_as_depth() -> None:
    text = json.dumps({"a": "[{" * 500, "b": 'x"[[' * 50})
    assert read_form(text, LIMITS)["a"] == "[{" * 500


def test_a_byte_order_mark_is_no_part_of_the_form() -> None:
    assert read_form(decode(b'\xef\xbb\xbf{"a": "\xc3\xa4"}'), LIMITS) == {"a": "ä"}


@pytest.mark.parametrize(
    ("content", "word"),
    [(b'{\n"a":\n"\xfc"}', "Zeile 3"), ("{}".encode("utf-16"), "UTF-16"), (b"\xc3", "UTF-8")],
)
def test_other_encodings_are_refused(content: bytes, word: str) -> None:
    with pytest.raises(BadInput, match=word):
        decode(content)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)",
        "</td>",
        "<!--",
        "<?xml version='1.0'?>",
        "JavaScript:alert(1)",
        "data:text/html;base64,xxxx",
        "a\x00b",
        "a\x1b[31mb",
        "Rechnung\u202efdp.exe",
        "\ud800",
        "x" * 20_001,
    ],
)
def test_no_form_may_hold_code_control_characters_or_endless_texts(text: str) -> None:
    for form in ({"a": {"b": text}}, {"a": [text]}, {text: 1}):
        assert list(faults(form, LIMITS))


@pytest.mark.parametrize(
    "text",
    [
        "Jürgen Müller <j.mueller@mail.example>",
        "3 < 5",
        "Zeile 1\nZeile 2\t!",
        "=1+1",
        "{{ name }}",
        "Şahin-Łuczak",
    ],
)
def test_unusual_but_honest_texts_pass(text: str) -> None:
    assert not list(faults({"a": text}, LIMITS))


def test_values_are_found_by_path() -> None:
    form = {"a": {"b": [10, {"c": "x"}]}, "leer": None}
    assert find(form, "a.b.1.c") == "x"
    assert find(form, "a.b.0") == 10
    assert find(form, "a.b.7") is None
    assert find(form, "a.x.c") is None
    assert find(form, "leer.x") is None
    assert dict(leaves(form)) == {"a.b.0": 10, "a.b.1.c": "x", "leer": None}


@given(forms)
def test_taking_out_blanks_takes_out_nothing_else(form: dict[str, Any]) -> None:
    filled = without_blanks(form) or {}
    kept = [
        value
        for _, value in leaves(form)
        if value is not None and (not isinstance(value, str) or value.strip())
    ]
    assert [value for _, value in leaves(filled)] == kept
    assert without_blanks(filled) in (filled, None)


def test_an_excerpt_is_one_short_visible_line() -> None:
    assert excerpt("a\n b\x00c") == "a b\ufffdc"
    assert excerpt("x" * 100) == "x" * 60 + "…"
