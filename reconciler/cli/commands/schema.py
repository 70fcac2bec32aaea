"""The command `schema`: prints the JSON Schema of tenants.yaml, for editors and other programs."""

import sys

from reconciler.core.exit_status import Status


def schema() -> int:
    """Print the JSON Schema of tenants.yaml."""
    import json

    from reconciler.config.model.json_schema import json_schema

    sys.stdout.write(json.dumps(json_schema(), indent=2) + "\n")
    return Status.IN_SYNC
