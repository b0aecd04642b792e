"""The benchmark: the worker and a naive one, side by side in one run."""
