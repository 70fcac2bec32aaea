"""Reader of seeds, from a YAML or JSON file or a mapping.

A section that is absent accepts everything: without `tenants` every tenant exists, without
`clients` every client and secret is valid, without `partners` every well-formed partner ID exists.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reconciler.emulator.request_log import DEFAULT_LOG_SIZE
from reconciler.emulator.seed.fault_rules import read_rule
from reconciler.emulator.seed.fields import BadSeed, Fields
from reconciler.emulator.seed.principals import read_client, read_issuer, read_user, read_workloads
from reconciler.emulator.seed.sections import (
    SeedLink,
    read_link,
    read_partners,
    read_secrets,
    read_switches,
    read_tenant,
)
from reconciler.emulator.state.directory import Client, Directory, Tenant
from reconciler.emulator.state.faults import Rule
from reconciler.emulator.state.links import Switches
from reconciler.emulator.state.people import User
from reconciler.emulator.state.workloads import Workloads

TOKEN_LIFETIME_S = 3599
REFRESH_TOKEN_LIFETIME_S = 90 * 24 * 3600
DEVICE_CODE_INTERVAL_S = 5


@dataclass(frozen=True)
class Seed:
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
    clock: start of the clock, in ticks of 100 ns since 1970; None for the machine's time
    """

    tenants: tuple[Tenant, ...] | None = None
    clients: tuple[Client, ...] | None = None
    partners: Mapping[str, str | None] | None = None
    links: tuple[SeedLink, ...] = ()
    faults: tuple[Rule, ...] = ()
    switches: Switches = field(default_factory=Switches)
    latency_s: float = 0.0
    token_lifetime_s: int = TOKEN_LIFETIME_S
    request_log: int = DEFAULT_LOG_SIZE
    clock: int | None = None
    users: tuple[User, ...] | None = None
    workloads: Workloads = field(default_factory=Workloads)
    issuers: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    approve_as: str = ""
    refresh_token_lifetime_s: int = REFRESH_TOKEN_LIFETIME_S
    device_code_interval_s: int = DEVICE_CODE_INTERVAL_S


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
        raise BadSeed(f"{path}: {error}") from None


def read(value: object) -> Seed:
    """Read a seed from a mapping.

    Raises BadSeed, which names the place, when it cannot be used.
    """
    top = Fields(value, "")
    tenants = top.items("tenants", read_tenant)
    _refuse_twins("tenants", (name for t in tenants or () for name in (t.tenant_id, *t.domains)))
    among = Directory(tenants)
    clients = top.items("clients", lambda entry: read_client(entry, among))
    _refuse_twins("clients", (client.client_id for client in clients or ()))
    directory = Directory(tenants, clients)
    users = top.items("users", lambda entry: read_user(entry, among))
    _refuse_twins("users", (user.username for user in users or ()))
    links = top.items("links", lambda entry: read_link(entry, directory)) or ()
    _refuse_twins("links", (link.place for link in links))
    switches = Fields(top.mapping("switches") or {}, "switches")
    size = top.whole("request_log")
    seed = Seed(
        tenants,
        clients,
        read_partners(top),
        links,
        top.items("faults", read_rule) or (),
        read_switches(switches, Switches()),
        top.seconds("latency_s") or 0.0,
        top.whole("token_lifetime_s", least=1) or TOKEN_LIFETIME_S,
        DEFAULT_LOG_SIZE if size is None else size,
        top.time("clock"),
        users,
        read_workloads(top, directory),
        dict(top.items("issuers", read_issuer) or ()),
        read_secrets(top),
        (top.text("approve_as") or "").lower(),
        top.whole("refresh_token_lifetime_s", least=1) or REFRESH_TOKEN_LIFETIME_S,
        top.whole("device_code_interval_s", least=1) or DEVICE_CODE_INTERVAL_S,
    )
    switches.finish()
    top.finish()
    return seed


def _refuse_twins(section: str, keys: Iterable[Hashable]) -> None:
    seen = set()
    for key in keys:
        if key in seen:
            shown = " ".join(key) if isinstance(key, tuple) else key
            raise BadSeed(f"{section}: {shown} is listed twice")
        seen.add(key)
