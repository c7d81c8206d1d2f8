"""Fuzzing: what any bytes at all do to the library, steered by coverage (`make fuzz`) or by chance (test_fuzz.py)."""
