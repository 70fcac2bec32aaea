"""Failures of a request: no answer, an answer that cannot be used, a request that was not sent."""

from urllib.parse import urlsplit

from urllib3.exceptions import (
    ConnectTimeoutError,
    DecodeError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    ProxyError,
    ReadTimeoutError,
)

from reconciler.azure.http.retry import RequestFailed
from reconciler.core.links import Problem

CHECK_ENDPOINT = "check the endpoint and any proxy in between; then run again"


class NoAnswer(RequestFailed):
    """No usable answer: whether the request took effect is unknown."""


def no_answer(url: str, error: HTTPError) -> RequestFailed:
    """The failure of a request without a usable answer."""
    if is_untrusted(error):
        return untrusted_certificate(url)
    if isinstance(error, DecodeError):
        return unusable(url, "cannot be decompressed")
    return NoAnswer(
        Problem(
            "unavailable",
            f"no answer from {host_of(url)}: {_cause(error)}",
            "check the network, DNS and proxy from this machine; then run again",
        ),
        is_transient=True,
        host=url,
    )


def is_untrusted(error: Exception) -> bool:
    """Whether a library reports that no trusted authority signed the host's certificate."""
    return "CERTIFICATE_VERIFY_FAILED" in str(error)


def untrusted_certificate(url: str) -> RequestFailed:
    """A host whose certificate is not trusted."""
    return RequestFailed(
        Problem(
            "untrusted_certificate",
            f"the certificate of {host_of(url)} is not trusted",
            "behind a TLS-inspecting proxy, name its CA with --ca-bundle",
        )
    )


def unexpected_answer(message: str, hint: str = CHECK_ENDPOINT) -> RequestFailed:
    """An answer that does not have the documented form. `hint`: what to do next."""
    return RequestFailed(Problem("unexpected_answer", message, hint))


def unusable(url: str, what: str) -> NoAnswer:
    """An answer that cannot be used; `what` completes "the answer of HOST …"."""
    return NoAnswer(
        Problem(
            "unexpected_answer",
            f"the answer of {host_of(url)} {what}; the link is treated as unknown",
            CHECK_ENDPOINT,
        )
    )


def unsendable(url: str) -> RequestFailed:
    """A request that was not sent because its URL or a header is invalid."""
    return RequestFailed(
        Problem(
            "unexpected_answer",
            f"a request to {host_of(url)} was not sent: its URL or a header contains a line end or "
            "a special character",
            "check the environment variables that hold an endpoint or a token",
        )
    )


def host_of(url: str) -> str:
    """Host and port, without user and password."""
    return urlsplit(url).netloc.rpartition("@")[2]


def cut_short(url: str) -> NoAnswer:
    """A request that the end of the run interrupted."""
    return NoAnswer(
        Problem(
            "interrupted",
            f"the run was stopped before {host_of(url)} answered",
            "run again; if the deadline was reached, with a longer --deadline",
        )
    )


def _cause(error: HTTPError) -> str:
    """The cause in a few words. urllib3's own text contains object addresses, which vary."""
    if "Connection refused" in str(error) and not isinstance(error, ProxyError):
        return "connection refused"
    for kind, words in _CAUSES.items():
        if isinstance(error, kind):
            return words
    return "the connection was dropped"


_CAUSES: dict[type[HTTPError], str] = {
    ProxyError: "the proxy did not forward the request",
    ReadTimeoutError: "the answer timed out",
    NameResolutionError: "the name does not resolve",
    NewConnectionError: "the host is unreachable",
    ConnectTimeoutError: "connecting timed out",
}
"""Subclasses before their base classes."""
