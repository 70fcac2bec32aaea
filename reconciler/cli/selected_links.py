"""The links that a command is about: the file, and the selection of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.config.load import Config
    from reconciler.core.links import Wanted


@dataclass(frozen=True, slots=True)
class Selection:
    """The file, and the links of it that this run is about."""

    config: Config
    wanted: tuple[Wanted, ...]
