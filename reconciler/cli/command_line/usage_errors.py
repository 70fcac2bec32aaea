"""Messages for command lines that cannot be parsed: what is wrong, where, and what is close to it.

The parser's own texts are not shown: they quote Python types and suggest unlikely options.
"""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from itertools import pairwise
from typing import Any

import typer

from reconciler.cli.command_line.command_table import COMMANDS
from reconciler.cli.command_line.unquoted_names import quoting_hint
from reconciler.core.errors import WrongUsage

LIKELY = 0.7
"""The least similarity of a suggestion: `--verbose` must not suggest `--processes`."""


def usage_message(error: typer.TyperException, arguments: Sequence[str] = ()) -> str:
    """The error as one sentence, and where to find help.

    arguments  the command line, for errors that do not know their command
    """
    context: Any = getattr(error, "ctx", None)
    words = ["pal-reconcile", *(word for word in arguments[:1] if word in COMMANDS)]
    command = context.command_path if context else " ".join(words)
    return f"{_message(error, context, command)}\nFor help, run: {command} --help"


def check_values(arguments: Sequence[str]) -> None:
    """Raise `WrongUsage` for an option with an empty value, as from a variable that is not set."""
    for option, value in pairwise([*arguments, "end"]):
        name, equals, text = option.partition("=")
        if option == "--":
            return
        if option.startswith("-") and (value == "" if not equals else text == ""):
            raise WrongUsage(f"{name} has an empty value; leave it out or give it a value")


def _message(error: Any, context: Any, command: str) -> str:
    name = command.partition(" ")[2] or command
    if hasattr(error, "possibilities"):
        return _no_such_option(error.option_name, context, name)
    if hasattr(error, "option_name"):
        return f"{error.option_name} needs a value"
    param = getattr(error, "param", None)
    if param is not None and hasattr(error, "param_type"):
        return f"{name} needs {_label(param)}"
    if param is not None:
        return _bad_value(error, param)
    text = str(error.format_message())
    if context and text.startswith("No such command"):
        word = context.args[0] if context.args else text.split("'")[1]
        return f"{word} is not a command{did_you_mean(word, context.command.commands)}"
    if text.startswith("Got unexpected extra argument"):
        given = text.partition(" (")[2].removesuffix(")")
        hint = quoting_hint(context, given.split(" ")) if context else ""
        return f"{name} does not take the argument {given}{hint}"
    return text[:1].lower() + text[1:].rstrip(".")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean X?` if a known word is close, else nothing."""
    close = get_close_matches(word.lstrip("-"), [w.lstrip("-") for w in known], 1, LIKELY)
    dashes = "--" if word.startswith("-") else ""
    return f"; did you mean {dashes}{close[0]}?" if close else ""


def _no_such_option(option: str, context: Any, name: str) -> str:
    known = [opt for param in context.command.get_params(context) for opt in param.opts]
    hint = did_you_mean(option, (opt for opt in known if opt.startswith("--")))
    if not hint and context.parent is None:
        hint = f"; options follow the command: {name} COMMAND {option}"
    return f"{name} has no option {option}{hint}"


def _bad_value(error: Any, param: Any) -> str:
    """The value and what the option takes instead."""
    errors: list[Any] = getattr(error.__cause__, "errors", list)()
    given = f", not {errors[0]['input']!r}" if errors else ""
    kind = param.type_descriptor
    if kind.is_choice:
        takes = f"one of {', '.join(map(str, kind.choices))}"
    elif kind.is_ranged:
        takes = f"a number {_range(param.min, param.max)}"
    elif errors:
        takes = f"a {kind.annotation.__name__}"
    else:
        return f"{_label(param)}: {error.message}"
    return f"{_label(param)} takes {takes}{given}"


def _range(least: float | None, most: float | None) -> str:
    if least is not None and most is not None:
        return f"from {least:g} to {most:g}"
    return f"of at least {least:g}" if least is not None else f"of at most {most:g}"


def _label(param: Any) -> str:
    if param.param_type_name == "argument":
        return str(param.metavar or param.name)
    return str(max(param.opts, key=len))
