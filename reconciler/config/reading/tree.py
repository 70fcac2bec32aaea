"""Tree of a YAML document or table: plain data with the location of every value.

Scalars stay text. The type that YAML gives them (number, date, yes or no) is only noted, so that a
partner ID is never parsed as a number.
"""

from dataclasses import dataclass

from reconciler.config.reading.diagnostics import Spot


@dataclass(frozen=True, slots=True)
class Plain:
    """An unquoted scalar that YAML 1.1 does not read as text.

    text     as written
    read_as  int, float, bool, null, timestamp, merge or value
    """

    text: str
    read_as: str


class Table(dict[str, "Node"]):
    """A mapping. `where` has the location of each key."""

    __slots__ = ("where",)

    def __init__(self) -> None:
        self.where: dict[str, Spot] = {}

    def items_at(self, key: str) -> "Items":
        """The sequence under a key; an empty one if there is none."""
        found = self.get(key)
        return found if isinstance(found, Items) else Items()

    def copied(self) -> "Table":
        """A copy that holds the same nodes."""
        copy = Table()
        copy.update(self)
        copy.where.update(self.where)
        return copy


class Items(list["Node"]):
    """A sequence. `where` has the location of each item."""

    __slots__ = ("where",)

    def __init__(self) -> None:
        self.where: list[Spot] = []

    def add(self, item: "Node", at: Spot) -> None:
        """Append an item with its location."""
        self.append(item)
        self.where.append(at)


Node = str | Plain | Table | Items
Path = tuple[str | int, ...]


def holds(root: Table, path: Path) -> bool:
    """Whether the tree has a value at this path."""
    node: Node | None = root
    for step in path:
        node = _inside(node, step)
    return node is not None


def _inside(node: Node | None, step: str | int) -> Node | None:
    if isinstance(node, Table) and isinstance(step, str):
        return node.get(step)
    if isinstance(node, Items) and isinstance(step, int) and step < len(node):
        return node[step]
    return None


def place(root: Table, path: Path) -> Spot:
    """The location of a path: of its key or item, or else of the closest value around it."""
    at = min(root.where.values(), default=0)
    node: Node | None = root
    for step in path:
        if isinstance(node, Table) and isinstance(step, str) and step in node:
            at, node = node.where.get(step, at), node[step]
        elif isinstance(node, Items) and isinstance(step, int) and step < len(node):
            at, node = node.where[step], node[step]
        else:
            break
    return at
