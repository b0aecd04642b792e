"""HTTP: the only package that answers requests."""
