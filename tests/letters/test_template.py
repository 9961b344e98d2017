"""Templates: what is allowed, what is refused with its line, and that nothing in a fact becomes markup."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rathaus_desk.kernel import resources
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.money import Money
from rathaus_desk.letters.facts import KINDS
from rathaus_desk.letters.letter import BulletList, Heading, Paragraph, Payment, Run, Signature, Table
from rathaus_desk.letters.markdown import blocks_of
from rathaus_desk.letters.samples import samples
from rathaus_desk.letters.sandbox import FILTERS, Text
from rathaus_desk.letters.template import Template, built_in, check, choose, compose, facts_of

HEAD = """+++
title = "Brief {{ case_number }}"
subject = "Betreff"
kind = "letter"
appeal = "none"
retention_years = 2
+++
"""


@pytest.fixture
def facts():
    return facts_of(samples("fee_notice")[0])


def filled(body, facts):
    """The blocks of a letter with this body."""
    return compose(Template.parse(HEAD + body, "brief.md"), facts).blocks


def refused(text, name="fee_notice.md"):
    with pytest.raises(BadInput) as caught:
        Template.parse(text, name)
    return caught.value


# The letters that come with the program


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_template_of_the_program_works_with_every_sample(name):
    text = resources.path("letters", f"{name}.md").read_text(encoding="utf-8")
    assert check(text, f"{name}.md").name == name
    assert samples(name)


def test_a_template_that_does_not_exist_is_refused():
    with pytest.raises(BadInput, match="liebesbrief"):
        built_in("liebesbrief")


# Markdown


def test_markdown_becomes_blocks(facts):
    body = (
        "Guten Tag **{{ recipient.salutation }}**,\neine Zeile\\\nnoch eine\n\n## Teil\n\n- eins\n- [zwei](https://b.example)\n\n"
        "3. drei\n4. vier\n\n### Unterteil\n"
    )
    assert filled(body, facts) == (
        Paragraph(
            (
                Run("Guten Tag "),
                Run("Sehr geehrter Herr Großmann", bold=True),
                Run(","),
                Run(" "),
                Run("eine Zeile"),
                Run("\n"),
                Run("noch eine"),
            )
        ),
        Heading("Teil", 2),
        BulletList(((Run("eins"),), (Run("zwei", link="https://b.example"),))),
        BulletList(((Run("drei"),), (Run("vier"),)), numbered=True, first=3),
        Heading("Unterteil", 3),
    )


def test_a_table_has_headers_and_numbers_on_the_right(facts):
    (table,) = filled("| Was | Betrag |\n|---|--:|\n| Grab | {{ total }} |\n", facts)
    assert isinstance(table, Table)
    assert [(column.title, column.numeric, column.heads_row) for column in table.columns] == [
        ("Was", False, True),
        ("Betrag", True, False),
    ]
    assert table.rows == (((Run("Grab"),), (Run("2.731,00\u00a0€"),)),)


def test_indentation_means_nothing(facts):
    assert filled("{% if lines %}\n        Ein Satz.\n{% endif %}\n", facts) == (
        Paragraph((Run("Ein Satz."),)),
    )


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("# Großer Titel\n", "##"),
        ("> Zitat\n", "Zitat"),
        ("a\n\n***\n", "Trennlinie"),
        ("- a\n  - b\n", "Liste in einer Liste"),
        ("[x](javascript:alert)\n", None),
        ("[x](file:///etc/passwd)\n", None),
        ("[x](seite.html)\n", "seite.html"),
        ("::: unbekannt\n", "unbekannt"),
    ],
)
def test_what_a_letter_cannot_show_is_refused(body, said, facts):
    if said is None:
        (paragraph,) = filled(body, facts)
        assert not any(run.link for run in paragraph.runs)
        return
    with pytest.raises(BadInput, match=said):
        filled(body, facts)


def test_the_line_of_what_cannot_be_shown_is_that_of_the_file(facts):
    body = "{% for fee in lines %}\n{{ fee.label }}\n\n{% endfor %}\n{% if corrects %}\nx\n{% endif %}\n"
    with pytest.raises(BadInput, match=r"brief\.md, Zeile 15: .*„> Zitat“") as caught:
        filled(body + "> Zitat\n", facts)
    assert (caught.value.place.file, caught.value.place.line) == ("brief.md", 15)


def test_what_cannot_be_shown_is_quoted_where_its_line_is_not_sure(facts):
    with pytest.raises(BadInput, match=r"„> 2\.731,00\s€“") as caught:
        filled("Text\n\n> {{ total }}\n", facts)
    assert caught.value.place.line is None
    with pytest.raises(BadInput, match=r"„# 9{58} …“"):
        filled("# " + "9" * 500 + "\n", facts)


def test_html_is_text(facts):
    (paragraph,) = filled("<b>fett</b> & <script>x</script>\n", facts)
    assert "".join(run.text for run in paragraph.runs) == "<b>fett</b> & <script>x</script>"


# Facts


NASTY = st.text(alphabet="*_`#>-+.1)[](){}<>&|\\~:!\"'%=@/ aß\u00a0\n\t", min_size=1, max_size=40)


@given(NASTY)
@settings(max_examples=200, deadline=None)
def test_no_sign_in_a_fact_becomes_markup(value):
    facts = facts_of(replace(samples("fee_notice")[0], matter=value))
    blocks = filled("x{{ matter }}x\n", facts)
    assert len(blocks) == 1
    assert isinstance(blocks[0], Paragraph)
    assert not any(run.bold or run.link for run in blocks[0].runs)
    words = "".join(run.text for run in blocks[0].runs)
    assert words.replace(" ", "") == f"x{value.strip()}x".replace(" ", "").replace("\n", "").replace("\t", "")


@given(NASTY)
@settings(max_examples=100, deadline=None)
def test_a_fact_at_the_beginning_of_a_line_starts_no_list_and_no_heading(value):
    facts = facts_of(replace(samples("fee_notice")[0], matter=f"1. {value}"))
    assert all(isinstance(block, Paragraph) for block in filled("{{ matter }}\n", facts))


def test_values_are_written_as_germans_write_them(facts):
    facts |= {"moment": datetime(2026, 11, 20, 14, 0), "count": 1}
    (paragraph,) = filled(
        "{{ total }} {{ day }} {{ day | langes_datum }} {{ moment | uhrzeit }} {{ moment }}"
        " {{ count | tage }} {{ sender.account.iban | iban }} {{ reasons | anzahl | jahre }}\n",
        facts,
    )
    assert "".join(run.text for run in paragraph.runs) == (
        "2.731,00\u00a0€ 25.11.2026 25. November 2026 14:00 Uhr 20.11.2026, 14:00 Uhr 1 Tag"
        " DE02 1203 0000 0000 2020 51 2 Jahre"
    )


@pytest.mark.parametrize(
    ("names", "text"), [(("a",), "a"), (("a", "b"), "a und b"), (("a", "b", "c"), "a, b und c"), ((), "")]
)
def test_names_are_listed_with_und(names, text):
    assert Text("{{ names | aufzählung }}", "x.md", markdown=False).fill({"names": names}) == text


def test_a_missing_fact_is_named_with_its_line(facts):
    template = Template.parse(HEAD + "Zeile acht\n\n{{ kontostand }}\n", "brief.md")
    with pytest.raises(BadInput, match="„kontostand“") as caught:
        compose(template, facts)
    assert caught.value.place.line == 10
    assert caught.value.place.file == "brief.md"


def test_a_missing_detail_is_named(facts):
    with pytest.raises(BadInput, match="lieblingsfarbe"):
        filled("{{ sender.lieblingsfarbe }}\n", facts)


def test_a_missing_fact_in_a_condition_is_not_taken_for_no(facts):
    with pytest.raises(BadInput, match="kontostand"):
        filled("{% if kontostand %}x{% endif %}\n", facts)


@pytest.mark.parametrize("expression", ["corrects", "lines", "sender", "payment", "[]", "total == total"])
def test_what_is_no_text_is_not_printed(expression, facts):
    with pytest.raises(BadInput):
        filled("{{ " + expression + " }}\n", facts)


def test_a_filter_on_the_wrong_kind_of_value_is_the_templates_fault(facts):
    with pytest.raises(BadInput, match="passt nicht") as caught:
        filled("ok\n{{ case_number | euro }}\n", facts)
    assert caught.value.place.line == 9


def test_without_recipient_there_is_no_letter(facts):
    del facts["recipient"]
    with pytest.raises(BadInput, match="recipient"):
        filled("x\n", facts)


# What the sandbox refuses, with the line


@pytest.mark.parametrize(
    "line",
    [
        "{{ 'a' * 10**9 }}",
        "{{ 'a' * 1000000000 }}",
        "{{ 2 ** 99999 }}",
        "{{ '%99999999d' % 1 }}",
        "{{ case_number.__class__ }}",
        "{{ case_number.format() }}",
        "{{ ''.join(lines) }}",
        "{{ lines[0] }}",
        "{{ range(99999999) }}",
        "{{ case_number | replace('a', 'b') }}",
        "{{ case_number | center(999999999) }}",
        "{{ case_number | attr('x') }}",
        "{% set a = case_number ~ case_number %}",
        "{% macro f() %}{% endmacro %}",
        "{% include 'fee_notice.md' %}",
        "{% extends 'x' %}",
        "{% import 'x' as y %}",
        "{% for a in lines %}{% for b in lines %}{% endfor %}{% endfor %}",
        "{% for a in lines recursive %}{% endfor %}",
        "{% block a %}{% endblock %}",
        "{{ [1, 2] }}",
        "{{ {'a': 1} }}",
        "{{ total is callable }}",
        "{{ unbekannte_angabe }}",
        "{{ case_number | unbekannt }}",
        "{{ case_number",
        "{% if total %}",
        "{% endif %}",
        "{% quatsch %}",
    ],
)
def test_what_a_letter_does_not_need_is_refused_with_its_line(line):
    error = refused(HEAD + "erste Zeile\n\n" + line + "\n")
    assert error.place.file == "fee_notice.md"
    assert error.place.line in (10, 11)


@pytest.mark.parametrize(
    "body",
    [
        "{{ " + "(" * 3_000 + "total" + ")" * 3_000 + " }}",
        "{{ " + "not " * 5_000 + "total }}",
        "{{ case_number" + " | großgeschrieben" * 4_000 + " }}",
        "{{ sender" + ".town" * 8_000 + " }}",
        "{% if total %}" * 200 + "x" + "{% endif %}" * 200,
        "{% if total %}" + "{% elif total %}" * 4_000 + "{% endif %}",
        "{{ " + "9" * 5_000 + " | tage }}",
    ],
)
def test_what_nests_or_counts_beyond_reason_is_refused(body):
    error = refused(HEAD + body + "\n")
    assert "verschachtelt" in error.sentence
    assert error.place.file == "fee_notice.md"


def test_a_loop_cannot_make_an_endless_letter(facts):
    facts["reasons"] = ("x" * 1_000,) * 5_000
    with pytest.raises(BadInput, match="länger"):
        filled("{% for reason in reasons %}{{ reason }}{% endfor %}\n", facts)


def test_a_huge_template_is_refused():
    assert "länger" in refused(HEAD + "x" * 200_000).sentence


# The head


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("kein Kopf\n", 1),
        ("", 1),
        ("+++\ntitle = 'a'\n", 1),
        ("vorher\n" + HEAD, 1),
        (HEAD.replace('kind = "letter"', "kind = letter"), 4),
        (HEAD.replace('kind = "letter"', 'kind = "roman"'), 4),
        (HEAD.replace("retention_years = 2", 'retention_years = "zwei"'), 6),
        (HEAD.replace("retention_years = 2", "retention_years = 2\nfarbe = 'rot'"), 7),
        (HEAD.replace('"Betreff"', '"{{ unbekannt }}"'), 3),
        (HEAD.replace('"Betreff"', '"{{ 9 * 9 }}"'), 3),
        (HEAD + "a\n::: quatsch\n", 9),
        (HEAD + "::: appeal\n", 8),
    ],
)
def test_a_wrong_head_is_refused_with_its_line(text, line):
    assert refused(text).place.line == line


def test_a_head_that_lacks_something_names_it():
    assert "subject" in refused(HEAD.replace('subject = "Betreff"\n', "")).sentence


def test_a_notice_needs_its_remedy():
    notice = HEAD.replace('"letter"', '"notice"').replace('"none"', '"widerspruch"')
    assert "Rechtsbehelfsbelehrung" in refused(notice + "Text\n").sentence
    assert Template.parse(notice + "Text\n\n::: appeal\n", "fee_notice.md").head.kind == "notice"


def test_windows_line_ends_and_a_byte_order_mark_do_no_harm(facts):
    text = "\ufeff" + (HEAD + "Text\n").replace("\n", "\r\n")
    assert compose(Template.parse(text, "brief.md"), facts).blocks == (Paragraph((Run("Text"),)),)


# A town's own template


def own_template():
    text = resources.path("letters", "fee_notice.md").read_text(encoding="utf-8")
    return text.replace("werden Gebühren in Höhe von", "setzen wir Gebühren fest in Höhe von")


def test_a_towns_own_template_is_taken_if_it_works(facts):
    chosen = choose("fee_notice", own_template())
    assert chosen.rejected is None
    letter = compose(chosen.template, facts)
    assert "setzen wir Gebühren fest" in str(letter.blocks)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace("{{ total", "{{ totl"),
        lambda text: text.replace("::: fees", "::: fes"),
        lambda text: text.replace("::: appeal", ""),
        lambda text: text + "\n> Zitat\n",
        lambda text: text + "\n漢\n",
        lambda text: text.replace("corrects.day", "corrects.tag"),
        lambda text: "",
    ],
)
def test_an_own_template_with_an_error_never_replaces_the_good_one(spoil):
    chosen = choose("fee_notice", spoil(own_template()))
    assert chosen.template is built_in("fee_notice")
    assert chosen.rejected is not None


# Blocks made of facts


def test_a_letter_without_fees_has_neither_table_nor_payment():
    free = facts_of(samples("extension_notice")[1])
    blocks = compose(built_in("extension_notice"), free).blocks
    assert not any(isinstance(block, Table | Payment) for block in blocks)
    assert isinstance(blocks[-1], Signature)


def test_markdown_outside_of_a_template_names_its_line():
    with pytest.raises(BadInput) as caught:
        blocks_of("a\n\n> b\n", {}, "x.md")
    assert caught.value.place.line == 3


def test_facts_are_plain_values(facts):
    assert facts["total"] == Money(273100)
    assert facts["day"] == date(2026, 11, 25)


# The handbook of templates


@pytest.fixture(scope="module")
def handbook():
    return (resources.root().parent / "docs" / "letter-templates.md").read_text(encoding="utf-8")


def test_the_handbooks_examples_work(handbook, facts):
    whole, table, conditions = re.findall(r"```markdown\n(.*?)```", handbook, re.DOTALL)
    assert check(whole, "fee_notice.md")
    assert isinstance(filled(table, facts)[0], Table)
    assert len(filled(conditions, facts)) == 3


def test_the_handbook_knows_every_filter_every_fact_and_every_block(handbook):
    for name in FILTERS:
        assert f"`{name}`" in handbook, name
    for kind in KINDS.values():
        for one in fields(kind):
            assert re.search(rf"`{one.name}[`.]", handbook), one.name
    for part in resources.path("letters", "parts").glob("*.md"):
        assert f"::: {part.stem}" in handbook or f'"{part.stem}"' in handbook, part.stem


@pytest.mark.parametrize(
    ("expression", "result"), [("{{ 1 | tage }}", "1 Tag"), ("{{ day | datum }}", "25.11.2026")]
)
def test_the_handbooks_filters_do_what_it_says(expression, result, facts):
    (paragraph,) = filled(expression + "\n", facts)
    assert "".join(run.text for run in paragraph.runs) == result
