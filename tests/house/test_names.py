"""Public class names are unique, so that a name found in a search is the one that was meant."""

import ast
from collections import defaultdict

from tests.house.test_layers import HOUSE, modules


def test_a_public_class_name_is_unique() -> None:
    """No two modules define a public class of one name; the emulator has its own vocabulary."""
    found = defaultdict(list)
    for path in modules():
        if "emulator" in path.parts:
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(str(path.relative_to(HOUSE)))
    assert {name: paths for name, paths in found.items() if len(paths) > 1} == {}
