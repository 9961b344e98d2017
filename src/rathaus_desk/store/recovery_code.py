"""The printed recovery code: 28 random letters and digits (128 bits) and two to catch a typing mistake."""

from __future__ import annotations

import hashlib
import secrets

from rathaus_desk.kernel.errors import BadInput

ALPHABET = "ACDEFGHJKMNPQRTVWXY34679"
"""Nothing that is taken for something else on paper: no 0 or O, 1, I or L, 2 or Z, 5 or S, 8 or B, U."""

_LETTERS = 28
_GROUP = 5


def new_code() -> str:
    """A fresh code as it is printed: ``ACDEF-GHJKM-…``, six groups of five."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(_LETTERS))
    whole = letters + _check_letters(letters)
    return "-".join(whole[at : at + _GROUP] for at in range(0, len(whole), _GROUP))


def secret_of(code: str) -> bytes:
    """The 32 bytes a code stands for, however it is grouped or capitalised; BadInput if it is mistyped."""
    letters = "".join(letter for letter in code.upper() if letter.isalnum())
    strange = sorted(set(letters) - set(ALPHABET))
    if strange:
        raise BadInput(
            f"Im Wiederherstellungscode kommt das Zeichen „{strange[0]}“ nicht vor. Bitte prüfen Sie ihn."
        )
    if len(letters) != _LETTERS + 2:
        raise BadInput(
            f"Der Wiederherstellungscode hat {_LETTERS + 2} Zeichen; angegeben sind {len(letters)}."
        )
    if _check_letters(letters[:_LETTERS]) != letters[_LETTERS:]:
        raise BadInput("Der Wiederherstellungscode enthält einen Tippfehler. Bitte prüfen Sie jede Gruppe.")
    return hashlib.sha256(b"rathaus-desk recovery code " + letters.encode()).digest()


def _check_letters(letters: str) -> str:
    number = int.from_bytes(hashlib.sha256(letters.encode()).digest()) % len(ALPHABET) ** 2
    return ALPHABET[number // len(ALPHABET)] + ALPHABET[number % len(ALPHABET)]
