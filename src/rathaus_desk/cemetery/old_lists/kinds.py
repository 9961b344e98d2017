"""What an old list calls a kind of grave, matched with the kinds a statute knows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from rathaus_desk.cemetery.rules.terms import GraveKind
from rathaus_desk.kernel.names import fold

UNKNOWN = "die Friedhofsordnung kennt diese Grabart nicht: sie bleibt offen"
MISSING = "keine Grabart genannt: sie bleibt offen"

_FEATURES = {
    "lawn": r"rasen|wiese",
    "tree": r"baum|wald",
    "anonymous": r"anonym|namenlos",
    "child": r"kind|saugling|sternen|fehlgeb|totgeb",
    "wall": r"wand|kolumbar|mauer|nische|stele",
    "shared": r"gemeinschaft|urnenhain",
    "deep": r"tief",
    "war": r"krieg|ehrengrab",
    "partner": r"partner",
    "garden": r"garten|pflegefrei|memoriam",
}
_URN = r"urn|asche|kolumbar|\bu[wr]g?\b"
_COFFIN = r"sarg|erdbest|erdgrab|erdwahl|erdreih|korper"
_CHOSEN = r"wahl|famil|kaufgrab|erbbegrab|gruft|doppel|\b[ue]?wg?\b"
_IN_ROW = r"reih|einzelgrab|\b[ue]?rg?\b"
_BY_CUSTOM = r"famil|kaufgrab|erbbegrab|gruft|doppel|einzelgrab"
_WORDS = {"ein": 1, "zwei": 2, "drei": 3, "vier": 4, "funf": 5, "sechs": 6}
_PLACES = re.compile(
    r"\b([0-9]{1,2}|ein|zwei|drei|vier|funf|sechs)\s*-?\s*(?:st\b|stell|stellig|er\b|fach|plat|grabst)"
)
_ACCEPTED = 3.0
_CLOSE = 0.7


@dataclass(frozen=True, slots=True)
class KindMatch:
    """The key of a kind ("" if none fits), the places the text says, and what was assumed."""

    kind: str = ""
    places: int | None = None
    doubts: tuple[str, ...] = ()


def places_in(text: str) -> int | None:
    """The number of places a text names: "Wahlgrab 2st.", "dreistellig", "Doppelgrab"; None if none."""
    folded = fold(text)
    if found := _PLACES.search(folded):
        return _WORDS.get(found[1]) or int(found[1])
    if "doppel" in folded:
        return 2
    return 1 if re.search(r"einzelgrab|einzelwahl", folded) else None


def match_kind(text: str, kinds: Sequence[GraveKind], *, places_said: bool = False) -> KindMatch:
    """The kind that ``text`` most likely means.

    What decides is said or assumed: coffin where the text does not say and the statute has both, and as many
    places as the kind has. ``places_said``: another column names them.
    """
    folded = fold(text)
    if not folded:
        return KindMatch(doubts=(MISSING,))
    places = places_in(text)
    for kind in kinds:
        if folded in (fold(kind.name), fold(kind.key)):
            return KindMatch(kind.key, places)
    ranked = sorted(((_score(folded, places, kind), kind) for kind in kinds), key=lambda pair: -pair[0])
    if not ranked or ranked[0][0] < _ACCEPTED:
        return KindMatch("", places, (UNKNOWN,))
    best = ranked[0][1]
    return KindMatch(best.key, places, tuple(_assumptions(folded, places, best, ranked, places_said)))


def _score(text: str, places: int | None, kind: GraveKind) -> float:
    name = fold(f"{kind.name} {kind.key}")
    told, own = _features(text), _features(name)
    if kind.deceased_age_below is not None:
        own |= {"child"}
    score = 3.0 * len(told & own) - 2.5 * len(told ^ own)
    if re.search(_URN, text):
        score += 3 if kind.coffin_places == 0 else -4
    elif re.search(_COFFIN, text):
        score += 3 if kind.coffin_places else -4
    else:
        score += 0.5 if kind.coffin_places else -0.5
    for pattern, form in ((_CHOSEN, "Wahl"), (_IN_ROW, "Reihe")):
        if re.search(pattern, text):
            score += 3 if kind.form == form else -3
    if places is not None and places == kind.places:
        score += 0.5
    return score + fuzz.token_set_ratio(text, fold(kind.name)) / 60


def _features(text: str) -> set[str]:
    return {name for name, pattern in _FEATURES.items() if re.search(pattern, text)}


def _assumptions(
    text: str,
    places: int | None,
    best: GraveKind,
    ranked: Sequence[tuple[float, GraveKind]],
    places_said: bool,
) -> list[str]:
    open_points = []
    others = [kind for _, kind in ranked if kind is not best]
    if re.search(_BY_CUSTOM, text) and not re.search(r"wahl|reih", text):
        open_points.append("Wahl- oder Reihengrab")
    said = places is not None or re.search(f"{_URN}|{_COFFIN}", text)
    twins = [
        kind
        for kind in others
        if kind.form == best.form
        and _features(fold(kind.name)) == _features(fold(best.name))
        and (kind.coffin_places == 0) != (best.coffin_places == 0)
    ]
    score = next(points for points, kind in ranked if kind is best)
    close = [kind.name for points, kind in ranked if points > score - _CLOSE and kind not in (best, *twins)]
    if close:
        open_points.append(f"welche Grabart ({', '.join((best.name, *close))})")
    if twins and not said:
        open_points.append("Sarg oder Urne")
    if places is None and not places_said and best.form == "Wahl" and best.coffin_places:
        open_points.append("Zahl der Stellen")
    if not open_points:
        return []
    count = places or best.places
    many = f"{count} Stelle{'n' if count > 1 else ''}"
    return [f"{' und '.join(open_points)} nicht gesagt: {best.name} mit {many} angenommen"]
