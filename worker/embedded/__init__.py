"""A stack on one machine: the only package that starts and watches server processes."""
