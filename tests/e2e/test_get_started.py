"""docs/get-started.md, run as printed: bash, the program, an emulated Azure, a stand-in for az."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.command import APP, INSTALLED, OURS, SECRET, Desk, tenant_id

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "get-started.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")

AZ = f"""#!{sys.executable}
import pathlib, sys
words = sys.argv[1:]
with open("az.log", "a") as log:
    log.write(" ".join(words) + "\\n")
if "--create-cert" in words:
    pathlib.Path("created.pem").write_text("")
answers = {{
    "appId": "{APP}", "password": "{SECRET}", "fileWithCertAndPrivateKey": "created.pem",
    "id": "0b1ec7", "tenantId": "7e4a47",
    "[?tenantId=='2f0a1f6e-5b0c-4d3e-9c57-0d8f4a3c1b11'].id": "5ab1\\n5ab2",
}}
if "--query" in words and "none" not in words:
    print(answers[words[words.index("--query") + 1]])
"""


def shell(*headings: str) -> str:
    """The bash blocks of these sections, without their subsections on other ways."""
    sections = dict(re.findall(r"^##+ (.+)\n((?:(?!^##).*\n)*)", PAGE, re.M))
    blocks = [re.findall(r"^```sh\n(.*?)^```", sections[name], re.M | re.S) for name in headings]
    assert all(blocks)
    return "\n".join(text for found in blocks for text in found)


def bash(desk: Desk, script: str, **env: str) -> "subprocess.CompletedProcess[str]":
    tool = desk.path / "bin" / "az"
    tool.parent.mkdir(exist_ok=True)
    tool.write_text(AZ)
    tool.chmod(0o755)
    path = f"{tool.parent}:{INSTALLED.parent}:/usr/bin:/bin"
    return subprocess.run(
        ["bash", "-u"],
        input=script,
        cwd=desk.path,
        env=desk.env | {"PATH": path} | env,
        capture_output=True,
        text=True,
    )


@pytest.fixture
def customers(desk: Desk) -> Desk:
    """An export of three customers; one of them has added the app."""
    rows = "".join(f"{tenant_id(n)},Customer {n}\r\n" for n in (1, 2, 3))
    (desk.path / "Customers.csv").write_text(f"Microsoft ID,Company name\r\n{rows}")
    absent = [tenant_id(2), tenant_id(3)]
    desk.seed(clients=[{"client_id": APP, "absent_from": absent}])
    return desk


def test_from_a_customer_list_to_the_first_links(customers: Desk) -> None:
    """The commands in their order: app, secret, file, plan, consent, role, apply."""
    desk = customers
    ran = bash(
        desk,
        shell("Register the app", "With a certificate", "With a secret")
        + shell("Write the file and plan", "You add it, with GDAP"),
    )
    assert ran.returncode == 0, ran.stderr
    assert "1 to create" in ran.stdout
    assert ran.stdout.count(": added") == 2
    assert (desk.path / "automation.pem").exists()
    log = (desk.path / "az.log").read_text()
    assert [line for line in log.splitlines() if "--tenant 0" in line] == [
        f"login --tenant {tenant_id(n)} --allow-no-subscriptions --output none" for n in (2, 3)
    ]
    assert log.count(f"ad sp create --id {APP}") == 2

    desk.seed()
    notes = bash(desk, shell("The customer adds it"), PAL_AUTOMATION_SECRET=SECRET)
    assert notes.returncode == 0, notes.stderr
    apply = shell("Apply").replace("pal-reconcile apply", "pal-reconcile apply --yes")
    script = shell("Give the app a role", "With Azure Lighthouse instead") + apply
    ran = bash(desk, f"APP_ID={APP}\n{script}", PAL_AUTOMATION_SECRET=SECRET)
    assert ran.returncode == 0, ran.stderr
    assert [desk.truth(n) for n in (1, 2, 3)] == [OURS] * 3
    assigned = [
        line for line in (desk.path / "az.log").read_text().splitlines() if "role as" in line
    ]
    role = "--role cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e --scope /subscriptions/5ab"
    assert [line[-len(role) - 1 :] for line in assigned] == [f"{role}1", f"{role}2"]


def test_the_five_steps_of_the_readme(customers: Desk) -> None:
    """All but the installation, as printed. The plan lists who has not added the app."""
    (steps,) = re.findall(r"^```sh\n(# 1.*?)^```", README, re.M | re.S)
    install, _, others = steps.partition("# 2.")
    assert install.endswith("pipx install pal-reconcile\n")
    ran = bash(customers, f"# 2.{others}")
    assert ran.returncode == 4, ran.stderr
    assert "1 to create" in ran.stdout
    assert "2 unreadable" in ran.stdout


def test_the_template_delegates_one_role() -> None:
    """The Lighthouse template is valid JSON and delegates Support Request Contributor alone."""
    found = re.findall(r"^```json\n(.*?)^```", PAGE, re.M | re.S)
    template = json.loads(found[-1])
    definition, assignment = template["resources"]
    roles = [each["roleDefinitionId"] for each in definition["properties"]["authorizations"]]
    assert roles == ["cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e"]
    assert assignment["dependsOn"] == [assignment["properties"]["registrationDefinitionId"]]
