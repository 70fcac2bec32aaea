"""Checks of environments: each is in the file's own cloud, and is listed once."""

from reconciler.config.checks.context import CheckContext
from reconciler.config.reading.diagnostics import quoted
from reconciler.core.network.environments import EXAMPLES, environment_host


def check_environments(context: CheckContext) -> None:
    """Each environment belongs to the file's cloud and is listed once for a tenant."""
    cloud = context.document.cloud
    for index, tenant in enumerate(context.document.tenants):
        if context.is_broken("tenants", index, "environments"):
            continue
        seen: set[str] = set()
        for number, url in enumerate(tenant.environments or ()):
            path = ("tenants", index, "environments", number)
            host = environment_host(url, cloud)
            if host is None and not context.is_broken("cloud"):
                context.add(
                    path,
                    f"environment {quoted(url)} is in another cloud than cloud: {cloud}, where "
                    f"environments are {EXAMPLES[cloud]}; correct one of them",
                )
            elif host in seen:
                context.add(path, f"environment {quoted(url)} is listed twice; remove one")
            elif host:
                seen.add(host)
