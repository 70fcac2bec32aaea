"""Hint for a name with blanks that was given without quotes and became several arguments."""

import shlex
from collections.abc import Iterator, Sequence
from os.path import exists
from typing import Any

from reconciler.core.text import visible

MOST_WORDS = 8
"""Further arguments are not looked at; a pattern that the shell expanded can be thousands."""


def quoting_hint(context: Any, extra: Sequence[str]) -> str:
    """`; quote the name: 'Fabrikam 3'`, if a value and these arguments are a name that exists.

    Names are those that the shell completes, and files. Otherwise, for an argument that takes a
    name, the hint says that it needs quotes if it contains blanks. Else it is empty.

    context  of the command, after its options were parsed
    extra    the arguments that it does not take
    """
    hint = ""
    for param in context.command.get_params(context):
        value = context.params.get(param.name)
        values = [each for each in value if each] if isinstance(value, list) else [value]
        if not any(values):
            continue
        names = [item.value for item in param.shell_complete(context, "")]
        known = {name.casefold(): name for name in names}
        for joined in _joined(map(str, values), extra[:MOST_WORDS]):
            name = known.get(joined.casefold())
            if name or (not known and exists(joined)):  # noqa: PTH110 - Path fails if it is long
                return f"; quote the name: {visible(shlex.quote(name or joined))}"
        if known and param.param_type_name == "argument":
            hint = f"; quote {param.metavar.strip('[]')} if it contains spaces"
    return hint


def _joined(values: Iterator[str], extra: Sequence[str]) -> Iterator[str]:
    """Yield each value with the words that may follow it."""
    for value in values:
        for start in range(len(extra)):
            for end in range(start + 1, len(extra) + 1):
                yield " ".join((value, *extra[start:end]))
