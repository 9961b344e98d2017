"""The command line speaks German, its library's own texts included."""

from __future__ import annotations

import ast
import gettext
import subprocess
from pathlib import Path

import click
import pytest

from rathaus_desk.kernel import resources

FOR_PROGRAMMERS = {
    "Value must be an iterable.",
    "Could not determine name for option with declarations {decls!r}",
    "Arguments take exactly one parameter declaration, got {length}: {decls}.",
    "Name '{name}' defined twice",
    "Boolean option {decl!r} cannot use the same flag for true/false.",
    "Invalid start character for option ({option})",
    "Couldn't detect Bash version, shell completion is not supported.",
    "Shell completion is not supported for Bash versions older than 4.4.",
    "Unknown color {colour!r}",
    "Unknown standard stream '{name}'",
    "d",
}
"""Mistakes in our own declarations and a shell's completion: no clerk meets them."""


def texts_of_click() -> set[str]:
    found = set()
    for file in Path(click.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"_", "ngettext"}:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found.add(first.value)
    return {
        text for text in found if text not in FOR_PROGRAMMERS and not text.startswith("No options defined")
    }


def test_every_text_of_the_library_that_a_clerk_may_meet_is_translated() -> None:
    german = gettext.translation("click", resources.path("translations"), languages=["de"])
    catalogue = vars(german)["_catalog"]
    missing = {text for text in texts_of_click() if text not in catalogue and (text, 0) not in catalogue}
    assert not missing


@pytest.mark.parametrize("arguments", [["--help"], ["--json", "--help"]])
def test_help_is_german(rathaus_desk, arguments: list[str]) -> None:
    done = rathaus_desk(*arguments)
    assert done.returncode == 0
    assert "Aufruf: rathaus-desk [OPTIONEN] BEFEHL" in done.stdout
    assert "Zeigt diese Hilfe." in done.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--falsch"], "Die Option '--falsch' gibt es nicht."),
        (["falsch"], "Den Befehl 'falsch' gibt es nicht."),
        (["search"], "Es fehlt die Angabe"),
        (["search", "Groß", "--at", "gestern"], "„gestern“ ist kein Zeitpunkt"),
    ],
)
def test_wrong_use_is_one_german_sentence_and_status_two(
    rathaus_desk, arguments: list[str], sentence: str
) -> None:
    done = rathaus_desk(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_compiled_texts_are_those_of_the_source(tmp_path: Path) -> None:
    source = resources.path("translations", "click.po")
    compiled = tmp_path / "click.mo"
    subprocess.run(["msgfmt", "-o", str(compiled), str(source)], check=True, capture_output=True)
    shipped = resources.path("translations", "de", "LC_MESSAGES", "click.mo")
    with compiled.open("rb") as fresh, shipped.open("rb") as ours:
        assert (
            vars(gettext.GNUTranslations(fresh))["_catalog"]
            == vars(gettext.GNUTranslations(ours))["_catalog"]
        )
