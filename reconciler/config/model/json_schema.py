"""JSON Schema of tenants.yaml, for editors and validators."""

import json
from datetime import timedelta
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from reconciler.config.model.document import Document
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


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of tenants.yaml."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_URL}
    return head | Document.model_json_schema(schema_generator=_JsonSchema)


def json_schema_text() -> str:
    """The schema as `tenants.schema.json` and the command `schema` write it."""
    return json.dumps(json_schema(), indent=2) + "\n"
