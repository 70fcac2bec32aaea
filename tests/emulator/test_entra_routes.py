"""Entra over real TLS."""

from __future__ import annotations

from typing import Any

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa

from reconciler.emulator.seed.seed import read
from reconciler.emulator.server import Emulator
from tests.emulator.caller import APP, CONTOSO, FABRIKAM, NORTHWIND, Caller
from tests.emulator.certificates import certificate, thumbprint

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
OPENID = ".well-known/openid-configuration"


def refusal(answer: requests.Response) -> tuple[int, str, list[int]]:
    body = answer.json()
    return answer.status_code, body["error"], body["error_codes"]


def test_the_openid_document_turns_a_domain_into_its_guid(azure: Emulator, caller: Caller) -> None:
    """Token endpoint and issuer have the tenant's GUID; the origin is the emulator."""
    azure.state.reset(read({"tenants": [{"tenant": FABRIKAM, "domains": ["fabrikam.com"]}]}))
    document = caller.send("GET", f"/Fabrikam.com/v2.0/{OPENID}").json()
    assert document["token_endpoint"] == f"{azure.endpoint}/{FABRIKAM}/oauth2/v2.0/token"
    assert document["issuer"] == f"{azure.endpoint}/{FABRIKAM}/v2.0"
    older = caller.send("GET", f"/fabrikam.com/{OPENID}").json()
    assert older["token_endpoint"] == f"{azure.endpoint}/{FABRIKAM}/oauth2/token"
    assert older["issuer"] == f"https://sts.windows.net/{FABRIKAM}/"


def test_the_documents_of_two_tenants_differ_by_the_tenant_alone(caller: Caller) -> None:
    """Two OpenID documents differ only in the GUID."""
    here, there = (caller.send("GET", f"/{t}/v2.0/{OPENID}").text for t in (FABRIKAM, NORTHWIND))
    assert here.replace(FABRIKAM, NORTHWIND) == there


def test_the_shared_name_has_a_document_but_no_token(caller: Caller) -> None:
    """`common` has an OpenID document; an app's token request for it is refused."""
    document = caller.send("GET", f"/common/v2.0/{OPENID}").json()
    assert "{tenantid}" in document["issuer"]
    assert refusal(caller.sign_in("common")) == (400, "invalid_request", [50059])


def test_an_unknown_tenant_is_90002(azure: Emulator, caller: Caller) -> None:
    """Discovery and sign-in return the same error."""
    azure.state.reset(read({"tenants": [{"tenant": FABRIKAM}]}))
    found = caller.send("GET", f"/{NORTHWIND}/v2.0/{OPENID}")
    assert refusal(found) == (400, "invalid_tenant", [90002])
    assert refusal(caller.sign_in(NORTHWIND)) == (400, "invalid_request", [90002])
    assert NORTHWIND in caller.sign_in(NORTHWIND).json()["error_description"]


def test_a_login_host_names_only_itself(azure: Emulator, caller: Caller) -> None:
    """Instance discovery has no other host; the keys of ID tokens can be fetched."""
    found = caller.send("GET", "/common/discovery/instance").json()
    host = azure.endpoint.removeprefix("https://")
    assert found["metadata"][0]["aliases"] == [host]
    (key,) = caller.send("GET", "/common/discovery/v2.0/keys").json()["keys"]
    assert (key["kty"], key["alg"], key["use"]) == ("RSA", "RS256", "sig")


def test_a_token_claims_tenant_object_and_app(azure: Emulator, caller: Caller) -> None:
    """The answer has the claims that a client compares with its file."""
    answer = caller.sign_in().json()
    claims = jwt.decode(answer["access_token"], options={"verify_signature": False})
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3599)
    assert claims["tid"] == FABRIKAM
    assert claims["appid"] == APP
    assert claims["oid"] == claims["sub"] == azure.state.directory.object_id(FABRIKAM, APP)
    assert claims["aud"] == "https://management.azure.com"
    assert claims["exp"] - claims["iat"] == 3599
    assert claims["iat"] == claims["nbf"]


def test_the_older_endpoint_accepts_a_resource(caller: Caller) -> None:
    """`oauth2/token` with `resource` issues a token too."""
    form = {
        "grant_type": "client_credentials",
        "client_id": APP,
        "client_secret": "x",
        "resource": "https://management.azure.com/",
    }
    token = caller.send("POST", f"/{FABRIKAM}/oauth2/token", data=form).json()["access_token"]
    assert caller.arm("GET", token=token).status_code == 404


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"grant_type": "password"}, (400, "unsupported_grant_type", [70003])),
        ({"client_id": None}, (400, "invalid_request", [90014])),
        ({"scope": None}, (400, "invalid_request", [90014])),
        ({"scope": "User.Read"}, (400, "invalid_scope", [70011])),
        ({"client_secret": None}, (401, "invalid_client", [7000216])),
        ({"client_secret": "wrong"}, (401, "invalid_client", [7000215])),
        ({"client_id": NORTHWIND}, (400, "unauthorized_client", [700016])),
    ],
)
def test_each_sign_in_error_has_its_number(
    azure: Emulator, caller: Caller, changes: dict[str, Any], expected: tuple[int, str, list[int]]
) -> None:
    """Status, error and number are Entra's."""
    azure.state.reset(read({"clients": [{"client_id": APP, "secret": "hunter2"}]}))
    assert refusal(caller.sign_in(**changes)) == expected
    assert caller.sign_in().status_code == 200


def test_a_tenant_without_the_app_is_700016(azure: Emulator, caller: Caller) -> None:
    """An app that is registered elsewhere is not found in this directory."""
    azure.state.reset(read({"clients": [{"client_id": APP, "tenants": [FABRIKAM]}]}))
    assert caller.sign_in().status_code == 200
    answer = caller.sign_in(NORTHWIND)
    assert refusal(answer) == (400, "unauthorized_client", [700016])
    assert answer.json()["error_description"].startswith(
        f"AADSTS700016: Application with identifier '{APP}' was not found in the directory"
    )


def test_a_refusal_has_the_form_of_entras(caller: Caller) -> None:
    """The body has Entra's keys, and the description repeats the IDs and the time."""
    caller.fault(aadsts=53003)
    body = caller.sign_in().json()
    assert list(body) == [
        "error",
        "error_description",
        "error_codes",
        "timestamp",
        "trace_id",
        "correlation_id",
    ]
    tail = (
        f" Trace ID: {body['trace_id']} Correlation ID: {body['correlation_id']} "
        f"Timestamp: {body['timestamp']}"
    )
    assert body["error_description"].startswith("AADSTS53003: ")
    assert body["error_description"].endswith(tail)


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def assert_with(
    caller: Caller, key: rsa.RSAPrivateKey, algorithm: str = "PS256", **changes: Any
) -> requests.Response:
    claims = {
        "iss": APP,
        "sub": APP,
        "aud": f"{caller.endpoint}/{FABRIKAM}/oauth2/v2.0/token",
        "exp": 4_000_000_000,
        **changes,
    }
    headers = {"x5t#S256": thumbprint(certificate(key))}
    assertion = jwt.encode(claims, key, algorithm=algorithm, headers=headers)
    return caller.sign_in(
        client_secret=None, client_assertion=assertion, client_assertion_type=ASSERTION_TYPE
    )


@pytest.mark.parametrize("algorithm", ["PS256", "RS256"])
def test_an_assertion_replaces_a_secret(
    azure: Emulator, caller: Caller, key: rsa.RSAPrivateKey, algorithm: str
) -> None:
    """A JWT signed with the registered certificate's key gets a token that shows it."""
    clients = [{"client_id": APP, "certificate": certificate(key)}]
    azure.state.reset(read({"clients": clients}))
    answer = assert_with(caller, key, algorithm)
    claims = jwt.decode(answer.json()["access_token"], options={"verify_signature": False})
    assert claims["appidacr"] == "2"


def test_an_assertion_of_another_key_is_700027(
    azure: Emulator, caller: Caller, key: rsa.RSAPrivateKey
) -> None:
    """The signature is checked only if the seed has a certificate."""
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert assert_with(caller, other).status_code == 200
    azure.state.reset(read({"clients": [{"client_id": APP, "certificate": certificate(key)}]}))
    assert refusal(assert_with(caller, other)) == (401, "invalid_client", [700027])


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"sub": CONTOSO}, 700021),
        ({"iss": CONTOSO}, 700021),
        ({"aud": "https://login.example.com/"}, 700023),
        ({"exp": 1_000}, 700024),
        ({"exp": None}, 700024),
    ],
)
def test_an_assertion_must_name_client_endpoint_and_time(
    caller: Caller, key: rsa.RSAPrivateKey, changes: dict[str, Any], number: int
) -> None:
    """Each error of an assertion has its own number."""
    assert refusal(assert_with(caller, key, **changes)) == (401, "invalid_client", [number])


def test_a_text_is_no_assertion(caller: Caller) -> None:
    """A text that is no JWT is malformed."""
    answer = caller.sign_in(client_secret=None, client_assertion="x")
    assert refusal(answer) == (401, "invalid_client", [50027])


@pytest.mark.parametrize("version", ["2015-01-01", "2019-05-01", "2022-09-01"])
def test_the_metadata_document_names_no_real_host(
    azure: Emulator, caller: Caller, version: str
) -> None:
    """A client stays on the emulator; only ARM's audiences are Azure's own."""
    document = caller.send("GET", "/metadata/endpoints", params={"api-version": version}).json()
    assert isinstance(document, list) == (version == "2019-05-01")
    (entry,) = document if isinstance(document, list) else [document]
    audiences = entry["authentication"].pop("audiences")
    assert "https://management.azure.com/" in audiences
    assert "microsoft.com" not in str(entry)
    assert "windows.net" not in str(entry)
    if version == "2015-01-01":
        assert set(entry) == {
            *("galleryEndpoint", "graphEndpoint", "portalEndpoint", "authentication")
        }
    else:
        assert entry["microsoftGraphResourceId"] == f"{azure.endpoint}/"


def test_the_first_versions_tokens_have_more_fields(caller: Caller) -> None:
    """All are texts; tokens of the second version have numbers and no further fields."""
    form = {
        "grant_type": "client_credentials",
        "client_id": APP,
        "client_secret": "x",
        "resource": "https://management.azure.com/",
    }
    answer = caller.send("POST", f"/{FABRIKAM}/oauth2/token", data=form).json()
    assert {type(value) for value in answer.values()} == {str}
    assert int(answer["expires_on"]) - int(answer["not_before"]) == int(answer["expires_in"])
    assert answer["resource"] == "https://management.azure.com/"
    assert "expires_on" not in caller.sign_in().json()
