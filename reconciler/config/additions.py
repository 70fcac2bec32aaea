"""How do tenants that were found get into a file that is there? Behind those it has, and no other
byte of it changes.
"""

from collections.abc import Sequence
from datetime import date

from reconciler.config.edit import Editor, Uneditable
from reconciler.config.found import Habits, entries
from reconciler.config.source import Source, read
from reconciler.core.discovery import Found, wish
from reconciler.core.errors import PalReconcileError, RunFailed
from reconciler.core.links import Wanted

_BOM = b"\xef\xbb\xbf"

Said = tuple[str, str, object, str | None]


def with_tenants(source: Source, tenants: Sequence[Found], today: date) -> bytes:
    """The file's bytes with these tenants in them.

    What could not be read is added as a comment, unless the file speaks of that tenant already.
    The result is loaded before it is given away. Raises `RunFailed` where it does not hold what it
    should: then the file's form is one that cannot be added to.
    """
    text = source.data.removeprefix(_BOM).decode("utf-8")
    folded = text.casefold()
    news = [found for found in tenants if found.links or found.directory not in folded]
    habits = source.habits
    added = entries(news, habits)
    if not added.lines:
        return source.data
    try:
        editor = Editor(text)
        editor.extend("tenants", added.values, added.lines)
        written = editor.text()
    except Uneditable as error:
        raise _refused(source, str(error)) from None
    data = (_BOM if source.data.startswith(_BOM) else b"") + written.encode("utf-8")
    try:
        changed = read(source.config.path, today, data)
    except PalReconcileError as error:
        raise _refused(source, str(error).splitlines()[0]) from None
    before, after = set(map(_said, source.config.wanted)), set(map(_said, changed.config.wanted))
    if after != before | set(_expected(news, habits)):
        raise _refused(source, "its other parts would mean something else")
    return data


def _said(want: Wanted) -> Said:
    return want.place.directory, want.place.identity, want.state, want.partner_id


def _expected(tenants: Sequence[Found], habits: Habits) -> list[Said]:
    return [
        (tenant.directory, identity, one.state, one.partner_id)
        for tenant in tenants
        for identity, seen in tenant.links
        for one in [wish(seen, habits.ours)]
    ]


def _refused(source: Source, why: str) -> RunFailed:
    return RunFailed(
        f"{source.config.path} was left as it is, for tenants cannot be added to it: {why}; "
        "write a new file with --out and take them from there"
    )
