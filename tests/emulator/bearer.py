"""Requests with the token of an app or a user, for services beside ARM."""

from __future__ import annotations

from typing import Any

import requests

from tests.emulator.caller import FABRIKAM, Caller

AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"


def app_token(caller: Caller, resource: str, tenant: str = FABRIKAM) -> str:
    """Return a token of APP for a resource."""
    return caller.token(tenant, scope=f"{resource}/.default")


def user_token(caller: Caller, username: str, resource: str, tenant: str = FABRIKAM) -> str:
    """Return a token of a user for a resource, who approves a device code."""
    form = {"client_id": AZURE_CLI, "scope": f"{resource}/.default"}
    asked = caller.send("POST", f"/{tenant}/oauth2/v2.0/devicecode", data=form).json()
    decision = {"user_code": asked["user_code"], "username": username}
    caller.control("POST", "device_codes", decision)
    grant = {"grant_type": "device_code", "device_code": asked["device_code"], **form}
    answer = caller.send("POST", f"/{tenant}/oauth2/v2.0/token", data=grant).json()
    return str(answer["access_token"])


def get(caller: Caller, token: str, path: str, **options: Any) -> requests.Response:
    """Send GET with a token."""
    headers = {"Authorization": f"Bearer {token}", **options.pop("headers", {})}
    return caller.send("GET", path, headers=headers, **options)
