"""Who runs this, and on which machine? For the journal and the history."""

import getpass
import os
import socket


def user() -> str:
    """The user's name, or the number where the machine has no name for it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def host() -> str:
    """The machine's name."""
    return socket.gethostname()
