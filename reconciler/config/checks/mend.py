"""How can checking go on although something is broken? Take out what is, or put a stand-in.

Whatever has its complaint already must not earn a second one that only follows from it.
"""

from collections.abc import Iterable

from reconciler.config.reading.tree import Items, Path, Plain, Table, trail

_VERSION = Plain("1", "int")


def mend(root: Table, paths: Iterable[Path]) -> None:
    """Take out of the tree what stands at these paths, so that the rest can be validated.

    Where a value that must be there is missing, the thing that lacks it goes. A tenant never
    goes, or the paths of those after it would shift: its name and directory get stand-ins that
    agree with nothing else.
    """
    doomed: dict[tuple[int, str | int], tuple[Table | Items, str | int]] = {}
    for path in paths:
        if path == ("version",):
            root["version"] = _VERSION
            continue
        if path[0] == "tenants" and len(path) in (2, 3) and _stand_in(root, path):
            continue
        for around, step in list(trail(root, path))[-1:]:
            doomed[id(around), step] = (around, step)
    for around, step in sorted(doomed.values(), key=lambda pair: _last_first(pair[1])):
        if isinstance(around, Items) and isinstance(step, int):
            del around[step]
            del around.where[step]
        elif isinstance(around, Table) and isinstance(step, str):
            around.drop(step)


def _last_first(step: str | int) -> int:
    return -step if isinstance(step, int) else 0


def _stand_in(root: Table, path: Path) -> bool:
    tenants, index = root.items_at("tenants"), int(path[1])
    entry = tenants[index]
    if not isinstance(entry, Table):
        entry = tenants[index] = Table()
    wanting = path[2:] or ("name", "tenant")
    for key in wanting:
        if key == "name":
            entry["name"] = f"tenant entry {index + 1}"
        elif key == "tenant":
            entry["tenant"] = f"entry-{index + 1}.invalid"
    return bool(set(wanting) <= {"name", "tenant"})
