"""Other programs that read all links, for comparison, without any safety.

Each reads the links of `COUNT` customers, `CONCURRENCY` at a time, and fails if one was not read:

    floor      aiohttp by hand: one token request and one read per link, nothing else
    prototype  azure-identity and requests on threads: a small credential per tenant, one OpenID
               document for all tenants; a careful script
    sdk        azure-identity and Microsoft's own client of the provider, one after the other
    az         the Azure CLI in a loop: `az login`, `az rest`
"""

import asyncio
import json
import os
import ssl
import subprocess
import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType
from typing import Any

ENDPOINT = os.environ["PAL_RECONCILE_ARM_ENDPOINT"]
CA = os.environ["REQUESTS_CA_BUNDLE"]
CLIENT, SECRET = os.environ["PAL_CLIENT"], os.environ["PAL_SECRET"]
SCOPE = "https://management.azure.com/.default"
LINK = "/providers/Microsoft.ManagementPartner/partners"
NOT_LINKED = "ManagementPartnerNotFound"


def tenants(count: int) -> Iterable[str]:
    return (f"00000000-0000-4000-8000-{n:012d}" for n in range(1, count + 1))


async def floor(count: int, concurrency: int) -> int:
    import aiohttp

    trust = ssl.create_default_context(cafile=CA)
    form = {
        "grant_type": "client_credentials",
        "client_id": CLIENT,
        "client_secret": SECRET,
        "scope": SCOPE,
    }
    waiting = iter(tenants(count))

    async def work(session: aiohttp.ClientSession) -> int:
        seen = 0
        for tenant in waiting:
            url = f"{ENDPOINT}/{tenant}/oauth2/v2.0/token"
            async with session.post(url, data=form) as answer:
                token = (await answer.json())["access_token"]
            url = f"{ENDPOINT}{LINK}?api-version=2018-02-01"
            async with session.get(url, headers={"Authorization": f"Bearer {token}"}) as answer:
                seen += (await answer.json())["code"] == NOT_LINKED
        return seen

    connector = aiohttp.TCPConnector(limit=concurrency, ssl=trust)
    async with aiohttp.ClientSession(connector=connector) as session:
        return sum(await asyncio.gather(*(work(session) for _ in range(concurrency))))


def prototype(count: int, concurrency: int) -> int:
    import requests
    from azure.core.pipeline.transport import RequestsTransport
    from azure.identity import ClientSecretCredential
    from requests.adapters import HTTPAdapter

    session = requests.Session()
    session.trust_env = False
    session.verify = CA
    session.mount("https://", HTTPAdapter(pool_maxsize=concurrency))
    pattern: dict[str, str] = {}

    class Transport(RequestsTransport):  # type: ignore[misc]
        def send(self, request: Any, **more: Any) -> Any:
            if not request.url.endswith("openid-configuration"):
                return super().send(request, **more)
            tenant = request.url.split("/")[3]
            if not pattern:
                document = session.get(request.url, timeout=60).text
                pattern["all"] = document.replace(tenant, "{tenant}")
            return Document(pattern["all"].replace("{tenant}", tenant))

    class Document:
        status_code, content_type = 200, "application/json"
        headers: Mapping[str, str] = MappingProxyType({})

        def __init__(self, text: str) -> None:
            self._text = text

        def text(self, encoding: str | None = None) -> str:
            return self._text

    transport = Transport(
        session=session, session_owner=False, use_env_settings=False, connection_verify=CA
    )

    def read(tenant: str) -> bool:
        credential = ClientSecretCredential(
            tenant,
            CLIENT,
            SECRET,
            authority=ENDPOINT,
            disable_instance_discovery=True,
            transport=transport,
        )
        token = credential.get_token(SCOPE).token
        answer = session.get(
            f"{ENDPOINT}{LINK}?api-version=2018-02-01",
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
        )
        return bool(answer.json()["code"] == NOT_LINKED)

    with ThreadPoolExecutor(concurrency) as pool:
        return sum(pool.map(read, tenants(count)))


def sdk(count: int, concurrency: int) -> int:
    from azure.core.exceptions import HttpResponseError
    from azure.identity import ClientSecretCredential
    from azure.mgmt.managementpartner import ACEProvisioningManagementPartnerAPI

    seen = 0
    for tenant in tenants(count):
        credential = ClientSecretCredential(
            tenant,
            CLIENT,
            SECRET,
            authority=ENDPOINT,
            disable_instance_discovery=True,
            connection_verify=CA,
        )
        client = ACEProvisioningManagementPartnerAPI(
            credential, base_url=ENDPOINT, credential_scopes=[SCOPE], connection_verify=CA
        )
        try:
            client.partners.get()
        except HttpResponseError as error:
            seen += error.error is not None and error.error.code == NOT_LINKED
    return seen


def az(count: int, concurrency: int) -> int:
    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(["az", *arguments], capture_output=True, text=True, check=False)

    run("cloud", "register", "-n", "bench", "--endpoint-resource-manager", ENDPOINT)
    run("cloud", "set", "-n", "bench")
    run("config", "set", "core.instance_discovery=no")
    seen = 0
    for tenant in tenants(count):
        run(
            *("login", "--service-principal", "-u", CLIENT, "-p", SECRET, "--tenant", tenant),
            "--allow-no-subscriptions",
        )
        link = run("rest", "--url", f"{ENDPOINT}{LINK}?api-version=2018-02-01")
        seen += NOT_LINKED in link.stderr
    return seen


RIVALS = {
    "floor": lambda *given: asyncio.run(floor(*given)),
    "prototype": prototype,
    "sdk": sdk,
    "az": az,
}

if __name__ == "__main__":
    name, count, concurrency = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    read = RIVALS[name](count, concurrency)
    sys.exit(0 if read == count else f"{name} read {read} of {count} links: {json.dumps(ENDPOINT)}")
