"""Roles, and whether they allow an action. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Role:
    """A role definition with one block of permissions.

    role_id: lower-case GUID
    """

    role_id: str
    name: str
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = ()
    is_custom: bool = False
    description: str = ""

    def allows(self, action: str) -> bool:
        """Say whether a control-plane action is allowed."""
        return _matches(self.actions, action) and not _matches(self.not_actions, action)


def _matches(patterns: Iterable[str], action: str) -> bool:
    return any(_pattern(text).fullmatch(action.lower()) for text in patterns)


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """Return the expression for a pattern, in which `*` also stands for slashes."""
    return re.compile(".*".join(map(re.escape, text.lower().split("*"))))
