"""``python -m rathaus_desk`` and the console script."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; ends the process with its exit status."""
    try:
        from rathaus_desk.cli import run

        status = run()
    except KeyboardInterrupt:  # before the command line was loaded, or after it had answered
        sys.stderr.write("Abgebrochen.\n")
        status = 3
    raise SystemExit(status)


if __name__ == "__main__":
    main()
