"""Metrics: the only package that names them; each says what it means and what to do about it."""
