"""Where is something kept? The state directory, and the names in it that belong to one file."""

import hashlib
from pathlib import Path

from reconciler.core.errors import RunFailed


def state_directory(chosen: Path | None) -> Path:
    """The state directory, made if it is missing, for its owner only.

    chosen  what the operator named; None means the platform's own place. Raises `RunFailed`.
    """
    if chosen is None:
        from platformdirs import user_state_path

        chosen = user_state_path("pal-reconcile", appauthor=False)
    try:
        chosen.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise RunFailed(
            f"cannot use the state directory {chosen}: {error.strerror}; name another --state-dir"
        ) from None
    return chosen


def file_key(config: Path) -> str:
    """A short name for one tenants.yaml: the same for every way to name the same file."""
    real = str(config.resolve())
    return f"{config.stem[:40]}-{hashlib.sha256(real.encode()).hexdigest()[:12]}"
