"""Public class names: each is unique, so that a search for a name finds one class."""

import ast
from collections import defaultdict

from tests.house.test_layers import SOURCE, modules


def test_a_public_class_name_is_unique() -> None:
    """No two modules outside the emulator define a public class with the same name."""
    found = defaultdict(list)
    for path in modules():
        if "emulator" in path.parts:
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(str(path.relative_to(SOURCE)))
    assert {name: paths for name, paths in found.items() if len(paths) > 1} == {}
