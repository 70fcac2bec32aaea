"""Composition root: opens a run with its file, Azure, the engine and the state on disk.

Heavy modules are imported where they are used, so that `--version` and completion stay fast.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli import state
from reconciler.cli.command_line.logging import LogFormat
from reconciler.cli.command_line.options import Options
from reconciler.cli.flows.access import access_settings
from reconciler.cli.flows.recovery import recover
from reconciler.cli.run import Run
from reconciler.cli.selected_links import Selection
from reconciler.cli.selection import check_vaults, now
from reconciler.core.errors import Locked, RunFailed, WrongUsage
from reconciler.version import __version__

if TYPE_CHECKING:
    from reconciler.azure.signin.cached_users import CachedUsers
    from reconciler.config.load import Config
    from reconciler.store.journal import FileJournal


@contextmanager
def read_session(options: Options, selection: Selection) -> Iterator[Run]:
    """Open a run that reads. Raises `RunFailed` and `WrongUsage`."""
    from concurrent.futures import ThreadPoolExecutor

    from reconciler import log
    from reconciler.azure.cloud_metadata import find_cloud
    from reconciler.azure.connection import Azure, ConnectionSettings, check_proxies
    from reconciler.azure.services.endpoints import find_services
    from reconciler.cli.workers import workers_for
    from reconciler.engine import interpreter
    from reconciler.engine.cancellation import Stop
    from reconciler.engine.gates import Identities
    from reconciler.engine.run import Workers

    log.set_up(as_json=options.log_format is LogFormat.JSON, level=options.level)
    _check_trust(options.trusted)
    access = access_settings(options, selection)
    config, endpoint = selection.config, options.arm_endpoint
    check_proxies(config.cloud, endpoint)
    stop = Stop(options.deadline)
    with stop.timed():
        cloud = find_cloud(config.cloud, endpoint, options.trusted, stop.event)
    check_vaults(selection, cloud.vault_suffix)
    run_id = os.urandom(8).hex()
    logger = log.get().bind(run=run_id)
    if endpoint is None and config.cloud != "public":
        logger.warning("untested_cloud", cloud=config.cloud)
    users = _cached_users(options, config)
    to_read = sum(1 for want in selection.wanted if want.is_read)
    interpreter.tune()
    services = find_services(cloud, config.cloud, options.endpoints, selection.wanted)
    settings = ConnectionSettings(
        cloud, config.identities, options.trusted, options.concurrency, users, services, access
    )
    with (
        closing(Azure(settings, stop.event)) as azure,
        ThreadPoolExecutor(options.concurrency, thread_name_prefix="link") as threads,
        workers_for(options, settings, run_id, to_read, logger) as workers,
    ):
        team = Workers(threads, options.concurrency, stop, Identities(), workers)
        yield Run(options, selection, logger, run_id, azure, team)


def local_session(options: Options, selection: Selection) -> AbstractContextManager[Run]:
    """Open a run that uses threads only, whatever --processes and --executor say."""
    return read_session(replace(options, processes=1, executor=None), selection)


@contextmanager
def write_session(
    options: Options,
    selection: Selection,
    lock_timeout_s: float,
    command: str,
    allowed: Sequence[str] = (),
) -> Iterator[tuple[Run, FileJournal]]:
    """Open a run that may write: takes the locks, opens the journal, recovers after a crash.

    command  `apply` or `nightly`
    allowed  the guards that the run overrides

    The journal keeps both, because later unattended runs count what this run changes.
    Raises `Locked`, and `RunFailed` if the state directory cannot be used.
    """
    from reconciler.cli.output import note, warn
    from reconciler.store.journal import FileJournal
    from reconciler.store.run_locks import hold_locks
    from reconciler.store.state_paths import StateFile

    facts = {
        "command": command,
        "allowed": sorted(allowed),
        "tool_version": __version__,
        "config_digest": selection.config.digest,
    }
    files = state.state_files_of(options, selection.config.history)
    path = files.path(StateFile.JOURNAL)
    with (
        hold_locks(files, lock_timeout_s) as locks,
        _shared_lock(options, selection.config, lock_timeout_s) as lock_checks,
        read_session(options, selection) as run,
        closing(FileJournal(path, run.id, facts, now, (locks.check, *lock_checks))) as journal,
    ):
        run.allowed = tuple(allowed)
        for source, target in locks.adopted:
            note(f"{source.name} in {source.parent} is now {target.name}")
        for warning in journal.warnings:
            warn(warning)
        recover(run, journal)
        yield run, journal


@contextmanager
def _shared_lock(
    options: Options, config: Config, timeout_s: float
) -> Iterator[tuple[Callable[[], None], ...]]:
    """Hold the lock of a shared history, so that no other machine writes. Raises `Locked`.

    Yields the checks that raise `RunFailed` once the lock is lost; none without a shared history.
    """
    from reconciler.store.history.advisory_lock import hold

    source = config.history
    if source.url is None:
        yield ()
        return
    try:
        url = state.address(source.url, config.cloud, options)
    except RunFailed as error:
        raise Locked(f"cannot take the lock of the shared history: {error}") from None
    with hold(url, source.name, timeout_s) as lock:
        yield (lock.check,)


def _check_trust(ca_bundle: str | None) -> None:
    """Raise `WrongUsage` unless the CA bundle can be used. Folders are not checked here."""
    if ca_bundle is None or Path(ca_bundle).is_dir():
        return
    import ssl

    try:
        ssl.create_default_context(cafile=ca_bundle)
    except (OSError, ssl.SSLError) as error:
        raise WrongUsage(
            f"the CA bundle {ca_bundle} is not a readable PEM file ({error.strerror}); "
            "correct --ca-bundle or REQUESTS_CA_BUNDLE"
        ) from None


def _cached_users(options: Options, config: Config) -> CachedUsers | None:
    """The cached sign-ins of people; None if the file has no identity of kind user."""
    if not any(identity.username for identity in config.identities.values()):
        return None
    from reconciler.azure.signin.cached_users import CachedUsers
    from reconciler.cli.output import asks_here
    from reconciler.store.sign_in_records import FileRecords

    return CachedUsers(FileRecords(state.open_state_directory(options) / "people"), asks_here())
