"""examples/: each file is valid as it is, and its plan is what it describes."""

import re
import shutil
from pathlib import Path

import pytest

from tests.e2e.certificates import write_pair
from tests.e2e.command import SECRET, Desk

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"

PLANS = {
    "small": {"Fabrikam": "create", "Northwind": "create", "Tailspin": "create"},
    "medium": {
        **{"Fabrikam": "create", "Northwind, Inc.": "create", "Litware": "create"},
        **{"Proseware": "create", "Tailspin": "none", "Wingtip": "create", "Adatum": "held"},
    },
    "lighthouse": {"Contoso": "create", "Tailspin": "create"},
    "people": {
        **{"Fabrikam/alice": "unknown", "Fabrikam/automation": "create"},
        **{"Northwind": "unknown", "Tailspin": "attested"},
    },
    "power-platform": {
        **{"Fabrikam": "create", "Tailspin": "create"},
        **{"Northwind/deployment": "create", "Northwind/flows": "unknown"},
    },
    "gitops": {
        **{"Fabrikam": "create", "Northwind": "create", "Tailspin": "none"},
        **{"Litware": "create", "Proseware": "create"},
    },
}
"""The action of each link; the identity is named where a customer has several."""


@pytest.fixture
def example(desk: Desk, request: pytest.FixtureRequest) -> Desk:
    """A copy of the example, with a value for each of its secrets."""
    source = EXAMPLES / request.param
    shutil.copytree(source, desk.path, dirs_exist_ok=True)
    text = (source / "tenants.yaml").read_text(encoding="utf-8")
    desk.env |= dict.fromkeys(re.findall(r"\{env: (\w+)\}", text), SECRET)
    desk.env |= desk.azure.environment("github") if "github:" in text else {}
    if "secrets/automation.pem" in text:
        (desk.path / "secrets").mkdir(mode=0o700)
        write_pair(desk.path / "secrets" / "automation.pem")
    return desk


def test_every_example_is_tested_and_listed() -> None:
    """The page of the examples links to each folder."""
    folders = {path.name for path in EXAMPLES.iterdir() if path.is_dir()}
    listed = re.findall(r"^\| \[([a-z-]+)\]\(", (EXAMPLES / "README.md").read_text("utf-8"), re.M)
    assert folders == set(PLANS) == set(listed)


@pytest.mark.parametrize("example", PLANS, indirect=True)
def test_an_example_is_valid_as_it_is(example: Desk) -> None:
    """It is valid with and without its secrets."""
    for arguments in ((), ("--without-secrets",)):
        assert example.run("validate", *arguments).status == 0


@pytest.mark.parametrize(("example", "expected"), PLANS.items(), indirect=["example"])
def test_the_plan_of_an_example_is_what_it_describes(
    example: Desk, expected: dict[str, str]
) -> None:
    """Only links of people are unreadable, until they have signed in."""
    ran = example.plan()
    links = ran.data["links"]
    names = [link["tenant"] for link in links]
    found = {
        name if names.count(name) == 1 else f"{name}/{link['identity']}": link["action"]
        for name, link in zip(names, links, strict=True)
    }
    assert found == expected
    problems = {link["problem"]["code"] for link in links if link["problem"]}
    assert problems == ({"person_needed"} if "unknown" in expected.values() else set())
    assert ran.status == (4 if problems else 0)


def test_the_repository_uses_the_workflows_of_deploy() -> None:
    """They are copies, so that the folder is complete."""
    for path in (ROOT / "deploy" / "github").glob("*.yml"):
        copy = EXAMPLES / "gitops" / ".github" / "workflows" / path.name
        assert copy.read_bytes() == path.read_bytes()
