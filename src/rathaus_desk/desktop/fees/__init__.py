"""Fees in the window."""
