"""Rathaus Desk: the program a small German town hall opens in the morning and closes at night."""

__version__ = "0.1.0"
