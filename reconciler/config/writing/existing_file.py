"""How do tenants that were found get into a file that is there? Behind those it has, and no other
byte of it changes.
"""

from collections.abc import Sequence
from datetime import date

from reconciler.config.writing.file_defaults import ExistingFile, read
from reconciler.config.writing.tenant_entries import FileDefaults, entries
from reconciler.config.writing.yaml_editor import Editor, Uneditable
from reconciler.core.customers.discovery import DiscoveredTenant, desired_entry
from reconciler.core.errors import PalReconcileError, RunFailed
from reconciler.core.links import Wanted

_BOM = b"\xef\xbb\xbf"

Said = tuple[str, str, object, str | None]


def with_tenants(source: ExistingFile, tenants: Sequence[DiscoveredTenant], today: date) -> bytes:
    """The file's bytes with these tenants in them.

    What could not be read is added as a comment, unless the file speaks of that tenant already.
    The result is loaded before it is given away. Raises `RunFailed` where it does not hold what it
    should: then the file's form is one that cannot be added to.
    """
    text = source.data.removeprefix(_BOM).decode("utf-8")
    folded = text.casefold()
    changes_since = [found for found in tenants if found.links or found.directory not in folded]
    file_defaults = source.file_defaults
    added = entries(changes_since, file_defaults)
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
    if after != before | set(_expected(changes_since, file_defaults)):
        raise _refused(source, "its other parts would mean something else")
    return data


def _said(want: Wanted) -> Said:
    return want.place.directory, want.place.identity, want.state, want.partner_id


def _expected(tenants: Sequence[DiscoveredTenant], file_defaults: FileDefaults) -> list[Said]:
    return [
        (tenant.directory, identity, one.state, one.partner_id)
        for tenant in tenants
        for identity, seen in tenant.links
        for one in [desired_entry(seen, file_defaults.ours)]
    ]


def _refused(source: ExistingFile, why: str) -> RunFailed:
    return RunFailed(
        f"{source.config.path} was left as it is, for tenants cannot be added to it: {why}; "
        "write a new file with --out and take them from there"
    )
