"""Page rendering with Jinja, so that a page is safe to open and to pass on.

Every text in a template is made visible and escaped here. The page contains its style and its
script, and its policy allows only these two, by their digests: whatever a name contains, no other
style or script runs and no request is sent.
"""

import base64
import hashlib
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from reconciler.core.plan_json import iso
from reconciler.core.text import visible
from reconciler.views.grouping import member_label
from reconciler.views.notes import changed, expires, since, verified

if TYPE_CHECKING:
    from jinja2 import Environment


_PORTION = 1000
"""Pieces of a page that are joined at a time: the pieces of a whole page take three times its
memory."""

_SCRIPT = (
    *("start", "elements", "data", "details", "rows", "filters", "order", "csv"),
    *("table", "page"),
)
"""The parts of the script, in the folder `script/`. They are joined in this order."""


def page(template: str, **facts: object) -> str:
    """Render a whole page that ends with one newline.

    template  the name of a file in `templates/`
    facts     the variables of the template
    """
    stream = _environment().get_template(template).stream(facts)
    stream.enable_buffering(_PORTION)
    return "".join(stream)


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("reconciler.views.html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
    )
    style, script = _asset("page.css"), "".join(_asset(f"script/{name}.js") for name in _SCRIPT)
    environment.globals |= {
        "style": Markup(style),  # noqa: S704 - our own file
        "script": Markup(script),  # noqa: S704 - our own file
        "policy": _policy(style, script),
        "iso": iso,
        "label": member_label,
        "since": since,
        "changed": changed,
        "verified": verified,
        "expires": expires,
    }
    environment.filters |= {"day": _day, "minute": _minute, "date": _date, "sentence": _sentence}
    return environment


def _policy(style: str, script: str) -> str:
    """Return the content security policy: the page may load nothing but itself."""
    return (
        f"default-src 'none'; style-src '{_source(style)}'; script-src '{_source(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _source(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"sha256-{digest}"


def _asset(name: str) -> str:
    return files("reconciler.views.html").joinpath(name).read_text(encoding="utf-8")


def _sentence(text: str) -> str:
    """The text with a capital, unless it starts with a command, an address or an ID."""
    first = text.partition(" ")[0].rstrip(",:;")
    return text if first == "az" or not first.isalpha() else text[:1].upper() + text[1:]


def _day(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d")


def _date(day: date) -> str:
    return f"{day:%b} {day.day}"


def _minute(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")
