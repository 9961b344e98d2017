"""Hallen: the occupancy plan, the bookings, and what a clerk does with them."""
