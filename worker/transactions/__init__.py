"""Transactions: the only package that says what must become true together; one module each."""
