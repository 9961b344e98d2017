"""A case goes to another office or town, or came from one: what is seen of it, and the small forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from rathaus_desk.applications import queries
from rathaus_desk.applications.forwarding import AnswerForwarded
from rathaus_desk.applications.records import ForwardedCase, ForwardingState
from rathaus_desk.desktop.commands import command
from rathaus_desk.desktop.desk import Desk
from rathaus_desk.desktop.parts.described import (
    Banner,
    Choice,
    Fact,
    Facts,
    Field,
    Line,
    Lines,
    Part,
    Section,
)
from rathaus_desk.desktop.parts.form_dialog import open_form
from rathaus_desk.kernel.clock import at_town
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.office.forwarding import Addressee, HandedOn, addressees, case_of, forward
from rathaus_desk.store.operations import Request
from rathaus_desk.town.operations import PassOnCase
from rathaus_desk.town.records import Case, Clerk, Office

Values = Mapping[str, Any]
_HERE = "."
"""The key of this town among those a case can go to."""

# --- what is seen of it ------------------------------------------------------------------------------


def is_to_be_answered(forwarded: Sequence[ForwardedCase]) -> bool:
    """Whether a case came here and waits for an answer."""
    return any(one.state is ForwardingState.RECEIVED for one in forwarded)


def standing(forwarded: Sequence[ForwardedCase]) -> Iterator[Part]:
    """Where the case went and came from, in words, with note and answer."""
    for one in forwarded:
        if one.sent:
            words = {
                ForwardingState.UNDER_WAY: f"Geht an {one.town_name}, sobald der Server erreicht ist.",
                ForwardingState.SENT: f"Weitergeleitet an {one.town_name}; die Antwort steht noch aus.",
                ForwardingState.ANSWERED: f"{one.town_name} hat geantwortet.",
            }[one.state]
            yield Banner(words, "good" if one.state is ForwardingState.ANSWERED else "calm")
        else:
            words = {
                ForwardingState.RECEIVED: f"Weitergeleitet von {one.town_name}; noch nicht beantwortet.",
                ForwardingState.ANSWERING: "Die Antwort wird übergeben, sobald der Server erreicht ist.",
                ForwardingState.ANSWERED: f"{one.town_name} hat die Antwort.",
            }[one.state]
            yield Banner(words, "warn" if one.state is ForwardingState.RECEIVED else "calm")
        yield Facts(
            f"An {one.town_name}" if one.sent else f"Von {one.town_name}",
            tuple(
                fact
                for fact in (
                    Fact("Weitergeleitet", _moment(one.sent_at)),
                    Fact("Vorgang dort", one.case_there),
                    Fact("Amt", one.office),
                    Fact("Vermerk", one.note),
                    Fact("Antwort", one.answer),
                    Fact("Beantwortet", _moment(one.answered_at) if one.answered_at else ""),
                )
                if fact.value
            ),
        )


def history_there(forwarded: Sequence[ForwardedCase]) -> Iterator[Part]:
    """What had happened in the town it came from."""
    for one in forwarded:
        if one.history:
            yield Lines(
                f"Verlauf in {one.town_name}",
                tuple(
                    Line(title, clerk, _moment(datetime.fromisoformat(at)), icon="history")
                    for at, title, clerk in one.history
                ),
            )


def _moment(at: datetime) -> str:
    return f"{at_town(at):%d.%m.%Y %H:%M}"


# --- what a clerk does --------------------------------------------------------------------------------


def _why_not(desk: Desk, record: UUID | None) -> str:
    if record is None or desk.read_now(lambda session: case_of(session, record)) is None:
        return "Dieser Eintrag gehört zu keinem Vorgang, der weitergeleitet werden könnte."
    if len(_others(desk)) < 2 and not addressees(desk.office):
        return "Es ist kein anderes Amt und keine andere Gemeinde bekannt."
    return ""


def _others(desk: Desk) -> list[Choice]:
    """The offices of this town, with who works there."""

    def read(session: Session) -> list[Choice]:
        query = select(Office, Clerk.name).join(Clerk, Clerk.office_id == Office.id).order_by(Office.name)
        found: dict[str, Choice] = {}
        for office, clerk in session.execute(query):
            found.setdefault(office.key, Choice(office.key, office.name, clerk))
        return list(found.values())

    return desk.read_now(read)


@command(
    "applications.forward",
    "Weiterleiten …",
    icon="send",
    about="*",
    needs=True,
    words="abgeben anderes amt gemeinde zuständig",
    why_not=_why_not,
)
def forward_case(desk: Desk, record: UUID | None) -> None:
    """The case of the record that is open goes to another office or another town."""
    assert record is not None
    case = desk.read_now(lambda session: case_of(session, record))
    assert case is not None
    towns, here = addressees(desk.office), _others(desk)
    open_form(
        desk,
        f"Vorgang {case.number} weiterleiten",
        forward_fields(towns, here),
        lambda values: _request(desk, case, towns, values),
        save_title="Weiterleiten",
        values={"application": True, "attachments": True, "history": True} if towns else {"town": _HERE},
        intro=(
            "Innerhalb des Hauses ist danach zuständig, wer in dem Amt arbeitet. An eine andere Gemeinde geht"
            " der Vorgang mit dem, was unten angekreuzt ist; ihre Antwort erscheint hier am Vorgang."
        ),
    )


def forward_fields(towns: Sequence[Addressee], here: Sequence[Choice]) -> tuple[Section, ...]:
    """Where to, a note, and what goes with it."""
    by_key = {one.town: one for one in towns}

    def offices(values: Values) -> Sequence[Choice]:
        chosen = by_key.get(values.get("town") or _HERE)
        return here if chosen is None else [Choice(name, name) for name in chosen.offices]

    choices = (Choice(_HERE, "Eigene Gemeinde"), *(Choice(one.town, one.name) for one in towns))
    where = Section(
        "",
        (
            (Field("town", "&Gemeinde", "choice", 12, required=bool(towns), choices=choices),),
            (Field("office", "&Amt", "choice", 12, choices=offices),),
            (
                Field(
                    "note",
                    "Ver&merk",
                    "long_text",
                    12,
                    lines=4,
                    placeholder="Worum geht es, was wird erbeten?",
                ),
            ),
        ),
    )
    goes_along = Section(
        "Was an eine andere Gemeinde mitgeht",
        (
            (
                Field("application", "An&trag", "flag", 4),
                Field("attachments", "An&lagen", "flag", 4),
                Field("history", "&Verlauf", "flag", 4),
            ),
        ),
    )
    return (where, goes_along) if towns else (where,)


def _request(desk: Desk, case: Case, towns: Sequence[Addressee], values: Values) -> Request | None:
    chosen, office, note = values.get("town") or _HERE, values.get("office") or "", values.get("note") or ""
    if chosen not in {one.town for one in towns}:
        if not office:
            raise BadInput("Bitte wählen Sie das Amt, an das der Vorgang gehen soll.")
        return PassOnCase(case=case.id, office=office, note=note)
    what = HandedOn(
        application=bool(values.get("application")),
        attachments=bool(values.get("attachments")),
        history=bool(values.get("history")),
    )
    name = next(one.name for one in towns if one.town == chosen)
    desk.tasks.start(
        lambda: forward(desk.office, case.id, to=chosen, for_office=office, note=note, what=what),
        lambda _: _forwarded(desk, name),
        desk.failed.emit,
    )
    return None


def _forwarded(desk: Desk, name: str) -> None:
    desk.say(f"Wird an {name} weitergeleitet.")
    desk.happenings.look()
    desk.agent.now()


def _waits(session: Session, record: UUID) -> UUID | None:
    """The case that came here and is not answered, of the record that is open."""
    case = case_of(session, record)
    waiting = queries.forwarded_cases(session, case=case.id) if case is not None else ()
    return next((one.id for one in waiting if one.state is ForwardingState.RECEIVED), None)


@command(
    "applications.answer_forwarded",
    "Antworten …",
    icon="corner-down-left",
    about="application",
    needs=True,
    words="weiterleitung beantworten",
    why_not=lambda desk, record: (
        ""
        if record is not None and desk.read_now(lambda session: _waits(session, record))
        else "Hier ist nichts zu beantworten."
    ),
)
def answer(desk: Desk, record: UUID | None) -> None:
    """What the town that sent it will read at its own case."""
    assert record is not None
    waiting = desk.read_now(lambda session: _waits(session, record))
    assert waiting is not None
    open_form(
        desk,
        "Weiterleitung beantworten",
        (Section("", ((Field("text", "&Antwort", "long_text", 12, required=True, lines=8),),)),),
        lambda values: AnswerForwarded(forwarded=waiting, text=values["text"]),
        save_title="Antworten",
        words="Die Antwort wird übergeben.",
    )
