"""The start of the program: `pal-reconcile`, and `python -m reconciler`, which does the same."""

import gc
import sys

INTERRUPTED = 130

COLLECT_AFTER = 1_000_000
"""The garbage collector runs after so many new objects, more than a start makes: modules last.
Measured: Python's 700 cost 180 ms of a start, 100,000 cost 80 ms."""

ON_WINDOWS = """\
error: pal-reconcile runs on Linux and macOS, because its journal needs their file locks
On Windows, run it in WSL, the Windows Subsystem for Linux: wsl --exec pipx install pal-reconcile"""


def main() -> None:
    """Print the version at once, or run the command line.

    All imports are inside `try`, so that Ctrl-C during one prints no traceback. Scripts ask for
    the version often. Measured: 20 ms here, 110 ms through the whole command line.
    """
    if sys.platform == "win32":
        sys.exit(ON_WINDOWS)
    try:
        if sys.argv[1:] in (["--version"], ["-V"]):
            _print_version()
            return
        gc.set_threshold(COLLECT_AFTER)
        from reconciler.cli.main import main as command_line

        command_line()
    except KeyboardInterrupt:
        from contextlib import suppress

        with suppress(OSError, AttributeError):
            sys.stderr.write("error: interrupted; no further work was started\n")
        sys.exit(INTERRUPTED)


def _print_version() -> None:
    from reconciler.version import __version__

    try:
        sys.stdout.write(f"pal-reconcile {__version__}\n")
        sys.stdout.flush()
    except (OSError, AttributeError):  # full, or closed: Python would fail again at its end
        from reconciler.cli import streams

        streams.install()
        sys.stdout.write(f"pal-reconcile {__version__}\n")
        streams.finish()


if __name__ == "__main__":
    main()
