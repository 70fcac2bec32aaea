"""JSON Schema of tenants.yaml, for editors and validators."""

import ast
import inspect
import json
from datetime import timedelta
from itertools import pairwise
from textwrap import dedent
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from reconciler.config.model.document import Document
from reconciler.config.model.identities import Part
from reconciler.config.model.schema_url import SCHEMA_URL


class _JsonSchema(GenerateJsonSchema):
    """A schema without null and discriminators, and with defaults as the file writes them."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        found = super().default_schema(schema)
        if not isinstance(found.get("default"), str | int):
            found.pop("default", None)
        return found

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """The schema of a part of the file. The docstring below a field is its description.

        pydantic could read them itself, but would do so at each start of the program: 30 ms.
        """
        found = super().model_schema(schema)
        for key, description in _descriptions(schema["cls"]).items():
            found["properties"][key]["description"] = description
        return found

    def tagged_union_schema(self, schema: core_schema.TaggedUnionSchema) -> JsonSchemaValue:
        found = super().tagged_union_schema(schema)
        found.pop("discriminator", None)  # OpenAPI's, not JSON Schema's: `kind` is const in each
        return found

    def encode_default(self, dft: Any) -> Any:
        if isinstance(dft, float):
            return f"{dft:.0%}"
        if isinstance(dft, timedelta):
            return f"{dft.days}d" if dft.days > 1 else f"{dft // timedelta(hours=1)}h"
        return super().encode_default(dft)


def _descriptions(part: type[Part]) -> dict[str, str]:
    """The docstrings below the fields of a part, inherited ones too, by key in the file."""
    found = {}
    for base in reversed(part.__mro__[: part.__mro__.index(Part)]):
        parsed = ast.walk(ast.parse(dedent(inspect.getsource(base))))
        definition = next(node for node in parsed if isinstance(node, ast.ClassDef))
        for statement, after in pairwise(definition.body):
            match statement, after:
                case (
                    ast.AnnAssign(target=ast.Name(id=name)),
                    ast.Expr(value=ast.Constant(value=str(text))),
                ):
                    found[part.model_fields[name].alias or name] = inspect.cleandoc(text)
    return found


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of tenants.yaml."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_URL}
    return head | Document.model_json_schema(schema_generator=_JsonSchema)


def json_schema_text() -> str:
    """The schema as `tenants.schema.json` and the command `schema` write it."""
    return json.dumps(json_schema(), indent=2) + "\n"
