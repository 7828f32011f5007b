"""Measures the real studio on this machine; `python -m tools.bench --help` names the benches."""
