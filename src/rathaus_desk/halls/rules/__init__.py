"""The rules of the halls: pure decisions on plain values, each with its reason."""
