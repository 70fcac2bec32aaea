"""`environments:`: only hosts of the cloud's own Dataverse suffixes, checked offline."""

import pytest

from reconciler.core.network.environments import environment_host
from tests.config.conftest import SOUND, Complainer, Loader

GOOD = "fabrikam.crm4.dynamics.com"
NOT_ONE = "is not the address of a Dataverse environment; write https://ORG.crm4.dynamics.com"

HOSTILE = [
    "http://fabrikam.crm4.dynamics.com",
    "fabrikam.crm4.dynamics.com",
    "//fabrikam.crm4.dynamics.com",
    "https://user@fabrikam.crm4.dynamics.com",
    "https://user:pw@fabrikam.crm4.dynamics.com",
    "https://fabrikam.crm4.dynamics.com@evil.example",
    "https://fabrikam.crm4.dynamics.com:443",
    "https://fabrikam.crm4.dynamics.com:8443",
    "https://fabrikam.crm4.dynamics.com:",
    "https://fabrikam.crm4.dynamics.com.",
    "https://fabrikam.crm4.dynamics.com./",
    "https://fabrikam.crm4.dynamics.com//",
    "https://fabrikam.crm4.dynamics.com/api/data/v9.2",
    "https://fabrikam.crm4.dynamics.com/main.aspx?appid=1",
    "https://fabrikam.crm4.dynamics.com?x",
    "https://fabrikam.crm4.dynamics.com#x",
    "https://fabrikam.crm4.dynamics.com\\@evil.example",
    "https://evil.example/fabrikam.crm4.dynamics.com",
    "https://fabrikam.crm4.dynamics.com.evil.example",
    "https://evilcrm4.dynamics.com",
    "https://crm4.dynamics.com",
    "https://.crm4.dynamics.com",
    "https://a.b.crm4.dynamics.com",
    "https://fabrikam.api.api.crm4.dynamics.com",
    "https://-fabrikam.crm4.dynamics.com",
    "https://fabrikam-.crm4.dynamics.com",
    "https://fabrikam.crm.dynamics.com.",
    "https://fabrikam.crm1.dynamics.com",
    "https://fabrikam.crm04.dynamics.com",
    "https://fabrikam.crm444.dynamics.com",
    "https://fabrikam.dynamics.com",
    "https://fabrikam.evil.dynamics.com",
    "https://fabrikam.crm4.dynamics.com%2eevil.example",
    "https://fabrikam%2ecrm4.dynamics.com",
    "https://fäbrikam.crm4.dynamics.com",
    "https://xn--fbrikam-5wa.crm4.dynamics.com",
    "https://xn--fbrikam-5wa.crm4.dynamics.com.example",
    "https://fabri\u212aam.crm4.dynamics.com",
    "https://fabrikam\u3002crm4.dynamics.com",
    "https://fabrikam.crm4.dynamics.com\\n",
    "https://fabrikam.crm4.dynamics.com ",
    " https://fabrikam.crm4.dynamics.com",
    "https:///fabrikam.crm4.dynamics.com",
    "https://127.0.0.1",
    "https://[::1]",
    "ftp://fabrikam.crm4.dynamics.com",
    "",
]


def listed(url: str, more: str = "") -> str:
    """The sound file with one environment at its last tenant."""
    return (
        SOUND.rstrip("\n") + f'\n    workload: power_platform\n    environments: ["{url}"]\n{more}'
    )


@pytest.mark.parametrize("url", HOSTILE)
def test_a_hostile_address_is_refused_offline(complaints: Complainer, url: str) -> None:
    """78 with one message, which never repeats the address."""
    text = listed(url if url.endswith("\\n") else url.replace("\\", "\\\\"))
    (complaint,) = complaints(text)
    assert NOT_ONE in complaint
    assert "evil" not in complaint
    assert "pw" not in complaint


@pytest.mark.parametrize(
    ("url", "cloud", "host"),
    [
        ("https://fabrikam.crm4.dynamics.com", "public", GOOD),
        ("https://Fabrikam.CRM4.dynamics.com/", "public", GOOD),
        ("https://fabrikam.crm.dynamics.com", "public", "fabrikam.crm.dynamics.com"),
        ("https://fabrikam.crm19.dynamics.com", "public", "fabrikam.crm19.dynamics.com"),
        ("https://f.api.crm4.dynamics.com", "public", "f.crm4.dynamics.com"),
        ("https://f.crm.microsoftdynamics.us", "usgov", "f.crm.microsoftdynamics.us"),
        ("https://f.crm.appsplatform.us", "usgov", "f.crm.appsplatform.us"),
        ("https://f.crm.dynamics.cn", "china", "f.crm.dynamics.cn"),
        ("https://f.crm.dynamics.cn", "public", None),
        ("https://f.crm4.dynamics.com", "usgov", None),
        ("https://f.crm4.dynamics.cn", "china", None),
    ],
)
def test_each_cloud_has_its_own_hosts(url: str, cloud: str, host: str | None) -> None:
    """In lower case, without the slash at the end."""
    assert environment_host(url, cloud) == host


def test_the_hosts_of_a_tenant_are_known_to_its_links(loaded: Loader) -> None:
    """In the file's order, without the scheme."""
    config = loaded(listed("https://Fabrikam.crm4.dynamics.com/"))
    assert config.wanted[-1].environments == (GOOD,)
    assert config.wanted[0].environments == ()


def test_an_environment_of_another_cloud_is_refused(complaints: Complainer) -> None:
    """The cloud of the file decides."""
    (complaint,) = complaints(listed("https://f.crm.dynamics.cn"))
    assert "is in another cloud than cloud: public" in complaint


def test_an_environment_is_listed_once(complaints: Complainer) -> None:
    """Also by its two names."""
    url = f'https://{GOOD}", "https://fabrikam.api.crm4.dynamics.com'
    (complaint,) = complaints(listed(url))
    assert complaint.endswith("is listed twice; remove one")
