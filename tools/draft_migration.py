"""Drafts the next migration from the difference between the mapped classes and the steps there are.

Usage: python tools/draft_migration.py "what changes"     (read the file it writes before committing it)
       python tools/draft_migration.py --first            (writes 0001 anew: only before the first release)
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.operations.ops import MigrationScript

import rathaus_desk
from rathaus_desk.store import schema
from rathaus_desk.store.migrate import STEPS, upgrade

VERSIONS = STEPS / "versions"
HEAD = '''"""{what}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "{revision:04d}"
down_revision = {before}


def upgrade() -> None:
'''


def import_every_table() -> None:
    """Every module named ``records``, and all of the store: where mapped classes may stand."""
    for module in pkgutil.walk_packages(rathaus_desk.__path__, "rathaus_desk."):
        parts = module.name.split(".")
        if "records" in parts or (parts[1] == "store" and "migrations" not in parts):
            importlib.import_module(module.name)


def our_tables() -> sa.MetaData:
    """The tables of the program, without those that tests may have mapped."""
    ours = sa.MetaData(naming_convention=schema.Base.metadata.naming_convention)
    for mapper in schema.Base.registry.mappers:
        if mapper.class_.__module__.startswith("rathaus_desk."):
            mapper.local_table.to_metadata(ours)
    return ours


def difference(connection: sa.Connection) -> MigrationScript:
    """What is missing in the database of ``connection``."""
    context = MigrationContext.configure(
        connection,
        opts={
            "target_metadata": our_tables(),
            "compare_type": True,
            "render_as_batch": True,
            "include_name": _is_ours,
            "render_item": _plain_type,
        },
    )
    return produce_migrations(context, our_tables())


def _is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    return not (kind == "table" and str(name).startswith("search_text"))


def _plain_type(kind: str, item: Any, _context: Any) -> str | bool:
    """Our own types as what they are in the database: a migration must not follow later changes in them."""
    if kind != "type":
        return False
    if isinstance(item, sa.types.TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    if isinstance(item, sa.Enum):
        return f"sa.String(length={item.length})"
    return False


def draft(what: str, revision: int) -> Path:
    """Writes the step ``revision`` and returns its path."""
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        if revision > 1:
            upgrade(connection, STEPS, f"{revision - 1:04d}")
        script = difference(connection)
        body = render_python_code(
            script.upgrade_ops,
            render_as_batch=True,
            render_item=_plain_type,
            migration_context=MigrationContext.configure(connection),
        )
    name = re.sub(r"\W+", "_", what.lower()).strip("_")
    path = VERSIONS / f"{revision:04d}_{name}.py"
    before = f'"{revision - 1:04d}"' if revision > 1 else "None"
    path.parent.mkdir(exist_ok=True)
    path.write_text(HEAD.format(what=what, revision=revision, before=before) + _tidy(body), encoding="utf-8")
    subprocess.run([sys.executable, "-m", "ruff", "format", "-q", str(path)], check=True)
    return path


def _tidy(body: str) -> str:
    """Without the generator's remarks, and without what our tables note for themselves."""
    lines = [line for line in body.splitlines() if not line.lstrip().startswith(("#", "info="))]
    return "\n".join(lines) + "\n"


def main() -> None:
    """The command line, see above."""
    import_every_table()
    steps = sorted(VERSIONS.glob("[0-9]*.py"))
    if sys.argv[1:] == ["--first"]:
        for step in steps:
            step.unlink()
        made = draft("The tables of the first release", 1)
    elif len(sys.argv) == 2:
        made = draft(sys.argv[1], len(steps) + 1)
    else:
        raise SystemExit(__doc__)
    sys.stdout.write(f"{made}\n")


if __name__ == "__main__":
    main()
