"""Words every room speaks: time, money, periods, names, errors. Imports nothing of ours, no Qt, no SQL."""
