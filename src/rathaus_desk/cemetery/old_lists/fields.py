"""The fields of a list of graves: what `import fields` shows, and the headings by which towns call them."""

from __future__ import annotations

from rathaus_desk.lists.fields import Field, Vocabulary


def _called(headings: str) -> tuple[str, ...]:
    """Headings of one field, written in a row."""
    return tuple(heading.strip() for heading in headings.split("|"))


_NAME = _called(
    "Name | Vor- und Nachname | Name, Vorname | Nachname, Vorname | Name Vorname | Personen | Person"
)
_FAMILY = _called("Familienname | Nachname | Zuname | Name | FName")
_GIVEN = _called("Vorname | Vornamen | Rufname | VName")
_BIRTH_NAME = _called("Geburtsname | geb. Name | Mädchenname | geborene")
_TITLE = _called("Titel | akad. Titel | Namenszusatz")
_BORN = _called("geboren | geb. | geb. am | Geburtsdatum | Geburtstag | geboren am | Geb.-Datum | * | GebDat")

GRAVE_LIST = Vocabulary(
    fields=(
        Field(
            "cemetery",
            "Friedhof; darf fehlen, wenn die Liste nur einen Friedhof hat",
            "Kernstadt",
            _called("Friedhof | Friedhofsname | Friedhof Name | Ortsteil | Stadtteil | FH"),
        ),
        Field(
            "grave.section",
            "Ebene zwischen Friedhof und Grab (Feld, Abteilung, Block); mehrere Spalten von der größten an",
            "B",
            _called(
                "Feld | Abteilung | Abt. | Grabfeld | Block | Quartier | Flur | Lage | Bereich | Teil | "
                "Sektion | Gruppe | Abschnitt | Friedhofsteil"
            ),
            many=True,
        ),
        Field(
            "grave.row",
            "Reihe",
            "4",
            _called("Reihe | Grabreihe | Reihennummer | Reihe Nr. | Rh."),
        ),
        Field(
            "grave.number",
            "Grabnummer",
            "17",
            _called(
                "Grabnummer | Grab-Nr. | Grab | Grabstätte | Grabstelle | Nummer | Nr. | "
                "Grabstättennummer | Grabstellen-Nr. | Grabstätte Nr. | Grab Nummer | Platznummer | "
                "Grabplatz | Stelle Nr. | GrabNr | Grabbezeichnung"
            ),
        ),
        Field(
            "grave.former_number",
            "frühere Grabnummer",
            "112 alt",
            _called("alte Nummer | alte Grabnummer | frühere Nummer | Nr. alt | Grab-Nr. alt | alte Nr."),
        ),
        Field(
            "grave.kind",
            "Grabart",
            "Wahlgrab 2st.",
            _called(
                "Grabart | Art | Grabtyp | Typ | Art der Grabstätte | Grabstättenart | Art des Grabes | "
                "Grabform | Kategorie"
            ),
        ),
        Field(
            "grave.places",
            "Zahl der Stellen des Grabes",
            "2",
            _called(
                "Stellen | Anzahl Stellen | Grabstellen | Anzahl Grabstellen | Anzahl | Stellenzahl | "
                "Plätze | Breite | Anz. Stellen | Stellig"
            ),
        ),
        Field(
            "deceased.name",
            "Verstorbene/r: ganzer Name",
            "Großmann, Heinrich",
            (
                *_NAME,
                *_called(
                    "Verstorbene | Verstorbener | Verstorben | Bestattete | Bestatteter | Belegung | belegt "
                    "mit"
                ),
            ),
            holds="name",
        ),
        Field(
            "deceased.family_name",
            "Verstorbene/r: Familienname",
            "Großmann",
            _FAMILY,
        ),
        Field(
            "deceased.given_names",
            "Verstorbene/r: Vornamen",
            "Heinrich",
            _GIVEN,
        ),
        Field(
            "deceased.birth_name",
            "Verstorbene/r: Geburtsname",
            "Wagner",
            _BIRTH_NAME,
        ),
        Field(
            "deceased.title",
            "Verstorbene/r: Titel",
            "Dr.",
            _TITLE,
        ),
        Field(
            "deceased.born",
            "Verstorbene/r: Geburtstag",
            "03.05.1934",
            _BORN,
            holds="date",
        ),
        Field(
            "deceased.died",
            "Sterbetag",
            "12.06.2004",
            _called(
                "gestorben | gest. | gest. am | Sterbedatum | Sterbetag | Todestag | Todesdatum | "
                "verstorben | verstorben am | verst. | † | + | Tod | gestorben am | StDat"
            ),
            holds="date",
        ),
        Field(
            "deceased.address",
            "Verstorbene/r: letzte Anschrift",
            "Am Bach 7, 34999 Musterrode",
            _called("letzte Anschrift | letzter Wohnort | letzte Adresse | Anschrift | Adresse | Wohnort"),
        ),
        Field(
            "burial.date",
            "Tag der Bestattung oder Beisetzung",
            "17.06.2004",
            _called(
                "beigesetzt | Beisetzung | bestattet | Bestattung | Bestattungsdatum | Beisetzungsdatum "
                "| beerdigt | Beerdigung | Beerdigungsdatum | beigesetzt am | bestattet am | "
                "Bestattungstag | Beisetzungstag | Beis. | Datum | Belegungsdatum | belegt am | begraben"
            ),
            holds="date",
        ),
        Field(
            "burial.form",
            "Sarg oder Urne",
            "Urne",
            _called(
                "Bestattungsart | Beisetzungsart | Sarg/Urne | Art der Bestattung | Art der Beisetzung | "
                "Bestattungsform | Urne | Sarg | Beisetzungsform"
            ),
        ),
        Field(
            "burial.place",
            "Stelle im Grab",
            "2",
            _called("Stelle | Platz | Stelle im Grab | Grabplatz Nr. | Liegeplatz | Position"),
        ),
        Field(
            "burial.undertaker",
            "Bestattungsunternehmen",
            "Bestattungshaus Abendruh",
            _called("Bestatter | Bestattungsunternehmen | Bestattungsinstitut | Bestattungshaus"),
        ),
        Field(
            "burial.register_number",
            "Sterbebuch- oder Einäscherungsnummer",
            "S 77/2026",
            _called(
                "Sterbebuchnummer | Sterbebuch-Nr. | Registernummer | Urkundennummer | "
                "Einäscherungsnummer | Beurkundung | Sterberegister | Sterberegisternummer"
            ),
        ),
        Field(
            "burial.rest_end",
            "Ende der Ruhefrist, wie es in der Liste steht (wird verglichen, nicht übernommen)",
            "17.06.2034",
            _called(
                "Ruhefrist | Ruhefrist bis | Ruhezeit | Ruhezeit bis | Ende Ruhefrist | Ende der "
                "Ruhefrist | Ruhefristende | Ruhezeitende | Ablauf Ruhefrist | Ablauf der Ruhefrist | "
                "Ende Ruhezeit"
            ),
            holds="date",
        ),
        Field(
            "right.from",
            "Beginn des Nutzungsrechts",
            "01.07.2004",
            _called(
                "Recht ab | Recht von | Beginn | Nutzungsrecht ab | Nutzungsrecht von | Nutzungsbeginn | "
                "erworben | erworben am | Erwerb | Erwerbsdatum | verliehen am | Beginn Nutzungsrecht | "
                "von | Nutzungszeit von | Kaufdatum | gekauft am | Pachtbeginn | Nutzung ab | Nutzung "
                "von | ab"
            ),
            holds="date",
        ),
        Field(
            "right.until",
            "Ende des Nutzungsrechts (letzter Tag)",
            "30.06.2034",
            _called(
                "Recht bis | Nutzungsrecht bis | Nutzungsrecht | Ende | Ablauf | Ablaufdatum | "
                "Nutzungsende | Ende Nutzungsrecht | Ende des Nutzungsrechts | Ablauf Nutzungsrecht | "
                "Laufzeit bis | bis | Nutzungszeit bis | Pachtende | Pacht bis | gültig bis | läuft ab | "
                "Nutzung bis | Ablaufjahr | Nutzungszeit | Nutzungsdauer bis | Liegezeit bis | Ende "
                "Nutzungszeit | erlischt am"
            ),
        ),
        Field(
            "right.years",
            "Dauer des Nutzungsrechts in Jahren; zählt vom Beginn an, wenn kein Ende genannt ist",
            "30",
            _called("Laufzeit | Nutzungsdauer | Dauer | Jahre | Laufzeit Jahre | Nutzungsdauer Jahre"),
        ),
        Field(
            "holder.name",
            "Nutzungsberechtigte/r: ganzer Name",
            "Großmann, Anneliese",
            (
                *_NAME,
                *_called("Nutzungsberechtigte | Nutzungsberechtigter | Inhaber | Eigentümer | Angehörige"),
            ),
            holds="name",
        ),
        Field(
            "holder.family_name",
            "Nutzungsberechtigte/r: Familienname",
            "Großmann",
            _FAMILY,
        ),
        Field(
            "holder.given_names",
            "Nutzungsberechtigte/r: Vornamen",
            "Anneliese",
            _GIVEN,
        ),
        Field(
            "holder.birth_name",
            "Nutzungsberechtigte/r: Geburtsname",
            "Şahin-Łuczak",
            _BIRTH_NAME,
        ),
        Field(
            "holder.title",
            "Nutzungsberechtigte/r: Titel",
            "Dr.",
            _TITLE,
        ),
        Field(
            "holder.salutation",
            "Nutzungsberechtigte/r: Anrede",
            "Frau",
            _called("Anrede"),
        ),
        Field(
            "holder.born",
            "Nutzungsberechtigte/r: Geburtstag",
            "11.02.1938",
            _BORN,
            holds="date",
        ),
        Field(
            "holder.address",
            "Nutzungsberechtigte/r: ganze Anschrift",
            "Eichenweg 3, 34999 Musterrode",
            _called("Anschrift | Adresse | Wohnung | wohnhaft | Adr."),
        ),
        Field(
            "holder.street",
            "Nutzungsberechtigte/r: Straße, auch mit Hausnummer",
            "Eichenweg 3",
            _called(
                "Straße | Str. | Straße und Hausnummer | Straße, Hausnummer | Straße Nr. | Straße, Nr. | "
                "Strasse Hausnr."
            ),
        ),
        Field(
            "holder.house_number",
            "Nutzungsberechtigte/r: Hausnummer",
            "3",
            _called("Hausnummer | Haus-Nr. | Hausnr. | HNr."),
        ),
        Field(
            "holder.postal_code",
            "Nutzungsberechtigte/r: Postleitzahl",
            "34999",
            _called("PLZ | Postleitzahl"),
        ),
        Field(
            "holder.place",
            "Nutzungsberechtigte/r: Ort, auch mit Postleitzahl",
            "Musterrode",
            _called("Ort | Wohnort | PLZ Ort | PLZ, Ort | PLZ/Ort | Stadt | Gemeinde"),
        ),
        Field(
            "holder.phone",
            "Nutzungsberechtigte/r: Telefon",
            "05699 4711",
            _called("Telefon | Tel. | Telefonnummer | Tel.-Nr. | Handy | Mobil | Rufnummer | Fon"),
            many=True,
        ),
        Field(
            "holder.email",
            "Nutzungsberechtigte/r: E-Mail",
            "a@beispiel.example",
            _called("E-Mail | Mail | E-Mail-Adresse | Mailadresse"),
            many=True,
        ),
        Field(
            "holder.relation",
            "Nutzungsberechtigte/r: Verhältnis zur/zum Verstorbenen",
            "Ehefrau",
            _called("Verwandtschaft | Verwandtschaftsverhältnis | Verhältnis | Beziehung"),
        ),
        Field(
            "remark",
            "Bemerkung; wird beim Grab behalten",
            "Stein schief!",
            _called(
                "Bemerkung | Bemerkungen | Bem. | Anmerkung | Anmerkungen | Notiz | Notizen | Hinweis | "
                "Hinweise | Sonstiges | Info | Kommentar | Vermerk"
            ),
            many=True,
        ),
    ),
    repeated=frozenset({"deceased", "burial"}),
    subjects={
        "deceased": _called(
            "Verstorbene | Verstorbener | Verstorbenen | Verst. | Bestattete | Toter | Tote | "
            "Beigesetzte | Beigesetzter | Begrabene | VS"
        ),
        "holder": _called(
            "Nutzungsberechtigte | Nutzungsberechtigter | Nutzungsberechtigt | Nutzungsber. | NB | NBer. "
            "| Nutzer | Berechtigter | Berechtigte | Inhaber | Grabinhaber | Rechtsinhaber | "
            "Verfügungsberechtigter | Verfügungsberechtigte | Angehöriger | Angehörige | Erwerber | "
            "Ansprechpartner | Eigentümer | Pächter | Grabpächter | Kontakt | Grabnutzer | "
            "Nutzungsrechtsinhaber"
        ),
    },
)
"""What the import of graves understands."""
