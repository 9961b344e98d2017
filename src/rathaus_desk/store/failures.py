"""What the database says when it cannot, in a clerk's words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy.exc
from sqlcipher3 import dbapi2

from rathaus_desk.kernel.errors import BadInput, CannotWork, Damaged, DeskError, Refused

NOTHING_CHANGED = "Es wurde nichts geändert."

_SENTENCES = (
    (
        "claim taken",
        "In dieser Zeit ist inzwischen anderweitig belegt. " + NOTHING_CHANGED,
    ),
    (
        "is locked",
        "Der Datenbestand ist gerade durch einen anderen Vorgang belegt. Bitte versuchen Sie es gleich noch "
        "einmal. " + NOTHING_CHANGED,
    ),
    (
        "disk is full",
        "Der Datenträger ist voll. Bitte schaffen Sie Platz und versuchen Sie es noch einmal. "
        + NOTHING_CHANGED,
    ),
    (
        "readonly database",
        "Der Datenordner ist schreibgeschützt. Bitte prüfen Sie die Rechte am Ordner. " + NOTHING_CHANGED,
    ),
    (
        "unable to open",
        "Die Datenbank lässt sich nicht öffnen. Bitte prüfen Sie die Rechte am Datenordner.",
    ),
    (
        "disk i/o error",
        "Der Datenträger meldet einen Fehler, etwa weil er voll ist. Bitte prüfen Sie Platz und Zustand; die "
        "letzte Sicherung ist unberührt. " + NOTHING_CHANGED,
    ),
    (
        "malformed",
        "Die Datenbank ist beschädigt. Bitte stellen Sie die letzte Sicherung wieder her.",
    ),
    (
        "not a database",
        "Der Schlüssel passt nicht zu dieser Datenbank, oder sie ist beschädigt. " + NOTHING_CHANGED,
    ),
    (
        "unique constraint failed",
        "Eine Angabe, die es nur einmal geben darf, ist schon vergeben. " + NOTHING_CHANGED,
    ),
    (
        "foreign key constraint failed",
        "Die Eingabe verweist auf etwas, das es nicht gibt. " + NOTHING_CHANGED,
    ),
)
_DAMAGES = ("malformed", "not a database")
_REFUSALS = ("claim taken", "unique constraint failed", "foreign key constraint failed")


def _sentence_for(sign: str) -> str:
    return dict(_SENTENCES)[sign]


class OutsideOperation(CannotWork):
    """The program tried to change records past the journal: a mistake in the program, stopped in time."""

    def __init__(self, detail: str) -> None:
        super().__init__(
            "Diese Änderung wäre am Verlauf vorbei gegangen und wurde nicht ausgeführt (Programmfehler).",
            detail=detail,
        )


def translated(error: Exception) -> DeskError | None:
    """The German sentence for an error of the database, or None if it is a mistake of the program."""
    text = str(getattr(error, "orig", None) or error).lower()
    if "not authorized" in text or "prohibited" in text:
        return OutsideOperation(text)
    for sign, sentence in _SENTENCES:
        if sign in text:
            kind = Refused if sign in _REFUSALS else Damaged if sign in _DAMAGES else CannotWork
            return kind(sentence, detail=text.split("\n")[0])
    return None


@contextmanager
def in_words() -> Iterator[None]:
    """Errors of the database and of the disk that happen inside come out as German sentences."""
    try:
        yield
    except sqlalchemy.exc.NoResultFound as error:
        raise Refused(
            "Den Eintrag, um den es geht, gibt es nicht (mehr). " + NOTHING_CHANGED, detail="no such record"
        ) from error
    except (sqlalchemy.exc.StatementError, dbapi2.Error) as error:
        # What a column type refuses comes wrapped.
        refused = getattr(error, "orig", None)
        told = refused if isinstance(refused, DeskError) else translated(error)
        if told is None:
            raise
        raise told from error
    except OverflowError as error:
        raise BadInput(
            "Eine Zahl oder ein Datum ist größer, als sich rechnen oder speichern lässt. " + NOTHING_CHANGED,
            detail="overflow",
        ) from error
    except OSError as error:
        raise CannotWork(disk_sentence(error), detail=f"errno {error.errno}") from error


def disk_sentence(error: OSError) -> str:
    """What went wrong with a file, for a clerk."""
    import errno

    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return _sentence_for("disk is full")
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return _sentence_for("readonly database")
        case _:
            return "Auf den Datenträger konnte nicht zugegriffen werden. " + NOTHING_CHANGED
