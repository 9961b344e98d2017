"""The command line. Administrators' scripts rely on its names, its JSON and its exit statuses.

0 done · 1 done with findings · 2 wrong use · 3 cannot. Every error is one German sentence on stderr.
"""

from __future__ import annotations

import gettext
import os
import sys
from collections.abc import Sequence

from rathaus_desk.kernel import resources

# click binds its texts when it is imported, so German has to be chosen before that.
os.environ["LANGUAGE"] = "de"
gettext.bindtextdomain("click", str(resources.path("translations")))
gettext.textdomain("click")

OK, FINDINGS, WRONG_USE, CANNOT = 0, 1, 2, 3


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; nothing escapes as a traceback."""
    from rathaus_desk.cli import (  # noqa: F401, I001 (they register their commands, in this order)
        window,
        demo,
        town,
        imports,
        applications,
        halls,
        catalogue,
        seeing,
        house,
        export,
        sync,
        server,
    )
    from rathaus_desk.cli.ending import guarded
    from rathaus_desk.cli.main import desk

    for stream in (sys.stdout, sys.stderr):
        # A Windows console may speak cp1252; a letter it lacks must not end the command.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace" if stream.isatty() else "backslashreplace", encoding="utf-8")
    return guarded(desk, list(sys.argv[1:] if arguments is None else arguments))
