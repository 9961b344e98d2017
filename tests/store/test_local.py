"""Drafts: what was typed survives, until it became a record or was given up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from rathaus_desk.store.local import drafts, drop_draft, save_draft
from rathaus_desk.store.watch import Place, place_now

CLERK = UUID(int=1)
AT = datetime(2026, 11, 20, 8, tzinfo=UTC)


def test_a_draft_is_saved_over_itself_and_dropped(store):
    with store.local() as session:
        draft = save_draft(session, "village.build", {"name": "Mü"}, clerk=CLERK, at=AT)
    with store.local() as session:
        save_draft(session, "village.build", {"name": "Mühle"}, clerk=CLERK, at=AT, draft=draft)
        later = AT + timedelta(minutes=1)
        other = save_draft(session, "village.move_in", {"name": "A"}, clerk=CLERK, at=later)
        save_draft(session, "village.move_in", {"name": "B"}, clerk=None, at=later)
    with store.read() as session:
        assert [found.id for found in drafts(session, clerk=CLERK)] == [other, draft]
        assert drafts(session, clerk=CLERK)[1].content == {"name": "Mühle"}
    with store.local() as session:
        drop_draft(session, draft)
        drop_draft(session, draft)
    with store.read() as session:
        assert [found.id for found in drafts(session, clerk=CLERK)] == [other]


def test_drafts_are_no_history(store):
    with store.local() as session:
        save_draft(session, "x", {}, clerk=CLERK, at=AT)
    with store.read() as session:
        assert place_now(session) == Place()
