"""Opening what a channel delivered: from bytes to the form inside, whatever the wrapping."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rathaus_desk.applications.delivery import EMPTY, JSON, Delivery, Limits, MediaType, german_size
from rathaus_desk.applications.form import Form, decode, read_form
from rathaus_desk.kernel.errors import BadInput


@dataclass(frozen=True, slots=True)
class Envelope:
    """What was inside."""

    text: str
    """The form as JSON text, character for character as it came."""
    form: Form
    leika: tuple[str, ...] = ()
    """LeiKa keys that the wrapping, not the form, names."""


def _plain_json(delivery: Delivery, limits: Limits) -> Envelope:
    text = decode(delivery.content)
    return Envelope(text, read_form(text, limits))


OPENERS: dict[MediaType, Callable[[Delivery, Limits], Envelope]] = {JSON: _plain_json}
"""How each kind of file is opened; a further wrapping is one more line here."""


def open_envelope(delivery: Delivery, limits: Limits) -> Envelope:
    """What ``delivery`` holds; raises BadInput with a sentence for the clerk."""
    if len(delivery.content) > limits.bytes:
        size, allowed = german_size(len(delivery.content)), german_size(limits.bytes)
        raise BadInput(f"Die Datei ist {size} groß, erlaubt sind {allowed}.")
    if delivery.media_type == EMPTY:
        raise BadInput("Die Datei ist leer.")
    opener = OPENERS.get(delivery.media_type)
    if opener is None:
        raise BadInput(
            f"Die Datei ist {delivery.media_type.phrase}. Gelesen werden Anträge als JSON-Datei; "
            "diese Datei wurde nicht geöffnet und unverändert aufbewahrt."
        )
    return opener(delivery, limits)
