"""Context of a run: its options, its selected links, its log and its ID."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reconciler.cli.options import Options
    from reconciler.cli.selection import Selection
    from reconciler.config.load import Config


@dataclass(slots=True)
class RunContext:
    """What parts of a run share that need no connection to Azure.

    id  as in the log and in the journal
    """

    options: Options
    selection: Selection
    log: Any
    id: str

    @property
    def config(self) -> Config:
        """The tenants file."""
        return self.selection.config
