"""The business, pure: the only package that decides what anything costs or means."""
