"""Services beside Azure Resource Manager, and the endpoints that the operator chose for them.

Endpoints come from the command line or the environment, never from tenants.yaml: a change to the
file must not be able to send a token elsewhere.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from urllib.parse import urlsplit

from reconciler.core.errors import WrongUsage


class Service(StrEnum):
    """A service that a command may send tokens to: the NAME of `--endpoint NAME=URL`."""

    GRAPH = "graph"
    PARTNER_CENTER = "partner_center"
    DATAVERSE = "dataverse"
    DISCOVERY = "discovery"

    @property
    def label(self) -> str:
        """Its name in messages."""
        return _LABELS[self]


_LABELS = {
    Service.GRAPH: "Microsoft Graph",
    Service.PARTNER_CENTER: "Partner Center",
    Service.DATAVERSE: "Dataverse",
    Service.DISCOVERY: "the Power Platform discovery service",
}

Endpoints = Mapping[Service, str]
"""Base URLs without a trailing slash."""


def parse_endpoints(given: Iterable[str]) -> Endpoints:
    """The endpoints of `--endpoint NAME=URL`. Raises `WrongUsage`.

    The message never repeats what could be a password in the URL.
    """
    found: dict[Service, str] = {}
    for text in given:
        name, equals, url = text.partition("=")
        if name not in list(Service) or not equals:
            shown = name if equals and name.isidentifier() else "the value"
            raise WrongUsage(
                f"--endpoint takes NAME=URL, and {shown} is not one of the names: "
                f"{', '.join(Service)}"
            )
        service = Service(name)
        if service in found:
            raise WrongUsage(f"--endpoint names {name} twice; leave one out")
        if not is_base_url(url):
            raise WrongUsage(
                f"--endpoint {name} takes an https URL without user, query and fragment, such as "
                f"{name}=https://{name.replace('_', '-')}.example.com"
            )
        found[service] = url.rstrip("/")
    return found


def is_base_url(url: str) -> bool:
    """Whether this is the https URL of a host, to which paths can be appended."""
    if not url.isascii() or not url.isprintable() or set(url) & set(' \\"<>?#@'):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
