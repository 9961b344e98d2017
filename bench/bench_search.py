"""Search over 105,000 records: every prefix that somebody may type. Goal: p95 at most 2 ms.

Usage: python bench/bench_search.py [--records N]
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from rathaus_desk.kernel.ids import new_id
from rathaus_desk.store.connection import driver_of, guard_of
from rathaus_desk.store.engine import Store
from rathaus_desk.store.schema import Found
from rathaus_desk.store.search import entry_of, put, search


def words(text: str) -> list[str]:
    return text.split()


SYLLABLES = words("""
    mül sch mei fisch web schu becker hof rich klein wolf schrö neu schwarz zim braun krü hart lang
    wer krau leh köh herr kö walt mai kai fuchs pe schol mö weiß jung hahn schu vo win ro beck lo
    ber ot gra sim fran
""")
ENDINGS = words("""
    er mann ler dt ner ke s el ig ter ler mer sen bach berg feld hardt
""")
FIRST = words("""
    Anna Frank Peter Ursula Hans Karin Günter Renate Jürgen Monika Klaus Helga Werner Sabine Heinz
    Ingrid Jörg Petra Manfred Gisela Uwe Brigitte Walter Elke Karl Christa Bärbel Sören Zoë Łukasz
""")
STREETS = ("Hauptstraße", "Kirchweg", "Am Anger", "Schulgasse", "Im Grund", "Bahnhofstraße", "Mühlweg")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=105_000)
    count = parser.parse_args().records
    chance = random.Random(7)
    surnames = [surname(chance) for _ in range(9000)]
    with tempfile.TemporaryDirectory() as folder, Store.create(Path(folder) / "home") as store:
        titles = fill(store, count, surnames, chance)
        with store.read() as session:
            search(session, "x")
            took = {}
            for name, texts in queries(titles, chance).items():
                took[name] = [timed(partial(search, session, text)) for text in texts]
    for name, times in took.items():
        print(f"{name:34} {line(times)}   {len(times)} queries")
    every = [time for times in took.values() for time in times]
    print(f"{f'search over {count} records':34} {line(every)}   goal: p95 <= 2 ms")


def surname(chance: random.Random) -> str:
    middle = chance.choice(["", "", chance.choice(SYLLABLES)])
    return (chance.choice(SYLLABLES) + middle + chance.choice(ENDINGS)).title()


def fill(store: Store, count: int, surnames: list[str], chance: random.Random) -> list[str]:
    """Entries as the hook writes them, a twentieth of them graves; their titles."""
    titles = []
    with store._writing() as session, guard_of(session.connection()).open():
        for number in range(count):
            kind, found = grave(chance) if number % 21 == 0 else person(surnames, chance)
            put(driver_of(session), new_id(), entry_of(kind, found))
            titles.append(found.title)
    return titles


def grave(chance: random.Random) -> tuple[str, Found]:
    title = f"{chance.choice('ABCDEFG')}/{chance.randrange(1, 40):02d}/{chance.randrange(1, 90):03d}"
    return "grave", Found(title, "Wahlgrab, Friedhof Kernstadt")


def person(surnames: list[str], chance: random.Random) -> tuple[str, Found]:
    street = f"{chance.choice(STREETS)} {chance.randrange(1, 120)}"
    born = f"{chance.randrange(1, 29):02d}.{chance.randrange(1, 13):02d}.{chance.randrange(1930, 2010)}"
    name = f"{chance.choice(surnames)}, {chance.choice(FIRST)}"
    return "person", Found(name, f"{street}, {36300 + chance.randrange(99)} Musterrode", born)


def queries(titles: list[str], chance: random.Random) -> dict[str, list[str]]:
    chosen = chance.sample(titles, 400)
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    return {
        "one letter": list(letters),
        "two letters": [a + b for a in letters for b in letters],
        "each keystroke of a title": [title[:n] for title in chosen for n in range(1, len(title) + 1)],
        "two beginnings of words": [a + " " + b for a in letters for b in letters],
        "surname and first letter": [f"{title.split(',')[0]} {chance.choice(letters)}" for title in chosen],
        "first name, surname's beginning": [
            " ".join(t[:4] for t in reversed(title.split(", "))) for title in chosen
        ],
        "misspelt": [title[:2] + title[3:8] for title in chosen],
        "nothing to find": [f"qxz{a}{b}" for a in letters for b in letters[:5]],
    }


def timed(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000


def line(times: list[float]) -> str:
    ordered = sorted(times)
    middle, high = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
    return f"median {middle:6.2f} ms   p95 {high:6.2f}   worst {ordered[-1]:6.2f}"


if __name__ == "__main__":
    main()
