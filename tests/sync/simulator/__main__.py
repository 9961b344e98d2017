"""``python -m simulator 0 300 140``: schedules from the first to before the last number, and their steps.

With ``--off`` a rule is switched off, and it is counted how many schedules notice.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
import traceback
from collections import Counter

from .line import in_memory
from .switches import SWITCHES, off
from .world import run, shortest


def main() -> int:
    arguments = argparse.ArgumentParser(prog="simulator")
    arguments.add_argument("first", type=int)
    arguments.add_argument("last", type=int)
    arguments.add_argument("steps", type=int)
    arguments.add_argument("--every", type=int, default=1)
    arguments.add_argument("--most", type=int, default=5, help="failures after which it ends")
    arguments.add_argument("--off", choices=SWITCHES, metavar="RULE", help="a rule that is switched off")
    asked = arguments.parse_args()
    seeds = range(asked.first, asked.last, asked.every)
    return measure(asked.off, seeds, asked.steps) if asked.off else search(seeds, asked.steps, asked.most)


def search(seeds: range, steps: int, most: int) -> int:
    began, failed, done = time.monotonic(), 0, 0
    with in_memory():
        for seed in seeds:
            done += 1
            if done % 200 == 0:
                print(f"… {done}", flush=True)
            try:
                run(seed, steps)
            except Exception:
                failed += 1
                traceback.print_exc(file=sys.stdout)
                print(f"schedule {seed} fails after {shortest(seed, steps)} steps", flush=True)
                if failed >= most:
                    break
    print(f"{done} schedules of {steps} steps, {failed} violated, {time.monotonic() - began:.1f} s")
    return int(failed > 0)


def measure(name: str, seeds: range, steps: int) -> int:
    """How many schedules notice that a rule is off, the first of them, and what they see most."""
    seen: Counter[str] = Counter()
    noticed: list[int] = []
    with in_memory(), off(name):
        for seed in seeds:
            try:
                run(seed, steps)
            except Exception as error:
                noticed.append(seed)
                seen[re.sub(r"[0-9a-f]{6,}[0-9a-f-]*|desk-\d+|\d+", "#", f"{error}")[:60]] += 1
    first = noticed[0] if noticed else "-"
    print(f"{name}: {len(noticed)} of {len(seeds)}, first {first}; {seen.most_common(2)}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
