"""The steps by which an older program's tables become those of this one (Alembic, without an ini file).

A step is ``versions/NNNN_what.py``, drafted by ``tools/draft_migration.py`` and read by a person. A test
holds the migrated tables against the mapped classes.
"""
