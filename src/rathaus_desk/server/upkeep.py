"""What an administrator does with the server's data: examine, back up, hand a town its own."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from psycopg import sql

from rathaus_desk.kernel.errors import BadInput, CannotWork
from rathaus_desk.server.town import Pool, chain_at, counter, horizon, in_town
from rathaus_desk.store.journal import decided
from rathaus_desk.store.schema import synced_tables
from rathaus_desk.store.shape import shape_of
from rathaus_desk.sync.envelope import Broken, read_entry, read_envelope, verdict_text


def clerks(pool: Pool, town: str) -> list[tuple[UUID, str]]:
    """The clerks of a town, by name."""
    with in_town(pool, town) as cursor:
        return cursor.execute("SELECT id, name FROM clerk WHERE deleted_at IS NULL ORDER BY name").fetchall()


def examine(pool: Pool, town: str) -> Iterator[str]:
    """Everything that is wrong with a town's data, in a sentence each."""
    with in_town(pool, town) as cursor:
        head, chain, _ = counter(cursor)
        last = horizon(cursor)
        now = chain_at(cursor, last)
        lines = "SELECT n, id, chain, line FROM sync_log WHERE n > %s ORDER BY n"
        for n, id_, kept, line in cursor.execute(lines, (last,)):
            last = n
            try:
                entry = read_entry(bytes(line))
                envelope = read_envelope(entry.op)
            except Broken:
                yield f"Vorgang {n} ist nicht lesbar."
                now = bytes(kept)
                continue
            now = decided(now, n, envelope.computed_hash(), verdict_text(entry.verdict))
            if now != bytes(kept) or entry.n != n or entry.chain != now.hex():
                yield f"Vorgang {n} ({id_}) wurde verändert oder einer davor fehlt."
                now = bytes(kept)
        if (last, now) != (head, chain):
            yield "Am Ende des Logs fehlen Vorgänge."
        for table in sorted(synced_tables()):
            for reference in shape_of(table).references:
                query = sql.SQL(
                    "SELECT count(*) FROM {} r JOIN {} t ON t.id = r.{}"
                    " WHERE r.deleted_at IS NULL AND t.deleted_at IS NOT NULL"
                ).format(*map(sql.Identifier, (table, reference.target, reference.column)))
                found = cursor.execute(query).fetchone()
                if found and found[0]:
                    yield f"{found[0]} Einträge in „{table}“ verweisen auf Gelöschtes."
        found = cursor.execute(
            "SELECT count(*) FROM sync_log g FULL JOIN sync_ledger l USING (n)"
            " WHERE (g.n IS NULL AND l.n > %s) OR l.n IS NULL",
            (horizon(cursor),),
        ).fetchone()
        if found and found[0]:
            yield "Log und Verzeichnis der Vorgänge passen nicht zusammen."


def export_town(pool: Pool, town: str, folder: Path) -> list[Path]:
    """Everything of a town: a CSV file for each table, the log as lines, the attachments by their SHA-256."""
    if folder.exists() and any(folder.iterdir()):
        raise BadInput(f"Der Ordner „{folder}“ ist nicht leer.")
    (folder / "attachments").mkdir(parents=True)
    written: list[Path] = []
    with in_town(pool, town) as cursor:
        for table in sorted(synced_tables()):
            path = folder / f"{table}.csv"
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, delimiter=";")
                cursor.execute(sql.SQL("SELECT * FROM {} ORDER BY id").format(sql.Identifier(table)))
                writer.writerow([column.name for column in cursor.description or ()])
                writer.writerows(cursor)
            written.append(path)
        path = folder / "log.jsonl"
        with path.open("wb") as lines:
            for (line,) in cursor.execute("SELECT line FROM sync_log ORDER BY n"):
                lines.write(bytes(line) + b"\n")
        written.append(path)
        names = [name for (name,) in cursor.execute("SELECT sha256 FROM sync_file")]
        for name in names:
            path = folder / "attachments" / name
            with path.open("wb") as file_of:
                for (piece,) in cursor.execute(
                    "SELECT content FROM sync_chunk WHERE sha256 = %s ORDER BY place", (name,)
                ):
                    file_of.write(bytes(piece))
            written.append(path)
    return written


def dump(database: str, file: Path) -> int:
    """Everything on the server by ``pg_dump``; bytes written. CannotWork if it does not work."""
    program = shutil.which("pg_dump")
    if program is None:
        raise CannotWork("„pg_dump“ ist nicht installiert (Paket postgresql-client).")
    done = subprocess.run(
        [program, "--format=custom", f"--file={file}", f"--dbname={database}"],
        capture_output=True,
        text=True,
        env=os.environ,
        check=False,
    )
    if done.returncode:
        file.unlink(missing_ok=True)
        raise CannotWork("Die Sicherung ist nicht gelungen.", detail=" ".join(done.stderr.split()))
    return file.stat().st_size
