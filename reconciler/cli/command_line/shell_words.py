"""Words that a shell completes: how bash splits a command line, and how names are quoted.

The scripts of `--show-completion` pass the words on in variables. They do not quote what is
offered, zsh evaluates it, and PowerShell inserts it as it is. Names come from tenants.yaml, and no
name may run as a command.
"""

import io
import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import redirect_stdout, suppress
from itertools import pairwise

_BREAKS = re.compile("[:=@]+")
"""Where bash splits words that the program takes as one: `tag:emea`, `state=linked`."""

_EVALUATED = re.compile(r"""[\\"'$`]""")
"""Characters with a meaning in what zsh evaluates."""

_POWERSHELL_WORD = re.compile(r"[\w./:=+%-]*")
_POWERSHELL_QUOTE = re.compile("['\u2018-\u201b]")
"""PowerShell takes typographic quotes for single quotes, too."""

_QUOTED = re.compile(r"[^\w./:=@%+,-]")


def starting(words: Iterable[str], incomplete: str) -> list[str]:
    """Return those of the words that begin as typed, and that the shell can be given."""
    found = [word for word in words if word.startswith(incomplete)]
    if os.environ.get("_PAL_RECONCILE_COMPLETE") == "complete_zsh":
        return [word for word in found if not _EVALUATED.search(word)]
    return found


def complete_for_bash(complete: Callable[[], object]) -> None:
    """Print what completes the word under the cursor, as bash inserts it.

    complete  prints the completions of COMP_WORDS, a line each
    """
    index = int(os.environ["COMP_CWORD"])
    typed = os.environ["COMP_WORDS"].split("\n")[: index + 1]
    words = _joined(typed)
    last = "" if _BREAKS.fullmatch(typed[-1]) else typed[-1]
    os.environ |= {"COMP_WORDS": "\n".join(words), "COMP_CWORD": str(len(words) - 1)}
    with redirect_stdout(io.StringIO()) as shown, suppress(SystemExit):
        complete()
    before = _unquoted(words[-1].removesuffix(last))
    for word in shown.getvalue().splitlines():
        sys.stdout.write(_quoted(_after(before, word), last[:1]) + "\n")


def complete_for_powershell(complete: Callable[[], object]) -> None:
    """Print what completes the word under the cursor, in quotes if it is not one plain word.

    complete  prints the completions, a line each: the word, three colons, a help text
    """
    typed = os.environ.get("_TYPER_COMPLETE_WORD_TO_COMPLETE", "")
    os.environ["_TYPER_COMPLETE_WORD_TO_COMPLETE"] = typed[:1].strip("'\"") + typed[1:] or typed
    with redirect_stdout(io.StringIO()) as shown, suppress(SystemExit):
        complete()
    for line in shown.getvalue().splitlines():
        word, colons, text = line.rpartition(":::")
        if not _POWERSHELL_WORD.fullmatch(word):
            word = "'" + _POWERSHELL_QUOTE.sub(r"\g<0>\g<0>", word) + "'"
        if ":::" not in word:  # the script would cut it there
            sys.stdout.write(f"{word}{colons}{text}\n")


def _joined(words: Sequence[str]) -> list[str]:
    """Join the words that bash split."""
    joined = list(words[:1])
    for before, word in pairwise(words):
        if len(joined) > 1 and any(map(_BREAKS.fullmatch, (before, word))):
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def _after(before: str, word: str) -> str:
    """Return the word without what is before the piece that bash replaces: `--only=tag:`."""
    value = before.partition("=")[2] if before.startswith("-") else before
    return word.removeprefix(value)


def _unquoted(word: str) -> str:
    import shlex

    lexer = shlex.shlex(word, posix=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    return next(iter(lexer), "")


def _quoted(word: str, quote: str) -> str:
    """Quote a word as it was begun. Bash adds the closing quote."""
    if quote == "'":
        return word.replace("'", r"'\''")
    if quote == '"':
        return re.sub(r'([\\"$`])', r"\\\1", word)
    return _QUOTED.sub(r"\\\g<0>", word)


SHELLS: dict[str, Callable[[Callable[[], object]], None]] = {
    "complete_bash": complete_for_bash,
    "complete_powershell": complete_for_powershell,
    "complete_pwsh": complete_for_powershell,
}
"""By the value of the variable that asks for completions. The other shells quote them."""
