"""Markdown to blocks: what letters need of CommonMark, and ``::: name`` lines for blocks made of facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NoReturn

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from rathaus_desk.kernel.errors import BadInput, Place
from rathaus_desk.letters.letter import (
    Block,
    BulletList,
    Column,
    Heading,
    Inline,
    Paragraph,
    Run,
    Table,
)

Insert = Callable[[], tuple[Block, ...]]
"""Makes the blocks of a ``::: name`` line."""

_MARK = ":::"
_NARROWEST, _WIDEST = 10, 45
"""Letters, for sharing a table's width."""

_SCHEMES = ("https:", "http:", "mailto:", "tel:")


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    """CommonMark and tables; no HTML, code, pictures. Indentation means nothing: templates may indent."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.disable(
        ["code", "fence", "html_block", "html_inline", "image", "backticks", "reference", "lheading"]
    )
    parser.block.ruler.before("paragraph", "insert", _insert_rule, {"alt": ["paragraph", "list", "table"]})
    return parser


def _insert_rule(state: StateBlock, first: int, last: int, silent: bool) -> bool:  # noqa: ARG001 - the library's form
    start, end = state.bMarks[first] + state.tShift[first], state.eMarks[first]
    line = state.src[start:end]
    if not line.startswith(_MARK):
        return False
    if not silent:
        state.line = first + 1
        token = state.push("insert", "", 0)
        token.info = line.removeprefix(_MARK).strip()
        token.map = [first, first + 1]
    return True


def insert_lines(text: str) -> Iterator[tuple[int, str]]:
    """The ``::: name`` lines of a template: line from 1, name."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip().startswith(_MARK):
            yield number, line.strip().removeprefix(_MARK).strip()


def blocks_of(text: str, inserts: Mapping[str, Insert], file: str = "") -> tuple[Block, ...]:
    """The blocks of ``text``.

    Raises BadInput for Markdown a letter cannot show; its line is that of the filled-in text.
    """
    tokens = _parser().parse(text)
    return tuple(_Reader(tokens, inserts, file).blocks())


class _Reader:
    """Walks over the tokens once."""

    def __init__(self, tokens: list[Token], inserts: Mapping[str, Insert], file: str) -> None:
        self._tokens = iter(tokens)
        self._inserts = inserts
        self._file = file

    def blocks(self) -> Iterator[Block]:
        for token in self._tokens:
            match token.type:
                case "heading_open":
                    yield self._heading(token)
                case "paragraph_open":
                    yield Paragraph(self._inline())
                case "bullet_list_open" | "ordered_list_open":
                    yield self._list(token)
                case "table_open":
                    yield self._table(token)
                case "insert":
                    yield from self._insert(token)
                case "paragraph_close" | "heading_close":
                    pass
                case _:
                    self._refuse(token)

    def _heading(self, token: Token) -> Heading:
        level = int(token.tag[1])
        if level not in (2, 3):
            self._fail(
                token, "Überschriften beginnen mit ## oder ###; der Betreff steht im Kopf der Vorlage."
            )
        return Heading("".join(run.text for run in self._inline()), level)

    def _inline(self) -> Inline:
        return tuple(self._runs(next(self._tokens)))

    def _runs(self, token: Token) -> Iterator[Run]:
        bold, link = 0, ""
        for child in token.children or ():
            match child.type:
                case "text" | "text_special":
                    if child.content:
                        yield Run(child.content, bold > 0, link)
                case "softbreak":
                    yield Run(" ", bold > 0, link)
                case "hardbreak":
                    yield Run("\n", bold > 0, link)
                case "strong_open" | "em_open":
                    bold += 1
                case "strong_close" | "em_close":
                    bold -= 1
                case "link_open":
                    link = self._address(child, token)
                case "link_close":
                    link = ""
                case _:
                    self._refuse(child, token)

    def _address(self, child: Token, owner: Token) -> str:
        address = str(child.attrGet("href") or "")
        if not address.startswith(_SCHEMES):
            self._fail(owner, f"Der Verweis „{address}“ beginnt nicht mit https:, http:, mailto: oder tel:.")
        return address

    def _list(self, opening: Token) -> BulletList:
        items: list[Inline] = []
        end = opening.type.replace("open", "close")
        for token in self._tokens:
            if token.type == end:
                break
            if token.type == "paragraph_open":
                items.append(self._inline())
            elif token.type not in ("list_item_open", "list_item_close", "paragraph_close"):
                self._refuse(token)
        return BulletList(
            tuple(items),
            numbered=opening.type == "ordered_list_open",
            first=int(opening.attrGet("start") or 1),
        )

    def _table(self, opening: Token) -> Table:
        titles: list[str] = []
        numeric: list[bool] = []
        rows: list[list[Inline]] = []
        for token in self._tokens:
            if token.type == "table_close":
                break
            if token.type == "th_open":
                titles.append("".join(run.text for run in self._inline()))
                numeric.append("right" in str(token.attrGet("style") or ""))
            elif token.type == "tr_open":
                rows.append([])
            elif token.type == "td_open":
                rows[-1].append(self._inline())
        if not any(titles):
            self._fail(opening, "Eine Tabelle braucht Überschriften über ihren Spalten.")
        columns = tuple(
            Column(title, _share(title, (row[number] for row in rows[1:])), right, heads_row=number == 0)
            for number, (title, right) in enumerate(zip(titles, numeric, strict=True))
        )
        return Table(columns, tuple(tuple(row) for row in rows[1:]))

    def _insert(self, token: Token) -> tuple[Block, ...]:
        if token.info not in self._inserts:
            self._fail(token, f"Den Baustein „::: {token.info}“ gibt es nicht.")
        return self._inserts[token.info]()

    def _refuse(self, token: Token, owner: Token | None = None) -> NoReturn:
        kind = token.type.removesuffix("_open")
        self._fail(owner or token, f"So etwas kann ein Brief nicht zeigen ({_GERMAN.get(kind, kind)}).")

    def _fail(self, token: Token, sentence: str) -> NoReturn:
        line = token.map[0] + 1 if token.map else None
        raise BadInput(sentence, place=Place(self._file, line))


def _share(title: str, cells: Iterable[Inline]) -> int:
    """Columns are as wide as their longest cell asks for, within bounds."""
    longest = max((sum(len(run.text) for run in cell) for cell in cells), default=0)
    return max(_NARROWEST, min(_WIDEST, max(longest, len(title))))


_GERMAN = {
    "blockquote": "Zitat",
    "hr": "Trennlinie",
    "bullet_list": "Liste in einer Liste",
    "ordered_list": "Liste in einer Liste",
}
