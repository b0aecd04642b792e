"""Why a stack cannot start on this machine as it was asked to."""


class CannotStartError(Exception):
    """The text names the cause and the way out; trying again changes nothing."""
