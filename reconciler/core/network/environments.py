"""Hosts of Dataverse environments: which a token may be sent to.

Only hosts below the Dataverse suffixes of the file's own cloud are accepted: a file or an answer
must not be able to send a token elsewhere.
"""

import re
from collections.abc import Mapping

_ORGANIZATION = r"(?!xn--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"

_SUFFIXES: Mapping[str, str] = {
    "public": r"crm(?:[2-9]|[1-9][0-9])?\.dynamics\.com",
    "usgov": r"crm\.(?:microsoftdynamics|appsplatform)\.us",
    "china": r"crm\.dynamics\.cn",
}
"""Microsoft's published suffixes. `crm9` is the cloud GCC, which signs in to the public one."""

EXAMPLES: Mapping[str, str] = {
    "public": "https://ORG.crm4.dynamics.com",
    "usgov": "https://ORG.crm.microsoftdynamics.us",
    "china": "https://ORG.crm.dynamics.cn",
}

_URLS = {
    cloud: re.compile(rf"https://({_ORGANIZATION})(?:\.api)?\.({suffix})/?")
    for cloud, suffix in _SUFFIXES.items()
}


def environment_host(url: str, cloud: str) -> str | None:
    """The host of an environment in lower case; None unless it is one of this cloud.

    url  `https://ORG.crm4.dynamics.com`, also with one slash at the end. `ORG.api.crm4.…`, which
         discovery names, is another name of the same environment
    """
    if not url.isascii():
        return None
    found = _URLS[cloud].fullmatch(url.lower())
    return f"{found[1]}.{found[2]}" if found else None


def cloud_of(url: str) -> str | None:
    """The cloud to which an environment belongs; None if it is none of a known cloud."""
    return next((cloud for cloud in _URLS if environment_host(url, cloud)), None)
