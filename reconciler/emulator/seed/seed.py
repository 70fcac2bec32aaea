"""Reader of seeds, from a YAML or JSON file or a mapping.

A section that is absent accepts everything: without `tenants` every tenant exists, without
`clients` every client and secret is valid, without `partners` every well-formed partner ID exists.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from reconciler.emulator.request_log import DEFAULT_LOG_SIZE
from reconciler.emulator.seed.access_sections import AccessSections
from reconciler.emulator.seed.directory import DirectorySections, values
from reconciler.emulator.seed.fault_rules import FaultEntry
from reconciler.emulator.seed.fields import (
    BadSeed,
    Lower,
    PartnerId,
    Positive,
    Seconds,
    Time,
    Whole,
    check,
    refuse_twins,
)
from reconciler.emulator.seed.principals import (
    ConnectionEntry,
    GithubEntry,
    IdentityEntry,
    IssuerEntry,
    UserEntry,
)
from reconciler.emulator.seed.sections import LinkEntry
from reconciler.emulator.seed.services import ServiceSections
from reconciler.emulator.state.directory import Directory
from reconciler.emulator.state.people import User
from reconciler.emulator.state.switches import Switches
from reconciler.emulator.state.workloads import Presented, Workloads

TOKEN_LIFETIME_S = 3599
REFRESH_TOKEN_LIFETIME_S = 90 * 24 * 3600
DEVICE_CODE_INTERVAL_S = 5


class Seed(ServiceSections, AccessSections, DirectorySections):
    """The initial state of an emulated Azure.

    tenants, clients, partners, users: None if everything well formed is accepted
    issuers: public keys in PEM by issuer; the emulator signs for all others
    secrets: the secrets of the key vault, by name in lower case
    approve_as: the user who signs in without a page: a username, `*` for the hinted user, or empty
        for none
    links: initial records, including removed ones
    latency_s: seconds before every answer
    token_lifetime_s, refresh_token_lifetime_s, device_code_interval_s: seconds
    request_log: number of entries
    subscriptions and the other sections about access: see `AccessSections`
    customers and the other sections about services: see `ServiceSections`
    clock: start of the clock, in ticks of 100 ns since 1970; None for the machine's time
    """

    partners: dict[PartnerId, str | None] | None = None
    users: tuple[UserEntry, ...] | None = None
    links: tuple[LinkEntry, ...] = ()
    faults: tuple[FaultEntry, ...] = ()
    switches: Switches = Switches()
    latency_s: Seconds = 0.0
    token_lifetime_s: Positive = TOKEN_LIFETIME_S
    refresh_token_lifetime_s: Positive = REFRESH_TOKEN_LIFETIME_S
    device_code_interval_s: Positive = DEVICE_CODE_INTERVAL_S
    request_log: Whole = DEFAULT_LOG_SIZE
    clock: Time | None = None
    managed_identities: tuple[IdentityEntry, ...] | None = None
    azure_pipelines: tuple[ConnectionEntry, ...] | None = None
    github: GithubEntry = GithubEntry()
    issuers: tuple[IssuerEntry, ...] = ()
    secrets: dict[Lower, str] = Field(default_factory=dict, repr=False)
    approve_as: Lower = ""

    @field_validator("users")
    @classmethod
    def _check_users(cls, users: Any) -> Any:
        refuse_twins(entry.username for entry in users or ())
        return users

    @field_validator("links")
    @classmethod
    def _check_links(cls, links: Any, info: ValidationInfo) -> Any:
        refuse_twins(entry.place((info.context or {})["directory"]) for entry in links)
        return links

    def people(self, directory: Directory) -> tuple[User, ...] | None:
        """Return the users; None if every user exists."""
        if self.users is None:
            return None
        return tuple(entry.value(directory) for entry in self.users)

    def workloads(self, directory: Directory) -> Workloads:
        """Return the machine's identities and the pipelines."""
        connections = self.azure_pipelines
        return Workloads(
            values(self.managed_identities, lambda entry: entry.value(directory)),
            None
            if connections is None
            else {entry.service_connection_id: entry.value() for entry in connections},
            Presented(self.github.issuer, self.github.subject),
        )


def load(path: Path) -> Seed:
    """Read a seed file.

    Raises BadSeed, which names the file and the place in it, when it cannot be read or used.
    """
    import yaml  # takes a while to load, and most emulators start without a seed

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        value = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - is safe
        return read({} if value is None else value)
    except OSError as error:
        raise BadSeed(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadSeed(f"{path}: is not UTF-8 text") from None
    except yaml.YAMLError as error:
        raise BadSeed(f"{path}: is not YAML: {' '.join(str(error).split())}") from None
    except BadSeed as error:
        lines = str(error).splitlines()
        raise BadSeed("\n".join(f"{path}: {line}" for line in lines)) from None


def read(value: object) -> Seed:
    """Read a seed from a mapping.

    Raises BadSeed with all errors, each with its place.
    """
    return check(Seed, value, what="the seed")
