"""The command `login`: signs a person in to each tenant, and keeps the sign-in for later runs."""

from typing import Annotated

import typer

from reconciler.cli import wiring
from reconciler.cli.command_line import completion
from reconciler.cli.command_line.option_groups import (
    CONNECTION,
    LOG,
    SELECTION,
    STATE,
    with_options,
)
from reconciler.cli.command_line.options import Options
from reconciler.cli.selection import places_of, read_file
from reconciler.core.errors import Refused, WrongUsage
from reconciler.core.exit_status import Status
from reconciler.views.formats import View

IN_PLAIN_TEXT = (
    "Without a keyring, keep tokens in plain text under ~/.IdentityService. Anyone who can read "
    "that file can sign in as this person."
)


@with_options(*SELECTION, "format", *LOG, *CONNECTION, *STATE)
def login(
    options: Options,
    identity: Annotated[
        str,
        typer.Argument(
            metavar="IDENTITY",
            autocompletion=completion.people,
            help="An identity of kind user.",
        ),
    ],
    tenant: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TENANT",
            autocompletion=completion.tenants,
            help="Sign in to this tenant only: its name, or any GUID or domain. Repeatable.",
        ),
    ] = None,
    device_code: Annotated[
        bool,
        typer.Option("--device-code", help="Show a code to enter in a browser on any device."),
    ] = False,
    allow_plaintext_cache: Annotated[
        bool, typer.Option("--allow-plaintext-cache", help=IN_PLAIN_TEXT)
    ] = False,
) -> int:
    """Sign a person in to each tenant that lists them.

    Later runs of plan and apply use the sign-in.
    """
    from reconciler.azure.interactive_login import SignInMethod
    from reconciler.azure.signin.cached_users import NO_KEYRING
    from reconciler.cli.flows.customers.attended_sign_in import show_code
    from reconciler.cli.next_steps import after_login
    from reconciler.cli.output import asks_here, note, show, warn

    selection = read_file(options, with_secrets=False, needs_tenants=not tenant)
    places = places_of(selection, identity, tenant or ())
    if not (device_code or asks_here()):
        raise WrongUsage("there is no terminal, and login opens a browser; add --device-code")
    if allow_plaintext_cache:
        warn(IN_PLAIN_TEXT)
    who = selection.config.identities[identity].username
    outcomes = []
    with wiring.local_session(options, selection) as run:
        for place in places:
            where = "" if device_code else " in the browser"
            note(f"{place.tenant}: sign in as {who}{where}")
            method = SignInMethod(show_code if device_code else None, allow_plaintext_cache)
            problem = run.azure.sign_in(place, method)
            if problem and problem.code == NO_KEYRING:
                raise Refused("plaintext-cache", f"{problem.message}; {problem.hint}")
            outcomes.append((place, problem))
    show(outcomes, View.SIGN_INS, options.format)
    after_login(identity, any(problem for _, problem in outcomes), options)
    return Status.PARTIAL if any(problem for _, problem in outcomes) else Status.IN_SYNC
