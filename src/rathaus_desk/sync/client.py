"""How a workstation talks to the server: HTTPS with the system's certificates and proxy, nothing else."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import httpx2
import msgspec
import truststore

from rathaus_desk import __version__
from rathaus_desk.kernel.errors import BadInput, DeskError
from rathaus_desk.store import journal
from rathaus_desk.sync import proof
from rathaus_desk.sync.envelope import Answer, Answers, Begun, Broken

T = TypeVar("T")

TIMEOUT = 30.0
"""Seconds without a byte until a line counts as dead; long polls wait longer."""
SOON = 1.5
"""Seconds that a question waits on which a clerk waits."""
FILE_CHUNK = 2**20


class Unreachable(DeskError):
    """There is no way to the server at the moment; nothing is lost, the next round tries again."""


class ServerTrouble(Unreachable):
    """The server answered that it cannot (5xx)."""


class ServerSays(DeskError):
    """The server refuses the request as such. ``kind`` is its word for why."""

    def __init__(self, status: int, kind: str, sentence: str) -> None:
        super().__init__(sentence, detail=f"{status} {kind}")
        self.status = status
        self.kind = kind


@dataclass(frozen=True, slots=True)
class LogPage:
    """Some lines of the log, and the number of the last there is."""

    lines: list[bytes]
    head: int


def refuse_plain_http(url: str) -> None:
    """BadInput for HTTP without TLS, unless to this very machine."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return
    host = parts.hostname or ""
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if parts.scheme != "http" or not loopback:
        raise BadInput("Die Adresse des Servers muss mit „https://“ beginnen.")


class Client:
    """One server. Threads may share it; `close` it in the end."""

    def __init__(self, url: str, *, transport: httpx2.BaseTransport | None = None) -> None:
        refuse_plain_http(url)
        trust = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if url.startswith("https") else True
        self._http = httpx2.Client(
            base_url=url.rstrip("/") + "/v1/",
            verify=trust,
            timeout=httpx2.Timeout(TIMEOUT, connect=10.0),
            headers={
                "User-Agent": f"Rathaus-Desk/{__version__}",
                "Rathaus-Version": __version__,
                "Rathaus-Schema": str(journal.SCHEMA),
            },
            transport=transport,
        )
        self._token = ""

    def close(self) -> None:
        """Hangs up."""
        self._http.close()

    def hello(self) -> dict[str, Any]:
        """Who the server is."""
        return dict(self._json("GET", "hello"))

    def enrol(
        self, invitation: proof.Invitation, ws: UUID, key: bytes, machine: str, *, has_data: bool
    ) -> dict[str, Any]:
        """Hands in a one-time code. ``has_data``: whether the workstation brings operations of its own."""
        wish = {
            "town": invitation.town,
            "code": invitation.code,
            "ws": str(ws),
            "machine": machine,
            "has_data": has_data,
            "public_key": proof.public_key(key).hex(),
        }
        return dict(self._json("POST", "enrol", wish))

    def state(self, town: str) -> dict[str, Any]:
        """Where the server's log stands: ``n``, ``chain``, ``epoch``."""
        return dict(self._json("GET", f"{town}/state"))

    def hand_back(self, town: str, epoch: str, entries: Sequence[bytes]) -> int:
        """Gives a restored server log entries that it lost; the last number it has now."""
        head = b'{"epoch":' + msgspec.json.encode(epoch) + b',"entries":['
        answer = self._send("POST", f"{town}/tail", content=head + b",".join(entries) + b"]}")
        return int(answer.json()["n"])

    def remind(self, town: str, epoch: str, records: Sequence[UUID]) -> None:
        """Tells the server which records were erased."""
        self._json("POST", f"{town}/erased", {"epoch": epoch, "records": [str(one) for one in records]})

    def sign_in(self, device: UUID, key: bytes) -> str:
        """A session for everything below; what the server says of this workstation (empty: in service)."""
        challenge = bytes.fromhex(
            self._json("POST", "session/challenge", {"device": str(device)})["challenge"]
        )
        signature = proof.signed_challenge(key, challenge).hex()
        wish = {"device": str(device), "challenge": challenge.hex(), "signature": signature}
        answer = self._json("POST", "session", wish)
        self._token = answer["token"]
        return str(answer["standing"])

    def fork(self, town: str, ws: UUID, old_key: bytes, new_key: bytes) -> dict[str, Any]:
        """A new identity for a workstation that was copied or restored."""
        public = proof.public_key(new_key)
        wish = {
            "ws": str(ws),
            "public_key": public.hex(),
            "signature": proof.signed_fork(old_key, public).hex(),
        }
        return dict(self._json("POST", f"{town}/fork", wish))

    def push(self, town: str, epoch: str, ops: Sequence[bytes], *, park: bool = False) -> Answers:
        """Hands in operations."""
        head = b'{"epoch":' + msgspec.json.encode(epoch) + b',"ops":['
        body = head + b",".join(ops) + (b'],"park":true}' if park else b"]}")
        return self._read("POST", f"{town}/push", Answers, content=body)

    def log(
        self, town: str, after: int, *, epoch: str, check: bytes, wait: float = 0.0, limit: int = 1000
    ) -> LogPage:
        """The log after a number; with ``wait`` the server holds an empty answer back for so many seconds."""
        asked = {"after": after, "epoch": epoch, "check": check.hex(), "limit": limit, "wait": wait}
        answer = self._send("GET", f"{town}/log", params=asked, timeout=TIMEOUT + wait)
        lines = answer.content.split(b"\n") if answer.content else []
        try:
            return LogPage(lines, int(answer.headers.get("Rathaus-Head", after)))
        except ValueError as error:
            raise Broken("Der Server hat etwas geschickt, das nicht lesbar ist.") from error

    def begin_snapshot(self, town: str, epoch: str) -> Begun:
        """What a snapshot starts from."""
        return self._read("POST", f"{town}/snapshot", Begun, params={"epoch": epoch})

    def snapshot_rows(self, town: str, epoch: str, table: str, after: UUID) -> bytes:
        """The next rows of a table behind an id, one JSON object a line; empty: there are no more."""
        asked = {"epoch": epoch, "after": str(after)}
        return bytes(self._send("GET", f"{town}/snapshot/rows/{table}", params=asked).content)

    def snapshot_open(self, town: str, epoch: str, as_of: int) -> list[bytes]:
        """The conflicts open there, as lines of the log."""
        asked: dict[str, Any] = {"epoch": epoch, "as_of": as_of}
        content = self._send("GET", f"{town}/snapshot/open", params=asked).content
        return content.split(b"\n") if content else []

    def snapshot_erased(self, town: str, epoch: str) -> list[UUID]:
        """The erasure register."""
        return [UUID(one) for one in self._json("GET", f"{town}/snapshot/erased", params={"epoch": epoch})]

    def decided(self, town: str, operations: Sequence[UUID]) -> list[Answer]:
        """What was decided of operations (at most `MOST_ASKED`); of those left out nothing was."""
        wish = {"operations": [str(one) for one in operations]}
        return self._read("POST", f"{town}/decided", list[Answer], json=wish)

    def lease(self, town: str, request: UUID, series: str, at_least: int) -> tuple[int, int]:
        """Numbers of a series: first and last."""
        wish = {"request": str(request), "series": series, "at_least": at_least}
        answer = self._json("POST", f"{town}/lease", wish)
        return int(answer["first"]), int(answer["last"])

    def series(self, town: str) -> list[str]:
        """The series that numbers are drawn of."""
        return list(self._json("GET", f"{town}/series"))

    def holders(self, town: str, resource: UUID, starts: int, ends: int) -> list[UUID]:
        """The records that have ``resource`` at the server; asked while a clerk waits."""
        wish = {"resource": str(resource), "starts": starts, "ends": ends}
        return [UUID(one) for one in self._json("POST", f"{town}/claims", wish, timeout=SOON)["holders"]]

    def file_state(self, town: str, sha256: str) -> tuple[str, int]:
        """``complete`` or ``partial``, and how many bytes the server has."""
        answer = self._json("GET", f"{town}/files/{sha256}/state")
        return str(answer["state"]), int(answer["size"])

    def send_chunk(
        self, town: str, sha256: str, offset: int, content: bytes, *, last: bool
    ) -> tuple[str, int]:
        """One chunk of an attachment."""
        answer = self._send(
            "PUT", f"{town}/files/{sha256}", params={"offset": offset, "last": last}, content=content
        ).json()
        return str(answer["state"]), int(answer["size"])

    def file_chunk(self, town: str, sha256: str, offset: int) -> tuple[bytes, int]:
        """One chunk of an attachment, and the size of the whole; ServerSays ``missing`` if it is absent."""
        answer = self._send("GET", f"{town}/files/{sha256}", params={"offset": offset})
        return answer.content, int(answer.headers.get("Rathaus-Size", 0))

    def releases(self, town: str, after: int) -> list[dict[str, Any]]:
        """What towns of the cooperation have published."""
        return list(self._json("GET", f"{town}/releases", params={"after": after}))

    def publish(self, town: str, release: Mapping[str, Any]) -> int:
        """Publishes a catalogue file."""
        return int(self._json("POST", f"{town}/releases", release)["number"])

    def overview(self, town: str) -> list[dict[str, Any]]:
        """How far the towns of the cooperation are."""
        return list(self._json("GET", f"{town}/overview"))

    def forward(self, town: str, id_: UUID, receiver: str, office: str, content: bytes) -> None:
        """Hands a case to an office of another town."""
        asked = {"id": str(id_), "receiver": receiver, "office": office[:200]}
        self._send("POST", f"{town}/forward", params=asked, content=content)

    def addressees(self, town: str) -> list[dict[str, Any]]:
        """The towns a case can be handed to: ``town``, ``name``, ``offices``."""
        return list(self._json("GET", f"{town}/addressees"))

    def inbox(self, town: str, *, waiting: bool = False) -> list[dict[str, Any]]:
        """Cases sent and received; ``waiting``: only what this town has still to take in."""
        return list(self._json("GET", f"{town}/inbox", params={"waiting": waiting}))

    def take(self, town: str, id_: UUID) -> bytes:
        """A case that was received, or an answer; ServerSays ``missing`` if somebody else takes it in."""
        return bytes(self._send("POST", f"{town}/inbox/{id_}/take").content)

    def done(self, town: str, id_: UUID) -> None:
        """What was taken stands in the town's own data now."""
        self._send("POST", f"{town}/inbox/{id_}/done")

    def answer(self, town: str, id_: UUID, text: str) -> None:
        """Answers a case that was received."""
        self._json("POST", f"{town}/inbox/{id_}/answer", {"text": text})

    def _read(self, method: str, path: str, kind: type[T], **asked: Any) -> T:
        try:
            return msgspec.json.decode(self._send(method, path, **asked).content, type=kind)
        except msgspec.DecodeError as error:
            raise Broken(
                "Der Server hat etwas geschickt, das nicht lesbar ist.", detail=str(error)
            ) from error

    def _json(self, method: str, path: str, wish: Any = None, **asked: Any) -> Any:
        answer = self._send(method, path, json=wish, **asked)
        try:
            return answer.json()
        except ValueError as error:
            raise Broken("Der Server hat etwas geschickt, das nicht lesbar ist.") from error

    def _send(self, method: str, path: str, **asked: Any) -> httpx2.Response:
        if self._token:
            asked["headers"] = {"Authorization": f"Bearer {self._token}"}
        try:
            answer = self._http.request(method, path, **asked)
        except httpx2.HTTPError as error:
            raise Unreachable(
                "Der Server ist nicht zu erreichen; es wird später noch einmal versucht.",
                detail=f"{type(error).__name__}: {error}",
            ) from error
        if answer.status_code >= 500 or answer.status_code == 429:
            raise ServerTrouble("Der Server ist gestört.", detail=f"{answer.status_code} {path}")
        if answer.status_code >= 400:
            try:
                said = answer.json()
                kind, sentence = str(said["error"]), str(said["sentence"])
            except (ValueError, KeyError, TypeError):
                kind, sentence = "unknown", f"Der Server lehnt die Anfrage ab ({answer.status_code})."
            raise ServerSays(answer.status_code, kind, sentence)
        return answer
