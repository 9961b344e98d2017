"""Proves the package under Wine: installs, uses, upgrades and removes it as an administrator would.

Every step prints what it saw; the first that does not hold ends the proof. ``make installer-proof`` calls it.
"""
