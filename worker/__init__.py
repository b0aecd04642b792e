"""Talktime's worker: from a finished call to a balance and a request for money."""
