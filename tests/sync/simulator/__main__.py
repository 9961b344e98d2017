"""``python -m simulator 0 300 140``: schedules from the first to before the last number, and their steps."""

from __future__ import annotations

import argparse
import sys
import time
import traceback

from .line import in_memory
from .world import run


def main() -> int:
    arguments = argparse.ArgumentParser(prog="simulator")
    arguments.add_argument("first", type=int)
    arguments.add_argument("last", type=int)
    arguments.add_argument("steps", type=int)
    arguments.add_argument("--every", type=int, default=1)
    arguments.add_argument("--most", type=int, default=5, help="failures after which it ends")
    asked = arguments.parse_args()
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


if __name__ == "__main__":
    sys.exit(main())
