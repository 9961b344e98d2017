"""What a clerk can do in the cemeteries."""

from rathaus_desk.desktop.commands import command


@command("cemetery.enter_grave", "Grabstätte anlegen")
def _a(d, s):
    pass


@command("cemetery.enter_burial", "Bestattung eintragen", icon="plus", key="Ctrl+B")
def _b(d, s):
    pass


@command("cemetery.extend", "Verlängern", icon="calendar-clock")
def _c(d, s):
    pass


@command("cemetery.transfer", "Übertragen", icon="users")
def _d(d, s):
    pass
