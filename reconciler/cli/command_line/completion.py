"""Completion of values in the shell: guards, fields, and the names that tenants.yaml defines.

A completion prints nothing and never fails: without a readable file it offers nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from reconciler.cli.command_line.shell_words import starting

if TYPE_CHECKING:
    from reconciler.config.load import Config


def guards(incomplete: str) -> list[str]:
    """The guards that `--allow` overrides."""
    from reconciler.core.guards.attended import GUARDS

    return starting(GUARDS, incomplete)


def fields(incomplete: str) -> list[str]:
    """The fields that `--by` groups by."""
    from reconciler.core.inventory.filters import FIELDS

    return starting(FIELDS, incomplete)


def conditions(ctx: typer.Context, incomplete: str) -> list[str]:
    """The fields that `--where` compares, and the values of those that have a few."""
    from reconciler.core.inventory.filters import FIELDS, VALUES

    field, equals, _ = incomplete.partition("=")
    if not equals:
        return starting((f"{name}=" for name in FIELDS), incomplete)
    values: dict[str, Iterable[str]] = {
        **VALUES,
        **{name: words for name, words in _words(ctx).items() if name in FIELDS},
    }
    return starting((f"{field}={value}" for value in values.get(field, ())), incomplete)


def selectors(ctx: typer.Context, incomplete: str) -> list[str]:
    """What `--only` and `--exclude` select: tenants, tags, identities and partners."""
    words = _words(ctx)
    names = list(words.get("tenant", ()))
    for kind in ("tag", "identity", "partner"):
        names += [f"{kind}:{word}" for word in words.get(kind, ())]
    return starting(names, incomplete)


def tenants(ctx: typer.Context, incomplete: str) -> list[str]:
    """The names of tenants."""
    return starting(_words(ctx).get("tenant", ()), incomplete)


def identities(ctx: typer.Context, incomplete: str) -> list[str]:
    """The names of identities."""
    return starting(_words(ctx).get("identity", ()), incomplete)


def people(ctx: typer.Context, incomplete: str) -> list[str]:
    """The names of identities of kind user."""
    config = _config(ctx)
    known = config.identities if config else {}
    return starting([name for name in known if known[name].username], incomplete)


def topics(ctx: typer.Context, incomplete: str) -> list[str]:
    """What `help` explains: the commands, and the environment variables."""
    root: Any = ctx.find_root().command
    return starting([*root.commands, "environment"], incomplete)


def _words(ctx: typer.Context) -> dict[str, list[str]]:
    """The names that the file defines, by kind; none if it cannot be read."""
    config = _config(ctx)
    if config is None:
        return {}
    return {
        "tenant": list(dict.fromkeys(want.place.tenant for want in config.wanted)),
        "tag": list(dict.fromkeys(tag for want in config.wanted for tag in want.tags)),
        "identity": list(config.identities),
        "partner": list(config.partners),
    }


def _config(ctx: typer.Context) -> Config | None:
    from reconciler.config.load import examine

    path: Any = ctx.params.get("config") or "tenants.yaml"
    try:
        return examine(Path(path), datetime.now(UTC).date(), needs_tenants=False)[0]
    except Exception:
        return None
