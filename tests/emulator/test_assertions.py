"""Certificates and federated tokens that replace a secret, as azure-identity sends them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import (
    CertificateCredential,
    ClientAssertionCredential,
    WorkloadIdentityCredential,
)
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from reconciler.emulator.seed.seed import read
from reconciler.emulator.server import Emulator
from tests.emulator.caller import APP, FABRIKAM, NORTHWIND, SCOPE, Caller, claims_of
from tests.emulator.certificates import certificate, private, thumbprint

ISSUER = "https://oidc.prod-aks.azure.example/cluster/"
SUBJECT = "system:serviceaccount:pal:Reconciler"
EXCHANGE = "api://AzureADTokenExchange"
TRUSTED = {"issuer": ISSUER, "subject": SUBJECT}

Options = dict[str, Any]


@pytest.fixture(scope="module")
def keys() -> list[rsa.RSAPrivateKey]:
    return [rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2)]


@pytest.fixture
def options(azure: Emulator) -> Options:
    return {
        "authority": azure.endpoint,
        "disable_instance_discovery": True,
        "connection_verify": str(azure.ca_path),
    }


@pytest.fixture
def client(azure: Emulator) -> Callable[..., None]:
    """Register only APP."""

    def register(**fields: Any) -> None:
        azure.state.reset(read({"clients": [{"client_id": APP, **fields}]}))

    return register


def with_certificate(key: rsa.RSAPrivateKey, pem: str, options: Options, **more: Any) -> str:
    data = (pem + private(key)).encode()
    with CertificateCredential(
        FABRIKAM, APP, certificate_data=data, **options, **more
    ) as credential:
        return credential.get_token(SCOPE).token


def with_assertion(assertion: str, options: Options, tenant: str = FABRIKAM) -> str:
    with ClientAssertionCredential(tenant, APP, lambda: assertion, **options) as credential:
        return credential.get_token(SCOPE).token


def public(key: rsa.RSAPrivateKey) -> str:
    kind = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, kind).decode()


def test_any_registered_certificate_is_accepted(
    client: Callable[..., None], options: Options, keys: list[rsa.RSAPrivateKey]
) -> None:
    """During a renewal an app has two certificates; the thumbprint selects one."""
    old, new = (certificate(key) for key in keys)
    client(certificate=old + new)
    for key, pem in zip(keys, (old, new), strict=True):
        assert claims_of(with_certificate(key, pem, options))["appid"] == APP


def test_an_unregistered_certificate_is_named_by_its_thumbprint(
    client: Callable[..., None], options: Options, keys: list[rsa.RSAPrivateKey]
) -> None:
    """700027 has its thumbprint; if the chain is sent along, the error is 700030."""
    client(certificate=certificate(keys[0]))
    other = certificate(keys[1])
    with pytest.raises(
        ClientAuthenticationError, match=r"AADSTS700027.*not found.*Thumbprint.*'[0-9A-F]{40,64}'"
    ):
        with_certificate(keys[1], other, options)
    with pytest.raises(ClientAuthenticationError, match="AADSTS700030"):
        with_certificate(keys[1], other, options, send_certificate_chain=True)


def test_an_expired_certificate_is_refused(
    client: Callable[..., None], options: Options, keys: list[rsa.RSAPrivateKey]
) -> None:
    """Also if it is registered."""
    expired = certificate(keys[0], days=1)
    client(certificate=expired)
    with pytest.raises(ClientAuthenticationError, match=r"AADSTS700027.*is expired"):
        with_certificate(keys[0], expired, options)


@pytest.mark.parametrize("damage", ["another key", "no thumbprint", "no base64"])
def test_a_thumbprint_alone_proves_nothing(
    caller: Caller, client: Callable[..., None], keys: list[rsa.RSAPrivateKey], damage: str
) -> None:
    """The signature must be that certificate's, and the header must name it."""
    pem = certificate(keys[0])
    client(certificate=pem)
    headers = {"another key": {"x5t#S256": thumbprint(pem)}, "no base64": {"x5t": "x"}}
    claims = {"iss": APP, "sub": APP, "exp": time.time() + 60}
    claims["aud"] = f"{caller.endpoint}/{FABRIKAM}/oauth2/v2.0/token"
    assertion = jwt.encode(claims, keys[1], "RS256", headers.get(damage, {}))
    answer = caller.sign_in(client_secret=None, client_assertion=assertion).json()
    assert answer["error_codes"] == [700027]
    reason = "signature value did not match" if damage == "another key" else "key was not found"
    assert reason in answer["error_description"]


def federated(caller: Caller, **changes: Any) -> str:
    body = {"issuer": ISSUER, "subject": SUBJECT, **changes}
    return str(caller.control("POST", "federated_tokens", body)["token"])


def test_a_service_account_token_signs_the_app_in(
    caller: Caller, client: Callable[..., None], options: Options, tmp_path: Path
) -> None:
    """Kubernetes' projected token, read from its file, is exchanged for a token of Entra."""
    client(federated=[TRUSTED])
    path = tmp_path / "token"
    path.write_text(federated(caller))
    with WorkloadIdentityCredential(
        tenant_id=FABRIKAM, client_id=APP, token_file_path=str(path), **options
    ) as credential:
        claims = claims_of(credential.get_token(SCOPE).token)
    assert (claims["appid"], claims["tid"], claims["appidacr"]) == (APP, FABRIKAM, "2")


@pytest.mark.parametrize(
    ("changes", "number", "named"),
    [
        ({"subject": "system:serviceaccount:pal:other"}, 700213, "subject 'system:.*:other'"),
        ({"subject": SUBJECT.lower()}, 7002138, "when case is ignored"),
        ({"issuer": "https://oidc.example/"}, 700211, "issuer 'https://oidc.example/'"),
        ({"audience": "https://contoso.com"}, 700212, "audience 'https://contoso.com'"),
        ({"lifetime_s": -1}, 700024, "time range"),
        ({"issuer": f"https://sts.windows.net/{FABRIKAM}/"}, 700027, "invalid signature"),
    ],
)
def test_a_mismatch_is_named(
    caller: Caller,
    client: Callable[..., None],
    options: Options,
    changes: dict[str, Any],
    number: int,
    named: str,
) -> None:
    """The refusal has the presented values; issuer, subject and audience must match exactly."""
    client(federated=[TRUSTED])
    with pytest.raises(ClientAuthenticationError, match=f"AADSTS{number}.*{named}"):
        with_assertion(federated(caller, **changes), options)


def test_an_issuer_with_a_key_in_the_seed_signs_for_itself(
    azure: Emulator, caller: Caller, options: Options, keys: list[rsa.RSAPrivateKey]
) -> None:
    """With the issuer's public key in the seed, other signatures are refused."""
    clients = [{"client_id": APP, "federated": [TRUSTED]}]
    issuers = [{"issuer": ISSUER, "key": public(keys[0])}]
    azure.state.reset(read({"clients": clients, "issuers": issuers}))
    claims = {"iss": ISSUER, "sub": SUBJECT, "aud": EXCHANGE, "exp": time.time() + 60}
    assert with_assertion(jwt.encode(claims, keys[0], "RS256"), options)
    for other in (jwt.encode(claims, keys[1], "RS256"), federated(caller)):
        with pytest.raises(ClientAuthenticationError, match="AADSTS700027"):
            with_assertion(other, options)


def test_without_federated_credentials_any_issuer_is_accepted(
    caller: Caller, client: Callable[..., None], options: Options, keys: list[rsa.RSAPrivateKey]
) -> None:
    """But the audience must be the exchange's; an empty list accepts no issuer."""
    client()
    claims = {"iss": ISSUER, "sub": SUBJECT, "aud": EXCHANGE, "exp": time.time() + 60}
    assert with_assertion(jwt.encode(claims, keys[0], "RS256"), options)
    with pytest.raises(ClientAuthenticationError, match="AADSTS700212"):
        with_assertion(federated(caller, audience="x"), options)
    client(federated=[])
    with pytest.raises(ClientAuthenticationError, match="AADSTS700211"):
        with_assertion(federated(caller), options)


@pytest.mark.parametrize(("home", "number"), [(FABRIKAM, None), (NORTHWIND, 700236)])
def test_a_token_of_entra_federates_within_its_tenant_only(
    azure: Emulator, options: Options, home: str, number: int | None
) -> None:
    """A managed identity's token works for an app of its home tenant, in each tenant of the app."""
    issuer = f"https://login.microsoftonline.com/{FABRIKAM}/v2.0"
    trusted = {"issuer": issuer, "subject": "an-object", "audience": EXCHANGE}
    clients = [{"client_id": APP, "tenant": home, "federated": [trusted]}]
    azure.state.reset(read({"clients": clients}))
    claims = {"iss": issuer, "sub": "an-object", "aud": EXCHANGE, "exp": time.time() + 60}
    assertion = azure.state.tokens.sign({**claims, "tid": FABRIKAM})
    if number is None:
        assert claims_of(with_assertion(assertion, options, NORTHWIND))["tid"] == NORTHWIND
    else:
        with pytest.raises(ClientAuthenticationError, match=f"AADSTS{number}"):
            with_assertion(assertion, options, NORTHWIND)
