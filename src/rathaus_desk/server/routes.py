"""The endpoints of version 1. docs/sync-protocol.md, "Endpoints", says what each is for."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import Counter
from starlette.concurrency import run_in_threadpool

from rathaus_desk import __version__
from rathaus_desk.kernel.errors import CannotWork
from rathaus_desk.server import deciding, erasing, files, register, shared, snapshot
from rathaus_desk.server import town as towns
from rathaus_desk.server.bodies import (
    Answered,
    AskChallenge,
    Asked,
    Enrol,
    Erased,
    Failure,
    Fork,
    Key,
    Lease,
    Release,
    SignIn,
    Span,
)
from rathaus_desk.server.keep import Keep
from rathaus_desk.server.news import News
from rathaus_desk.server.registry import Device, NotAllowed, Registry
from rathaus_desk.store import journal
from rathaus_desk.store.schema import moment_text
from rathaus_desk.sync.compression import compressed
from rathaus_desk.sync.envelope import MOST_BYTES_ALONE, MOST_OPERATIONS, Answer, Broken, Push, Tail, encoded
from rathaus_desk.sync.proof import Signed

T = TypeVar("T")

MOST_BODY = MOST_BYTES_ALONE + 2**16
LONGEST_WAIT = 25.0
"""Seconds that an answer without news is held back."""

_RAW: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}
}
_BYTES: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": Failure} for status in (400, 401, 403, 404, 409, 410, 413, 422, 429, 503)
}

routes = APIRouter(responses=_ERRORS)


@dataclass(slots=True)
class Server:
    """What the endpoints work with."""

    pool: towns.Pool
    registry: Registry
    news: News
    decided: Counter
    keep: Keep | None = None
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class At:
    """The workstation that asks, in its town."""

    server: Server
    device: Device

    @property
    def pool(self) -> towns.Pool:
        """Connections to PostgreSQL."""
        return self.server.pool

    @property
    def town(self) -> str:
        """The key of the municipality."""
        return self.device.town


class TooLarge(Exception):
    """A body that nobody needs."""


def failed(status: int, error: str, sentence: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """An error as the protocol has it."""
    return JSONResponse({"error": error, "sentence": sentence}, status, headers)


def _here(request: Request) -> Server:
    server: Server = request.app.state.server
    return server


Here = Annotated[Server, Depends(_here)]


def _signed_in(town: Key, server: Here, authorization: Annotated[str, Header()] = "") -> At:
    kind, _, token = authorization.partition(" ")
    if kind.lower() != "bearer" or not token:
        raise NotAllowed("session", "Dieser Arbeitsplatz ist nicht angemeldet.")
    return At(server, server.registry.who(token, town))


Asker = Annotated[At, Depends(_signed_in)]
"""Any workstation that was not revoked."""


def _active(at: Asker, rathaus_schema: Annotated[int, Header()] = 1) -> At:
    if at.device.standing:
        raise NotAllowed("retired", "Dieser Arbeitsplatz wurde außer Dienst gestellt.")
    if rathaus_schema < journal.MIN_PULL_SCHEMA:
        raise towns.Conflicting(
            "outdated",
            "Dieses Programm ist zu alt, um zu lesen, was andere eingetragen haben. Bitte aktualisieren; was "
            "hier eingetragen wird, geht nicht verloren.",
        )
    return at


Active = Annotated[At, Depends(_active)]
"""A workstation in service, whose program can read what others write."""


async def body_of(request: Request, most: int) -> bytes:
    """The body; TooLarge if it is larger than ``most`` bytes."""
    taken, pieces = 0, []
    async for piece in request.stream():
        taken += len(piece)
        if taken > most:
            raise TooLarge
        pieces.append(piece)
    return b"".join(pieces)


def _read(body: bytes, kind: type[T]) -> T:
    """A body of the sync's own; Broken if it is none."""
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError as error:
        raise Broken("Die Anfrage ist unvollständig oder falsch aufgebaut.", detail=str(error)) from error


@routes.get("/v1/hello")
def hello(server: Here) -> dict[str, Any]:
    """Who the server is, what time it is there, which tables it knows."""
    return {
        "server": str(server.id),
        "time": moment_text(datetime.now(UTC)),
        "schema": journal.SCHEMA,
        "min_push_schema": 1,
        "min_pull_schema": journal.MIN_PULL_SCHEMA,
        "version": __version__,
    }


@routes.post("/v1/enrol")
def enrol(server: Here, wish: Enrol) -> dict[str, Any]:
    """A new workstation, for a one-time code."""
    made = server.registry.enrol(
        wish.town, wish.code, wish.ws, bytes.fromhex(wish.public_key), wish.machine, has_data=wish.has_data
    )
    return msgspec.to_builtins(made)  # type: ignore[no-any-return]


@routes.post("/v1/session/challenge")
def challenge(server: Here, wish: AskChallenge) -> dict[str, str]:
    """What to sign."""
    return {"challenge": server.registry.challenge(wish.device).hex()}


@routes.post("/v1/session")
def session(server: Here, wish: SignIn) -> dict[str, Any]:
    """A session for the right signature."""
    token = server.registry.sign_in(wish.device, bytes.fromhex(wish.challenge), bytes.fromhex(wish.signature))
    return {"token": token, "standing": server.registry.device(wish.device).standing}


@routes.post("/v1/{town}/fork")
def fork(at: Active, wish: Fork) -> dict[str, Any]:
    """A workstation that was copied or restored goes on under a new id."""
    made = at.server.registry.fork(
        at.device, wish.ws, bytes.fromhex(wish.public_key), bytes.fromhex(wish.signature)
    )
    return msgspec.to_builtins(made)  # type: ignore[no-any-return]


@routes.post("/v1/{town}/push", openapi_extra=_RAW)
async def push(request: Request, at: Asker) -> Response:
    """Decides on operations."""
    body = await body_of(request, MOST_BODY)
    wish = _read(body, Push)
    if len(wish.ops) > MOST_OPERATIONS:
        raise TooLarge
    raw = [bytes(one) for one in wish.ops]

    def decide() -> bytes:
        allowed = at.server.registry.all_in(at.town)
        answers = deciding.push(
            at.pool,
            at.town,
            wish.epoch,
            raw,
            allowed,
            ws=at.device.ws,
            retired=at.device.standing == "retired",
            park=wish.park,
        )
        register.note(at.server.keep, at.town, raw, answers.answers)
        for answer in answers.answers:
            at.server.decided.labels(answer.verdict.kind if answer.verdict else "accepted").inc()
        return encoded(answers)

    return Response(await run_in_threadpool(decide), media_type="application/json")


@routes.get("/v1/{town}/log")
async def log_lines(
    at: Active,
    after: Annotated[int, Query(ge=0, le=2**62)],
    limit: Annotated[int, Query(ge=1, le=towns.PAGE_OPERATIONS)] = towns.PAGE_OPERATIONS,
    wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT)] = 0.0,
    check: Annotated[str | None, Query(pattern="^[0-9a-f]{64}$")] = None,
    epoch: Annotated[str | None, Query(pattern="^[0-9a-z]{1,64}$")] = None,
    accept_encoding: Annotated[str, Header()] = "",
    rathaus_version: Annotated[str, Header()] = "",
) -> Response:
    """The log after a number, one decision a line; held back up to ``wait`` seconds if there is none."""

    def read() -> towns.Page:
        return towns.log_after(at.pool, at.town, after, epoch, check, limit)

    page = await run_in_threadpool(read)
    if not page.lines:
        await run_in_threadpool(at.server.registry.seen, at.device, after, rathaus_version)
        if wait:
            await at.server.news.wait(at.town, wait + secrets.randbelow(1000) / 1000)
            page = await run_in_threadpool(read)
    return await run_in_threadpool(_lines, page.lines, accept_encoding, {"Rathaus-Head": str(page.head)})


def _lines(found: list[bytes], accept_encoding: str, headers: dict[str, str] | None = None) -> Response:
    """One JSON value a line, compressed for who understands it."""
    content, headers = b"\n".join(found), headers or {}
    if content and "zstd" in accept_encoding:
        content = compressed(content)
        headers["Content-Encoding"] = "zstd"
    return Response(content, media_type="application/x-ndjson", headers=headers)


Epoch = Annotated[str, Query(pattern="^[0-9a-z]{1,64}$")]
_BEFORE_ALL = UUID(int=0)


@routes.post("/v1/{town}/snapshot")
def begin_snapshot(
    at: Active, epoch: Epoch, rathaus_version: Annotated[str, Header()] = ""
) -> dict[str, Any]:
    """What a snapshot starts from. The log from there on stays until the workstation has it."""
    begun = snapshot.begin(at.pool, at.town, epoch)
    at.server.registry.seen(at.device, begun.as_of, rathaus_version)
    return msgspec.to_builtins(begun)  # type: ignore[no-any-return]


@routes.get("/v1/{town}/snapshot/rows/{table}")
def snapshot_rows(
    at: Active,
    table: str,
    epoch: Epoch,
    after: UUID = _BEFORE_ALL,
    accept_encoding: Annotated[str, Header()] = "",
) -> Response:
    """The next rows of a table, deleted ones too."""
    return _lines(snapshot.rows(at.pool, at.town, epoch, table, after), accept_encoding)


@routes.get("/v1/{town}/snapshot/open")
def snapshot_open(
    at: Active,
    epoch: Epoch,
    as_of: Annotated[int, Query(ge=0, le=2**62)],
    accept_encoding: Annotated[str, Header()] = "",
) -> Response:
    """The conflicts that were open, as lines of the log."""
    return _lines(snapshot.open_conflicts(at.pool, at.town, epoch, as_of), accept_encoding)


@routes.get("/v1/{town}/snapshot/erased")
def snapshot_erased(at: Active, epoch: Epoch) -> list[UUID]:
    """The erasure register: ids only."""
    return snapshot.erased(at.pool, at.town, epoch)


@routes.post("/v1/{town}/decided")
def decided(at: Active, wish: Asked) -> list[dict[str, Any]]:
    """What was decided of operations; of those left out nothing was."""
    return [msgspec.to_builtins(one) for one in snapshot.decided(at.pool, at.town, wish.operations)]


@routes.get("/v1/{town}/state")
def state(at: Active) -> dict[str, Any]:
    """Where the log stands."""
    with towns.in_town(at.pool, at.town) as cursor:
        n, chain, epoch = towns.counter(cursor)
    return {"n": n, "chain": chain.hex(), "epoch": epoch}


@routes.post("/v1/{town}/tail", openapi_extra=_RAW)
async def tail(request: Request, at: Active) -> dict[str, int]:
    """A workstation gives a restored server what it lost."""
    body = await body_of(request, MOST_BODY)
    wish = _read(body, Tail)

    def take_back() -> int:
        n = deciding.hand_back(at.pool, at.town, wish.epoch, wish.entries)
        answers = [Answer("", entry.n, entry.verdict) for entry in wish.entries]
        register.note(at.server.keep, at.town, [bytes(entry.op) for entry in wish.entries], answers)
        return n

    return {"n": await run_in_threadpool(take_back)}


@routes.post("/v1/{town}/erased")
def erased(at: Active, wish: Erased) -> dict[str, int]:
    """The erasure register of a workstation: what a restored server has again is erased."""
    assert at.server.id is not None
    erasing.remind(at.pool, at.town, wish.epoch, wish.records, at.server.id)
    return {"records": len(wish.records)}


@routes.post("/v1/{town}/lease")
def lease(at: Active, wish: Lease) -> dict[str, Any]:
    """Numbers of a series for this workstation."""
    first, last = towns.lease(at.pool, at.town, at.device.ws, wish.request, wish.series, wish.at_least)
    return {"series": wish.series, "first": first, "last": last}


@routes.get("/v1/{town}/series")
def series(at: Active) -> list[str]:
    """The series that numbers are drawn of."""
    return towns.series(at.pool, at.town)


@routes.post("/v1/{town}/claims")
def claims(at: Active, wish: Span) -> dict[str, Any]:
    """Whether a resource is free at the server, and which records have it."""
    holders = towns.who_has(at.pool, at.town, wish.resource, wish.starts, wish.ends)
    return {"free": not holders, "holders": holders}


@routes.get("/v1/{town}/files/{sha256}/state")
def file_state(at: Active, sha256: str) -> dict[str, Any]:
    """How much of an attachment is there."""
    state, size = files.state(at.pool, at.town, files.checked(sha256))
    return {"state": state, "size": size}


@routes.put("/v1/{town}/files/{sha256}", openapi_extra=_BYTES)
async def file_put(
    request: Request,
    at: Active,
    sha256: str,
    offset: Annotated[int, Query(ge=0, le=files.MOST)] = 0,
    last: bool = False,
) -> dict[str, Any]:
    """One chunk of an attachment."""
    files.checked(sha256)
    content = await body_of(request, files.CHUNK)

    def put() -> tuple[str, int]:
        return files.put(at.pool, at.town, sha256, offset, content, last=last)

    state, size = await run_in_threadpool(put)
    return {"state": state, "size": size}


@routes.get("/v1/{town}/files/{sha256}")
def file_get(at: Active, sha256: str, offset: Annotated[int, Query(ge=0, le=files.MOST)] = 0) -> Response:
    """One chunk of an attachment."""
    found = files.get(at.pool, at.town, files.checked(sha256), offset)
    if found is None:
        return failed(404, "missing", "Der Anhang ist noch nicht auf dem Server.")
    content, size = found
    return Response(content, media_type="application/octet-stream", headers={"Rathaus-Size": str(size)})


@routes.get("/v1/{town}/releases")
def releases(at: Active, after: Annotated[int, Query(ge=0, le=2**62)] = 0) -> list[dict[str, Any]]:
    """What towns of the cooperation have published."""
    return shared.releases(at.pool, after)


@routes.post("/v1/{town}/releases")
def publish(at: Active, wish: Release) -> dict[str, int]:
    """This town publishes a statute, a tariff, halls, a letter or a service; the server signs it."""
    if at.server.keep is None:
        raise CannotWork("Auf diesem Server ist das Veröffentlichen nicht eingerichtet („--keep“).")
    release = Signed(
        id=wish.id, town=at.town, kind=wish.kind, key=wish.key, title=wish.title,
        valid_from=wish.valid_from, content=wish.content,
    )  # fmt: skip
    return {"number": shared.publish(at.pool, release, at.server.keep.sign(release))}


@routes.get("/v1/{town}/overview")
def overview(at: Active) -> list[dict[str, Any]]:
    """How far the towns of the cooperation are; nothing personal."""
    return shared.overview(at.pool)


@routes.post("/v1/{town}/forward", openapi_extra=_BYTES)
async def forward(
    request: Request,
    at: Active,
    id: UUID,
    receiver: Annotated[str, Query(pattern=r"^[a-z][a-z0-9-]{1,40}$")],
    office: Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")] = "",
) -> dict[str, str]:
    """Hands a case to an office of another town; the body is what is handed on of it."""
    content = await body_of(request, shared.MOST_CASE)

    def send() -> None:
        shared.forward(at.pool, at.town, id, receiver=receiver, office=office, content=content)

    await run_in_threadpool(send)
    return {"state": "sent"}


@routes.get("/v1/{town}/addressees")
def addressees(at: Active) -> list[dict[str, Any]]:
    """The towns a case can be handed to, with the names of their offices."""
    return shared.addressees(at.pool)


@routes.get("/v1/{town}/inbox")
def inbox(at: Active, waiting: bool = False) -> list[dict[str, Any]]:
    """Cases sent and received; with ``waiting`` only what this town has still to take in."""
    return shared.forwarded(at.pool, at.town, waiting=waiting)


@routes.post("/v1/{town}/inbox/{id}/take")
def take_case(at: Active, id: UUID) -> Response:
    """A case that was received, or the answer to one that was sent, for this workstation to take in."""
    content = shared.take(at.pool, at.town, at.device.id, id)
    if content is None:
        return failed(404, "missing", "Hier wartet nichts, oder ein anderer Arbeitsplatz nimmt es auf.")
    return Response(content, media_type="application/octet-stream")


@routes.post("/v1/{town}/inbox/{id}/done")
def case_done(at: Active, id: UUID) -> Response:
    """It stands in the town's own data now."""
    if not shared.done(at.pool, at.town, id):
        return failed(404, "missing", "Diesen Vorgang gibt es nicht.")
    return JSONResponse({"state": "done"})


@routes.post("/v1/{town}/inbox/{id}/answer")
def answer(at: Active, id: UUID, wish: Answered) -> Response:
    """The receiver answers."""
    if not shared.answer(at.pool, at.town, id, wish.text):
        return failed(404, "missing", "Diesen Vorgang gibt es nicht.")
    return JSONResponse({"state": "answered"})
