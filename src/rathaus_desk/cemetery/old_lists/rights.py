"""In which order the rights of a grave stand that an old list knows by their ends only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from rathaus_desk.cemetery.old_lists.listed import HeldRight, ListedRight
from rathaus_desk.kernel.periods import SINCE_EVER, day_after


def arranged(known: Iterable[HeldRight], listed: Sequence[ListedRight], today: date) -> tuple[HeldRight, ...]:
    """Each listed right with its first day, and whether it collides with one that holds the grave already.

    A right of unknown start begins the day after one that is known to have ended before ``today``, else at
    the beginning of time. Of two that collide the one listed first holds; the other is disputed.
    """
    held = [right for right in known if not right.disputed]
    ends = [*(right.until for right in held), *(right.until for right in listed)]
    placed: list[HeldRight] = []
    for right in listed:
        ended = [end for end in ends if end < today and end < right.until]
        first = right.first or (day_after(max(ended)) if ended else SINCE_EVER)
        collides = any(first <= other.until and other.first <= right.until for other in held)
        placed.append(HeldRight(first, right.until, disputed=collides))
        if not collides:
            held.append(placed[-1])
    return tuple(placed)
