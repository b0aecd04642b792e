"""Bytes to domain values and back: the only reader of the contracts in schemas."""
