"""The cemeteries in the window."""
