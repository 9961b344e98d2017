"""Halls, rooms and bookings. For now: the hall file and what a booking costs."""
