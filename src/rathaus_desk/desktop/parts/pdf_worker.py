"""The process that opens PDFs: a file that breaks the reader breaks nothing else.

Asked over standard input, answers over standard output: four bytes of length, then MessagePack. Run as
``python -m rathaus_desk.desktop.parts.pdf_worker``.
"""

from __future__ import annotations

import struct
import sys
from typing import IO, Any

import msgspec

_HEAD = struct.Struct(">I")


class Ask(msgspec.Struct, frozen=True):
    """``page`` from 0, drawn ``width`` pixels wide; page −1: the sizes and texts of all pages.

    ``pdf`` None: the same file as last time.
    """

    page: int
    width: int = 0
    pdf: bytes | None = None


class Answer(msgspec.Struct, frozen=True):
    """A page as 32-bit pixels (BGRX), or sizes in points and texts; ``error``: why neither."""

    pixels: bytes = b""
    width: int = 0
    height: int = 0
    sizes: tuple[tuple[float, float], ...] = ()
    texts: tuple[str, ...] = ()
    error: str = ""


def send(stream: IO[bytes], message: Any) -> None:
    """Writes one message."""
    packed = msgspec.msgpack.encode(message)
    stream.write(_HEAD.pack(len(packed)) + packed)
    stream.flush()


def receive(stream: IO[bytes], kind: Any) -> Any:
    """Reads one message; EOFError at the end."""
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        raise EOFError
    (length,) = _HEAD.unpack(head)
    body = stream.read(length)
    if len(body) < length:
        raise EOFError
    return msgspec.msgpack.decode(body, type=kind)


def answer(document: Any, asked: Ask) -> Answer:
    """What one message asks for."""
    if asked.page < 0:
        sizes, texts = [], []
        for at in range(len(document)):
            page = document[at]
            sizes.append(page.get_size())
            texts.append(page.get_textpage().get_text_bounded())
        return Answer(sizes=tuple(sizes), texts=tuple(texts))
    page = document[asked.page]
    scale = asked.width / page.get_width()
    bitmap = page.render(scale=scale, rev_byteorder=False, prefer_bgrx=True)
    return Answer(pixels=bytes(bitmap.buffer), width=bitmap.stride // 4, height=bitmap.height)


def main() -> None:
    """Answers until nobody asks any more."""
    import pypdfium2

    asks, answers = sys.stdin.buffer, sys.stdout.buffer
    document: Any = None
    while True:
        try:
            asked = receive(asks, Ask)
        except EOFError:
            return
        try:
            if asked.pdf is not None:
                document = pypdfium2.PdfDocument(asked.pdf)
            send(answers, answer(document, asked))
        except Exception as error:
            send(answers, Answer(error=f"{type(error).__name__}: {error}"))


if __name__ == "__main__":
    main()
