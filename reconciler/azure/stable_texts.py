"""Text of Azure's errors without what differs in each answer: times and request IDs.

The same state of Azure must give the same message and the same plan digest in each run.
"""

import re

from reconciler.core.redaction.redactor import redact

LONGEST = 300
LONGEST_SEARCHED = 3000

_TAIL = re.compile(r"\s*(?:Trace ID|Correlation ID|Timestamp):")
"""Where the fixed end of Entra's messages begins."""

_REQUEST_ID = re.compile(
    r"\b(?:x-ms-)?(?:client|server)?[-_ ]?"
    r"(?:request|trace|correlation(?:[-_ ]?request)?|tracking|activity|operation|session"
    r"|transaction|incident|diagnostics?|event|log)"
    r"[-_ ]?(?:id|identifier|guid|reference)\b"
    r"[\"']?\s*(?:is\b|[:=])?\s*[\"']?(?=\S*[0-9])[0-9a-z][0-9a-z+/=_.:-]{7,}[\"']?"
    r"|\bRef [A-C]:\s*\S+(?:\s[0-9:.]+Z)?",
    re.IGNORECASE,
)
"""A request ID behind its label. The IDs of tenants, objects and applications stay."""

_TIME = re.compile(
    r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?"
    r"(?:\s?(?:Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})\b)?"
    r"|\b(?:[A-Z][a-z]{2}, )?[0-9]{1,2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}(?::[0-9]{2})?"
    r"(?: (?:GMT|UTC|[+-][0-9]{4}))?"
    r"|\b[0-9]{1,2}/[0-9]{1,2}/[0-9]{4},? [0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?: ?[AP]M)?"
    r"(?: (?:GMT|UTC|[+-][0-9]{2}:?[0-9]{2}))?",
    re.IGNORECASE,
)

_EMPTY_BRACKETS = re.compile(r"\s*(?:\(\s*\)|\[\s*\]|\{\s*\})")


def stable_text(text: str) -> str:
    """The text in one line without times and request IDs, with secrets hidden.

    Secrets are hidden before the text is cut, because a part of a secret is still secret. The
    patterns see a few thousand characters: they would take hours for a megabyte of blanks.
    """
    line = " ".join(redact(text).split())[:LONGEST_SEARCHED]
    line = _TAIL.split(line, maxsplit=1)[0]
    line = _REQUEST_ID.sub("", _TIME.sub("…", line))
    line = " ".join(_EMPTY_BRACKETS.sub("", line).split()).rstrip(" ,;:")
    line = redact(line)  # again, because what was removed may have divided a secret
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
