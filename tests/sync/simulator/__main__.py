"""``python -m simulator 0 300 140``: schedules from the first to before the last number, and their steps."""

from __future__ import annotations

import argparse
import re
import sys
import time
import traceback
from collections import Counter

from .line import in_memory
from .switches import SWITCHES, off
from .world import run


def main() -> int:
    arguments = argparse.ArgumentParser(prog="simulator")
    arguments.add_argument("first", type=int)
    arguments.add_argument("last", type=int)
    arguments.add_argument("steps", type=int)
    arguments.add_argument("--every", type=int, default=1)
    arguments.add_argument("--most", type=int, default=5, help="failures after which it ends")
    arguments.add_argument(
        "--off", choices=SWITCHES, help="a rule that is switched off; only counts are told"
    )
    asked = arguments.parse_args()
    if asked.off:
        return measure(asked.off, asked.first, asked.last, asked.steps)
    began, failed, done = time.monotonic(), 0, 0
    with in_memory():
        for seed in range(asked.first, asked.last, asked.every):
            try:
                run(seed, asked.steps)
            except Exception:
                failed += 1
                print(f"schedule {seed}: violated", flush=True)
                traceback.print_exc(file=sys.stdout)
                if failed >= asked.most:
                    break
            done += 1
    print(f"{done} schedules of {asked.steps} steps, {failed} violated, {time.monotonic() - began:.1f} s")
    return int(failed > 0)


def measure(name: str, first: int, last: int, steps: int) -> int:
    """How many schedules notice that a rule is off, the first of them, and what they see most."""
    seen: Counter[str] = Counter()
    noticed: list[int] = []
    with in_memory(), off(name):
        for seed in range(first, last):
            try:
                run(seed, steps)
            except Exception as error:
                noticed.append(seed)
                seen[
                    re.sub(r"[0-9a-f]{6,}[0-9a-f-]*|desk-\d+|\d+", "#", f"{type(error).__name__} {error}")[
                        :70
                    ]
                ] += 1
    told = noticed[0] if noticed else "-"
    print(f"{name}: {len(noticed)} of {last - first}, first {told}; {seen.most_common(2)}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
