"""The tabs that mean the same in every module: Vorgang, Schreiben, Gebühren, Verlauf."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.applications.queries import application_of_case
from rathaus_desk.applications.records import ForwardedCase
from rathaus_desk.desktop.parts.described import Fact, Facts, Line, Lines, Part, State, Tab, Target
from rathaus_desk.fees import queries as fees
from rathaus_desk.fees.queries import OpenItem
from rathaus_desk.fees.records import DueItem, Notice
from rathaus_desk.fees.rules import DueState
from rathaus_desk.kernel.clock import at_town
from rathaus_desk.kernel.money import total
from rathaus_desk.kernel.periods import german_date
from rathaus_desk.letters.records import StoredLetter
from rathaus_desk.store import journal
from rathaus_desk.store.attachments import Attachment
from rathaus_desk.store.connection import driver_of
from rathaus_desk.store.journal import StoredChange
from rathaus_desk.store.overlay import is_linked
from rathaus_desk.town.records import Case, Clerk, FollowUp, Note

_STATES: dict[DueState, State] = {
    "open": State("offen", "calm", "○"),
    "partly": State("teilweise bezahlt", "warn", "◐"),
    "paid": State("bezahlt", "good", "✓"),
    "overpaid": State("zu viel bezahlt", "warn", "!"),
    "cancelled": State("storniert", "calm", "✕"),
}
_MOST_HISTORY = 200


def due_state(item: OpenItem, on: date) -> State:
    """The state of a due item as its pill shows it."""
    late = item.days_overdue(on)
    if late:
        return State(f"seit {late} Tagen fällig" if late > 1 else "seit gestern fällig", "bad", "!")
    return _STATES[item.state]


def case_tab(about: Sequence[UUID], cases: Iterable[UUID]) -> Tab:
    """Vorgang: the cases, notes, follow-ups and files on the records ``about``."""
    wanted = list(cases)
    return Tab("Vorgang", load=lambda session: case_parts(session, about, wanted))


def case_parts(session: Session, about: Sequence[UUID], cases: Iterable[UUID]) -> tuple[Part, ...]:
    """What stands on the tab Vorgang."""
    wanted = list(dict.fromkeys(one for one in cases if one))
    every = [*about, *wanted]
    parts: list[Part] = []
    for case, clerk in session.execute(
        select(Case, Clerk.name).join(Clerk, Clerk.id == Case.clerk_id).where(Case.id.in_(wanted))
    ):
        parts.append(
            Facts(
                f"Vorgang {case.number}",
                (
                    Fact("Betreff", case.title),
                    Fact("Angelegt", german_date(case.opened_on)),
                    Fact("Bearbeitung", clerk),
                    *((Fact("Abgeschlossen", german_date(case.closed_on)),) if case.closed_on else ()),
                    *_application(session, case.id),
                ),
            )
        )
    parts += _forwarded(session, wanted)
    parts.append(_follow_ups(session, every))
    parts.append(_notes(session, every))
    parts.append(_files(session, every))
    return tuple(parts)


def _forwarded(session: Session, cases: Sequence[UUID]) -> Iterator[Part]:
    """Where the cases went and came from; nothing for a case that never left the house."""
    query = select(ForwardedCase).where(ForwardedCase.case_id.in_(cases)).order_by(ForwardedCase.sent_at)
    lines = [
        Line(
            f"{'An' if one.sent else 'Von'} {one.town_name}",
            f"Antwort: {one.answer}" if one.answer else one.note,
            _moment(one.sent_at),
            "send" if one.sent else "inbox",
            State(one.state.german, "good" if one.answer else "calm", "✓" if one.answer else "→"),
        )
        for one in session.scalars(query)
    ]
    if lines:
        yield Lines("Weiterleitungen", tuple(lines))


def _application(session: Session, case: UUID) -> tuple[Fact, ...]:
    """The application that opened the case, if one did."""
    found = application_of_case(session, case)
    if found is None:
        return ()
    return (Fact("Antrag", found.title, found.service_title, Target("antraege", found.id)),)


def _follow_ups(session: Session, about: Sequence[UUID]) -> Lines:
    query = select(FollowUp).where(FollowUp.about_id.in_(about)).order_by(FollowUp.due_on)
    lines = [
        Line(
            one.text,
            when=german_date(one.due_on),
            icon="clock",
            state=State("erledigt", "good", "✓") if one.done_on else None,
            action="" if one.done_on else "town.finish_follow_up",
            record=one.id,
        )
        for one in session.scalars(query)
    ]
    return Lines("Wiedervorlagen", tuple(lines), "Keine Wiedervorlage.", "town.remind")


def _notes(session: Session, about: Sequence[UUID]) -> Lines:
    query = select(Note, Clerk.name).join(Clerk, Clerk.id == Note.clerk_id).where(Note.about_id.in_(about))
    lines = [
        Line(note.text, f"{clerk}, {german_date(at_town(note.created_at).date())}", icon="sticky-note")
        for note, clerk in session.execute(query.order_by(Note.created_at.desc()))
    ]
    return Lines("Notizen", tuple(lines), "Keine Notiz.", "town.note")


def _files(session: Session, about: Sequence[UUID]) -> Lines:
    query = select(Attachment).where(Attachment.record.in_(about)).order_by(Attachment.id.desc())
    lines = [
        Line(
            one.name,
            f"{max(1, one.size // 1024):,} kB".replace(",", "."),
            icon="paperclip",
            action="town.open_file",
            record=one.id,
        )
        for one in session.scalars(query)
    ]
    return Lines("Dateien", tuple(lines), "Keine Datei.", "town.attach")


def letters_tab(about: Sequence[UUID], cases: Iterable[UUID], action: str = "") -> Tab:
    """Schreiben: every letter about the records or of their cases, newest first."""
    wanted = [one for one in cases if one]

    def load(session: Session) -> tuple[Part, ...]:
        query = select(StoredLetter).where(
            StoredLetter.about_id.in_(about)
            | StoredLetter.case_id.in_(wanted)
            | StoredLetter.recipient_id.in_(about)
        )
        letters = session.scalars(query.order_by(StoredLetter.dated_on.desc(), StoredLetter.id.desc()))
        return (Lines("Schreiben", tuple(map(letter_line, letters)), "Noch kein Schreiben.", action),)

    return Tab("Schreiben", load=load)


def letter_line(letter: StoredLetter) -> Line:
    """A letter in a list; leads to the post."""
    if letter.posted_on is not None:
        state = State(f"versandt {german_date(letter.posted_on)}", "good", "✓")
    elif letter.printed_on is not None:
        state = State("gedruckt", "calm", "✓")
    else:
        state = State("zu drucken", "warn", "○")
    return Line(
        letter.title,
        ", ".join(letter.recipient_lines[:2]),
        german_date(letter.dated_on),
        "mail",
        state,
        target=Target("post", letter.id),
    )


def fees_tab(on: date, *, cases: Iterable[UUID] = (), debtor: UUID | None = None) -> Tab:
    """Gebühren: what was charged and what became of it, of some cases or of one debtor."""
    kept = list(cases)
    return Tab("Gebühren", load=lambda session: _fees(session, on, kept, debtor))


def _fees(session: Session, on: date, cases: Iterable[UUID], debtor: UUID | None) -> tuple[Part, ...]:
    wanted = [one for one in cases if one]
    chosen = DueItem.debtor_id == debtor if debtor is not None else DueItem.case_id.in_(wanted)
    items = fees.shown(session, session.scalars(select(DueItem).where(chosen)).all())
    owed = total([item.open for item in items if item.state in ("open", "partly")])
    parts: list[Part] = []
    lines = [
        Line(
            item.title,
            f"{item.notice} · fällig {german_date(item.due_on)} · {item.reference}",
            icon="euro",
            state=due_state(item, on),
            amount=item.amount.german(),
            target=Target("gebuehren", item.id),
        )
        for item in reversed(items)
    ]
    if owed:
        parts.append(Facts("", (Fact("Noch offen", owed.german()),)))
    parts.append(Lines("Forderungen", tuple(lines), "Nichts berechnet."))
    if debtor is None:
        parts += [
            _assessed(session, notice)
            for notice in session.scalars(
                select(Notice).where(Notice.case_id.in_(wanted)).order_by(Notice.dated_on.desc()).limit(5)
            )
            if notice.assessment_id is not None
        ]
    return tuple(parts)


def _assessed(session: Session, notice: Notice) -> Facts:
    assessment = fees.assessment_of(session, notice)
    lines = assessment.kept_lines if assessment else ()
    return Facts(
        f"{notice.title} ({notice.number})",
        (
            *(Fact(line.label, line.amount.german(), line.paragraph) for line in lines),
            *((Fact("Summe", assessment.total.german()),) if assessment else ()),
        ),
    )


def history_tab(records: Sequence[UUID]) -> Tab:
    """Verlauf: every operation that touched the records, the latest first, each with its undoing."""
    return Tab("Verlauf", load=lambda session: _history(session, records))


def _history(session: Session, records: Sequence[UUID]) -> tuple[Part, ...]:
    happened = journal.touching(session, records, limit=_MOST_HISTORY)
    clerks = {clerk.id: clerk.name for clerk in session.scalars(select(Clerk))}
    undone = {one.undoes for one in happened if one.undoes}
    linked = is_linked(driver_of(session))
    lines = []
    for one in happened:
        back = one.operation in undone
        who = clerks.get(one.clerk, "") if one.clerk else ""
        lines.append(
            Line(
                one.title,
                ", ".join(filter(None, (who, _what(one.changes)))),
                f"{_moment(one.at)}",
                "undo-2" if one.undoes else "history",
                State("rückgängig gemacht", "calm", "✕") if back else _STANDINGS.get((one.state, linked)),
                action="" if back or not one.counts else "history.undo",
                record=one.operation,
            )
        )
    return (Lines("Verlauf", tuple(lines), "Noch nichts geschehen."),)


_STANDINGS: dict[tuple[journal.Standing, bool], State] = {
    ("pending", True): State("vorläufig", "calm", "…"),
    ("accepted", True): State("bestätigt", "good", "✓"),
    ("suspended", True): State("überschneidet sich", "warn", "!"),
    ("refused", True): State("Konflikt", "bad", "!"),
}
"""What the server has said of an operation; nothing where there is none."""


def _moment(at: datetime) -> str:
    return f"{at_town(at):%d.%m.%Y %H:%M}"


_KINDS = {
    "ins": "angelegt",
    "upd": "geändert",
    "del": "gelöscht",
    "restore": "wiederhergestellt",
    "erase": "gelöscht (DSGVO)",
}


def _what(changes: Iterable[StoredChange]) -> str:
    return ", ".join(dict.fromkeys(_KINDS.get(change.k, change.k) for change in changes))


def when_words(on: date, today: date) -> str:
    """``heute``, ``morgen``, ``Do``, or the date."""
    days = (on - today).days
    if days == 0:
        return "heute"
    if days == 1:
        return "morgen"
    if 1 < days < 7:
        return ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")[on.weekday()]
    return german_date(on)
