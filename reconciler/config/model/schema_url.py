"""Address of the JSON Schema of tenants.yaml, and the line that names it for editors."""

SITE = "https://pal-reconcile.github.io/pal-reconcile/"
"""The documentation site."""

SCHEMA_URL = f"{SITE}tenants.schema.json"
"""Where the documentation site serves the JSON Schema."""

EDITOR_LINE = f"# yaml-language-server: $schema={SCHEMA_URL}"
"""The first line of files that this program writes: editors load the schema that it names."""
