"""The offline handbook."""
