"""Names as lists have them, read as people: nothing dropped, nothing invented, what is assumed is doubted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from rathaus_desk.kernel.names import fold, nfc
from rathaus_desk.lists.given_names import is_given_name

NameOrder = Literal["family_first", "given_first"]

NO_NAME = "kein Name; es wird keiner erfunden"
FAMILY = "eine Familie, keine einzelne Person"
HEIRS = "eine Erbengemeinschaft, keine einzelne Person"
SEVERAL = "mehrere Personen in einem Feld"
ORDER_ASSUMED = "welcher Name der Familienname ist, ist angenommen"
ONE_NAME = "nur ein Name, als Familienname gelesen"
MORE = "weitere Angaben beim Namen, als Bemerkung behalten"
TOO_LONG = "zu lang für einen Namen, als Bemerkung behalten"

_LONGEST = 200

_UNNAMED = re.compile(
    r"(unbek|unb\.|namenlos|ohne name|anonym|n\.? ?n\.?$|nicht bekannt|keine angabe|k\. ?a\.|\?+$)"
)
_NOBODY = re.compile(
    r"[-–—./\s]*|frei|leer|unbelegt|nicht belegt|nicht vergeben|keine?r?|entfallt|reserviert"
)
_DATE = r"[0-9]{1,2}\.\s?[0-9]{1,2}\.\s?[0-9]{2,4}|[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}/[0-9]{4}|[0-9]{4}"
_DIED = re.compile(
    rf"[\s,(]*(?:[†✝]|\+(?=\s*[0-9]|\s*$|\))|\b(?:verst|gest)\.|\b(?:verstorben|gestorben)\b)"
    rf"\s*(?:am\s+|im\s+)?(?P<date>{_DATE})?\s*\)?",
    re.IGNORECASE,
)
_BORN = re.compile(
    rf"[\s,(]*(?:\*|\bgeb(?:\.|oren)\s*(?:am\s+)?(?=[0-9]))\s*(?P<date>{_DATE})\s*\)?", re.IGNORECASE
)
_BIRTH_NAME = re.compile(
    r"[\s,(]*\b(?:geb\.|geb\b|geborene?r?\b|née|nee\b)\s*:?\s*(?P<name>[^\W\d_][^,()/;]*)\)?", re.IGNORECASE
)
_OTHER_NAME = re.compile(
    r"[\s,(]*\b(?P<kept>(?:verw|verh|gesch|vorm|gen)\.\s*[^\W\d_][^,()/;]*)\)?", re.IGNORECASE
)
_WIDOWED = re.compile(r"[\s,]*\b(?P<kept>(?:wwe|ww|wwr|witwe|witwer)\b\.?)", re.IGNORECASE)
_PARENTHESES = re.compile(r"\s*\(([^()]*)\)")
_SALUTATION = re.compile(r"^(herrn?|frau|fräulein|frl\.?|hr\.|fr\.)\s+", re.IGNORECASE)
_SALUTATIONS = {"h": "Herr", "f": "Frau"}
_TITLE = re.compile(
    r"^((?:prof\.?|professor|dr\.?-?|dipl\.?-?\s?[a-z]*\.?|mag\.|ing\.|med\.|phil\.|jur\.|rer\.|nat\.|theol\.|h\.\s?c\."
    r"|dent\.|vet\.|pol\.|pfr\.|pfarrer(?:in)?|pastor(?:in)?|dechant)(?:\s+|$))",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"[\s,]+(jun|sen|jr|sr|d\.\s?ä|d\.\s?j|ii|iii)\.?$", re.IGNORECASE)
_FAMILY = re.compile(r"(?:^|[\s,])(?:familie|fam\.?)(?=[\s,]|$)", re.IGNORECASE)
_HEIRS = re.compile(r"\b(?:erben|erbengemeinschaft|erbengem|nachlass|hinterbliebene)\b", re.IGNORECASE)
_COUPLE = re.compile(r"^(?:eheleute|ehel\.|ehepaar|geschwister|geschw\.)\s+", re.IGNORECASE)
_ORGANISATION = re.compile(
    r"\b(?:gmbh|ag|kg|ohg|ug|gbr|eg|e\.\s?v\.|mbh|stadt|gemeinde|magistrat|landkreis|kreis|land|bund|bundesrepublik"
    r"|verein|stiftung|sparkasse|volksbank|raiffeisenbank|pfarramt|diakonie|caritas|kloster|orden|volksbund|firma|fa\."
    r"|krankenhaus|betreuungsverein|söhne|co\.|partner|kompanie|feuerwehr)(?![\w])"
    r"|\w*(?:kirchengemeinde|pfarrei|bestattung(?:en|shaus|sinstitut)|verwaltung|friedhofsamt|bauamt|sozialamt"
    r"|ordnungsamt|altenheim|pflegeheim|seniorenheim|altersheim|schwesternschaft|genossenschaft|gesellschaft)\b",
    re.IGNORECASE,
)
_SEVERAL = re.compile(r"\s+(?:u\.?|und|&|\+)\s+(?=[^\W\d])|\s*;\s*|\n|\s+/\s+|(?<=[^\W\d])/(?=[^\W\d])")
_PARTICLES = frozenset(
    ("von", "van", "vom", "zu", "zum", "zur", "de", "der", "den", "del", "della", "di", "da", "dos", "la",
     "le", "du", "ten", "ter", "op", "freiherr", "freifrau", "freiin", "graf", "grafin", "baron", "baronin",
     "edler", "ritter", "furst", "el", "al", "bin", "san", "st.")
)  # fmt: skip
_NO_GIVEN_NAME = re.compile(
    r"(totgeb\w*\.?|kind|saugling|tochter|sohn|knabe|madchen|zwilling\w*|ehefrau|ehemann)\b.*"
)


@dataclass(frozen=True, slots=True)
class PersonText:
    """One person or organisation as a list names them. ``born`` and ``died`` are the texts that stood there.

    ``died`` is "verstorben" where only that is said. ``remark`` keeps everything that is no part of a name.
    """

    kind: Literal["natural", "organisation", "group"] = "natural"
    salutation: str = ""
    titles: str = ""
    given_names: str = ""
    family_name: str = ""
    name_suffix: str = ""
    birth_name: str = ""
    organisation: str = ""
    born: str = ""
    died: str = ""
    remark: str = ""

    @property
    def named(self) -> bool:
        """Whether there is any name at all."""
        return bool(self.family_name or self.given_names or self.organisation)


@dataclass(frozen=True, slots=True)
class PeopleText:
    """Everybody named in a field, and why somebody should look at it. Nobody: the field names no one."""

    people: tuple[PersonText, ...] = ()
    doubts: tuple[str, ...] = ()


def usual_order(texts: Iterable[str]) -> NameOrder:
    """Whether a column writes family names first, by those of its names that tell."""
    votes: Counter[NameOrder] = Counter()
    for text in texts:
        if (found := _told_order(_SEVERAL.split(text)[0].split())) is not None:
            votes[found] += 1
    return "given_first" if votes["given_first"] > votes["family_first"] else "family_first"


@lru_cache(maxsize=8192)
def read_people(text: str, *, order: NameOrder = "family_first") -> PeopleText:
    """The people a field names. ``order`` decides where a name without a comma does not tell by itself."""
    text = text.strip()
    folded = fold(text)
    if _NOBODY.fullmatch(folded):
        return PeopleText()
    if len(text) > _LONGEST:
        return PeopleText((PersonText(remark=text),), (NO_NAME, TOO_LONG))
    if _UNNAMED.match(folded):
        return PeopleText((PersonText(remark=text),), (NO_NAME,))
    if _is_organisation(text):
        return PeopleText((PersonText(kind="organisation", organisation=nfc(text)),))
    if _HEIRS.search(text):
        return PeopleText((PersonText(kind="group", organisation=nfc(text)),), (HEIRS,))
    if _FAMILY.search(text):
        return _family(_FAMILY.sub(" ", text).strip(" ,"), order)
    couple = _COUPLE.sub("", text)
    pieces = [piece.strip(" ,") for piece in _SEVERAL.split(couple) if piece.strip(" ,")]
    if len(pieces) == 1 and couple != text:
        return _family(couple, order)
    if len(pieces) < 2 or not _are_several(couple, pieces):
        person, doubts = _one(couple, order)
        return PeopleText((person,), doubts)
    return _several(pieces, order)


def read_name_columns(family: str, given: str, *, order: NameOrder = "family_first") -> PeopleText:
    """The people named in a column of family names and one of given names."""
    families, givens = (
        [part.strip() for part in _SEVERAL.split(text) if part.strip()] for text in (family, given)
    )
    if len(families) == len(givens) > 1:
        read = [
            read_people(f"{one}, {other}", order=order) for one, other in zip(families, givens, strict=True)
        ]
        people = tuple(person for each in read for person in each.people)
        return PeopleText(people, (SEVERAL, *dict.fromkeys(doubt for each in read for doubt in each.doubts)))
    if not family.strip() or not given.strip():
        found = read_people(family.strip() or given.strip(), order=order)
        if family.strip() or len(found.people) != 1 or not found.people[0].family_name:
            return replace(found, doubts=tuple(doubt for doubt in found.doubts if doubt != ONE_NAME))
        only = replace(found.people[0], given_names=nfc(given), family_name="")
        return PeopleText((only,), ("der Familienname fehlt",))
    return read_people(f"{family.strip().rstrip(',')}, {given.strip()}", order=order)


def _is_organisation(text: str) -> bool:
    """Whether a word of it is one of organisations, and it is not somebody called so ("Land, Peter")."""
    if not _ORGANISATION.search(text):
        return False
    _, comma, after = text.partition(",")
    words = text.split()
    named_so = len(words) == 2 and any(map(is_given_name, words))
    return not named_so and not (
        comma and is_given_name(after.strip().split(" ")[0] if after.strip() else "")
    )


def _family(text: str, order: NameOrder) -> PeopleText:
    person, _ = _one(text, order)
    name = person.family_name or person.given_names
    remark = "; ".join(filter(None, (person.given_names if person.family_name else "", person.remark)))
    return PeopleText(
        (PersonText(kind="group", family_name=name, birth_name=person.birth_name, remark=remark),), (FAMILY,)
    )


def _are_several(text: str, pieces: Sequence[str]) -> bool:
    """A stroke without spaces may belong to a double name: then both sides must look like whole names."""
    if re.search(r"[^\W\d]/[^\W\d]", text) and not re.search(r"\s/\s|;|\n|\s(?:u\.?|und|&|\+)\s", text):
        return all(len(piece.split()) > 1 or "," in piece for piece in pieces)
    return True


def _several(pieces: Sequence[str], order: NameOrder) -> PeopleText:
    """Several people; who is named by given name only bears the family name of the one before or after."""
    people: list[PersonText] = []
    alone: list[int] = []
    doubts: dict[str, None] = {SEVERAL: None}
    for place, piece in enumerate(pieces):
        person, own = _one(piece, order)
        if ONE_NAME in own:
            alone.append(place)
            person = replace(person, given_names=person.family_name, family_name="")
        doubts.update(dict.fromkeys(doubt for doubt in own if doubt != ONE_NAME))
        people.append(person)
    for place in alone:
        named = [person.family_name for person in (*reversed(people[:place]), *people[place + 1 :])]
        family = next(filter(None, named), "")
        if family:
            people[place] = replace(people[place], family_name=family)
        else:
            people[place] = replace(people[place], family_name=people[place].given_names, given_names="")
            doubts[ONE_NAME] = None
    return PeopleText(tuple(people), tuple(doubts))


def _one(text: str, order: NameOrder) -> tuple[PersonText, tuple[str, ...]]:
    """One person: what belongs to no name is taken off first, the rest is family and given names."""
    rest = nfc(text)
    kept: list[str] = []
    born, rest = _taken(_BORN, rest, "date")
    died, rest = _taken(_DIED, rest, "date", otherwise="verstorben")
    birth_name, rest = _taken(_BIRTH_NAME, rest, "name")
    for pattern in (_OTHER_NAME, _WIDOWED):
        found, rest = _taken(pattern, rest, "kept")
        kept.append(found)
    kept += [note.strip() for note in _PARENTHESES.findall(rest)]
    rest = _PARENTHESES.sub("", rest)
    salutation, rest = _leading(_SALUTATION, rest)
    titles, rest = _titles_of(rest)
    rest, behind = _trailing_titles(rest)
    suffix = ""
    if ending := _SUFFIX.search(rest):
        suffix, rest = rest[ending.start() :].strip(" ,"), rest[: ending.start()]
    family, given, more, doubts = _family_and_given(rest.strip(" ,"), order)
    given_titles, given = _titles_of(given)
    family, given = _with_particles(family, given)
    if _NO_GIVEN_NAME.fullmatch(fold(given)):
        kept.append(given)
        given, doubts = "", (*doubts, "kein Vorname")
    if more:
        kept.append(more)
    person = PersonText(
        salutation=_SALUTATIONS.get(salutation[:1].lower(), ""),
        titles=" ".join((*titles, *given_titles, *behind)),
        given_names=given,
        family_name=family,
        name_suffix=suffix,
        birth_name=birth_name.strip(" ."),
        born=born,
        died=died,
        remark="; ".join(filter(None, kept)),
    )
    return person, doubts


def _taken(pattern: re.Pattern[str], text: str, group: str, *, otherwise: str = "") -> tuple[str, str]:
    """What the first match of ``pattern`` says, and the text without it."""
    if not (found := pattern.search(text)):
        return "", text
    left, right = text[: found.start()], text[found.end() :]
    rest = left + (", " if "," in found[0][:2] and right.strip(" ,") else " ") + right
    return (found[group] or otherwise).strip(), re.sub(r"\s+,", ",", nfc(rest)).strip()


def _leading(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    found = pattern.match(text)
    return (found[1], text[found.end() :]) if found else ("", text)


def _titles_of(text: str) -> tuple[list[str], str]:
    titles: list[str] = []
    while found := _TITLE.match(text):
        titles.append(found[1].strip())
        text = text[found.end() :]
    return titles, text.strip()


def _trailing_titles(text: str) -> tuple[str, list[str]]:
    words = text.split()
    cut = len(words)
    while cut > 1 and _TITLE.fullmatch(words[cut - 1]):
        cut -= 1
    return (" ".join(words[:cut]), words[cut:]) if cut < len(words) else (text, [])


def _family_and_given(text: str, order: NameOrder) -> tuple[str, str, str, tuple[str, ...]]:
    """Family name, given names, what else stood there, doubts."""
    family, comma, given = text.partition(",")
    if comma:
        given, _, more = given.partition(",")
        more = more.strip(" ,")
        if not family.strip() or not given.strip():
            return family.strip() or given.strip(), "", more, (ONE_NAME,)
        return family.strip(), given.strip(), more, (MORE,) if more else ()
    words = text.split()
    if len(words) < 2:
        return text, "", "", (ONE_NAME,) if text else (NO_NAME,)
    told = _told_order(words)
    doubts = () if told else (ORDER_ASSUMED,)
    particle = next((place for place, word in enumerate(words) if fold(word) in _PARTICLES), None)
    if (told or order) == "given_first":
        cut = particle if particle else len(words) - 1
        return " ".join(words[cut:]), " ".join(words[:cut]), "", doubts
    cut = 1
    while cut < len(words) - 1 and fold(words[cut - 1]) in _PARTICLES:
        cut += 1
    return " ".join(words[:cut]), " ".join(words[cut:]), "", doubts


def _told_order(words: Sequence[str]) -> NameOrder | None:
    """The order a name tells by itself: a comma, a particle, capitals, or which end is a given name."""
    if any("," in word for word in words):
        return None
    if len(words) < 2:
        return None
    loud = [word.isupper() and len(word) > 2 for word in words]
    if loud[0] != loud[-1]:
        return "family_first" if loud[0] else "given_first"
    particles = [fold(word) in _PARTICLES for word in words]
    if particles[0]:
        return "family_first"
    if any(particles) and not particles[-1]:
        return "given_first"
    first, last = is_given_name(words[0]), is_given_name(words[-1])
    if first == last:
        return None
    return "given_first" if first else "family_first"


def _with_particles(family: str, given: str) -> tuple[str, str]:
    """Particles that stand behind the given names belong before the family name: "Heyden, Ernst von der"."""
    words = given.split()
    cut = len(words)
    while cut > 1 and fold(words[cut - 1]) in _PARTICLES:
        cut -= 1
    return " ".join((*words[cut:], family)), " ".join(words[:cut])
