"""The chains of what workstations issued, as the server looks at them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from rathaus_desk.store.journal import NO_HASH

End = tuple[int, bytes]
"""Length of a chain, and its last hash."""


@dataclass(frozen=True, slots=True)
class Link:
    """Where an operation stands in the chain of the workstation that issued it."""

    ws: UUID
    seq: int
    prev: bytes
    hash: bytes


def continued(
    ends: dict[UUID, End], links: Iterable[Link], must_continue: Callable[[UUID], bool]
) -> Link | None:
    """Moves ``ends`` along ``links`` that are new; the first that had to continue a chain and does not.

    A link of a workstation for which ``must_continue`` does not hold may leave others out (somebody else
    hands it in, after a restore); its chain goes on from there, and never backwards.
    """
    for link in links:
        seq, hash_ = ends.get(link.ws, (0, NO_HASH))
        continues = (link.seq - 1, link.prev) == (seq, hash_)
        if not continues and must_continue(link.ws):
            return link
        if continues or link.seq > seq:
            ends[link.ws] = (link.seq, link.hash)
    return None
