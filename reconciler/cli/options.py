"""Which options do the commands share? Said once, as fields of one frozen value.

A command takes a parameter `options: Options`; the decorator `with_options` turns its fields into
command-line options and hands the command the value.
"""

import inspect
import os
from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, TypeVar

from typer import Option

from reconciler.core.errors import WrongUsage
from reconciler.extras import missing_extra
from reconciler.regular_files import check_regular
from reconciler.views.formats import Format

StatusT = TypeVar("StatusT")


PAGES = frozenset({"plan", "apply", "show"})
"""The commands whose result can be a page."""


class LogFormat(StrEnum):
    """How the log is written."""

    CONSOLE = "console"
    JSON = "json"


class LogLevel(StrEnum):
    """The least important log line that is shown."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


Metrics = Annotated[
    Path | None,
    Option(
        "--metrics",
        metavar="FILE",
        help="Write the run's figures for Prometheus's node_exporter (a name that ends in .prom).",
    ),
]
"""Of the commands whose runs are worth counting."""


@dataclass(frozen=True, slots=True)
class Options:
    """What every command takes that reads the file or Azure."""

    config: Annotated[
        Path,
        Option(
            "--config",
            "-c",
            metavar="FILE",
            envvar="PAL_RECONCILE_CONFIG",
            help="The tenants file.",
        ),
    ] = Path("tenants.yaml")
    only: Annotated[
        list[str] | None,
        Option(
            metavar="SELECTOR",
            help="Only these links: a tenant's name, glob, GUID or domain, tag:X, identity:X or "
            "partner:X. Repeat it for more.",
        ),
    ] = None
    exclude: Annotated[
        list[str] | None,
        Option(metavar="SELECTOR", help="All but these links."),
    ] = None
    format: Annotated[Format, Option(help="How the result is written to stdout.")] = Format.TABLE
    concurrency: Annotated[
        int,
        Option(
            metavar="N",
            min=1,
            max=1024,
            help="How many links are worked on at a time.",
        ),
    ] = 32
    processes: Annotated[
        int | None,
        Option(
            metavar="N",
            min=1,
            max=64,
            show_default=False,
            help="Spread the reads over N processes. Default: as many as pay off.",
        ),
    ] = None
    executor: Annotated[
        str | None,
        Option(
            metavar="dask:URL",
            envvar="PAL_RECONCILE_EXECUTOR",
            help="Spread the reads over a Dask cluster: dask:tcp://HOST:8786.",
        ),
    ] = None
    arm_endpoint: Annotated[
        str | None,
        Option(
            metavar="URL",
            envvar="PAL_RECONCILE_ARM_ENDPOINT",
            help="Azure Resource Manager of another cloud, which describes itself there.",
        ),
    ] = None
    ca_bundle: Annotated[
        Path | None,
        Option(
            metavar="FILE",
            help="Certificate authorities to trust, PEM. Also REQUESTS_CA_BUNDLE.",
        ),
    ] = None
    state_dir: Annotated[
        Path | None,
        Option(
            metavar="DIR",
            envvar="PAL_RECONCILE_STATE_DIR",
            readable=False,  # whether it can be used is said by whoever uses it, and stops no look
            help="Where lock and journal are kept.",
        ),
    ] = None
    deadline: Annotated[
        float | None,
        Option(
            metavar="SECONDS",
            min=0.0,
            help="Begin nothing new after so many seconds; what is under way is finished.",
        ),
    ] = None
    log_format: Annotated[LogFormat, Option(help="How the log is written to stderr.")] = (
        LogFormat.CONSOLE
    )
    log_level: Annotated[
        LogLevel | None,
        Option(
            help="The least important log line shown; default: warning, with json: info.",
        ),
    ] = None
    quiet: Annotated[
        bool,
        Option(
            "--quiet",
            "-q",
            help="No progress bar; no table when there is nothing to tell.",
        ),
    ] = False

    @property
    def level(self) -> str:
        """The log level in force."""
        if self.log_level:
            return self.log_level
        return LogLevel.INFO if self.log_format is LogFormat.JSON else LogLevel.WARNING

    @property
    def trusted(self) -> str | None:
        """The CA bundle in force, as a path; None means the public authorities.

        Raises `WrongUsage` for what is neither a regular file nor a folder: opening it could block.
        """
        path = str(self.ca_bundle or os.environ.get("REQUESTS_CA_BUNDLE") or "") or None
        if path and os.path.exists(path) and not os.path.isdir(path):
            try:
                check_regular(os.stat(path))
            except OSError as error:
                raise WrongUsage(
                    f"cannot read the CA bundle {path}: {error.strerror}; "
                    "correct --ca-bundle or REQUESTS_CA_BUNDLE"
                ) from None
        return path


def with_options(command: Callable[..., StatusT]) -> Callable[..., StatusT]:
    """Give a command the fields of `Options` as options, in place of its parameter `options`."""
    own = [p for p in inspect.signature(command).parameters.values() if p.name != "options"]
    shared = [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=field.default,
            annotation=field.type,
        )
        for field in fields(Options)
    ]

    @wraps(command)
    def run(**given: Any) -> StatusT:
        options = Options(**{field.name: given.pop(field.name) for field in fields(Options)})
        if options.format is Format.HTML:
            _check_pages(command.__name__)
        return command(options=options, **given)

    parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own] + shared
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in parameters}
    return run


def _check_pages(command: str) -> None:
    """Before anything is read or written: a page can be made of what this command finds."""
    if command not in PAGES:
        others = ", ".join(form for form in Format if form is not Format.HTML)
        raise WrongUsage(f"{command} makes no page; --format is one of: {others}")
    if problem := missing_extra("html", "--format html"):
        raise WrongUsage(problem)
