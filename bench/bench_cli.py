"""How long a command takes as a whole process, beside the floor: starting Python.

    python bench/bench_cli.py

Goals: ``--help`` < 0.25 s, ``catalogue check`` of the example town < 0.6 s.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROUNDS = 7
TOWN = Path(__file__).resolve().parents[1] / "resources" / "examples" / "musterrode"


def main() -> None:
    for what, arguments in (
        ("floor: python -c pass", ["-c", "pass"]),
        ("rathaus-desk --help", ["-m", "rathaus_desk", "--help"]),
        ("catalogue check of the example town", ["-m", "rathaus_desk", "catalogue", "check", str(TOWN)]),
    ):
        times = [timed(arguments) for _ in range(ROUNDS + 1)][1:]
        print(f"{what:<40} median {statistics.median(times):6.3f} s   max {max(times):6.3f} s   n {ROUNDS}")


def timed(arguments: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
