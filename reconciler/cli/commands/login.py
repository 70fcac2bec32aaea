"""`login`: sign a person in, once for each tenant. The only command that does."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer

from reconciler.cli import wiring
from reconciler.cli.options import Options, with_options
from reconciler.cli.selection import places_of, read_file
from reconciler.core.errors import Refused, WrongUsage
from reconciler.core.exit_status import Status
from reconciler.core.links import Place
from reconciler.views.formats import View

IN_PLAIN_TEXT = (
    "Without a keyring, keep tokens in plain text under ~/.IdentityService: whoever can read that "
    "file can sign in as this person."
)


@with_options
def login(
    options: Options,
    identity: Annotated[str, typer.Argument(metavar="IDENTITY", help="One of kind user.")],
    tenant: Annotated[
        list[str] | None,
        typer.Option(
            metavar="T",
            help="Only this tenant: its name, or any GUID or domain. Repeat it.",
        ),
    ] = None,
    device_code: Annotated[
        bool,
        typer.Option("--device-code", help="Show a code to enter in a browser elsewhere."),
    ] = False,
    allow_plaintext_cache: Annotated[
        bool, typer.Option("--allow-plaintext-cache", help=IN_PLAIN_TEXT)
    ] = False,
) -> int:
    """Sign a person in, for each tenant that lists them, and keep it for plan and apply."""
    from reconciler.azure.interactive_login import SignInMethod
    from reconciler.azure.signin.cached_users import NO_KEYRING
    from reconciler.cli.output import asks_here, note, show

    selection = read_file(options, with_secrets=False, needs_tenants=not tenant)
    places = places_of(selection, identity, tenant or ())
    if not (device_code or asks_here()):
        raise WrongUsage("login opens a browser for a person at a terminal; add --device-code")
    if allow_plaintext_cache:
        note(IN_PLAIN_TEXT)
    who = selection.config.identities[identity].username
    outcomes = []
    with wiring.local_session(options, selection) as run:
        for place in places:
            note(f"{place.tenant}: sign in as {who}{'' if device_code else ', in the browser'}")
            way = SignInMethod(_show_code if device_code else None, allow_plaintext_cache)
            problem = run.azure.sign_in(place, way)
            if problem and problem.code == NO_KEYRING:
                raise Refused("plaintext-cache", f"{problem.message}; {problem.hint}")
            outcomes.append((place, problem))
    show(outcomes, View.SIGN_INS, options.format)
    return Status.PARTIAL if _failures(outcomes) else Status.IN_SYNC


def _show_code(url: str, code: str, ends_at: datetime) -> None:
    from reconciler.cli.output import note

    note(f"open {url} and enter {code}, by {ends_at:%H:%M} UTC")


def _failures(outcomes: Sequence[tuple[Place, object]]) -> int:
    return sum(1 for _, problem in outcomes if problem)
