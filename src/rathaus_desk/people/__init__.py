"""The one address register: persons, organisations, addresses, roles, relations, duplicates, merging."""
