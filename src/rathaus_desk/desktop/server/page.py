"""Konflikte: what the server did not accept, both versions side by side, settled in one click."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.desktop.commands import command
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.pages import PAGES, Page, page
from rathaus_desk.desktop.parts.described import (
    Banner,
    Column,
    Detail,
    Fact,
    Facts,
    Line,
    Lines,
    Part,
    State,
    Tab,
    Target,
    Versions,
)
from rathaus_desk.desktop.parts.list_page import ListPage
from rathaus_desk.desktop.parts.questions import ask
from rathaus_desk.desktop.parts.sources import Row, Want, WholeSource
from rathaus_desk.desktop.server.words import (
    column_words,
    is_shown,
    record_title,
    table_words,
    value_words,
)
from rathaus_desk.kernel.clock import at_town
from rathaus_desk.kernel.errors import DeskError
from rathaus_desk.store.journal import touching
from rathaus_desk.store.operations import Done, Instead, instead_of
from rathaus_desk.sync import conflicts
from rathaus_desk.sync.conflicts import SENTENCES, Conflict, Who
from rathaus_desk.town.records import Clerk

_MOST_CHANGES = 50
"""Operations on one letter that are looked at."""

COLUMNS = (
    Column("at", "Wann", "text", width=15),
    Column("title", "Vorgang", width=30, stretch=True),
    Column("about", "Eintrag", width=28, stretch=True),
    Column("clerk", "Wer", width=16),
    Column("why", "Warum", width=34, stretch=True),
)


def _load(session: Session, _want: Want) -> Sequence[tuple[UUID, Row]]:
    clerks = _clerks(session)
    return [
        (
            one.who.operation,
            (
                _moment(one.who),
                one.who.title,
                next((title for _, record in one.records if (title := record_title(session, record))), ""),
                clerks.get(one.who.clerk, ""),
                SENTENCES[one.verdict.kind],
            ),
        )
        for one in conflicts.open_conflicts(session)
    ]


SOURCE = WholeSource(
    name="konflikte",
    title="Konflikte",
    columns=COLUMNS,
    tables=frozenset({"journal"}),
    load=_load,
    empty="Keine Konflikte: alles, was hier und anderswo eingetragen wurde, passt zusammen.",
)


def _moment(who: Who) -> str:
    return f"{at_town(who.at):%d.%m.%Y %H:%M}"


def _clerks(session: Session) -> dict[UUID | None, str]:
    return {clerk.id: clerk.name for clerk in session.scalars(select(Clerk))}


def conflict_named(session: Session, operation: UUID) -> Conflict | None:
    """An open conflict by its operation, also one that is grouped below another."""
    stack = conflicts.open_conflicts(session)
    while stack:
        one = stack.pop()
        if one.who.operation == operation:
            return one
        stack += one.follow_ups
    return None


def conflict_detail(session: Session, operation: UUID) -> Detail | None:
    """Both versions, who and when, letters already made, what follows from it."""
    found = conflict_named(session, operation)
    if found is None:
        return None
    clerks = _clerks(session)
    actions = ("sync.run_again", "sync.give_up") if found.can_run_again else ("sync.give_up",)
    return Detail(
        title=found.who.title,
        second=f"{_moment(found.who)} · {clerks.get(found.who.clerk, 'unbekannt')}",
        state=State("Konflikt", "bad", "!"),
        actions=actions,
        tabs=(Tab("Übersicht", tuple(_overview(session, found, clerks))),),
    )


def _overview(session: Session, found: Conflict, clerks: dict[UUID | None, str]) -> Iterator[Part]:
    yield Banner(SENTENCES[found.verdict.kind], "warn")
    yield from _letters(session, found)
    if found.by is not None:
        yield Facts(
            "Was schneller war",
            (
                Fact("Vorgang", found.by.title),
                Fact("Wer und wann", f"{clerks.get(found.by.clerk, 'unbekannt')}, {_moment(found.by)}"),
            ),
        )
    rows = [one for one in found.differences if is_shown(one.column)]
    if rows and found.verdict.kind in ("column", "changed", "unique", "dependent"):
        yield Versions(
            "Beide Fassungen",
            ("jetzt", "gewollt", "vorher"),
            tuple(
                (
                    column_words(one.column),
                    *(
                        value_words(session, one.table, one.column, value)
                        for value in (one.now, one.mine, one.before)
                    ),
                )
                for one in rows[:40]
            ),
        )
    others = _instead(session, found)
    if others:
        yield Lines(
            "Stattdessen frei",
            tuple(
                Line(one.title, one.second, icon="check", action="sync.take_instead", record=key)
                for key, one in others.items()
            ),
        )
    yield Lines(
        "Betroffene Einträge",
        tuple(_record_line(session, table, record) for table, record in found.records[:40]),
        "Keine.",
    )
    if found.follow_ups:
        yield Lines(
            "Baut darauf auf und wird mit geklärt",
            tuple(
                Line(one.who.title, clerks.get(one.who.clerk, ""), _moment(one.who), icon="history")
                for one in found.follow_ups
            ),
        )


def _instead(session: Session, found: Conflict) -> dict[UUID, Instead]:
    """What else would do where somebody else has the place or the time, each under a name of its own."""
    if found.verdict.kind != "claim" or not found.can_run_again:
        return {}
    try:
        others = instead_of(session, conflicts.wanted(session, found.who.operation))
    except DeskError:
        return {}
    return {uuid5(found.who.operation, str(at)): one for at, one in enumerate(others)}


def _record_line(session: Session, table: str, record: UUID) -> Line:
    title = record_title(session, record)
    kind = next((one for one in PAGES if table in one.kinds), None) if title else None
    target = Target(kind.name, record) if kind else None
    return Line(
        title or table_words(table), table_words(table) if title else "", icon="file-text", target=target
    )


def _letters(session: Session, found: Conflict) -> Iterator[Part]:
    """Letters that the operation made: whether one is out already."""
    for record in [record for table, record in found.records if table == "letter"]:
        changes = [
            change for one in touching(session, [record], limit=_MOST_CHANGES) for change in one.changes
        ]
        titles = [change.new["title"] for change in changes if change.k == "ins"]
        sent = any(change.new.get("posted_on") for change in changes)
        yield Banner(
            f"Mit diesem Vorgang wurde „{titles[0] if titles else 'ein Schreiben'}“ geschrieben"
            + ("; es ist schon versandt worden." if sent else "; bitte nicht versenden."),
            "bad" if sent else "warn",
        )


@page("konflikte", "Konflikte", within="heute", words="abgleich server klären", help_page="server")
def conflicts_page(desk: Desk) -> Page:
    """List and detail."""
    return ListPage(desk, SOURCE, about="conflict", detail=conflict_detail)


def _settled(desk: Desk, done: Sequence[Done], words: str) -> None:
    desk.say(words.format(len(done)))
    desk.happenings.look()
    desk.agent.now()


@command(
    "sync.run_again",
    "Auf den heutigen Stand anwenden",
    icon="refresh-cw",
    about="conflict",
    needs=True,
    words="noch einmal mein",
)
def run_again(desk: Desk, subject: UUID | None) -> None:
    """The operation anew, on what stands there now."""
    if subject is not None:
        _settle(desk, subject, again=True)


@command("sync.give_up", "Verwerfen", icon="x", about="conflict", needs=True, words="deren fassung behalten")
def give_up(desk: Desk, subject: UUID | None) -> None:
    """What stands there now stays."""
    if subject is not None:
        _settle(desk, subject, again=False)


@command("sync.take_instead", "Nehmen", icon="check", about="conflict", searchable=False)
def take_instead(desk: Desk, subject: UUID | None) -> None:
    """The operation anew, with the place or time that was offered."""

    def chosen(session: Session) -> tuple[Conflict, Instead] | None:
        for conflict in conflicts.open_conflicts(session):
            one = _instead(session, conflict).get(subject) if subject else None
            if one is not None:
                return conflict, one
        return None

    found = desk.read_now(chosen)
    if found is None:
        desk.say("Das ist nicht mehr frei; bitte noch einmal wählen.")
        return
    conflict, one = found
    store, clerk = desk.office.store, desk.office.clerk
    desk.tasks.start(
        lambda: conflicts.run_again(store, conflict, clerk=clerk, request=one.request),
        lambda done: _settled(desk, done, f"Geklärt: {one.title}."),
        desk.failed.emit,
    )


def _settle(desk: Desk, operation: UUID, *, again: bool) -> None:
    found = desk.read_now(lambda session: conflict_named(session, operation))
    if found is None:
        desk.say("Dieser Konflikt ist schon geklärt.")
        return
    if not again and not ask(
        desk.window,
        "Verwerfen?",
        f"„{found.who.title}“ wird aufgegeben; was jetzt eingetragen ist, bleibt."
        + (
            f" Das betrifft auch {len(found.follow_ups)} Vorgänge, die darauf aufbauen."
            if found.follow_ups
            else ""
        ),
        yes="Verwerfen",
    ):
        return
    act = conflicts.run_again if again else conflicts.give_up
    store, clerk = desk.office.store, desk.office.clerk
    desk.tasks.start(
        lambda: act(store, found, clerk=clerk),
        lambda done: _settled(desk, done, "Geklärt." if len(done) == 1 else "{} Vorgänge geklärt."),
        desk.failed.emit,
    )


@command("sync.now", "Jetzt abgleichen", icon="refresh-cw", words="server sync synchronisieren")
def sync_now(desk: Desk, _subject: UUID | None) -> None:
    """A round at once."""
    if desk.agent.status is None:
        desk.say("Dieser Arbeitsplatz arbeitet ohne Server.")
        return
    desk.agent.now()
    desk.say("Der Abgleich läuft.")


@command("sync.conflicts", "Konflikte zeigen", icon="triangle-alert", words="abgleich")
def show_conflicts(desk: Desk, _subject: UUID | None) -> None:
    """The list."""
    desk.go("konflikte")
