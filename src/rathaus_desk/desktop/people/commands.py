"""What a clerk can do with people."""

from rathaus_desk.desktop.commands import command


@command("people.enter", "Person anlegen")
def _a(d, s):
    pass


@command("people.duplicates", "Doppelte suchen")
def _b(d, s):
    pass


@command("people.change", "Bearbeiten", icon="pencil")
def _c(d, s):
    pass
