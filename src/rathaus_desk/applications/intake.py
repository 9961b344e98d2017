"""The intake: every delivery, from whatever channel, becomes an application or waits in quarantine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from uuid import UUID

from rathaus_desk.applications import queries
from rathaus_desk.applications.channels import drop_folder
from rathaus_desk.applications.delivery import Delivery, Limits
from rathaus_desk.applications.operations import Quarantine, Received, TakeIn, Taken
from rathaus_desk.applications.rules import NotUnderstood, Understood, judge
from rathaus_desk.applications.services import Services
from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.store.engine import Store
from rathaus_desk.town.records import Case


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one delivery. ``reason``: why it waits, or what a clerk should look at."""

    path: str
    state: Literal["new", "known", "quarantined"]
    service: str | None = None
    case_number: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Intake:
    """Takes deliveries in for ``clerk``, who becomes responsible for the cases.

    What one delivery holds never keeps another from being taken in. CannotWork (no disk, locked) ends the
    round: what was taken in until then stays, the same round again does the rest.
    """

    store: Store
    services: Services
    clerk: UUID
    limits: Limits = field(default_factory=Limits)

    def paths(self, paths: Iterable[Path]) -> list[Outcome]:
        """Takes in files, and of a folder the files in it; one outcome for each, in order."""
        return [self.one(str(path), self._read(path)) for path in drop_folder.files_at(paths)]

    def _read(self, path: Path) -> Delivery | drop_folder.Unread:
        return drop_folder.read(path, received_at=self.store.clock.now(), limits=self.limits)

    def one(self, label: str, found: Delivery | drop_folder.Unread) -> Outcome:
        """Takes in one delivery; ``label`` names it in the outcome."""
        if isinstance(found, drop_folder.Unread):
            return self._unread(label, found)
        if (known := self._known(label, found.content_hash)) is not None:
            return known
        verdict = judge(found, self.services, self.limits)
        try:
            self.store.keep(found.content, found.name)
        except BadInput as error:
            return self._quarantined(label, _received(found, kept=False), NotUnderstood(str(error)))
        if isinstance(verdict, NotUnderstood):
            return self._quarantined(label, _received(found), verdict)
        return self._taken_in(label, _received(found), verdict)

    def _known(self, label: str, content_hash: str) -> Outcome | None:
        with self.store.read() as session:
            application = queries.application_with_hash(session, content_hash)
            if application is None:
                return None
            case = session.get(Case, application.case_id) if application.case_id else None
            reason = "Dieser Antrag wurde schon früher eingelesen."
            return Outcome(label, "known", application.service, case.number if case else None, reason)

    def _taken_in(self, label: str, received: Received, verdict: Understood) -> Outcome:
        head = verdict.service.file.service
        done = self.store.run(
            TakeIn(
                received=received,
                service=head.key,
                service_title=head.title,
                title=verdict.service.case_title(verdict.form),
                office=head.office,
                case_prefix=head.case_prefix,
                form_text=verdict.text,
                findings=verdict.findings,
                is_test=verdict.is_test,
            ),
            clerk=self.clerk,
        )
        taken: Taken = done.value
        with self.store.read() as session:
            application = queries.application(session, taken.application)
            case = session.get(Case, application.case_id) if application.case_id else None
            number = case.number if case else None
        reason = " ".join(verdict.findings) or None
        return Outcome(label, "new" if taken.is_new else "known", head.key, number, reason)

    def _quarantined(self, label: str, received: Received, verdict: NotUnderstood) -> Outcome:
        request = Quarantine(received=received, sentence=verdict.sentence, detail=verdict.detail)
        self.store.run(request, clerk=self.clerk)
        return Outcome(label, "quarantined", reason=verdict.sentence)

    def _unread(self, label: str, found: drop_folder.Unread) -> Outcome:
        """What was not read is not kept; a file that was only too large is remembered by its hash."""
        if not found.content_hash:
            return Outcome(label, "quarantined", reason=found.sentence)
        received = Received(
            origin=drop_folder.ORIGIN,
            delivery_id=found.name,
            name=found.name,
            media_type="application/octet-stream",
            size=found.size,
            received_at=self.store.clock.now(),
            content_hash=found.content_hash,
            kept=False,
        )
        return self._known(label, found.content_hash) or self._quarantined(
            label, received, NotUnderstood(found.sentence, found.detail)
        )


def _received(delivery: Delivery, *, kept: bool = True) -> Received:
    return Received(
        origin=delivery.origin,
        delivery_id=delivery.id,
        name=delivery.name,
        media_type=delivery.media_type.name,
        size=len(delivery.content),
        received_at=delivery.received_at,
        content_hash=delivery.content_hash,
        kept=kept,
    )
