"""The talktime command: parses, calls, prints; each command imports only what it needs."""
