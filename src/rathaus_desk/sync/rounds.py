"""One round of the sync: sign in, push, pull, numbers, attachments. Cut anywhere, the next one goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal
from uuid import UUID

import sqlalchemy as sa

from rathaus_desk.kernel.errors import Refused
from rathaus_desk.store import journal
from rathaus_desk.store.connection import Guard, driver_of
from rathaus_desk.store.engine import Store
from rathaus_desk.store.journal import NO_HASH
from rathaus_desk.store.local import set_setting, setting
from rathaus_desk.store.overlay import FileKnown, fork, rechain
from rathaus_desk.sync import files, leases, proof, register, snapshot
from rathaus_desk.sync.client import Client, ServerSays, ServerTrouble
from rathaus_desk.sync.envelope import MOST_ASKED, MOST_OPERATIONS, Broken, Lacking
from rathaus_desk.sync.following import NEWER_SCHEMA, follow, read_decided
from rathaus_desk.sync.link import Link, link_of, stand, tie
from rathaus_desk.sync.outbox import entries_after, everything, known_at, next_batch, undecided, waiting

Step = Literal["log", "snapshot"]
Told = Callable[[Step, int, int], None]
"""Hears how far a round is: the cursor and the last number the server has, or rows read and rows in all."""


@dataclass(frozen=True, slots=True)
class Round:
    """What came of a round."""

    pushed: int = 0
    refused: int = 0
    pulled: int = 0
    rows: int = 0
    """Rows of a snapshot, if one was needed."""
    sent_files: int = 0
    fetched_files: int = 0
    waiting: int = 0
    cursor: int = 0
    held_back: bool = False
    """Whether the server is older than this program, and operations wait for its update."""


_SURPRISES = 5
"""How often a round begins again because the server was restored or a copy of this workstation was found."""


class Locked(Refused):
    """The server has revoked this workstation: its data is to be locked."""


def enrol(store: Store, text: str, machine: str, *, client: Client | None = None) -> Link:
    """This workstation joins a town with a one-time code (`proof.Invitation`, as text).

    The first one of a town brings what it has; a later one must be empty (the server says so, and the code
    can be used again): its own data would have to be taken in with a search for duplicates.
    """
    invitation = proof.read_invitation(text)
    if client is None:
        client = Client(invitation.url)
        try:
            return enrol(store, text, machine, client=client)
        finally:
            client.close()
    with store.read() as session:
        driver = driver_of(session)
        if link_of(driver) is not None:
            raise Refused("Dieser Arbeitsplatz gehört schon zu einem Server.")
        ws = UUID(bytes=driver.execute("SELECT id FROM workstation").fetchone()[0])
        is_empty = waiting(driver) == 0
    key = proof.new_key()
    answer = client.enrol(invitation, ws, key, machine, has_data=not is_empty)
    tie(
        store,
        url=invitation.url,
        town=answer["town"],
        server=UUID(answer["server"]),
        epoch=answer["epoch"],
        device=UUID(answer["device"]),
        private_key=key,
        release_key=bytes.fromhex(answer["release_key"]),
    )
    with store.read() as session:
        link = link_of(driver_of(session))
    assert link is not None
    return link


@dataclass(frozen=True, slots=True)
class Manner:
    """How a round hands in operations: at most so many at once; with ``park`` one that cannot be judged."""

    operations: int = MOST_OPERATIONS
    park: bool = False

    def more_careful(self) -> Manner:
        """After the server stumbled over a batch again and again: half of it; in the end one, unread."""
        return Manner(max(1, self.operations // 2), park=self.operations == 1)


def run_round(
    store: Store, client: Client, *, told: Told | None = None, manner: Manner | None = None
) -> Round:
    """Pushes and pulls until both are dry.

    Raises Unreachable (try later), Locked (revoked), Broken, ServerSays.
    """
    return _Round(store, client, told or (lambda _step, _done, _all: None), manner or Manner()).run()


class _Round:
    def __init__(self, store: Store, client: Client, told: Told, manner: Manner) -> None:
        self._store = store
        self._manner = manner
        self._client = client
        self._told = told
        self._pushed = self._refused = self._pulled = self._rows = 0
        self._held_back = False
        self._link = self._linked()

    def run(self) -> Round:
        try:
            self._sign_in()
            self._exchange()
            register.remind(self._store, self._client, self._link)
            leases.renew(self._store, self._client, self._link.town)
            sent, fetched = files.transfer(self._store, self._client, self._link.town)
        except ServerSays as error:
            if error.kind == "revoked":
                stand(self._store, "revoked")
                raise Locked(error.sentence) from error
            if error.kind == "recovering":
                raise ServerTrouble(error.sentence) from error
            raise
        with self._store.read() as session:
            left = waiting(driver_of(session))
        return Round(
            pushed=self._pushed,
            refused=self._refused,
            pulled=self._pulled,
            rows=self._rows,
            sent_files=sent,
            fetched_files=fetched,
            waiting=left,
            cursor=self._link.cursor,
            held_back=self._held_back,
        )

    def _linked(self) -> Link:
        with self._store.read() as session:
            link = link_of(driver_of(session))
        if link is None:
            raise Refused("Dieser Arbeitsplatz gehört zu keinem Server.")
        return link

    def _sign_in(self) -> None:
        standing = self._client.sign_in(self._link.device, self._link.private_key)
        if standing == "retired":
            self._hand_over()
            stand(self._store, "retired")
            raise Locked(
                "Dieser Arbeitsplatz wurde außer Dienst gestellt; seine offenen Vorgänge sind übergeben."
            )

    def _hand_over(self) -> None:
        """What a retired workstation has left goes to the server; of a copy as a chain of its own."""
        for _ in range(2):
            try:
                if self._link.standing == "forked":
                    self._fork()
                    self._rechain()
                self._push_all()
                return
            except ServerSays as error:
                if error.kind != "fork":
                    raise
                self._fork()

    def _fork(self) -> None:
        with self._store.following() as following:
            fork(following.driver, Guard.mark)
        self._link = self._linked()

    def _rechain(self) -> None:
        with self._store.following() as following:
            rechain(following.driver, Guard.mark)
            following.execute("UPDATE server_link SET standing = ''")
        self._link = self._linked()

    def _become_another_if_forked(self) -> None:
        if self._link.standing != "forked":
            return
        # Under a name that nothing was issued under yet: a backup may have what was, by other numbers.
        self._fork()
        key = proof.new_key()
        answer = self._client.fork(self._link.town, self._link.ws, self._link.private_key, key)
        leases.forget_wishes(self._store)
        with self._store.following() as following:
            following.execute(
                "UPDATE server_link SET device = ?, private_key = ?", (UUID(answer["device"]).bytes, key)
            )
        self._link = self._linked()
        self._client.sign_in(self._link.device, self._link.private_key)
        # What the original handed in comes back first; what is left then is this workstation's to hand in.
        self._pull_all()
        self._rechain()

    def _exchange(self) -> None:
        """Push and pull; a server that was restored, and a copy of this workstation, show here."""
        for _ in range(_SURPRISES):
            try:
                self._become_another_if_forked()
                self._read_anew_if_updated()
                before: tuple[int, int] | None = None
                while True:
                    self._push_all()
                    self._pull_all()
                    with self._store.read() as session:
                        left = waiting(driver_of(session))
                    if left == 0 or self._held_back:
                        return
                    if before == (left, self._link.cursor):
                        raise Broken(
                            "Der Server hat nicht alles entschieden; später wird es noch einmal versucht."
                        )
                    before = (left, self._link.cursor)
            except ServerSays as error:
                if error.kind == "fork":
                    self._fork()
                elif error.kind in ("epoch", "history"):
                    self._after_restore()
                else:
                    raise
        raise Broken("Der Abgleich kommt nicht zur Ruhe.")

    def _push_all(self) -> None:
        number = 0
        while True:
            with self._store.read() as session:
                batch, number = next_batch(driver_of(session), number, operations=self._manner.operations)
            if not batch:
                return
            try:
                answers = self._client.push(self._link.town, self._link.epoch, batch, park=self._manner.park)
            except ServerSays as error:
                if error.kind != "schema":
                    raise
                # The server is older than this program: what it does not know yet stays here until it does.
                self._held_back = True
                return
            self._pushed += len(answers.answers)
            self._refused += sum(answer.verdict is not None for answer in answers.answers)
            if self._manner.park:
                return

    def _pull_all(self) -> None:
        snapshots = 0
        while True:
            try:
                if self._pull_page() == 0:
                    return
            except (Lacking, ServerSays) as error:
                is_behind = isinstance(error, Lacking) or error.kind == "horizon"
                if not is_behind or snapshots == _SURPRISES:
                    raise
                snapshots += 1
                self._from_snapshot()

    def _pull_page(self) -> int:
        """The next decisions of the server; how many there were."""
        link = self._link
        page = self._client.log(link.town, link.cursor, epoch=link.epoch, check=link.chain)
        if page.lines:
            follow(self._store, page.lines, page.head)
            self._pulled += len(page.lines)
        self._link = self._linked()
        self._told("log", self._link.cursor, page.head)
        return len(page.lines)

    def _read_anew_if_updated(self) -> None:
        """What others said of tables that were not known here, before this program was updated."""
        with self._store.read() as session:
            newer = setting(session, NEWER_SCHEMA, 0)
        if 0 < newer <= journal.SCHEMA:
            self._read_anew(self._link.epoch)
            self._link = self._linked()
            with self._store.local() as session:
                set_setting(session, NEWER_SCHEMA, None)

    def _after_restore(self) -> None:
        """The server was restored from a backup: what it lost is handed back.

        If it still stands on a point of the history that is known here, the rest goes back as it was decided.
        Otherwise somebody was faster: its log is read from the start, and what is missing in it is handed in
        anew. Ids make it safe that others do the same.
        """
        town = self._link.town
        with self._store.local() as session:
            session.execute(sa.delete(FileKnown))
        state = self._client.state(town)
        n, chain = int(state["n"]), bytes.fromhex(state["chain"])
        with self._store.read() as session:
            shared = known_at(driver_of(session), n) == chain
        if shared and self._handed_back(n, state["epoch"]):
            with self._store.following() as following:
                following.execute("UPDATE server_link SET epoch = ?", (state["epoch"],))
        else:
            self._read_anew(state["epoch"])
        self._link = self._linked()

    def _handed_back(self, n: int, epoch: str) -> bool:
        """Whether the server could take its history back."""
        try:
            while n < self._link.cursor:
                with self._store.read() as session:
                    tail = entries_after(driver_of(session), n, MOST_OPERATIONS)
                before, n = n, self._client.hand_back(self._link.town, epoch, tail)
                if n <= before:
                    return False
        except ServerSays as error:
            if error.kind == "epoch":
                raise
            return False
        return True

    def _read_anew(self, epoch: str) -> None:
        try:
            lines, head = self._log_since(0, NO_HASH, epoch)
        except ServerSays as error:
            if error.kind != "horizon":
                raise
            self._from_snapshot(anew_in=epoch)
        else:
            follow(self._store, lines, head, anew_in=epoch)

    def _log_since(self, cursor: int, chain: bytes, epoch: str) -> tuple[list[bytes], int]:
        """The whole log after ``cursor``, and its last number."""
        lines: list[bytes] = []
        head = cursor + 1
        while cursor < head:
            page = self._client.log(self._link.town, cursor, epoch=epoch, check=chain)
            head = page.head
            if not page.lines:
                break
            last = read_decided(page.lines[-1])
            cursor, chain = last.n, last.chain
            lines += page.lines
            self._told("log", cursor, head)
        return lines, head

    def _from_snapshot(self, *, anew_in: str | None = None) -> None:
        """The log no longer reaches back to the cursor: the town as it stands takes its place."""
        town = self._link.town
        fetched, lines, head = self._snapshot_and_log(anew_in or self._link.epoch)
        with self._store.read() as session:
            driver = driver_of(session)
            asked = undecided(driver) if anew_in is None else everything(driver)
        answers = [
            answer
            for at in range(0, len(asked), MOST_ASKED)
            for answer in self._client.decided(town, asked[at : at + MOST_ASKED])
        ]
        snapshot.take_over(self._store, fetched, lines, head, answers, anew_in=anew_in)
        self._pulled += len(lines)
        self._rows += sum(fetched.begun.rows.values())
        self._link = self._linked()

    def _snapshot_and_log(self, epoch: str) -> tuple[snapshot.Fetched, list[bytes], int]:
        """A snapshot, the log since it was begun, and its last number; one that took too long begins anew."""
        for _ in range(_SURPRISES):
            fetched = snapshot.fetch(
                self._store, self._client, self._link.town, epoch, partial(self._told, "snapshot")
            )
            begun = fetched.begun
            try:
                return fetched, *self._log_since(begun.as_of, bytes.fromhex(begun.chain), epoch)
            except ServerSays as error:
                snapshot.forget(self._store)
                if error.kind != "horizon":
                    raise
        raise ServerTrouble("Der Server kommt nicht zur Ruhe.")
