"""The composition root: the one place where parts are made and joined."""
