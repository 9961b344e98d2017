"""Templates' language: Jinja2, cut down to what a letter needs, so that a faulty template cannot do harm.

Jinja's own sandbox keeps a template from the program's inside, but not from asking for endless work
(``{{ 'a' * 10**9 }}``). Here everything is refused that is not on a short list: no arithmetic, no calls, no
assignments, no macros, no loop inside a loop. The text that comes out is limited too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NoReturn

from jinja2 import StrictUndefined, TemplateSyntaxError, meta, nodes
from jinja2 import Template as Program
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing
from stdnum import iban, iso11649

from rathaus_desk.kernel.clock import at_town
from rathaus_desk.kernel.errors import BadInput, Place
from rathaus_desk.kernel.money import Money
from rathaus_desk.kernel.periods import german_date

LONGEST_TEMPLATE = 100_000
LONGEST_LETTER = 400_000
"""Characters."""

_TESTS = frozenset({"defined", "none"})
_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.Filter,
    nodes.Test,
    nodes.If,
    nodes.For,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Const,
    nodes.Concat,
    nodes.Tuple,
)
_MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni",
    "Juli", "August", "September", "Oktober", "November", "Dezember",
)  # fmt: skip
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_ESCAPED = re.compile(r"\\" + _PUNCTUATION.pattern)
_BLANKS = re.compile("[ \t\n\r]*[\t\n\r][ \t\n\r]*")


class _MissingFact(Exception):
    """A template asks for something it was not told."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class _NoValue(Exception):
    """Something stands where text should, and has none."""


class _Missing(StrictUndefined):
    """Strict, and able to say what is missing."""

    __slots__ = ()

    def __init__(self, hint: str | None = None, obj: Any = missing, name: str | None = None, *_: Any) -> None:
        owner = "" if obj is missing else f"{type(obj).__name__}."
        raised: Any = lambda _message: _MissingFact(f"{owner}{name}")  # noqa: E731 - called like a class
        super().__init__(hint, obj, name, raised)


# What expressions may do with values


def _euro(value: Money) -> str:
    return value.german()


def _long_date(value: date) -> str:
    return f"{value.day}. {_MONTHS[value.month - 1]} {value.year}"


def _time_of_day(value: datetime) -> str:
    return f"{at_town(value):%H:%M} Uhr"


def _counted(one: str, many: str) -> Callable[[int], str]:
    return lambda number: f"{number} {one if number == 1 else many}"


def _listed(values: Iterable[str]) -> str:
    """``a, b und c``."""
    *first, last = [str(value) for value in values] or [""]
    return f"{', '.join(first)} und {last}" if first else last


FILTERS: dict[str, Callable[[Any], Any]] = {
    "euro": _euro,
    "datum": german_date,
    "langes_datum": _long_date,
    "uhrzeit": _time_of_day,
    "tage": _counted("Tag", "Tage"),
    "monate": _counted("Monat", "Monate"),
    "jahre": _counted("Jahr", "Jahre"),
    "iban": iban.format,
    "kassenzeichen": iso11649.format,
    "aufzählung": _listed,
    "anzahl": len,
    "erstes": lambda values: values[0],
    "großgeschrieben": lambda text: text[:1].upper() + text[1:],
}
"""The filters of templates; docs/letter-templates.md explains each."""


def _text_of(value: object) -> str:
    """A value as it is printed where a template names it without a filter."""
    match value:
        case StrictUndefined():
            return str(value)
        case str():
            return _BLANKS.sub(" ", value).strip()
        case bool() | None:
            raise _NoValue
        case int():
            return str(value)
        case Money():
            return value.german()
        case datetime():
            return f"{german_date(at_town(value).date())}, {_time_of_day(value)}"
        case date():
            return german_date(value)
    raise _NoValue


def _markdown_of(value: object) -> str:
    """The same, so that no sign in a name is taken for Markdown."""
    return _PUNCTUATION.sub(r"\\\1", _text_of(value))


def without_escapes(markdown: str) -> str:
    """Filled-in Markdown as its author reads it, without the strokes that `_markdown_of` sets."""
    return _ESCAPED.sub(r"\1", markdown)


@lru_cache(maxsize=2)
def _environment(markdown: bool) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        undefined=_Missing,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
        finalize=_markdown_of if markdown else _text_of,
    )
    environment.globals.clear()
    environment.filters = dict(FILTERS)
    environment.tests = {name: test for name, test in environment.tests.items() if name in _TESTS}
    return environment


class Text:
    """One text of a template, checked, ready to be filled. ``first_line``: where it begins in its file."""

    def __init__(
        self,
        source: str,
        file: str,
        first_line: int = 1,
        names: frozenset[str] | None = None,
        *,
        markdown: bool = True,
    ) -> None:
        """Raises BadInput, with the line, for what is not allowed or none of ``names`` (None: any name)."""
        self._file = file
        self._first = first_line
        self._lines = [line.strip() for line in source.split("\n")]
        environment = _environment(markdown)
        try:
            tree = environment.parse(source)
            self._refuse_all_but_allowed(tree)
            self._refuse_unknown(tree, names)
            code = environment.compile(tree, name=file, filename=file)
        except TemplateSyntaxError as error:
            raise self._error(
                f"Die Vorlage ist an dieser Stelle nicht lesbar ({error.message}).", error.lineno
            ) from error
        except (RecursionError, SyntaxError, ValueError) as error:
            # Jinja, and Python below it, give up on what nests too deeply and on numbers of 4,300 digits.
            raise self._error(
                "Die Vorlage ist zu tief verschachtelt, oder eine Zahl darin ist zu lang.", None, repr(error)
            ) from error
        self._program = Program.from_code(environment, code, {})

    def fill(self, facts: Mapping[str, object]) -> str:
        """The text with ``facts``; BadInput names what is missing, with its line."""
        parts: list[str] = []
        length = 0
        try:
            for part in self._program.generate(facts):
                length += len(part)
                if length > LONGEST_LETTER:
                    raise self._error(f"Der Brief wird länger als {LONGEST_LETTER} Zeichen.", None)
                parts.append(part)
        except BadInput:
            raise
        except _MissingFact as error:
            raise self._error(f"Die Angabe „{error.name}“ fehlt.", self._line_of(error)) from error
        except _NoValue as error:
            raise self._error(
                "Hier steht kein Text, sondern eine leere oder zusammengesetzte Angabe.", self._line_of(error)
            ) from error
        except Exception as error:
            # Filters meet values they were not made for: whatever they raise, the template is at fault.
            raise self._error(
                "Diese Angabe passt nicht zu dem, was die Vorlage damit tut.",
                self._line_of(error),
                repr(error),
            ) from error
        return "".join(parts)

    def line_of(self, filled: str) -> int | None:
        """The line in the file that is ``filled``, a line of the filled-in text; None if none or several."""
        found = [number for number, line in enumerate(self._lines, self._first) if line == filled.strip()]
        return found[0] if len(found) == 1 else None

    def _refuse_all_but_allowed(self, node: nodes.Node, in_loop: bool = False) -> None:
        if not isinstance(node, _ALLOWED):
            self._refuse(f"„{_named(node)}“ ist in Briefvorlagen nicht erlaubt", node)
        if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
            self._refuse(f"„{node.attr}“ ist keine Angabe", node)
        if isinstance(node, nodes.Filter):
            if node.name not in FILTERS:
                self._refuse(
                    f"Den Filter „{node.name}“ gibt es nicht; es gibt {_listed(sorted(FILTERS))}", node
                )
            if node.args or node.kwargs or node.node is None:
                self._refuse(f"Der Filter „{node.name}“ steht ohne Klammern hinter einer Angabe", node)
        if isinstance(node, nodes.Test) and node.name not in _TESTS:
            self._refuse(f"Die Prüfung „{node.name}“ gibt es nicht", node)
        if isinstance(node, nodes.For):
            if node.recursive or in_loop:
                self._refuse("Eine Schleife in einer Schleife ist nicht erlaubt", node)
            in_loop = True
        for child in node.iter_child_nodes():
            self._refuse_all_but_allowed(child, in_loop)

    def _refuse_unknown(self, tree: nodes.Template, names: frozenset[str] | None) -> None:
        if names is None:
            return
        unknown = meta.find_undeclared_variables(tree) - names
        for node in tree.find_all(nodes.Name):
            if node.name in unknown:
                self._refuse(
                    f"Die Angabe „{node.name}“ gibt es in diesem Brief nicht;"
                    f" es gibt {_listed(sorted(names))}",
                    node,
                )

    def _refuse(self, sentence: str, node: nodes.Node) -> NoReturn:
        raise self._error(f"{sentence}.", node.lineno)

    def _error(self, sentence: str, line: int | None, detail: str = "") -> BadInput:
        place = Place(self._file, None if line is None else line + self._first - 1)
        return BadInput(sentence, place=place, detail=detail)

    def _line_of(self, error: BaseException) -> int | None:
        trace, line = error.__traceback__, None
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == self._file:
                line = trace.tb_lineno
            trace = trace.tb_next
        return line


_NODE_NAMES: dict[type[nodes.Node], str] = {
    nodes.Mul: "*",
    nodes.Pow: "**",
    nodes.Mod: "%",
    nodes.Add: "+",
    nodes.Sub: "-",
    nodes.Div: "/",
    nodes.FloorDiv: "//",
    nodes.Call: "( )",
    nodes.Getitem: "[ ]",
    nodes.Assign: "set",
    nodes.AssignBlock: "set",
    nodes.Macro: "macro",
    nodes.CallBlock: "call",
    nodes.FilterBlock: "filter",
    nodes.With: "with",
    nodes.Include: "include",
    nodes.Import: "import",
    nodes.FromImport: "from … import",
    nodes.Extends: "extends",
    nodes.Block: "block",
    nodes.List: "[ ]",
    nodes.Dict: "{ }",
}


def _named(node: nodes.Node) -> str:
    return _NODE_NAMES.get(type(node), type(node).__name__)
