"""The user and the machine of a run, for the journal and the history."""

import getpass
import os
import socket


def user() -> str:
    """The user's name, or the number if it has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def host() -> str:
    """The machine's name."""
    return socket.gethostname()
