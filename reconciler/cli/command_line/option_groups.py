"""Groups of options: each command offers the groups that it uses, and no other option.

A command takes a parameter `options: Options`. The decorator `with_options` turns the fields that
the command names into command-line options and hands it the value; all other fields keep their
defaults. An option that a command does not name is wrong usage there.
"""

import inspect
import os
from collections.abc import Callable
from copy import copy
from dataclasses import fields
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from typer import Option

from reconciler.cli.command_line import completion
from reconciler.cli.command_line.options import Options
from reconciler.core.errors import WrongUsage
from reconciler.views.formats import Format

StatusT = TypeVar("StatusT")

TEXT_FORMATS = (Format.TABLE, Format.JSON, Format.MARKDOWN, Format.CSV)
ALL_FORMATS = (*TEXT_FORMATS, Format.HTML)

FILE = ("config",)
SELECTION = (*FILE, "only", "exclude")
OUTPUT = ("format", "quiet", "no_color")
FULL = ("full",)
LOG = ("verbose", "log_level", "log_format")
CONNECTION = ("arm_endpoint", "ca_bundle")
SERVICES = ("endpoint",)
"""The option of a command that also asks services other than Azure Resource Manager."""

STATE = ("state_dir",)
SCALE = ("concurrency", "deadline")
WORKERS = ("processes", "executor")
ACCESS = ("access", "roles")

LOCAL_RUN = (*SELECTION, *OUTPUT, *LOG, *CONNECTION, *STATE, *SCALE)
"""The options of a command that asks Azure from this process alone."""

RUN = (*LOCAL_RUN, *WORKERS)
"""The options of a command that may spread its reads."""

Metrics = Annotated[
    Path | None,
    Option(
        "--metrics",
        metavar="FILE.prom",
        help="Write metrics for the Prometheus node_exporter's textfile collector.",
    ),
]
Allow = Annotated[
    list[str] | None,
    Option(
        metavar="GUARD",
        autocompletion=completion.guards,
        help="Override one guard. Repeatable.",
    ),
]
MaxChanges = Annotated[
    int | None,
    Option(metavar="N", min=0, help="Make only the first N changes, in file order."),
]
LockTimeout = Annotated[
    float,
    Option(metavar="SECONDS", min=0.0, help="Wait this long for another run to release the lock."),
]


def with_options(
    *names: str, formats: tuple[Format, ...] = TEXT_FORMATS
) -> Callable[[Callable[..., StatusT]], Callable[..., StatusT]]:
    """Decorate a command: offer these fields of `Options` in place of its parameter `options`.

    formats  the formats that `--format` takes
    """

    def decorate(command: Callable[..., StatusT]) -> Callable[..., StatusT]:
        own = [p for p in inspect.signature(command).parameters.values() if p.name != "options"]

        @wraps(command)
        def run(**given: Any) -> StatusT:
            shared = {name: given.pop(name) for name in names}
            if "format" in shared:
                shared["format"] = Format(shared["format"])
            return command(options=_checked(Options(**shared)), **given)

        parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own]
        parameters += [_parameter(name, formats) for name in names]
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {p.name: p.annotation for p in parameters}
        return run

    return decorate


_FIELDS = {field.name: field for field in fields(Options)}


def _parameter(name: str, formats: tuple[Format, ...]) -> inspect.Parameter:
    field = _FIELDS[name]
    annotation: Any = field.type
    if name == "format":
        names = tuple(map(str, formats))
        option = copy(annotation.__metadata__[0])
        option.help += f": {', '.join(names[:-1])} or {names[-1]}."
        annotation = Annotated[Literal[names], option]
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=annotation
    )


def _checked(options: Options) -> Options:
    """The options, if they fit together; nothing was read or written yet. Raises `WrongUsage`."""
    if options.full and not options.is_table:
        raise WrongUsage("--full is for tables; every other format has all links or a limit")
    if options.verbose and options.log_level:
        raise WrongUsage("--verbose and --log-level exclude each other; leave one out")
    _ = options.endpoints  # reports wrong usage before anything is read
    if options.no_color:
        os.environ["NO_COLOR"] = "1"  # for everything that prints, in this process and its workers
    return options
