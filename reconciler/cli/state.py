"""State of a tenants file: its journal, its history, and the state directory that holds them.

Each function takes the command's options and what the file says about its history.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from os.path import lexists
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from reconciler.core.errors import RunFailed

if TYPE_CHECKING:
    from reconciler.cli.command_line.options import Options
    from reconciler.cli.selected_links import Selection
    from reconciler.config.load import Config
    from reconciler.core.history.link_history import HistorySource
    from reconciler.core.identities import SecretRef
    from reconciler.core.plan import Refusal
    from reconciler.store.history.database import Database
    from reconciler.store.history.repository import HistoryRepository
    from reconciler.store.journal import Line
    from reconciler.store.state_paths import StateFiles


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


def address(ref: SecretRef, cloud: str, options: Options) -> str:
    """The secret URL that a reference leads to; raises `RunFailed` if it cannot be read."""
    from reconciler.azure.clouds import CLOUDS
    from reconciler.azure.http.retry import RequestFailed
    from reconciler.azure.signin.secrets.key_vault import Vaults
    from reconciler.azure.signin.secrets.references import Secrets, Unresolved

    try:
        return Secrets(Vaults(CLOUDS[cloud], options.trusted).read).resolve_text(ref).strip()
    except Unresolved as error:
        raise RunFailed(str(error)) from None
    except RequestFailed as failure:
        raise RunFailed(f"{ref} cannot be read: {failure.problem.message}") from None


def journal_path(options: Options, source: HistorySource) -> Path:
    """The path of the journal."""
    from reconciler.store.state_paths import StateFile

    return state_files_of(options, source).in_use(StateFile.JOURNAL)


def journal_lines(options: Options, source: HistorySource) -> Iterable[Line]:
    """The lines of the journal, oldest first; none if it does not exist yet.

    Raises `RunFailed` if the state directory cannot be used. So does the iteration if the journal
    cannot be read.
    """
    from reconciler.store.journal import lines

    path = journal_path(options, source)
    return lines(path) if lexists(path) else ()


def load_history_meanwhile() -> None:
    """Import the history's libraries in a thread, while Azure answers: 0.2 s of CPU.

    Each run uses them at its end. Errors are reported there, where the import is tried again.
    Modules stay, so the garbage collector pauses during the import.
    """

    def load() -> None:
        gc.disable()
        try:
            with suppress(Exception):
                import reconciler.store.history.repository  # noqa: F401 - loads it early
        finally:
            gc.freeze()
            gc.enable()

    Thread(target=load, name="history").start()


def open_history(options: Options, source: HistorySource, cloud: str) -> HistoryRepository:
    """Open the history. Raises `RunFailed` if it cannot be used."""
    from reconciler.store.history.repository import open_own, open_shared

    if source.url is None:
        from reconciler.store.state_paths import StateFile

        return open_own(state_files_of(options, source).in_use(StateFile.HISTORY))
    return open_shared(address(source.url, cloud, options), source.name)


def has_history(options: Options, source: HistorySource) -> bool:
    """Whether there is a history to read; the first run creates the one of this machine."""
    from reconciler.store.state_paths import StateFile

    files = state_files_of(options, source)
    return source.url is not None or files.in_use(StateFile.HISTORY).exists()


def open_history_of(run: RunContext) -> HistoryRepository:
    """Open the history of a run's file. Raises `RunFailed` if it cannot be used."""
    return open_history(run.options, run.config.history, run.config.cloud)


def open_history_database(options: Options, config: Config) -> Database:
    """Open the database of the history, whatever its schema version. Raises `RunFailed`."""
    from reconciler.store.history.database import open_file, open_shared

    if config.history.url is None:
        from reconciler.store.state_paths import StateFile

        return open_file(state_files_of(options, config.history).in_use(StateFile.HISTORY))
    return open_shared(address(config.history.url, config.cloud, options))


def check_state_lasts(options: Options) -> tuple[Refusal, ...]:
    """The refusal of a state directory that does not last, such as one in memory."""
    from reconciler.core.plan import Refusal
    from reconciler.store.state_dir import why_not_permanent

    directory = open_state_directory(options)
    if why := why_not_permanent(directory):
        message = f"{directory} will not last: {why}. Name a permanent one with --state-dir"
        return (Refusal("require-journal", message),)
    return ()


def state_files_of(options: Options, source: HistorySource) -> StateFiles:
    """The lock, journal and history of the file. Raises `RunFailed`."""
    from reconciler.store.state_paths import state_files

    return state_files(open_state_directory(options), options.config, source.file_id)


def open_state_directory(options: Options) -> Path:
    """The state directory; warns once about what its filesystem cannot do."""
    from reconciler.cli.output import warn_once
    from reconciler.store.state_dir import state_directory, warning_of_modes

    directory = state_directory(options.state_dir)
    if warning := warning_of_modes(directory):
        warn_once(warning)
    return directory
