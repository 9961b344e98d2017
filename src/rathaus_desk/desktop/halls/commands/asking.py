"""How a command asks: a small form that shows what its operation would bring."""

from __future__ import annotations

from typing import Any

from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.described import Field, Section
from rathaus_desk.desktop.parts.form_dialog import open_form
from rathaus_desk.desktop.rehearsal import rehearsed

Values = dict[str, Any]


def asked(desk: Desk, title: str, rows: tuple[tuple[Field, ...], ...], request: Any, **more: Any) -> None:
    """Opens the form; ``request(values)`` makes the operation, ``more`` as for `open_form`."""
    open_form(desk, title, (Section("", rows),), request, consequences=rehearsed(desk, request), **more)
