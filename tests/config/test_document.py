"""The JSON Schema that editors complete and check with comes from the same model."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from reconciler.config.model import document
from reconciler.config.model.json_schema import json_schema, json_schema_text
from reconciler.config.model.schema_url import SCHEMA_URL
from reconciler.config.starter import starter
from tests.config.test_examples import EXAMPLE


def properties(node: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, dict):
        yield from node.get("properties", {}).items()
        for inner in node.values():
            yield from properties(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from properties(inner)


def test_it_says_which_dialect_it_is_written_in() -> None:
    """The dialect is 2020-12."""
    assert json_schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_its_id_is_its_address_on_the_site() -> None:
    """Editors load it from there, and validators resolve its references against it."""
    assert json_schema()["$id"] == SCHEMA_URL


def test_the_file_in_the_package_is_the_schema() -> None:
    """If keys change: pal-reconcile schema > reconciler/config/model/tenants.schema.json."""
    path = Path(document.__file__).with_name("tenants.schema.json")
    assert path.read_text(encoding="utf-8") == json_schema_text()


def test_every_property_is_described() -> None:
    """Editors show the description."""
    found = list(properties(json_schema()))
    assert len(found) > 50
    assert [name for name, schema in found if not schema.get("description")] == []


def test_no_key_takes_null() -> None:
    """A key without a value is an error, so the schema must not allow it."""
    assert "null" not in str(json_schema())


def test_unknown_keys_are_allowed_nowhere() -> None:
    """Every mapping with properties is closed."""
    parts = json_schema()["$defs"].values()
    closed = [part for part in parts if part.get("type") == "object"]
    assert all(part["additionalProperties"] is False for part in closed)
    assert json_schema()["additionalProperties"] is False


@pytest.mark.parametrize(
    ("key", "default"),
    [("change_share", "30%"), ("remove_count", 10), ("plan_age", "24h"), ("attested_age", "365d")],
)
def test_defaults_have_the_form_of_the_file(key: str, default: object) -> None:
    """A default that an editor inserts is valid."""
    assert json_schema()["$defs"]["Limits"]["properties"][key]["default"] == default


def test_an_identity_of_a_tenant_is_a_name_or_a_mapping() -> None:
    """The schema allows both."""
    name, mapping = json_schema()["$defs"]["Override"]["anyOf"]
    assert name["type"] == "string"
    assert mapping["required"] == ["identity"]


class _EditorLoader(yaml.SafeLoader):
    """YAML as editors read it, which is 1.2: a date and the word `on` are text."""


_EditorLoader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in known
        if not tag.endswith(":timestamp") and (first in "tf" or not tag.endswith(":bool"))
    ]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


EXAMPLES = sorted(EXAMPLE.with_name("examples").glob("*/tenants.yaml"))


@pytest.mark.parametrize(
    "text", [*(path.read_text(encoding="utf-8") for path in (EXAMPLE, *EXAMPLES)), starter()]
)
def test_the_example_files_fit_the_schema(text: str) -> None:
    """Judged by a validator of JSON Schema, as editors do; one wrong key does not fit."""
    judge = Draft202012Validator(json_schema())
    given = yaml.load(text, _EditorLoader)
    assert [error.message for error in judge.iter_errors(given)] == []
    assert list(judge.iter_errors(given | {"tenant": []}))
