"""GitHub annotations of `validate`: errors and findings that a pull request shows at their lines.

The form is that of GitHub's workflow commands, `::error file=…,line=…,col=…::MESSAGE`, in which
some characters are percent-encoded.
"""

import posixpath
import re

from reconciler.core.text import visible
from reconciler.views.markdown.escape import lines_of
from reconciler.views.validation import Validation, located, render_table

TITLE = "pal-reconcile"

_FOUND_AT = re.compile(r"[^:]* at (?=.+?:[0-9]+:[0-9]+: )")
"""The words of a finding before its place: `still to fill in at tenants.yaml:9:5: …`."""


def render(validation: Validation) -> str:
    """Render each error and finding as an annotation."""
    if not validation.errors:
        findings = [_FOUND_AT.sub("", one, count=1) for one in validation.findings]
        warnings = (_annotation("warning", one, validation) for one in findings)
        return render_table(validation) + lines_of(warnings)
    return lines_of(_annotation("error", one, validation) for one in validation.errors)


def _annotation(level: str, text: str, validation: Validation) -> str:
    place = located(text)
    properties: dict[str, object] = {"title": TITLE}
    if place["file"]:
        path = posixpath.normpath(posixpath.join(validation.folder, place["file"]))
        properties = {"file": path, "line": place["line"], "col": place["column"], **properties}
    shown = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    lines = place["message"].splitlines() or [""]
    return f"::{level} {shown}::" + "%0A".join(_message(line) for line in lines)


def _message(text: str) -> str:
    return visible(text).replace("%", "%25")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
