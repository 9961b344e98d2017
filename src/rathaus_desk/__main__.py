"""``python -m rathaus_desk`` and the console script."""

from __future__ import annotations


def main() -> None:
    """Run the command line; ends the process with its exit status."""
    from rathaus_desk.cli import run

    raise SystemExit(run())


if __name__ == "__main__":
    main()
