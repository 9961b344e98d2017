"""Applications in the window."""
