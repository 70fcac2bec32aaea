"""A file for many customers, by the installed command."""

import json

from reconciler.emulator.seed.seed import read as seed
from tests.e2e.command import APP, OURS, SECRET, Desk, tenant_id


def test_a_value_is_explained_on_the_command_line(desk: Desk) -> None:
    """No secret is resolved, and no request is sent to Azure."""
    desk.customers(2, tags="[us]")
    ran = desk.run("validate", "--explain", "C2", "--format", "json", PAL_SECRET="")
    (tenant,) = json.loads(ran.out)["tenants"]
    assert ran.status == 0
    assert {item["key"]: item["value"] for item in tenant["values"]}["partner"] == f"uk ({OURS})"
    assert desk.requests() == []


def test_a_name_without_explain_is_wrong_usage(desk: Desk) -> None:
    """The user could believe that only this tenant was checked."""
    desk.customers(1)
    ran = desk.run("validate", "C1")
    assert (ran.status, ran.err) == (
        64,
        "error: validate checks the whole file; did you mean --explain C1?\n",
    )


def test_explain_says_which_options_it_does_not_take(desk: Desk) -> None:
    """The arguments after --explain are names."""
    desk.customers(1)
    assert desk.run("validate", "--explain", "--only", "C1").status == 64


def test_explain_of_an_invalid_file_reports_its_errors(desk: Desk) -> None:
    """As every other command does."""
    desk.write("  - {name: C1, tenant: common}\n")
    ran = desk.run("validate", "--explain")
    assert ran.status == 78
    assert "sign-in endpoint for many tenants" in ran.err


OWN = [f"{n}{n}{n}{n}{n}{n}{n}{n}-0000-4000-8000-00000000000{n}" for n in range(1, 4)]


def own_apps(desk: Desk) -> None:
    """Three customers, each with its own app and its own secret."""
    (desk.path / "tenants.yaml").write_text(
        f'version: 1\npartners: {{uk: {{id: "{OURS}"}}}}\nidentities:\n'
        "  own: {kind: client_secret, client_id: per_tenant, secret: {env: 'PAL_{KEY}'}}\n"
        "defaults: {partner: uk, identities: [own]}\ninclude: [customers.csv]\n"
    )
    rows = [f"C{n},{tenant_id(n)},{app}" for n, app in enumerate(OWN, start=1)]
    (desk.path / "customers.csv").write_text("\n".join(["name,tenant,client_id", *rows]))
    apps = [{"client_id": app, "secret": f"secret-{n}"} for n, app in enumerate(OWN, start=1)]
    desk.seed(clients=apps)
    desk.env |= {f"PAL_C{n}": f"secret-{n}" for n in range(1, 4)}


def test_each_customers_own_app_links_there(desk: Desk) -> None:
    """A new plan and a saved one both find the apps in the file."""
    own_apps(desk)
    assert desk.run("plan", "--out", "p.json").status == 0
    ran = desk.run("apply", "p.json", "--yes", "--format", "json")
    assert (ran.status, set(ran.outcomes.values())) == (0, {"applied"})
    assert desk.plan("--detailed-exitcode").status == 0
    who = {(r.tenant_id, r.object_id) for r in desk.azure.state.links.records}
    object_id = desk.azure.state.directory.object_id
    assert who == {(tenant_id(n), object_id(tenant_id(n), OWN[n - 1])) for n in range(1, 4)}


def test_a_missing_secret_names_the_customer(desk: Desk) -> None:
    """One line for each, with the variable and the location of the reference."""
    own_apps(desk)
    del desk.env["PAL_C2"]
    ran = desk.run("plan")
    assert (ran.status, ran.err) == (
        78,
        "tenants.yaml:4:53: the environment variable PAL_C2 is not set; set it for this run "
        "(identity own of C2)\n",
    )
    doctor = desk.run("doctor")
    assert "own of C2" in doctor.out
    assert "own (2 apps)" in doctor.out


def test_a_rotation_has_no_gap(desk: Desk) -> None:
    """The secret that Entra accepts is used, and a finding names the other one."""
    desk.customers(3)
    path = desk.path / "tenants.yaml"
    path.write_text(
        path.read_text().replace("{env: PAL_SECRET}", "[{env: PAL_NEW}, {env: PAL_OLD}]")
    )
    desk.seed(
        dict.fromkeys(range(1, 4), OURS), clients=[{"client_id": APP, "secret": "the-old-secret"}]
    )
    desk.env |= {"PAL_NEW": "the-new-secret", "PAL_OLD": "the-old-secret"}
    ran = desk.plan("--detailed-exitcode")
    (finding,) = ran.data["findings"]
    assert (ran.status, finding["code"]) == (0, "secret_refused")
    assert "signs in with {env: PAL_OLD}; {env: PAL_NEW} is not accepted" in finding["message"]
    desk.seed(
        dict.fromkeys(range(1, 4), OURS), clients=[{"client_id": APP, "secret": "the-new-secret"}]
    )
    ran = desk.plan("--detailed-exitcode")
    assert (ran.status, ran.data["findings"]) == (0, [])


ESTATE = """\
version: 1
include: [customers.csv]

partners:
  uk: {id: "4936128", name: Partner 4936128}
  us: {id: "5111222", name: Partner 5111222}
  legacy: {id: "1158331", becomes: {partner: uk, from: 2020-01-01}}

identities:
  app:
    kind: client_secret
    client_id: 6f1c0a52-8a86-4b6f-9b43-0f4c5f4f7a11
    secret: {env: PAL_SECRET}
  own:
    kind: client_secret
    client_id: per_tenant
    secret: {env: "PAL_SECRET_{KEY}"}
  alice: {kind: user, username: alice@contoso.example}

defaults:
  partner: uk
  identities: [app]
  by_tag:
    us: {partner: us}
    own: {identities: [own]}
    guest: {identities: [{identity: alice, hold: {until: 2999-01-01, reason: nobody signed in}}]}
    lighthouse: {identities: []}
    powerapps: {workload: power_platform}

tenants:
  - {name: Contoso, tenant: contoso.example, covers: ["tag:lighthouse"]}
"""


def estate() -> str:
    """Four hundred customers in two regions, some with own apps, guests or Lighthouse."""
    rows = ["name;tenant;tags;client_id;partner"]
    for n in range(1, 401):
        tags = ["us" if n % 4 == 0 else "uk"]
        app = partner = ""
        if n <= 60:
            tags.append("own")
            app = f"{n:08d}-0000-4000-8000-000000000000"
        elif n <= 80:
            tags.append("guest")
        elif n <= 180:
            tags.append("lighthouse")
        elif n <= 200:
            partner = "legacy"
        rows.append(f'Customer {n};{tenant_id(n)};"{";".join(tags)}";{app};{partner}')
    return "\n".join(rows).replace('uk";;\n', 'uk;powerapps";;\n', 1)


def test_an_estate_of_four_hundred_customers_is_a_short_file(desk: Desk) -> None:
    """Two regions, sixty own apps, twenty guests and a Lighthouse home give the expected links."""
    assert len(ESTATE.splitlines()) < 40
    (desk.path / "tenants.yaml").write_text(ESTATE)
    (desk.path / "customers.csv").write_text("\ufeff" + estate(), encoding="utf-8")
    apps = [{"client_id": f"{n:08d}-0000-4000-8000-000000000000"} for n in range(1, 61)]
    planted = [
        {"tenant": tenant_id(n), "client_id": app["client_id"], "partner_id": OURS}
        for n, app in enumerate(apps, start=1)
    ]
    planted += [
        {"tenant": tenant_id(n), "client_id": APP, "partner_id": "1158331"} for n in range(181, 201)
    ]
    desk.azure.state.reset(seed({"links": planted}))
    desk.env |= {f"PAL_SECRET_CUSTOMER_{n}": SECRET for n in range(1, 61)}
    ran = desk.plan("--concurrency", "32")
    assert (ran.status, ran.data["complete"]) == (0, False)  # the guests have not signed in
    held = [link for link in ran.data["links"] if link["action"] == "held"]
    counts = {key: count for key, count in ran.data["summary"].items() if count}
    assert (len(held), counts) == (
        20,
        {"links": 301, "none": 45, "create": 201, "update": 35, "held": 20},
    )
    us = {link["tenant"] for link in ran.data["links"] if link["wanted"]["partner_id"] == "5111222"}
    assert us == {f"Customer {n}" for n in range(4, 401, 4) if n <= 80 or n > 200}
    home = ran.link("Contoso")
    assert len(home["covers"]) == 100
    assert {link["wanted"]["partner_id"] for link in ran.data["links"][181 - 100 : 201 - 100]} == {
        OURS
    }
