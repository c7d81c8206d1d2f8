"""One dialect, one place: a folder each. `registry.py` lists them."""
