"""Principals of a seed: apps, users, managed identities, token issuers and pipelines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reconciler.emulator.entra.assertions import EXCHANGE
from reconciler.emulator.seed.fields import BadSeed, Fields
from reconciler.emulator.seed.sections import find_tenant
from reconciler.emulator.state.directory import GUID, Client, Directory, Federated
from reconciler.emulator.state.people import EVERYWHERE, User, derived
from reconciler.emulator.state.workloads import (
    GITHUB_ISSUER,
    GITHUB_SUBJECT,
    PIPELINES_ISSUER,
    ManagedIdentity,
    Presented,
    Workloads,
    machine_tenant_id,
    pipelines_subject,
)

USER_KEYS = (
    "tenant",
    "password",
    "guest_in",
    "absent_from",
    "foreign_in",
    "disabled_in",
    "blocked_in",
    "mfa_required",
    "object_ids",
)


def read_client(entry: Fields, directory: Directory) -> Client:
    """Read one of `clients`; its tenants are looked up in the directory."""
    client = Client(
        entry.need("client_id", entry.guid("client_id")),
        secret=entry.text("secret"),
        certificate=_certificate(entry),
        home=_tenant_id(entry, "tenant", directory),
        federated=entry.items("federated", _read_federated),
        tenants=_tenant_ids(entry, "tenants", directory),
        absent_from=_tenant_ids(entry, "absent_from", directory) or frozenset(),
        foreign_in=_tenant_ids(entry, "foreign_in", directory) or frozenset(),
        object_ids=_object_ids(entry, directory),
    )
    entry.finish()
    return client


def read_user(entry: Fields, directory: Directory, before: User | None = None) -> User:
    """Read one of `users`, or changes to the user `before`."""
    name = entry.need("username", entry.text("username")).strip().lower()
    if name.count("@") != 1 or name.startswith("@"):
        raise BadSeed(f"{entry.path('username')}: {name!r} is not a user principal name")
    user = before or derived(name, directory)
    changes: dict[str, Any] = {}
    if "tenant" in entry:
        changes["tenant_id"] = entry.need("tenant", _tenant_id(entry, "tenant", directory))
    if "password" in entry:
        changes["password"] = entry.text("password")
    if "guest_in" in entry:
        changes["guest_in"] = _tenant_ids(entry, "guest_in", directory)
    for key in ("absent_from", "foreign_in"):
        if key in entry:
            changes[key] = _tenant_ids(entry, key, directory) or frozenset()
    for key in ("disabled_in", "blocked_in", "mfa_required"):
        if key in entry:
            changes[key] = _tenant_ids(entry, key, directory, all_too=True) or frozenset()
    if "object_ids" in entry:
        changes["object_ids"] = _object_ids(entry, directory)
    for key in USER_KEYS:
        entry.allow(key)
    entry.finish()
    return replace(user, **changes)


def read_workloads(top: Fields, directory: Directory) -> Workloads:
    """Read `managed_identities`, `azure_pipelines` and `github`."""
    identities = top.items("managed_identities", lambda entry: _read_identity(entry, directory))
    connections = top.items("azure_pipelines", _read_connection)
    github = Fields(top.mapping("github") or {}, "github")
    workloads = Workloads(
        identities,
        None if connections is None else dict(connections),
        Presented(github.text("issuer") or GITHUB_ISSUER, github.text("subject") or GITHUB_SUBJECT),
    )
    github.finish()
    return workloads


def read_issuer(entry: Fields) -> tuple[str, str]:
    """Read one of `issuers`: its URL and its public key in PEM."""
    issuer = _issuer(entry)
    key = entry.need("key", entry.text("key"))
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        load_pem_public_key(key.encode())
    except ValueError:
        raise BadSeed(f"{entry.path('key')}: expected a public key in PEM") from None
    entry.finish()
    return issuer, key


def _read_federated(entry: Fields) -> Federated:
    subject = entry.need("subject", entry.text("subject"))
    federated = Federated(_issuer(entry), subject, entry.text("audience") or EXCHANGE)
    entry.finish()
    return federated


def _read_identity(entry: Fields, directory: Directory) -> ManagedIdentity:
    client_id = entry.need("client_id", entry.guid("client_id"))
    tenant_id = _tenant_id(entry, "tenant", directory) or machine_tenant_id(directory)
    object_id = entry.guid("object_id") or directory.object_id(tenant_id, client_id)
    is_system, resource_id = entry.flag("system"), entry.text("resource_id") or ""
    identity = ManagedIdentity(client_id, tenant_id, object_id, is_system, resource_id)
    entry.finish()
    return identity


def _read_connection(entry: Fields) -> tuple[str, Presented]:
    connection_id = entry.need("service_connection_id", entry.text("service_connection_id"))
    issuer = entry.text("issuer") or PIPELINES_ISSUER
    presented = Presented(issuer, entry.text("subject") or pipelines_subject(connection_id))
    entry.finish()
    return connection_id.lower(), presented


def _issuer(entry: Fields) -> str:
    issuer = entry.need("issuer", entry.text("issuer"))
    if not issuer.startswith("https://"):
        raise BadSeed(f"{entry.path('issuer')}: expected an https URL, got {issuer!r}")
    return issuer


def _tenant_id(entry: Fields, key: str, directory: Directory) -> str | None:
    name = entry.text(key)
    return None if name is None else find_tenant(name, entry.path(key), directory)


def _tenant_ids(
    entry: Fields, key: str, directory: Directory, *, all_too: bool = False
) -> frozenset[str] | None:
    """Read a list of tenants; with `all_too` it may be `*`."""
    names = entry.texts(key)
    if names is None:
        return None
    return frozenset(
        name if all_too and name == EVERYWHERE else find_tenant(name, entry.path(key), directory)
        for name in names
    )


def _object_ids(entry: Fields, directory: Directory) -> Mapping[str, str]:
    objects: dict[str, str] = {}
    for name, value in (entry.mapping("object_ids") or {}).items():
        where = f"{entry.path('object_ids')}.{name}"
        if not isinstance(value, str) or not GUID.fullmatch(value.lower()):
            raise BadSeed(f"{where}: {value!r} is not a GUID")
        objects[find_tenant(name, where, directory)] = value.lower()
    return objects


def _certificate(entry: Fields) -> str | None:
    text = entry.text("certificate")
    if text is None:
        return None
    from cryptography import x509  # takes a while to load, and most apps show a secret

    try:
        x509.load_pem_x509_certificates(text.encode())
    except ValueError:
        raise BadSeed(f"{entry.path('certificate')}: expected a certificate in PEM") from None
    return text
