"""Proxies of the environment, read once for each origin."""

import os

from requests.utils import get_environ_proxies, prepend_scheme_if_needed, select_proxy

from reconciler.azure.http.retry import RequestFailed
from reconciler.core.links import Problem
from reconciler.core.network.proxies import unusable_proxy
from reconciler.core.redaction.redactor import remember


def check_proxy(site: str) -> None:
    """Raise `RequestFailed` if the environment names an unusable proxy for this origin."""
    if select_proxy(site, get_environ_proxies(site)) and (why := unusable_proxy(os.environ)):
        raise RequestFailed(Problem("proxy_unusable", why, "correct the variable, then run again"))


def proxy_for(site: str) -> str | None:
    """The proxy for this origin from the environment; None: a direct connection."""
    check_proxy(site)
    proxy = select_proxy(site, get_environ_proxies(site))
    if proxy and "@" in proxy:
        remember(proxy)
    return proxy and str(prepend_scheme_if_needed(proxy, "http"))  # type: ignore[no-untyped-call]
