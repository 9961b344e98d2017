"""The day's post on paper: the stored letters of the print queue as one file, in postal order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select

from rathaus_desk.letters import queries
from rathaus_desk.letters.join import Posted, Report, days_post
from rathaus_desk.letters.records import StoredLetter
from rathaus_desk.store.engine import Store
from rathaus_desk.town import queries as town
from rathaus_desk.town.records import Case

_POSTAL_CODE = re.compile(r"\b\d{5}\b")


def print_file(
    store: Store,
    day: date,
    *,
    letters: Sequence[UUID] | None = None,
    duplex: bool = False,
    report: Report | None = None,
) -> bytes:
    """What waits to be posted, or only ``letters`` of it, behind a list dated ``day``.

    The pages are those that were stored. Nothing is ticked as printed: that is `MarkPrinted`, once it is on
    paper. ``report`` is told how far it is, and may cancel by raising. BadInput if nothing waits.
    """
    with store.read() as session:
        waiting = [one for one in queries.waiting(session) if letters is None or one.id in letters]
        cases = {one.case_id for one in waiting if one.case_id}
        numbers = {case.id: case.number for case in session.scalars(select(Case).where(Case.id.in_(cases)))}
        files = {one.id: queries.pdf_of(session, one) for one in waiting}
        sender = town.town(session).name
        sheets = [
            Posted(
                recipient=", ".join(one.recipient_lines),
                title=one.title,
                case_number=numbers.get(one.case_id, "") if one.case_id else "",
                pdf=store.read_attachment(files[one.id]),
            )
            for one in sorted(waiting, key=postal_order)
        ]
    return days_post(sheets, day, sender, duplex=duplex, report=report)


def postal_order(letter: StoredLetter) -> tuple[str, tuple[str, ...]]:
    """By postal code, addresses abroad behind, then by the lines from the place upwards."""
    lines = tuple(str(line) for line in letter.recipient_lines)
    code = _POSTAL_CODE.search(lines[-1]) if lines else None
    return (code.group() if code else "~", tuple(reversed(lines)))
