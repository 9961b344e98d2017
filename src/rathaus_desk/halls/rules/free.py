"""When else: the nearest free times beside one that is taken. All times are minutes on one scale."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

DAY = 24 * 60
OTHER_DAYS = (1, -1, 7, -7, 14, -14)
"""The same hour on other days, in the order in which they are tried."""


@dataclass(frozen=True, slots=True)
class Busy:
    """A claim in the way (its buffers within), and what the wish itself needs before and after there."""

    starts: int
    ends: int
    before: int
    after: int


def forbidden_starts(busy: Iterable[Busy], length: int) -> list[tuple[int, int]]:
    """Between which times (both exclusive) a use of ``length`` minutes cannot begin; merged, in order."""
    found = sorted((one.starts - length - one.after, one.ends + one.before) for one in busy)
    merged: list[tuple[int, int]] = []
    for first, last in found:
        if merged and first < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged


def nearest_starts(asked: int, forbidden: Sequence[tuple[int, int]], *, most: int = 4) -> list[int]:
    """Times at which the use could begin instead of ``asked``: right before and after what is in the way,
    the nearer first (of two equally near ones the later), then the same hour on other days.
    """
    block = next(((first, last) for first, last in forbidden if first < asked < last), None)
    if block is None:
        return [asked]
    beside = sorted((block[1], block[0]), key=lambda start: abs(start - asked))
    days = [asked + number * DAY for number in OTHER_DAYS]
    free = [start for start in days if not any(first < start < last for first, last in forbidden)]
    return list(dict.fromkeys((*beside, *free)))[:most]
