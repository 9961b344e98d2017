"""Heute: what waits, what is due, what happens today and tomorrow."""
