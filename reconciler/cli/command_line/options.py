"""Options that several commands share: names, help, defaults, and the value that holds them."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from typer import Option

from reconciler.cli.command_line import completion
from reconciler.cli.command_line.access_options import AccessOption, RolesOption
from reconciler.cli.command_line.logging import LogFormat, LogLevel
from reconciler.core.errors import WrongUsage
from reconciler.core.network.services import Endpoints, parse_endpoints
from reconciler.regular_files import check_regular
from reconciler.views.formats import Format

LONGEST_WAIT_S = 7 * 86_400
"""A week. A timer cannot wait for an infinite time."""

IN_SELECTION = "Selection options"
IN_OUTPUT = "Output options"
IN_CONNECTION = "Connection options"
IN_RUN = "Run options"


@dataclass(frozen=True, slots=True)
class Options:
    """The shared options of one command line."""

    config: Annotated[
        Path,
        Option(
            "--config",
            "-c",
            metavar="FILE",
            envvar="PAL_RECONCILE_CONFIG",
            show_envvar=True,
            show_default=True,
            help="The file that lists the tenants.",
            rich_help_panel=IN_SELECTION,
        ),
    ] = Path("tenants.yaml")
    only: Annotated[
        list[str] | None,
        Option(
            metavar="SELECTOR",
            autocompletion=completion.selectors,
            help="Use only these links: a tenant's name, glob, GUID or domain, tag:X, identity:X "
            "or partner:X. Repeatable.",
            rich_help_panel=IN_SELECTION,
        ),
    ] = None
    exclude: Annotated[
        list[str] | None,
        Option(
            metavar="SELECTOR",
            autocompletion=completion.selectors,
            help="Leave out these links. Repeatable.",
            rich_help_panel=IN_SELECTION,
        ),
    ] = None
    format: Annotated[
        Format,
        Option(metavar="FORMAT", help="Format of the result", rich_help_panel=IN_OUTPUT),
    ] = Format.TABLE
    quiet: Annotated[
        bool,
        Option(
            "--quiet",
            "-q",
            help="Show no progress bar, and no table if nothing needs attention.",
            rich_help_panel=IN_OUTPUT,
        ),
    ] = False
    full: Annotated[
        bool,
        Option(
            "--full",
            help="In tables, name every link and customer, even if many share one cause.",
            rich_help_panel=IN_OUTPUT,
        ),
    ] = False
    no_color: Annotated[
        bool,
        Option(
            "--no-color",
            help="Do not use color. The variable NO_COLOR does the same.",
            rich_help_panel=IN_OUTPUT,
        ),
    ] = False
    verbose: Annotated[
        int,
        Option(
            "--verbose",
            "-v",
            count=True,
            show_default=False,
            help="Log more: -v logs at level info, -vv at level debug.",
            rich_help_panel=IN_OUTPUT,
        ),
    ] = 0
    log_level: Annotated[
        LogLevel | None,
        Option(
            metavar="LEVEL",
            help="Lowest level to log: debug, info, warning or error. Default: warning, or info "
            "with --log-format json.",
            rich_help_panel=IN_OUTPUT,
        ),
    ] = None
    log_format: Annotated[
        LogFormat,
        Option(
            metavar="FORMAT",
            help="Format of the log on stderr: console or json.",
            rich_help_panel=IN_OUTPUT,
        ),
    ] = LogFormat.CONSOLE
    arm_endpoint: Annotated[
        str | None,
        Option(
            metavar="URL",
            envvar="PAL_RECONCILE_ARM_ENDPOINT",
            show_envvar=True,
            help="Azure Resource Manager of another cloud, which serves a metadata document.",
            rich_help_panel=IN_CONNECTION,
        ),
    ] = None
    endpoint: Annotated[
        list[str] | None,
        Option(
            metavar="NAME=URL",
            envvar="PAL_RECONCILE_ENDPOINTS",
            show_envvar=True,
            help="Use another endpoint of a service: graph, partner_center, dataverse or "
            "discovery. Repeatable; the variable separates them by spaces.",
            rich_help_panel=IN_CONNECTION,
        ),
    ] = None
    ca_bundle: Annotated[
        Path | None,
        Option(
            metavar="FILE",
            help="Certificate authorities to trust (PEM). The variable REQUESTS_CA_BUNDLE does "
            "the same.",
            rich_help_panel=IN_CONNECTION,
        ),
    ] = None
    state_dir: Annotated[
        Path | None,
        Option(
            metavar="DIR",
            envvar="PAL_RECONCILE_STATE_DIR",
            show_envvar=True,
            readable=False,  # the store reports a directory that cannot be used
            help="Directory of the lock, the journal and the history.",
            rich_help_panel=IN_RUN,
        ),
    ] = None
    concurrency: Annotated[
        int,
        Option(
            metavar="N",
            min=1,
            max=1024,
            show_default=True,
            help="Work on up to N links at the same time.",
            rich_help_panel=IN_RUN,
        ),
    ] = 32
    deadline: Annotated[
        float | None,
        Option(
            metavar="SECONDS",
            min=0.0,
            max=LONGEST_WAIT_S,
            help="Start no new work after this time; finish what was started.",
            rich_help_panel=IN_RUN,
        ),
    ] = None
    processes: Annotated[
        int | None,
        Option(
            metavar="N",
            min=1,
            max=64,
            show_default=False,
            help="Spread the reads over N processes. Default: chosen by the number of links.",
            rich_help_panel=IN_RUN,
        ),
    ] = None
    executor: Annotated[
        str | None,
        Option(
            metavar="dask:URL",
            envvar="PAL_RECONCILE_EXECUTOR",
            show_envvar=True,
            help="Spread the reads over a Dask cluster: dask:tcp://HOST:8786.",
            rich_help_panel=IN_RUN,
        ),
    ] = None

    access: AccessOption = False
    roles: RolesOption = None

    @property
    def level(self) -> str:
        """The log level in force."""
        if self.log_level:
            return self.log_level
        if self.verbose:
            return LogLevel.DEBUG if self.verbose > 1 else LogLevel.INFO
        return LogLevel.INFO if self.log_format is LogFormat.JSON else LogLevel.WARNING

    @property
    def is_table(self) -> bool:
        """Whether the result is for a person, and not for a program."""
        return self.format is Format.TABLE

    @property
    def is_silent(self) -> bool:
        """Whether a result without news is not shown."""
        return self.quiet and self.is_table

    @property
    def endpoints(self) -> Endpoints:
        """The services whose endpoints the operator chose. Raises `WrongUsage`."""
        return parse_endpoints(self.endpoint or ())

    @property
    def trusted(self) -> str | None:
        """The CA bundle in force, as a path; None means the public authorities.

        Raises `WrongUsage` unless it is a regular file or a folder: opening it could block.
        """
        path = str(self.ca_bundle or os.environ.get("REQUESTS_CA_BUNDLE") or "") or None
        if path:
            try:
                if Path(path).exists() and not Path(path).is_dir():
                    check_regular(Path(path).stat())
            except OSError as error:
                raise WrongUsage(
                    f"cannot read the CA bundle {path}: {error.strerror}; "
                    "correct --ca-bundle or REQUESTS_CA_BUNDLE"
                ) from None
        return path
