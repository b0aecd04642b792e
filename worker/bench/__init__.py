"""The worker and the naive one, side by side: the only package that measures speed."""
