"""Words that a shell completes: how bash splits a command line, and how names are quoted.

The scripts of `--show-completion` pass the words on in variables. They do not quote what is
offered, and zsh evaluates it. Names come from tenants.yaml, and no name may run as a command.
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
