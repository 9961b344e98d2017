"""Builds the Windows package and proves it; README.md tells how."""
