"""What translation costs: `make bench` measures, `docs/performance.md` shows."""
