"""Tariffs, the one engine that assesses them, assessments, due items, payments."""
