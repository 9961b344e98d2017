"""The central server: the same tables in PostgreSQL, one schema a municipality, behind an HTTP API."""
