"""What tables and columns are called when two versions stand side by side."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from rathaus_desk.kernel.clock import at_town
from rathaus_desk.kernel.money import Money
from rathaus_desk.kernel.periods import german_date
from rathaus_desk.store import schema
from rathaus_desk.store.connection import driver_of

TABLES = {
    "address": "Anschrift",
    "application": "Antrag",
    "assessment": "Festsetzung",
    "attachment": "Datei",
    "bank_account": "Bankverbindung",
    "booking": "Buchung",
    "booking_series": "Serie",
    "booking_task": "Aufgabe zur Buchung",
    "burial": "Bestattung",
    "case_file": "Vorgang",
    "catalogue_version": "Satzung",
    "cemetery": "Friedhof",
    "claim": "Belegung",
    "clerk": "Bearbeitung",
    "contact_point": "Erreichbarkeit",
    "deposit_entry": "Kaution",
    "district": "Ortsteil",
    "due_item": "Forderung",
    "follow_up": "Wiedervorlage",
    "forwarded_case": "Weiterleitung",
    "grave": "Grabstätte",
    "hall": "Halle",
    "hall_closed_time": "Sperre einer Halle",
    "hall_picture": "Bild einer Halle",
    "hall_room": "Raum",
    "hall_set": "Raumkombination",
    "hall_waiting": "Warteliste",
    "handover_record": "Übergabeprotokoll",
    "letter": "Schreiben",
    "letter_template": "Vorlage",
    "note": "Notiz",
    "notice": "Bescheid",
    "own_service": "Leistung",
    "office": "Amt",
    "payment": "Zahlung",
    "person": "Person",
    "right_change": "Änderung des Nutzungsrechts",
    "right_of_use": "Nutzungsrecht",
    "town": "Stadt",
}
COLUMNS = {
    "answer": "Antwort",
    "amount": "Betrag",
    "bic": "BIC",
    "birth_name": "Geburtsname",
    "blocked": "Auskunftssperre",
    "born_text": "Geboren",
    "buried_text": "Bestattet",
    "city": "Ort",
    "closed_on": "Abgeschlossen",
    "died_text": "Gestorben",
    "due_on": "Fällig",
    "email": "E-Mail",
    "ends_on": "Ende",
    "family_name": "Familienname",
    "function": "Funktion",
    "given_names": "Vornamen",
    "iban": "IBAN",
    "kind": "Art",
    "name": "Name",
    "number": "Nummer",
    "organisation": "Name",
    "paid_on": "Bezahlt am",
    "phone": "Telefon",
    "place": "Ort",
    "postcode": "Postleitzahl",
    "posted_on": "Versandt am",
    "purpose": "Anlass",
    "quantity": "Menge",
    "reason": "Grund",
    "recipient_id": "Empfänger",
    "remark": "Bemerkung",
    "room": "Zimmer",
    "salutation": "Anrede",
    "state": "Stand",
    "street": "Straße",
    "starts_on": "Beginn",
    "status": "Stand",
    "subject": "Betreff",
    "text": "Text",
    "title": "Bezeichnung",
    "titles": "Titel",
    "until": "Bis",
    "valid_from": "Gilt ab",
    "value": "Wert",
    "website": "Internet",
}
_HIDDEN = ("_earliest", "_latest", "sound", "_sha256")
"""Endings of columns that follow from others."""


def is_shown(column: str) -> bool:
    """Whether a clerk would know the column."""
    return not column.endswith(_HIDDEN)


def column_words(column: str) -> str:
    """What a column is called."""
    return COLUMNS.get(column) or COLUMNS.get(column.removesuffix("_id")) or column.replace("_", " ")


def table_words(table: str) -> str:
    """What a record of a table is called."""
    return TABLES.get(table, table.replace("_", " "))


def value_words(session: Session, table: str, column: str, value: Any) -> str:
    """A wire value as people write it."""
    if value is None or value == "":
        return "(leer)"
    kind = schema.synced_tables()[table].columns[column].type
    match kind:
        case schema.Cents():
            return str(Money(int(value)))
        case sa.Boolean():
            return "ja" if value else "nein"
        case sa.Date():
            return german_date(date.fromisoformat(value))
        case schema.Moment():
            return f"{at_town(datetime.fromisoformat(value)):%d.%m.%Y %H:%M}"
        case schema.DecimalText():
            return format(Decimal(value).normalize(), "f").replace(".", ",")
        case schema.Identifier():
            return record_title(session, UUID(value)) or "ein anderer Eintrag"
        case schema.CanonicalJson():
            return "(Einzelheiten)"
        case _:
            return str(value)


def record_title(session: Session, record: UUID) -> str:
    """How the search calls a record; "" if it does not know it."""
    query = "SELECT title FROM search_entry WHERE record = ?"
    found = driver_of(session).execute(query, (record.bytes,)).fetchone()
    return "" if found is None else str(found[0])
