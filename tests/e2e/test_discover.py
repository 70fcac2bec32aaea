"""`discover`: a new file from what Azure has, or additions to an existing file."""

import sys
from pathlib import Path

import pytest

from tests.e2e.command import APP, FOREIGN, OLD, OURS, Desk, Ran, tenant_id

IDENTITIES = f"""\
version: 1
identities:
  app: {{kind: client_secret, client_id: {APP}, secret: {{env: PAL_SECRET}}}}
"""


def begin(desk: Desk, more: str = "") -> Path:
    """A file with an identity and no tenants yet."""
    path = desk.path / "tenants.yaml"
    path.write_text(IDENTITIES + more, encoding="utf-8")
    return path


def export(desk: Desk, count: int) -> None:
    """Customers as Partner Center exports them."""
    rows = "".join(
        f"{tenant_id(n)},Customer {n},c{n}.onmicrosoft.com,Cloud Reseller,\r\n"
        for n in range(1, count + 1)
    )
    header = "Microsoft ID,Company name,Primary domain name,Relationship,Tags\r\n"
    (desk.path / "Customers.csv").write_bytes(b"\xef\xbb\xbf" + (header + rows).encode())


def names(text: str) -> list[str]:
    """The tenants' names of a file, in order, also those in comments."""
    return [line.partition("name: ")[2] for line in text.splitlines() if "- name: " in line]


def in_sync(desk: Desk, name: str) -> Ran:
    """Plan over that file; it must be in sync and every link readable."""
    ran = desk.run("plan", "-c", name, "--detailed-exitcode", "--format", "json")
    assert ran.status == 0, ran.out + ran.err
    return ran


def test_customers_with_equal_names_are_told_apart_as_in_init(desk: Desk) -> None:
    """Each has its domain, whatever their order, and also the one that is added later."""
    begin(desk)
    rows = [
        f"{tenant_id(1)},Contoso,contoso-retail.onmicrosoft.com\n",
        f"{tenant_id(2)},Fabrikam,fabrikam.example\n",
        f"{tenant_id(3)},Contoso,contoso-logistics.onmicrosoft.com\n",
    ]
    table = desk.path / "Customers.csv"
    header = "Microsoft ID,Company name,Primary domain name\n"
    table.write_text(header + "".join(rows))
    desk.seed({1: OURS, 2: OURS}, clients=[{"client_id": APP, "absent_from": [tenant_id(3)]}])
    listed = ("discover", "--tenants-from", "Customers.csv", "-q")
    assert desk.run(*listed, "--out", "found.yaml").status == 4
    started = desk.run(
        *("init", "--tenants-from", "Customers.csv", "--partner", OURS, "--client-id", APP),
        *("--out", "first.yaml"),
    )
    assert started.status == 0, started.err
    found, first = (names((desk.path / each).read_text()) for each in ("found.yaml", "first.yaml"))
    assert found == first
    assert first == [
        "Contoso (contoso-retail.onmicrosoft.com)",
        "Fabrikam",
        "Contoso (contoso-logistics.onmicrosoft.com)",
    ]
    desk.seed({1: OURS, 2: OURS, 3: OURS})
    assert desk.run(*listed, "--update", "found.yaml").status == 0
    assert desk.run("show", "-c", "found.yaml", "--only", first[2]).status == 0


def test_three_hundred_customers_become_a_file_that_is_in_sync(desk: Desk) -> None:
    """Linked tenants keep their ID, others are unmanaged, unreadable ones become comments."""
    begin(desk)
    export(desk, 300)
    desk.seed(
        {n: OLD if n % 7 == 0 else OURS for n in range(1, 291)},
        clients=[{"client_id": APP, "absent_from": [tenant_id(n) for n in (5, 300)]}],
    )
    ran = desk.run(
        *("discover", "--identity", "app", "--tenants-from", "Customers.csv"),
        *("--out", "found.yaml", "--format", "json"),
    )
    assert ran.status == 4
    assert (
        "new for found.yaml: 300 tenants, 289 linked, 9 not linked, 2 could not be read" in ran.err
    )
    assert ran.link("Customer 5")["problem"]["code"] == "app_not_in_tenant"
    summary = in_sync(desk, "found.yaml").data["summary"]
    assert (summary["links"], summary["none"], summary["unmanaged"]) == (298, 289, 9)
    text = (desk.path / "found.yaml").read_text()
    assert "# not read as app: app_not_in_tenant: AADSTS700016" in text
    assert f"  # - name: Customer 5\n  #   tenant: {tenant_id(5)}\n" in text
    assert desk.requests("create", "update", "remove") == []


def test_tenants_that_are_not_linked_can_want_a_partner(desk: Desk) -> None:
    """With --partner, they are written as wanting it; links to other IDs stay as they are."""
    begin(desk)
    export(desk, 6)
    absent = [{"client_id": APP, "absent_from": [tenant_id(6)]}]
    desk.seed({1: OURS, 2: FOREIGN}, clients=absent)
    ran = desk.run(
        *("discover", "--tenants-from", "Customers.csv", "--partner", OURS),
        *("--out", "found.yaml", "--format", "json"),
    )
    assert ran.status == 4, ran.err
    assert f"3 not linked: written as wanting partner ID {OURS}" in ran.err
    planned = desk.plan("-c", "found.yaml")
    assert list(planned.actions.values()) == ["none", "none", "create", "create", "create"]
    assert {link["wanted"]["partner_id"] for link in planned.data["links"]} == {OURS, FOREIGN}
    text = (desk.path / "found.yaml").read_text()
    assert "  # - name: Customer 6\n" in text
    assert "    state: unmanaged" not in text


def test_a_partner_is_added_by_alias_to_an_existing_file(desk: Desk) -> None:
    """The alias must be one of the file; a foreign link stays unmanaged."""
    begin(
        desk,
        f'partners: {{uk: {{id: "{OURS}"}}, old: {{id: "{OLD}"}}}}\n'
        f"tenants:\n  - {{name: First, tenant: {tenant_id(1)}, partner: old, identities: [app]}}\n",
    )
    export(desk, 4)
    desk.seed({3: FOREIGN})
    update = ("discover", "--update", "tenants.yaml", "--tenants-from", "Customers.csv", "-q")
    for wrong in ("fr", FOREIGN, "12a"):
        ran = desk.run(*update, "--partner", wrong)
        assert ran.status == 64
        assert f"uk ({OURS}), old ({OLD}); add it there first" in ran.err
    assert desk.requests("token") == []
    assert desk.run(*update, "--partner", "uk").status == 0
    planned = desk.plan()
    assert planned.actions == {
        "First": "create",
        "Customer 2": "create",
        "Customer 3": "unmanaged",
        "Customer 4": "create",
    }
    assert planned.link("Customer 4")["wanted"]["partner_id"] == OURS


def test_before_customers_add_the_app_nothing_is_written(desk: Desk) -> None:
    """The message names the command that writes a file without Azure."""
    begin(desk)
    export(desk, 3)
    absent = [tenant_id(n) for n in (1, 2, 3)]
    desk.seed(clients=[{"client_id": APP, "absent_from": absent}])
    ran = desk.run("discover", "--tenants-from", "Customers.csv", "--out", "found.yaml")
    assert ran.status == 4
    assert "pal-reconcile init --tenants-from FILE --partner ID --client-id GUID" in ran.err
    assert not (desk.path / "found.yaml").exists()


def test_an_update_adds_what_is_new_and_nothing_else(desk: Desk) -> None:
    """All other bytes stay, and a tenant that the file lists by domain is not added again."""
    export(desk, 4)
    desk.seed(
        {1: OURS, 2: OURS, 3: FOREIGN},
        tenants=[
            {"tenant": tenant_id(n), "domains": [f"c{n}.onmicrosoft.com", f"c{n}.example"]}
            for n in range(1, 6)
        ],
        partners={OURS: "Contoso Consulting UK", FOREIGN: "Somebody Else"},
    )
    path = begin(
        desk,
        f'partners: {{uk: {{id: "{OURS}"}}}}   # ours\n'
        "defaults: {partner: uk, identities: [app]}\n"
        "# our customers\ntenants:\n"
        "  - {name: First, tenant: c1.example}   # by a domain that the export does not have\n\n"
        "# the end\n",
    )
    before = path.read_bytes()
    ran = desk.run(
        *("discover", "--update", "tenants.yaml", "--tenants-from", "Customers.csv", "-q")
    )
    assert ran.status == 0
    assert "it already lists 1" in ran.err
    after = path.read_bytes()
    head, tail = before.split(b"\n\n# the end")
    assert (after.startswith(head), after.endswith(b"\n\n# the end" + tail)) == (True, True)
    added = after.decode()[len(head) : len(after) - len(b"\n\n# the end" + tail)]
    assert added.split("\n") == [
        "",
        "  - name: Customer 2",
        f"    tenant: {tenant_id(2)}",
        "  - name: Customer 3",
        f"    tenant: {tenant_id(3)}",
        "    state: unmanaged  # linked to 9999999 (Somebody Else), "
        "which is not in the partners: list",
        "  - name: Customer 4",
        f"    tenant: {tenant_id(4)}",
        "    state: unmanaged  # not linked",
    ]
    in_sync(desk, "tenants.yaml")
    again = desk.run("discover", "--update", "tenants.yaml", "--tenants-from", "Customers.csv")
    assert (again.status, path.read_bytes()) == (0, after)


def test_an_update_says_which_domain_may_be_a_new_tenant(desk: Desk) -> None:
    """A domain that Entra does not resolve could lead to a tenant that is added by its GUID."""
    entry = "{name: Northwind, tenant: northwind.example, identities: [app], state: unmanaged}"
    path = begin(desk, f"tenants:\n  - {entry}\n")
    before = path.read_text()
    update = ("discover", "--tenants", tenant_id(1), "--update", "tenants.yaml", "-q")
    desk.seed({1: OURS}, tenants=[{"tenant": tenant_id(1), "domains": ["northwind.example"]}])
    ran = desk.run(*update)
    assert (path.read_text(), "could not be resolved" in ran.err) == (before, False)
    desk.seed({1: OURS}, tenants=[{"tenant": tenant_id(1)}])
    ran = desk.run(*update)
    assert "northwind.example could not be resolved: check that none of the new" in ran.err
    assert tenant_id(1) in path.read_text()


def test_the_azure_cli_lists_its_tenants(desk: Desk) -> None:
    """Without a file: the user signed in to `az`, over all tenants that Azure lists."""
    desk.seed(
        tenants=[
            {"tenant": tenant_id(n), "name": f"Customer {n}", "domains": [f"c{n}.example"]}
            for n in (1, 2, 3)
        ],
        users=[{"username": "alice@c1.example", "guest_in": [tenant_id(2), tenant_id(3)]}],
        faults=[
            {"operation": "token", "claims": {"idtyp": "user", "unique_name": "alice@c1.example"}}
        ],
    )
    tool = desk.path / "bin" / "az"
    tool.parent.mkdir()
    tool.write_text(
        f"#!{sys.executable}\n"
        "import json, ssl, sys, urllib.parse, urllib.request\n"
        "args = sys.argv\n"
        "tenant = args[args.index('--tenant') + 1] if '--tenant' in args else '"
        f"{tenant_id(1)}'\n"
        f"if tenant == '{tenant_id(3)}':\n    sys.exit('ERROR: AADSTS50076: MFA')\n"
        f"form = {{'grant_type': 'client_credentials', 'client_id': '{APP}',\n"
        "        'client_secret': 'x', 'scope': 'https://management.azure.com/.default'}\n"
        f"trust = ssl.create_default_context(cafile='{desk.azure.ca_path}')\n"
        f"url = '{desk.azure.endpoint}/' + tenant + '/oauth2/v2.0/token'\n"
        "body = urllib.parse.urlencode(form).encode()\n"
        "answer = json.load(urllib.request.urlopen(url, body, context=trust))\n"
        "print(json.dumps({'accessToken': answer['access_token'], 'expires_on': 4102444800}))\n"
    )
    tool.chmod(0o755)
    path = f"{tool.parent}:/usr/bin:/bin"
    ran = desk.run("discover", "--out", "found.yaml", "--format", "json", PATH=path)
    assert ran.status == 4, ran.err
    states = {link["tenant"]: link["observed"]["state"] for link in ran.data["links"]}
    assert states == {
        "Customer 1": "not_linked",
        "Customer 2": "not_linked",
        "Customer 3": "unknown",
    }
    assert ran.link("Customer 3")["problem"]["code"] == "person_needed"
    planned = desk.run("plan", "-c", "found.yaml", "--detailed-exitcode", PATH=path)
    assert planned.status == 0
    assert desk.run("discover", PATH="/nonexistent").status == 1


def test_a_person_signs_in_before_any_file_lists_tenants(desk: Desk) -> None:
    """`login` at home, then `discover`: each unread tenant names the command to run."""
    alice = "alice@c1.example"
    desk.env |= {"HOME": str(desk.path), "DBUS_SESSION_BUS_ADDRESS": ""}
    desk.seed(
        tenants=[{"tenant": tenant_id(n), "domains": [f"c{n}.example"]} for n in (1, 2)],
        users=[{"username": alice}],
        approve_as=alice,
        device_code_interval_s=1,
    )
    (desk.path / "tenants.yaml").write_text(
        f"version: 1\nidentities: {{alice: {{kind: user, username: {alice}, unattended: true}}}}\n"
    )
    early = desk.run("discover", "--identity", "alice")
    assert early.status == 1
    assert "pal-reconcile login alice --tenant c1.example" in early.err
    login = ("login", "alice", "--device-code", "--allow-plaintext-cache", "--tenant")
    assert desk.run(*login, "c1.example").status == 0
    ran = desk.run("discover", "--out", "found.yaml", "--format", "json")
    assert (ran.status, len(ran.data["links"])) == (4, 2)
    assert "pal-reconcile login alice --tenant" in ran.link("c2.example")["problem"]["hint"]
    in_sync(desk, "found.yaml")
    assert desk.run(*login, tenant_id(2)).status == 0
    assert desk.run("discover", "-c", "found.yaml", "--update", "found.yaml").status == 0
    assert len(in_sync(desk, "found.yaml").data["links"]) == 2


@pytest.mark.parametrize(
    ("arguments", "status", "expected"),
    [
        (
            ("--out", "a.yaml", "--update", "tenants.yaml"),
            64,
            "--out and --update exclude",
        ),
        (("--out", "tenants.yaml", "--tenants", "a.example"), 64, "is left as it is; add to it"),
        (("--update", "tenants.yaml", "--force"), 64, "--force needs --out"),
        (("--out", "a.yaml"), 64, "app cannot list its tenants"),
        (
            ("--identity", "bob", "--tenants", "a.example"),
            64,
            "bob is not an identity; tenants.yaml has",
        ),
        (("--tenants", "common"), 64, 'tenant "common" is a sign-in endpoint'),
        (("--tenants-from", "none.csv"), 78, "none.csv:1:1: there is no such file"),
        (
            ("--tenants", "a.example", "--out", "no/such/a.yaml"),
            64,
            "cannot write no/such/a.yaml",
        ),
        (("-c", "none.yaml", "--tenants", "a.example"), 78, "none.yaml:1:1: there is no such file"),
        (
            ("--tenants", "a.example", "--update", "other.yaml"),
            64,
            "other.yaml does not define identity app",
        ),
    ],
)
def test_wrong_usage_is_reported_in_one_line(
    desk: Desk, arguments: tuple[str, ...], status: int, expected: str
) -> None:
    """Nothing is written, and no existing file is changed."""
    before = begin(desk).read_bytes()
    (desk.path / "other.yaml").write_text("version: 1\nidentities: {me: {kind: azure_cli}}\n")
    given = ("-c", "tenants.yaml") if "other.yaml" in arguments else ()
    ran = desk.run("discover", *given, *arguments)
    assert (ran.status, expected in ran.err, ran.err.count("\n")) == (status, True, 1), ran.err
    assert (desk.path / "tenants.yaml").read_bytes() == before
    assert not (desk.path / "a.yaml").exists()


def test_force_overwrites(desk: Desk) -> None:
    """An existing file is overwritten only with --force."""
    path = begin(desk)
    desk.seed({1: OURS})
    ran = desk.run("discover", "--tenants", tenant_id(1), "--out", "tenants.yaml", "--force")
    assert (ran.status, "defaults:" in path.read_text()) == (0, True)
    in_sync(desk, "tenants.yaml")


def test_a_tenant_that_the_file_has_without_the_identity_is_named(desk: Desk) -> None:
    """Existing entries are never changed; the user adds the identity."""
    path = begin(
        desk,
        "  other: {kind: azure_cli}\ntenants:\n"
        f"  - {{name: First, tenant: {tenant_id(1)}, identities: [other], state: unmanaged}}\n",
    )
    before = path.read_bytes()
    ran = desk.run(
        *("discover", "--identity", "app", "--tenants", tenant_id(1), "--update", "tenants.yaml")
    )
    assert (ran.status, path.read_bytes()) == (0, before)
    assert "the file lists them without app: First; to manage these links" in ran.err


def test_an_own_app_for_each_customer_cannot_discover(desk: Desk) -> None:
    """Only the file, which does not exist yet, says which app belongs to which customer."""
    (desk.path / "tenants.yaml").write_text(
        "version: 1\nidentities:\n"
        "  app: {kind: client_secret, client_id: per_tenant, secret: {env: 'PAL_{KEY}'}}\n"
    )
    ran = desk.run("discover", "--tenants", "a.example")
    assert (ran.status, "app is another app in each tenant" in ran.err) == (64, True), ran.err
