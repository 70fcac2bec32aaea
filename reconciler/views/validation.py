"""What a check of the file found, in each format: complaints, or how many links it holds."""

import csv as writer
import io
import json as encoder
from collections.abc import Sequence

from reconciler.core.text import json_safe, visible
from reconciler.views.csv import safe_cell
from reconciler.views.markdown.escape import escape


def render(form: str, complaints: Sequence[str], links: int | None) -> str:
    """The finding as text that ends with one newline.

    links  how many links the selection holds; None for a file that is no good
    """
    if form == "json":
        data = {
            "kind": "validation",
            "format": 1,
            "valid": not complaints,
            "links": links,
            "complaints": list(complaints),
        }
        return json_safe(encoder.dumps(data, indent=2, ensure_ascii=False)) + "\n"
    if form == "csv":
        out = io.StringIO()
        rows = writer.writer(out, lineterminator="\n")
        rows.writerow(["complaint"])
        rows.writerows([safe_cell(complaint)] for complaint in complaints)
        return out.getvalue()
    if form == "markdown" and complaints:
        return "".join(f"- {escape(complaint)}\n" for complaint in complaints)
    lines = [visible(complaint) for complaint in complaints] or [
        f"The file is good: {links} links."
    ]
    return "\n".join(lines) + "\n"
