"""The command `schema`: prints the JSON Schema of tenants.yaml, for editors and other programs."""

import sys

from reconciler.core.exit_status import Status


def schema() -> int:
    """Print the JSON Schema of tenants.yaml."""
    from reconciler.config.model.json_schema import json_schema_text

    sys.stdout.write(json_schema_text())
    return Status.IN_SYNC
