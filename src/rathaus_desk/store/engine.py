"""The store: opens the encrypted database and carries out operations."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlcipher3 import dbapi2

from rathaus_desk.kernel.clock import Clock
from rathaus_desk.kernel.errors import CannotWork, Refused
from rathaus_desk.kernel.ids import new_id
from rathaus_desk.store import (
    backup,
    claims,
    doctor,
    journal,
    migrate,
    numbering,
    overlay,
    rotation,
    search,
    tables,
    undo,
    witness,
)
from rathaus_desk.store.attachments import Attachment, Shelf, refuse_size
from rathaus_desk.store.connection import (
    BUSY_TIMEOUT,
    Guard,
    connect,
    driver_of,
    guard_of,
    reading_engine,
    writing_engine,
)
from rathaus_desk.store.failures import in_words
from rathaus_desk.store.home import PRIVATE, Home, sync_folder
from rathaus_desk.store.keys import Keyring, Keys, RecoveryCode, Way, new_key, no_slots
from rathaus_desk.store.local import set_setting, setting
from rathaus_desk.store.operations import Done, Request, Stale, Work, operation_for
from rathaus_desk.store.recorder import OperationSession, Recorder
from rathaus_desk.store.recovery_code import new_code
from rathaus_desk.store.schema import Record
from rathaus_desk.store.watch import News, Watcher, changes_since, news_since, place_now

T = TypeVar("T")

_FILES_GONE = "files gone"
"""In a session: the files of attachments that its transaction erases."""
_PATIENCE = 200
"""Milliseconds that the emptying of the write-ahead log waits for whoever reads or writes."""


class Store:
    """One town's data on this workstation. Threads may share it; `close` it in the end."""

    def __init__(self, home: Home, key: bytes, clock: Clock) -> None:
        self.home = home
        self.clock = clock
        self.asks: claims.Asks | None = None
        """Asks the server whether a claim is free there, while it can be reached."""
        self._to_forget = False
        """Whether something was erased that may still stand in the write-ahead log."""
        self._key = key

    @classmethod
    def create(cls, home: Path, *ways: Way, clock: Clock | None = None) -> Store:
        """A new, empty database in the folder ``home``, opened by any of ``ways`` or by its recovery code.

        CannotWork if there is one already, or the folder cannot be used; then nothing is left behind.
        """
        place = Home(home)
        place.make()
        key, code = new_key(), new_code()
        fresh = place.database.with_suffix(".neu")
        try:
            with in_words(), place.alone():
                fresh.unlink(missing_ok=True)
                raw = connect(fresh, key, create=True)
                try:
                    tables.make(raw)
                finally:
                    raw.close()
                keys = no_slots().with_slot(RecoveryCode(code), key)
                for way in ways:
                    keys = keys.with_slot(way, key)
                keys.save(place)
                place.attachments.mkdir(mode=PRIVATE)
                fresh.replace(place.database)
                sync_folder(place.folder)
        except BaseException:
            for left in (fresh, place.slots):
                left.unlink(missing_ok=True)
            shutil.rmtree(place.attachments, ignore_errors=True)
            raise
        return cls(place, key, clock or Clock())

    @classmethod
    def open(cls, home: Path, way: Way | None = None, *, clock: Clock | None = None) -> Store:
        """The database in the folder ``home``; only ``way`` is tried (None: the keyring).

        CannotWork with a sentence if it cannot be used; nothing is changed then.
        """
        place = Home(home)
        place.check_database()
        place.refuse_network_drive()
        with in_words():
            with place.alone():
                key, revision = _fitting_key(place, way or Keyring())
            if revision < journal.SCHEMA:
                migrate.migrate(place, key)
        store = cls(place, key, clock or Clock())
        store._notice_copy()
        return store

    @property
    def recovery_code(self) -> str:
        """The printed code that opens this database."""
        return Keys.of(self.home).recovery_code(self._key)

    def add_slot(self, way: Way) -> None:
        """One more way to open the database. A key file is made if it is absent.

        A new recovery code, or another entry in the same keyring, takes the place of the one before.
        """
        with in_words(), self.home.alone():
            Keys.of(self.home).with_slot(way, self._key).save(self.home)

    def drop_other_keyrings(self) -> None:
        """Of all keyrings only that of whoever runs the program opens from now on."""
        with in_words(), self.home.alone():
            Keys.of(self.home).without_other_keyrings(self._key).save(self.home)

    def rotate(self) -> None:
        """Encrypts everything under a new key; every slot opens as before. CannotWork if others are at it.

        A recovery code that got into wrong hands is replaced by ``add_slot(RecoveryCode(new_code()))``.
        """
        self.close()
        with in_words():
            self._key = rotation.rotate(self.home, self._key)

    def back_up(self, target: Path) -> backup.BackupDone:
        """Everything in one encrypted file, while the program runs on. CannotWork if it cannot be written."""
        return backup.back_up(self.home, self._key, target, self.clock.now())

    def daily_backup(self, folder: Path, *, keep: int = 14) -> backup.BackupDone | None:
        """Today's backup in ``folder``, unless it is there already (None); the ``keep`` newest days stay."""
        return backup.daily_backup(
            self.home, self._key, folder, self.clock.today(), self.clock.now(), keep=keep
        )

    def examine(self) -> list[doctor.Finding]:
        """Everything that is wrong with the house's data; empty if nothing is. See `doctor`."""
        return doctor.examine(self)

    def close(self) -> None:
        """Gives the files back."""
        for engine in ("_readers", "_writers"):
            if engine in self.__dict__:
                self.__dict__.pop(engine).dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _notice_copy(self) -> None:
        """A copy, or an older state, must not give out the numbers and go on with the chain of the original.

        CannotWork if the server has locked this workstation.
        """
        with self.read() as session:
            standing = overlay.standing(driver_of(session))
            if standing is None:
                return
            # A copy of what has forked and was not enrolled yet is another one, too.
            is_another = standing in ("", "forked") and witness.is_another(self.home, driver_of(session))
        if standing in ("revoked", "retired"):
            self.close()
            raise CannotWork(
                "Dieser Arbeitsplatz wurde auf dem Server gesperrt; seine Daten lassen sich nicht mehr "
                "öffnen. Bitte wenden Sie sich an die Systembetreuung.",
                detail=standing,
            )
        if is_another:
            with self.following() as following:
                overlay.fork(following.driver, Guard.mark)

    def _connected(self) -> Any:
        with self.home.alone():
            raw = connect(self.home.database, self._key)
            _look_inside(raw)
            return raw

    @cached_property
    def _readers(self) -> sa.Engine:
        return reading_engine(self._connected)

    @cached_property
    def _writers(self) -> sa.Engine:
        return writing_engine(self._connected)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one state of the data throughout and cannot write."""
        with in_words(), Session(self._readers) as session:
            yield session

    @contextmanager
    def local(self) -> Iterator[Session]:
        """A session that may write local tables (settings, drafts) and nothing else; commits in the end."""
        with in_words(), Session(self._writers) as session, session.begin():
            yield session

    def watch(self) -> Watcher:
        """Notices what anybody commits from now on."""
        with self.read() as session:
            return Watcher(self._connected, place_now(session))

    def changes(self, watcher: Watcher) -> list[journal.Happened]:
        """The operations that arrived since the last call; cheap when there are none."""
        if not watcher.changed():
            return []
        with self.read() as session:
            arrived = changes_since(session, watcher.seen.number)
            watcher.seen = place_now(session)
        return arrived

    def news(self, watcher: Watcher) -> News:
        """What was written since the last call, by whomever, as a window needs to know it."""
        if not watcher.changed():
            return News()
        with self.read() as session:
            news, watcher.seen = news_since(session, watcher.seen)
        return news

    def read_attachment(self, attachment: Attachment) -> bytes:
        """The readable content of a kept file; CannotWork if it is missing or damaged."""
        with self.read() as session:
            return Shelf(self.home, driver_of(session)).get(attachment.sha256)

    def keep(self, content: bytes, name: str) -> str:
        """Stores a file before the operation that will refer to it, so that its request need not carry it.

        Returns its SHA-256 for `Work.attach_kept`; BadInput if it is too large. Without that operation it
        stays unseen on the shelf.
        """
        refuse_size(content, name)
        with self.read() as session, in_words():
            return Shelf(self.home, driver_of(session)).put(content)

    def run(self, request: Request, *, clerk: UUID | None = None, settles: UUID | None = None) -> Done:
        """Carries out the operation registered for ``request``: wholly, durably, or not at all.

        ``settles`` names the refused operation of the sync whose place it takes.
        """
        try:
            with self._writing() as session:
                return self._carry_out(session, request, clerk, settles=settles)
        except numbering.NumbersMissing as missing:
            with self.local() as session:
                wanted = {*setting(session, numbering.WANTED, []), missing.series}
                set_setting(session, numbering.WANTED, sorted(wanted))
            raise

    def rehearse(
        self,
        request: Request,
        look: Callable[[Session, Done, Mapping[str, bytes]], T],
        *,
        clerk: UUID | None = None,
    ) -> T:
        """What an operation would do: carries it out, lets ``look`` see it, and takes everything back.

        ``look`` also gets the files it would keep, by their SHA-256. Raises as `run` would. Nobody else sees
        anything of it, but whoever wants to write waits meanwhile.
        """
        with in_words(), OperationSession(self._writers) as session, session.begin() as transaction:
            shelf = Shelf(self.home, driver_of(session), keeps=False)
            done = self._carry_out(session, request, clerk, shelf=shelf)
            seen = look(session, done, shelf.rehearsed)
            session.expunge_all()
            transaction.rollback()
        return seen

    @contextmanager
    def importing(self, *, clerk: UUID | None = None) -> Iterator[Importing]:
        """Many operations in one transaction: all of them are kept, or none. They are undone together."""
        with self._writing() as session:
            yield Importing(self, session, clerk, new_id())

    def undo(self, operation: UUID, *, clerk: UUID | None = None) -> Done:
        """Takes an operation back; Refused with the reason if that is not possible. Of an undo: redoes."""
        with self._writing() as session:
            return self._carry_out(session, undo.Undo(undoes=operation), clerk)

    def undo_import(self, import_id: UUID, *, clerk: UUID | None = None) -> list[Done]:
        """Takes back every operation of an import, or none of them (Refused). They are an import again."""
        with self._writing() as session:
            entry = journal.Entry
            query = sa.select(entry.id).where(entry.import_id == import_id, entry.counts())
            latest_first = [column.desc() for column in entry.in_order()]
            operations = list(session.scalars(query.order_by(*latest_first)))
            if not operations:
                raise Refused("Diese Übernahme steht nicht im Verlauf.")
            together = new_id()
            return [
                self._carry_out(session, undo.Undo(undoes=operation), clerk, together)
                for operation in operations
            ]

    @contextmanager
    def following(self) -> Iterator[Following]:
        """For the sync alone: rows as the server has them, and the journal, in one transaction."""
        with self._writing() as session:
            session.info["recorder"] = recorder = Recorder(session, self.clock.now())
            with guard_of(session.connection()).open():
                following = Following(recorder.driver)
                yield following
            session.info[_FILES_GONE] = following.files_gone
            if following.everything:
                search.rebuild(session)
            else:
                search.update(session, following.touched, from_elsewhere=True)

    @contextmanager
    def _writing(self) -> Iterator[OperationSession]:
        with in_words(), OperationSession(self._writers, expire_on_commit=False) as session:
            with session.begin():
                before = overlay.erasures(driver_of(session))
                yield session
                testimony = overlay.testimony(driver_of(session))
                self._to_forget |= overlay.erasures(driver_of(session)) != before
                gone: set[str] = session.info.get(_FILES_GONE, set())
            if testimony is not None:
                witness.testify(self.home, *testimony)
        if gone:
            self._drop_files(gone)
        if self._to_forget:
            self._to_forget = not self._forget_old_pages()

    def _drop_files(self, gone: set[str]) -> None:
        """After an erasure: the files of attachments, unless another one has the same content."""
        with self.read() as session:
            driver = driver_of(session)
            shelf = Shelf(self.home, driver)
            for sha256 in gone:
                if not driver.execute("SELECT 1 FROM attachment WHERE sha256 = ?", (sha256,)).fetchone():
                    shelf.path(sha256).unlink(missing_ok=True)

    def _forget_old_pages(self) -> bool:
        """After an erasure: pages as they were before go from the write-ahead log, too; whether they could.

        While somebody reads they cannot; then it is tried again with the next thing that is written, and
        SQLite does it by itself when the file is closed.
        """
        with closing(self._writers.raw_connection()) as lent:
            driver = lent.driver_connection
            assert driver is not None
            driver.execute(f"PRAGMA busy_timeout={_PATIENCE}")
            try:
                (busy, _, _) = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                driver.execute(f"PRAGMA busy_timeout={round(BUSY_TIMEOUT * 1000)}")
        return not busy

    def _carry_out(
        self,
        session: OperationSession,
        request: Request,
        clerk: UUID | None,
        import_id: UUID | None = None,
        *,
        shelf: Shelf | None = None,
        settles: UUID | None = None,
    ) -> Done:
        operation, moment = operation_for(request), self.clock.now()
        recorder = session.info["recorder"] = Recorder(session, moment)
        session.info["asks"] = self.asks
        work = Work(
            session=session,
            now=moment,
            clerk=clerk,
            operation=new_id(),
            shelf=shelf or Shelf(self.home, recorder.driver),
            title=operation.title,
            import_id=import_id,
            settles=settles,
        )
        for record, seen in request.seen.items():
            _refuse_stale(session, record, seen)
        with work.shelf.settling():
            value = operation.function(work, request)
            session.flush()
            changes = recorder.changes()
        if changes or settles:
            search.update(session, dict.fromkeys((change.t, change.id.bytes) for change in changes))
            with guard_of(session.connection()).open():
                if overlay.is_linked(recorder.driver):
                    overlay.remember(recorder.driver, Guard.mark, recorder.before(changes))
                journal.append(
                    recorder.driver,
                    Guard.mark,
                    operation=work.operation,
                    clerk=clerk,
                    title=work.title,
                    op=operation.name,
                    request=request,
                    request_version=operation.version,
                    moment=moment,
                    changes=changes,
                    undoes=work.undoes,
                    import_id=import_id,
                    settles=work.settles,
                )
                # With a server the journal is emptied once the erasure has been accepted there.
                if not overlay.is_linked(recorder.driver):
                    erased = [change for change in changes if change.k == "erase"]
                    for change in erased:
                        overlay.scrub(recorder.driver, Guard.mark, change.id.bytes)
                    session.info.setdefault(_FILES_GONE, set()).update(
                        raw["sha256"]
                        for (table, _), raw in recorder.before(erased)
                        if raw is not None and table == Attachment.__tablename__
                    )
        return Done(work.operation, value, tuple(dict.fromkeys(change.id for change in changes)))


@dataclass(slots=True)
class Following:
    """Writing past operations; what is ``touched`` (table, id) is described anew in the search in the end."""

    driver: Any
    touched: dict[tuple[str, bytes], None] = field(default_factory=dict)
    everything: bool = False
    """Whether all rows were replaced: the search is made anew."""
    files_gone: set[str] = field(default_factory=set)
    """Files of attachments that were erased."""

    def execute(self, statement: str, values: Sequence[Any] = ()) -> Any:
        """A statement of the store's own."""
        return self.driver.execute(statement + Guard.mark, values)

    def execute_many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """The same statement for many rows."""
        self.driver.executemany(statement + Guard.mark, rows)


@dataclass(slots=True)
class Importing:
    """An import under way. ``id`` is its import id."""

    _store: Store
    _session: OperationSession
    _clerk: UUID | None
    id: UUID

    @property
    def session(self) -> Session:
        """To look at what is there, with all that this import wrote so far."""
        return self._session

    def run(self, request: Request) -> Done:
        """As `Store.run`; what raises leaves no trace and the import can go on."""
        try:
            with self._session.begin_nested():
                return self._store._carry_out(self._session, request, self._clerk, self.id)
        finally:
            self._session.expunge_all()


def _fitting_key(home: Home, way: Way) -> tuple[bytes, int]:
    """The database's key, and its revision; CannotWork if that is newer than this program.

    Of two keys left by a change of keys that was cut off, the one that fits stays.
    """
    keys = Keys.of(home)
    candidates = keys.open(way)
    for key in candidates:
        try:
            with closing(connect(home.database, key)) as raw:
                _look_inside(raw)
                revision = migrate.revision_of(raw)
        except dbapi2.DatabaseError:
            if key == candidates[-1]:
                home.refuse_plain()
                raise
            continue
        if len(candidates) > 1:
            keys.with_keys(key, key).save(home)
        return key, revision
    raise AssertionError("a slot holds at least one key")


def _look_inside(raw: Any) -> None:
    """The first read tells whether the key fits, and makes others see that the file is in use."""
    raw.execute("SELECT count(*) FROM sqlite_master").fetchone()


def _refuse_stale(session: Session, record: UUID, seen: UUID) -> None:
    operations = [one for one in journal.history(session, record) if one.counts]
    if not operations or operations[-1].operation == seen:
        return
    differs: dict[str, tuple[Any, Any]] = {}
    for happened in reversed(operations):
        if happened.operation == seen:
            break
        for change in happened.changes:
            if change.id == record:
                for column, now in change.new.items():
                    newest = differs.get(column, (None, now))[1]
                    differs[column] = (change.old.get(column), newest)
    last = operations[-1]
    raise Stale(record, last.title, last.at, differs)


_LIVE = with_loader_criteria(Record, lambda cls: cls.deleted_at.is_(None), include_aliases=True)


@event.listens_for(Session, "do_orm_execute")
def _hide_tombstones(state: ORMExecuteState) -> None:
    if (
        state.is_select
        and not state.is_column_load
        and not state.execution_options.get("include_deleted", False)
    ):
        state.statement = state.statement.options(_LIVE)
