"""What requests look like that are not operations; FastAPI checks them and describes them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Path
from pydantic import BaseModel, Field

from rathaus_desk.server import shared
from rathaus_desk.sync.envelope import MOST_ASKED

Key = Annotated[str, Path(pattern=r"^[a-z][a-z0-9-]{1,40}$", description="Kürzel der Gemeinde")]
Hex32 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Short = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]


class Enrol(BaseModel):
    """A new workstation."""

    town: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,40}$")]
    code: Short
    ws: UUID
    public_key: Hex32
    machine: Short = ""
    has_data: bool = False


class Fork(BaseModel):
    """A workstation that was copied or restored, under a new id."""

    ws: UUID
    public_key: Hex32
    signature: Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]


class Erased(BaseModel):
    """Records that were erased."""

    epoch: Annotated[str, Field(pattern="^[0-9a-z]{1,64}$")]
    records: Annotated[list[UUID], Field(max_length=5000)]


class AskChallenge(BaseModel):
    """Who wants to sign in."""

    device: UUID


class SignIn(BaseModel):
    """The answer to a challenge."""

    device: UUID
    challenge: Hex32
    signature: Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]


class Lease(BaseModel):
    """A wish for numbers."""

    request: UUID
    series: Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[^\x00]+$")]
    at_least: Annotated[int, Field(ge=1, le=10**9)] = 1


class Span(BaseModel):
    """A resource and a time: minutes since 1970, half-open."""

    resource: UUID
    starts: Annotated[int, Field(ge=-(10**12), le=10**12)]
    ends: Annotated[int, Field(ge=-(10**12), le=10**12)]


class Asked(BaseModel):
    """Operations that a workstation wants to know about."""

    operations: Annotated[list[UUID], Field(max_length=MOST_ASKED)]


class Release(BaseModel):
    """A catalogue file that a town publishes."""

    id: UUID
    kind: Annotated[str, Field(pattern="^[a-z_]{1,20}$")]
    key: Short
    title: Short
    valid_from: Short = ""
    content: Annotated[str, Field(max_length=shared.MOST_LETTERS, pattern=r"^[^\x00]*$")]


class Answered(BaseModel):
    """What the receiver of a case says."""

    text: Annotated[str, Field(max_length=10_000, pattern=r"^[^\x00]*$")]


class Failure(BaseModel):
    """Every error: a word for programs, a sentence for people."""

    error: str
    sentence: str
