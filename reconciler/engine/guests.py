"""What if somebody who only listens fails? Progress, logs and metrics are guests of a run.

A guest's error is noted once, as a finding, and the run goes on.
"""

from collections.abc import Callable
from typing import ParamSpec

from reconciler.core.errors import kind_of
from reconciler.core.findings import Finding

P = ParamSpec("P")


class Guests:
    """Tells listeners what happened. `findings` holds the first error, if there was one."""

    def __init__(self) -> None:
        self.findings: tuple[Finding, ...] = ()

    def tell(self, subscriber: Callable[P, None], *facts: P.args, **more: P.kwargs) -> None:
        """Tell one listener; whatever it raises ends nothing."""
        try:
            subscriber(*facts, **more)
        except Exception as error:
            self.findings = self.findings or (_finding(error),)


def _finding(error: Exception) -> Finding:
    return Finding(
        "listener_failed",
        f"progress or log failed: {kind_of(error)}"[:300],
        "the links were worked on all the same; see what stderr and the log lead to",
    )
