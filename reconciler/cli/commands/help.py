"""The command `help`: help for a command, or for the environment variables."""

import sys
from typing import Annotated, Any

import typer

from reconciler.cli.command_line import completion
from reconciler.cli.command_line.usage_errors import did_you_mean
from reconciler.core.errors import WrongUsage
from reconciler.core.exit_status import Status

ENVIRONMENT = {
    "PAL_RECONCILE_CONFIG": "The file that lists the tenants. Same as --config.",
    "PAL_RECONCILE_STATE_DIR": "Directory of lock, journal and history. Same as --state-dir.",
    "PAL_RECONCILE_ARM_ENDPOINT": "Azure Resource Manager of another cloud. "
    "Same as --arm-endpoint.",
    "PAL_RECONCILE_ENDPOINTS": "Endpoints of services, NAME=URL, separated by spaces. "
    "Same as --endpoint.",
    "PAL_RECONCILE_EXECUTOR": "Dask cluster that reads links. Same as --executor.",
    "PAL_RECONCILE_ALLOW_COMMANDS": "1 allows secret references of kind {command: [...]}.",
    "REQUESTS_CA_BUNDLE": "Certificate authorities to trust (PEM). Same as --ca-bundle.",
    "HTTPS_PROXY, ALL_PROXY": "Proxy for requests. SOCKS is not supported.",
    "NO_PROXY": "Hosts that are reached without the proxy.",
    "NO_COLOR": "Any value turns color off. Same as --no-color.",
    "XDG_STATE_HOME": "Parent of the default state directory on Linux.",
    "AZURE_*": "Credentials that read secrets from Azure Key Vault.",
    "ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN": (
        "Set by GitHub Actions, for tokens of a workload identity."
    ),
    "SYSTEM_OIDCREQUESTURI, SYSTEM_ACCESSTOKEN": (
        "Set by Azure Pipelines, for tokens of a workload identity."
    ),
}
"""What each variable does. A file may name more: those of `{env: NAME}` hold secrets."""


def help(
    context: typer.Context,
    command: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[COMMAND]",
            autocompletion=completion.topics,
            help="A command, or environment for the variables.",
        ),
    ] = None,
) -> int:
    """Show help for a command or for the environment variables."""
    if command == ["environment"]:
        sys.stdout.write(_environment())
        return Status.IN_SYNC
    within: Any = context.find_root()
    for word in command or ():
        known = getattr(within.command, "commands", {})
        if word not in known:
            hint = did_you_mean(word, [*known, "environment"])
            raise WrongUsage(f"help does not know {word}{hint or '; run: pal-reconcile help'}")
        within = known[word].context_class(
            known[word], info_name=word, parent=within, **known[word].context_settings
        )
    sys.stdout.write(within.get_help() + "\n")
    return Status.IN_SYNC


def _environment() -> str:
    lines = [f"  {name}\n      {meaning}" for name, meaning in ENVIRONMENT.items()]
    return "\n".join(
        [
            "Environment variables. An option on the command line overrides its variable.",
            "",
            *lines,
            "",
            "tenants.yaml names the variables that hold its secrets: {env: NAME}.",
            "",
        ]
    )
