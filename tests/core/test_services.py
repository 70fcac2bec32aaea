"""`--endpoint NAME=URL`: which endpoints are accepted."""

import pytest

from reconciler.core.errors import WrongUsage
from reconciler.core.network.services import Service, is_base_url, parse_endpoints


def test_each_service_has_one_endpoint() -> None:
    """A path stays, a trailing slash does not."""
    given = ["graph=https://127.0.0.1:8443/graph/", "dataverse=https://fake.test"]
    assert parse_endpoints(given) == {
        Service.GRAPH: "https://127.0.0.1:8443/graph",
        Service.DATAVERSE: "https://fake.test",
    }


@pytest.mark.parametrize(
    "url",
    [
        "http://a.test",
        "a.test",
        "https://",
        "https://user@a.test",
        "https://user:pw@a.test",
        "https://a.test?x=1",
        "https://a.test#x",
        "https://a.test\\@b.test",
        "https://a.test:0",
        "https://a.test:port",
        "https://a.test:99999",
        "https://ä.test",
        "https://a.test/ b",
        "https://a.test\n",
        "https://[::1",
        "",
    ],
)
def test_only_https_urls_of_a_host_are_accepted(url: str) -> None:
    """The message names the service and never repeats the URL, which may hold a password."""
    assert not is_base_url(url)
    with pytest.raises(WrongUsage) as error:
        parse_endpoints([f"graph={url}"])
    assert "--endpoint graph" in str(error.value)
    assert "pw" not in str(error.value)


@pytest.mark.parametrize(
    "given", [["arm=https://a.test"], ["graph"], ["https://u:pw@a.test"], ["graph=https://a"] * 2]
)
def test_unknown_and_repeated_names_are_wrong_usage(given: list[str]) -> None:
    """A name that is unknown, missing or given twice."""
    with pytest.raises(WrongUsage) as error:
        parse_endpoints(given)
    assert "pw" not in str(error.value)
