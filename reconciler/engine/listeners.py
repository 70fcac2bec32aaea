"""Listeners of a run: progress and logs, whose failure must not fail the run.

The first error of a listener becomes a finding, and the run continues.
"""

from collections.abc import Callable
from typing import ParamSpec

from reconciler.core.errors import kind_of
from reconciler.core.findings import Finding

P = ParamSpec("P")


class Listeners:
    """Notifies listeners. `findings` has the first error, if there was one."""

    def __init__(self) -> None:
        self.findings: tuple[Finding, ...] = ()

    def notify(self, listener: Callable[P, None], *facts: P.args, **more: P.kwargs) -> None:
        """Call one listener; its exceptions become a finding."""
        try:
            listener(*facts, **more)
        except Exception as error:
            self.findings = self.findings or (_finding(error),)


def _finding(error: Exception) -> Finding:
    return Finding(
        "listener_failed",
        f"progress or log failed: {kind_of(error)}",
        "the links were processed; check that stderr and the log can be written",
    )
