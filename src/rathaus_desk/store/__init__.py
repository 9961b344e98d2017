"""The encrypted local database: records, operations, journal, undo, claims, numbers, search, backup."""
