"""Loops: the only package that sets a pace; each runs until told to stop."""
