"""Files of other systems to usage events and rate decks: the only package that knows their formats."""
