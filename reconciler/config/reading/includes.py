"""Reader of the main file and its included files, into one tree.

An included file, YAML or CSV, contains tenants only: a review of the main file sees every partner
ID, every identity and every limit. The reader of tables is imported where it is used, because most
files include none.
"""

from __future__ import annotations

import hashlib
import os
import re
from codecs import BOM_UTF8
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from reconciler.config.model.fields import LONGEST_NAME
from reconciler.config.reading import files, yaml_reader
from reconciler.config.reading.diagnostics import Diagnostics, Spot, hidden, location, quoted
from reconciler.config.reading.tree import Items, Node, Path, Plain, Table
from reconciler.core.findings import Finding

if TYPE_CHECKING:
    from reconciler.config.reading.customer_tables import Customers

_TENANTS_KEY = re.compile(rb"^[\s{]*[\"']?tenants[\"']?\s*:", re.MULTILINE)
_SEPARATOR = re.compile("[,;\t|]")

_BEGIN = "start with version: 1, or create a file with pal-reconcile init"


@dataclass(frozen=True, slots=True)
class IncludedFiles:
    """The tree of all files together.

    root         the main file's mapping, with the tenants of every file in it
    digest       over the bytes as loaded
    broken       the paths of table cells with an error that is reported already
    is_complete  whether all files, and all of their rows, could be read
    findings     of included tables
    """

    root: Table
    digest: str
    broken: list[Path]
    is_complete: bool
    findings: tuple[Finding, ...] = ()


def read_files(
    path: FilePath, complaints: Diagnostics, data: bytes | None = None
) -> IncludedFiles | None:
    """Read the file and its included files; None if the main file has nothing to check.

    data  the bytes to read in place of the file's
    """
    main = complaints.file(path)
    content = files.fetch(path) if data is None else data
    if isinstance(content, str):
        complaints.add(location(main, 0, 0), content)
        return None
    root = _mapping(content, main, complaints, _BEGIN)
    if root is None:
        return None
    digest = hashlib.sha256(content)
    included, is_complete = _included(root, path, complaints)
    tenants = _tenants(root, complaints)
    is_complete &= isinstance(root.get("tenants", tenants), Items) or _is_empty(root["tenants"])
    broken: list[Path] = []
    findings: list[Finding] = []
    for file in included:
        digest.update(b"\0" + hashlib.sha256(file.content).digest())
        more = _customers(file, complaints)
        is_complete &= more.is_complete
        findings += more.findings
        broken += [("tenants", len(tenants) + row, key) for row, key in more.broken]
        tenants.extend(more.rows)
        tenants.where.extend(more.rows.where)
    root["tenants"] = tenants
    return IncludedFiles(root, f"sha256:{digest.hexdigest()}", broken, is_complete, tuple(findings))


@dataclass(frozen=True, slots=True)
class _Included:
    """An included file: its number for errors, its bytes, and whether it is a table."""

    number: int
    content: bytes
    is_table: bool


def _customers(file: _Included, complaints: Diagnostics) -> Customers:
    """The tenants of an included file. If it has none, its contents are never quoted."""
    from reconciler.config.reading.customer_tables import MUST_HAVE

    before = len(complaints)
    customers = _read_customers(file, complaints)
    if len(complaints) > before and not _is_tenants_file(file):
        complaints.replace(
            file.number,
            "the file contains no tenants; its contents are not shown, since they may be secret; "
            f"start with {','.join(MUST_HAVE) if file.is_table else 'tenants:'}, "
            "or correct include: in the main file",
        )
    return customers


def _is_tenants_file(file: _Included) -> bool:
    """Whether a file has the key or the headings of tenants, or is empty."""
    content = file.content.replace(b"\0", b"").removeprefix(BOM_UTF8).strip()
    if content in (b"", b"[]", b"{}"):
        return True
    if not file.is_table:
        return _TENANTS_KEY.search(content) is not None
    from reconciler.config.reading.customer_tables import is_heading

    headings = _SEPARATOR.split(content.partition(b"\n")[0].decode("utf-8", "replace"))
    return any(map(is_heading, headings))


def _read_customers(file: _Included, complaints: Diagnostics) -> Customers:
    from reconciler.config.reading import customer_tables

    if file.is_table:
        text = files.decode(file.content, file.number, complaints, is_table=True)
        if text is None:
            return customer_tables.Customers(is_complete=False)
        return customer_tables.read(text, file.number, complaints)
    root = _mapping(file.content, file.number, complaints, "start with tenants:")
    if root is None:
        return customer_tables.Customers(is_complete=False)
    _only_tenants(root, file.number, complaints)
    return customer_tables.Customers(_tenants(root, complaints))


def _mapping(data: bytes, file: int, complaints: Diagnostics, remedy: str) -> Table | None:
    text = files.decode(data, file, complaints)
    if text is None:
        return None
    before = len(complaints)
    root = yaml_reader.read(text, file, complaints)
    if isinstance(root, Table):
        return root
    if root is not None and not _is_empty(root):
        complaints.add(location(file, 0, 0), f"the file is not a mapping; {remedy}")
    elif len(complaints) == before:
        complaints.add(location(file, 0, 0), f"the file is empty; {remedy}")
    return None


def _included(root: Table, path: FilePath, complaints: Diagnostics) -> tuple[list[_Included], bool]:
    """The included files, each once, and whether all of them could be read."""
    patterns = root.get("include")
    found: list[_Included] = []
    is_complete = True
    seen = {os.path.realpath(path)}
    if not isinstance(patterns, Items):
        return found, patterns is None
    for pattern, at in zip(patterns, patterns.where, strict=True):
        if not isinstance(pattern, str) or len(pattern) > LONGEST_NAME or hidden(pattern):
            is_complete = False
            continue
        names = files.matches(pattern, path.parent)
        if isinstance(names, str):
            complaints.add(at, names)
            is_complete = False
            continue
        for name in names:
            if (real := os.path.realpath(name)) in seen:
                continue
            seen.add(real)
            content = _content(name, at, complaints)
            if content is None:
                is_complete = False
            else:
                found.append(_Included(complaints.file(name), content, files.is_table(name)))
    return found, is_complete


def _content(name: FilePath, at: Spot, complaints: Diagnostics) -> bytes | None:
    content = files.fetch(name)
    if isinstance(content, str):
        complaints.add(at, f"include {quoted(str(name))}: {content}")
        return None
    return content


def _tenants(root: Table, complaints: Diagnostics) -> Items:
    found = root.get("tenants")
    if isinstance(found, Items):
        return found
    if found is not None and not _is_empty(found):
        complaints.add(root.where["tenants"], "tenants must be a list; write - name: … for each")
    return Items()


def _is_empty(found: Node) -> bool:
    return isinstance(found, Plain) and found.read_as == "null"


def _only_tenants(root: Table, file: int, complaints: Diagnostics) -> None:
    for key, at in root.where.items():
        if key == "include":
            complaints.add(at, "an included file cannot include others; list them in the main file")
        elif key != "tenants":
            complaints.add(
                at,
                f"key {quoted(key)} is not allowed here: an included file contains tenants: only; "
                "move it to the main file",
            )
    if "tenants" not in root:
        complaints.add(location(file, 0, 0), "tenants is missing; add tenants:")
