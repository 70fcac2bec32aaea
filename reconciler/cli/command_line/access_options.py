"""Options of the access check."""

from pathlib import Path
from typing import Annotated

from typer import Option

IN_RUN = "Run options"

AccessOption = Annotated[
    bool,
    Option(
        "--access",
        help="Also check whether each linked account holds a role that counts.",
        rich_help_panel=IN_RUN,
    ),
]
RolesOption = Annotated[
    Path | None,
    Option(
        metavar="FILE",
        help="A newer list of roles for the access check (CSV).",
        rich_help_panel=IN_RUN,
    ),
]
