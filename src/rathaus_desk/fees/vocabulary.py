"""The words a tariff may use: what ``when`` compares (facts) and what ``per`` multiplies (counts).

docs/tariffs.md lists every one of them; a test compares. A word that stands here is understood in every
tariff; whether a matter has the fact is another question (see ``fees.engine``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class FactType(Enum):
    """How the values of a fact are written and compared."""

    WORD = "Wort"
    FLAG = "true oder false"
    NUMBER = "Zahl"
    MONEY = "Betrag"
    TIME = "Uhrzeit"
    DATE = "Datum"
    MONTH = "Monat 1–12"


RANGED = (FactType.NUMBER, FactType.MONEY, FactType.TIME, FactType.DATE)
"""The types for which ``_from``, ``_below``, ``_over`` and ``_up_to`` may be added to the name."""


@dataclass(frozen=True, slots=True)
class FactWord:
    """A fact. ``structural``: an occasion without it is not meant; any other missing fact is asked for."""

    type: FactType
    german: str
    structural: bool = False
    choices: Mapping[str, str] | None = None
    """The only values there are, with their German word; None: the tariff's own words."""


EVENTS = {
    "burial": "Bestattung",
    "award": "Verleihung eines Nutzungsrechts",
    "extension": "Verlängerung des Nutzungsrechts",
    "reacquisition": "Wiedererwerb des Nutzungsrechts",
    "transfer": "Übertragung des Nutzungsrechts",
    "surrender": "Rückgabe der Grabstätte",
    "clearance": "Abräumung",
    "exhumation": "Umbettung",
    "monument_permit": "Grabmalgenehmigung",
    "service": "Leistung",
}

WEEKDAYS = {
    "monday": "Montag",
    "tuesday": "Dienstag",
    "wednesday": "Mittwoch",
    "thursday": "Donnerstag",
    "friday": "Freitag",
    "saturday": "Samstag",
    "sunday": "Sonntag",
}

FACTS: Mapping[str, FactWord] = {
    # structural: they say which occasion an item is for
    "event": FactWord(FactType.WORD, "Anlass", structural=True, choices=EVENTS),
    "service": FactWord(FactType.WORD, "Leistung", structural=True),
    "cost": FactWord(FactType.WORD, "Auslage", structural=True),
    "hall": FactWord(FactType.WORD, "Halle", structural=True),
    "room": FactWord(FactType.WORD, "Raum", structural=True),
    "set": FactWord(FactType.WORD, "Raumkombination", structural=True),
    "meter": FactWord(FactType.WORD, "Zähler", structural=True),
    "equipment": FactWord(FactType.WORD, "Ausstattung", structural=True),
    "day": FactWord(
        FactType.WORD, "Tag", structural=True, choices={"first": "erster Tag", "following": "Folgetag"}
    ),
    "day_number": FactWord(FactType.NUMBER, "der wievielte Tag", structural=True),
    "day_kind": FactWord(
        FactType.WORD,
        "Art des Tages",
        structural=True,
        choices={"use": "Nutzungstag", "preparation": "Vorbereitungstag", "cleaning": "Reinigungstag"},
    ),
    # cemetery
    "kind": FactWord(FactType.WORD, "Grabart"),
    "form": FactWord(FactType.WORD, "Bestattungsform", choices={"coffin": "Sarg", "urn": "Urne"}),
    "age": FactWord(FactType.NUMBER, "Alter der verstorbenen Person in vollen Jahren"),
    "stillborn": FactWord(FactType.FLAG, "Tot- oder Fehlgeburt"),
    "resident": FactWord(FactType.FLAG, "einheimisch"),
    "size": FactWord(FactType.WORD, "Größe"),
    "third_party": FactWord(FactType.WORD, "Arbeiten durch Dritte"),
    "deep": FactWord(FactType.FLAG, "Tieflage"),
    "cemetery": FactWord(FactType.WORD, "Friedhof"),
    "section": FactWord(FactType.WORD, "Abteilung"),
    "occupants": FactWord(FactType.NUMBER, "Zahl der schon Ruhenden im Grab"),
    "voluntary": FactWord(FactType.FLAG, "freiwillige Verlängerung (ohne Bestattung)"),
    "years_since_burial": FactWord(FactType.NUMBER, "volle Jahre seit der Bestattung"),
    "monument": FactWord(FactType.WORD, "Art des Grabmals"),
    # halls
    "user_group": FactWord(FactType.WORD, "Nutzergruppe"),
    "event_kind": FactWord(FactType.WORD, "Art der Veranstaltung"),
    "purpose": FactWord(FactType.WORD, "Zweck"),
    "entry_fee": FactWord(FactType.FLAG, "Eintritt wird erhoben"),
    "ticket_price": FactWord(FactType.MONEY, "Eintrittspreis"),
    "profit": FactWord(FactType.FLAG, "Gewinn wird erzielt"),
    "day_length": FactWord(
        FactType.WORD, "Länge des Tages", choices={"half": "halber Tag", "full": "ganzer Tag"}
    ),
    "start_time": FactWord(FactType.TIME, "Uhrzeit des Beginns"),
    "end_time": FactWord(FactType.TIME, "Uhrzeit des Endes"),
    "members_years": FactWord(FactType.NUMBER, "Jahre der Vereinszugehörigkeit"),
    "events_this_year": FactWord(FactType.NUMBER, "frühere Veranstaltungstage im selben Jahr"),
    "free_events_used": FactWord(FactType.NUMBER, "in diesem Jahr schon frei genutzte Veranstaltungen"),
    "free_hours_used": FactWord(FactType.NUMBER, "in diesem Jahr schon frei genutzte Stunden"),
    # both
    "weekday": FactWord(FactType.WORD, "Wochentag", choices=WEEKDAYS),
    "holiday": FactWord(FactType.FLAG, "gesetzlicher Feiertag"),
    "hour": FactWord(FactType.TIME, "Uhrzeit"),
    "months": FactWord(FactType.MONTH, "Monat"),
    "season": FactWord(FactType.WORD, "Jahreszeit"),
    "on": FactWord(FactType.DATE, "Tag"),
    # from the counts
    "places": FactWord(FactType.NUMBER, "Zahl der Stellen"),
    "years": FactWord(FactType.NUMBER, "Zahl der Jahre"),
    "urns": FactWord(FactType.NUMBER, "Zahl der Urnen"),
    "quantity": FactWord(FactType.NUMBER, "Menge"),
    "persons": FactWord(FactType.NUMBER, "Zahl der Personen"),
    "hours": FactWord(FactType.NUMBER, "Zahl der Stunden"),
    "days": FactWord(FactType.NUMBER, "Zahl der berechneten Tage"),
}

COUNTED: Mapping[str, str] = {
    "places": "place",
    "years": "year",
    "urns": "urn",
    "quantity": "quantity",
    "persons": "person",
    "hours": "hour",
    "days": "day",
}
"""Facts that are the counts of the occasion, where the caller does not give them."""


@dataclass(frozen=True, slots=True)
class CountWord:
    """A count: what one is called, and several."""

    one: str
    many: str


COUNTS: Mapping[str, CountWord] = {
    "once": CountWord("Mal", "Mal"),
    "event": CountWord("Veranstaltung", "Veranstaltungen"),
    "grave": CountWord("Grab", "Gräber"),
    "place": CountWord("Stelle", "Stellen"),
    "urn": CountWord("Urne", "Urnen"),
    "year": CountWord("Jahr", "Jahre"),
    "month": CountWord("Monat", "Monate"),
    "day": CountWord("Tag", "Tage"),
    "right_year": CountWord("Jahr Restlaufzeit", "Jahre Restlaufzeit"),
    "rest_year": CountWord("Jahr Restruhefrist", "Jahre Restruhefrist"),
    "quantity": CountWord("Stück", "Stück"),
    "hour": CountWord("Stunde", "Stunden"),
    "cleaning_hour": CountWord("Reinigungsstunde", "Reinigungsstunden"),
    "person": CountWord("Person", "Personen"),
    "kwh": CountWord("kWh", "kWh"),
    "m3": CountWord("m³", "m³"),
}

PREFIXES: Mapping[str, str] = {"started_": "angefangene", "full_": "volle"}
"""Before a count: rounded up, rounded down."""

GERMAN_PREFIXES: Mapping[str, str] = {
    "angefangene ": "started_",
    "angefangener ": "started_",
    "angefangenem ": "started_",
    "angefangenes ": "started_",
    "angefangenen ": "started_",
    "volle ": "full_",
    "voller ": "full_",
    "volles ": "full_",
    "vollem ": "full_",
}
"""What somebody may have meant who wrote German before a count."""

GERMAN_COUNTS: Mapping[str, str] = {
    "jahr": "year",
    "jahre": "year",
    "monat": "month",
    "monate": "month",
    "tag": "day",
    "tage": "day",
    "stunde": "hour",
    "stunden": "hour",
    "stelle": "place",
    "stellen": "place",
    "grabstelle": "place",
    "grab": "grave",
    "grabstätte": "grave",
    "urne": "urn",
    "person": "person",
    "personen": "person",
    "stück": "quantity",
    "stueck": "quantity",
    "einmal": "once",
    "pauschal": "once",
    "veranstaltung": "event",
}
"""What somebody may have meant who wrote German into ``per``."""

GERMAN_FACTS: Mapping[str, str] = {
    "anlass": "event",
    "leistung": "service",
    "grabart": "kind",
    "art": "kind",
    "alter": "age",
    "form": "form",
    "wochentag": "weekday",
    "feiertag": "holiday",
    "uhrzeit": "hour",
    "monat": "months",
    "month": "months",
    "einheimisch": "resident",
    "raum": "room",
    "halle": "hall",
    "gruppe": "user_group",
    "group": "user_group",
    "nutzergruppe": "user_group",
    "tag": "day",
    "person": "persons",
    "place": "places",
    "year": "years",
    "stellen": "places",
    "jahreszeit": "season",
    "services": "service",
    "rooms": "room",
    "date": "on",
}
"""What somebody may have meant by a word in ``when`` that is none of ours."""

DECLARATIONS = {
    "user_groups": "user_group",
    "event_kinds": "event_kind",
    "purposes": "purpose",
    "services": "service",
    "costs": "cost",
    "options": "option",
    "equipment": "equipment",
    "meters": "meter",
    "sizes": "size",
    "third_parties": "third_party",
    "monuments": "monument",
    "kinds": "kind",
    "seasons": "season",
}
"""Tables of labels → the fact whose values they declare."""
