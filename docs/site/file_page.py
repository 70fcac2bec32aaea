"""Reference page of tenants.yaml, generated from its JSON Schema."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from commands_page import table

from reconciler.config.model.schema_url import EDITOR_LINE

Schema = Mapping[str, Any]

INTRODUCTION = f"""# tenants.yaml

This page is generated from the [JSON Schema](../tenants.schema.json), which
`pal-reconcile schema` prints. Unknown keys are errors.
[tenants.example.yaml](../../tenants.example.yaml) shows every key with comments.

To let an editor complete and check the file, write this as its first line:

```yaml
{EDITOR_LINE}
```
"""

FORMATS = {"date": "date", "uuid": "GUID", "uri": "URL", "email": "e-mail address"}
TYPES = {"string": "text", "integer": "number", "boolean": "true or false", "object": "mapping"}


def file_page(schema: Schema) -> str:
    """The page, in Markdown."""
    parts = schema["$defs"]
    lines = [INTRODUCTION, "## Top level", "", *_keys(schema, parts)]
    for name in _in_order(schema, parts):
        lines += [f"## {_heading(name, parts)}", "", parts[name]["description"], ""]
        lines += _keys(_mapping(parts[name]) or {}, parts)
    return "\n".join(lines) + "\n"


def _in_order(schema: Schema, parts: Schema) -> list[str]:
    """The parts that have keys, in the order in which a reader meets them."""
    found: dict[str, None] = {}
    waiting = list(_references(schema.get("properties", {})))
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = None
            waiting += _references(parts[name])
    return [name for name in found if _mapping(parts[name])]


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        if "$ref" in node:
            yield node["$ref"].rpartition("/")[2]
        for inner in node.values():
            yield from _references(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _references(inner)


def _mapping(part: Schema) -> Schema | None:
    """The schema of the mapping that a part is or can be; None if it has no keys."""
    return next((one for one in (part, *part.get("anyOf", ())) if "properties" in one), None)


def _heading(name: str, parts: Schema) -> str:
    kind = parts[name].get("properties", {}).get("kind", {}).get("const")
    if kind:
        return f"Identity of kind {kind}"
    words = re.findall("[A-Z][a-z]*", name)
    return " ".join(words).capitalize()


def _keys(mapping: Schema, parts: Schema) -> Iterator[str]:
    """Yield the table of the keys of a mapping."""
    needed = mapping.get("required", ())
    rows = [
        [
            f"`{key}`",
            _type(value, parts),
            "required" if key in needed else _default(value),
            " ".join(value.get("description", "").split()),
        ]
        for key, value in mapping.get("properties", {}).items()
    ]
    yield from table(("key", "value", "default", "description"), rows)


def _default(value: Schema) -> str:
    default = value.get("default")
    if default is None:
        return ""
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _type(value: Schema, parts: Schema) -> str:
    """What a value can be, with links to its part."""
    if "$ref" in value:
        return _reference(value["$ref"].rpartition("/")[2], parts)
    if "const" in value:
        return f"`{value['const']}`"
    if "enum" in value:
        return ", ".join(f"`{one}`" for one in value["enum"])
    for several in ("oneOf", "anyOf"):
        if several in value:
            return " or ".join(_type(one, parts) for one in value[several])
    kinds = value.get("type", "string")
    if isinstance(kinds, list):
        return " or ".join(_type({**value, "type": kind}, parts) for kind in kinds)
    if kinds == "array":
        return f"list of {_type(value.get('items', {}), parts)}"
    if isinstance(value.get("additionalProperties"), Mapping):
        return f"mapping of names to {_type(value['additionalProperties'], parts)}"
    return FORMATS.get(value.get("format", ""), TYPES[kinds])


def _reference(name: str, parts: Schema) -> str:
    part = parts[name]
    if _mapping(part) is None:
        return _type({key: part[key] for key in part if key != "description"}, parts)
    heading = _heading(name, parts)
    kind = part.get("properties", {}).get("kind", {}).get("const")
    return f"[{kind or heading.lower()}](#{heading.lower().replace(' ', '-')})"
