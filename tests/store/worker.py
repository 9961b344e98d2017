"""A process that works on a store until it is done or killed: worker.py HOME KEY_FILE SEED COUNT.

Each confirmed operation is told on a line of its own: its id and the number it drew.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import village

from rathaus_desk.kernel.errors import Refused
from rathaus_desk.store.engine import Store
from rathaus_desk.store.keys import KeyFile


def main() -> None:
    home, key_file, seed, count = sys.argv[1:]
    chance = random.Random(int(seed))
    with Store.open(Path(home), KeyFile(Path(key_file))) as store:
        for _ in range(int(count)):
            with store.read() as session:
                request = village.any_request(chance, session)
            try:
                done = store.run(request)
            except Refused:
                continue
            if done.changed:
                print(done.operation, number_of(store, request, done), flush=True)


def number_of(store, request, done) -> int:
    if not isinstance(request, village.MoveIn):
        return 0
    with store.read() as session:
        query = village.sa.select(village.Citizen).where(village.Citizen.id == done.value)
        found = session.scalars(query, execution_options={"include_deleted": True}).one()
        return int(found.facts["number"])


main()
