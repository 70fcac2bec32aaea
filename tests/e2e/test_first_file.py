"""`init --tenants-from`: from a customer list to a first plan, with the secret as the only edit."""

from pathlib import Path

import pytest

from tests.e2e.command import APP, OURS, SECRET, Desk, tenant_id

LINK = ("--partner", OURS, "--client-id", APP)


def export(
    desk: Desk, count: int, header: str = "Microsoft ID,Company name,Primary domain name"
) -> None:
    """Customers as Partner Center exports them."""
    rows = "".join(
        f"{tenant_id(n)},Customer {n},c{n}.onmicrosoft.com,Reseller\r\n"
        for n in range(1, count + 1)
    )
    text = f"{header},Relationship\r\n{rows}"
    (desk.path / "Customers.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())


def files(desk: Desk) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in desk.path.iterdir() if path.is_file()}


def test_four_hundred_customers_become_a_first_plan(desk: Desk) -> None:
    """The file is valid as written, offline; plan then creates each link."""
    export(desk, 400)
    desk.seed()
    ran = desk.run("init", "--tenants-from", "Customers.csv", *LINK, "--partner-name", "Contoso")
    assert ran.status == 0, ran.err
    assert "Unused columns of Customers.csv: Relationship." in ran.err
    assert "Wrote tenants.yaml and tenants.csv: 400 customers" in ran.err
    assert "Set PAL_AUTOMATION_SECRET to the client secret. To compare with Azure, run:" in ran.err
    assert desk.requests() == []
    assert desk.run("validate", "--without-secrets").status == 0
    ran = desk.run("plan", "--format", "json", PAL_AUTOMATION_SECRET=SECRET)
    assert ran.status == 0, ran.err
    assert ran.data["summary"]["create"] == 400
    assert ran.data["links"][0]["wanted"]["partner_id"] == OURS


@pytest.mark.parametrize("existing", ["tenants.yaml", "tenants.csv"])
def test_an_existing_file_is_never_overwritten(desk: Desk, existing: str) -> None:
    """64, and neither of the two files is written."""
    export(desk, 60)
    (desk.path / existing).write_text("mine")
    before = files(desk)
    ran = desk.run("init", "--tenants-from", "Customers.csv", *LINK)
    assert (ran.status, files(desk)) == (64, before)
    assert f"{existing} exists and is left as it is" in ran.err
    assert ("in another folder" in ran.err) is (existing == "tenants.csv")


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (("--partner", OURS), "--tenants-from needs --client-id"),
        (("--partner", "12a", "--client-id", APP), '--partner "12a" is not a partner ID'),
        (("--partner", OURS, "--client-id", SECRET), "--client-id is not a GUID"),
        ((*LINK, "--partner-name", " x"), '--partner-name " x" starts or ends with a space'),
        ((*LINK, "--partner-name", f"abc8Q~{SECRET}"), "--partner-name looks like a secret"),
        ((*LINK, "--out", "a.yaml", "-c", "b.yaml"), "--out and --config both name the file"),
        ((*LINK, "--out", "nowhere/a.yaml"), "cannot write"),
    ],
)
def test_an_option_that_is_wrong_is_64(desk: Desk, options: tuple[str, ...], error: str) -> None:
    """The message names the option, and never repeats a value that may be a secret."""
    export(desk, 3)
    before = files(desk)
    ran = desk.run("init", "--tenants-from", "Customers.csv", *options)
    assert (ran.status, files(desk)) == (64, before)
    assert error in ran.err
    assert SECRET not in ran.err


def test_options_of_a_list_need_the_list(desk: Desk) -> None:
    """Without --tenants-from they would be ignored."""
    ran = desk.run("init", *LINK)
    assert ran.status == 64
    assert "--partner and --client-id need --tenants-from FILE" in ran.err
    assert not (desk.path / "tenants.yaml").exists()


def test_every_wrong_option_is_reported_at_once(desk: Desk) -> None:
    """One line for each, so that one edit of the command line corrects all."""
    export(desk, 3)
    (desk.path / "a.yaml").write_text("mine")
    options = ("--partner", "12a", "--partner-name", " x", "--out", "a.yaml", "-c", "b.yaml")
    ran = desk.run("init", "--tenants-from", "Customers.csv", *options)
    assert ran.status == 64
    starts = ("--out and", "--tenants-from needs", "--partner ", "--partner-name ", "a.yaml exists")
    lines = ran.err.splitlines()
    assert len(lines) == len(starts)
    for line, start in zip(lines, starts, strict=True):
        assert line.startswith(f"error: {start}")


@pytest.mark.parametrize(
    ("header", "rows", "error"),
    [
        ("Tenant ID,Directory ID", f"{tenant_id(1)},{tenant_id(2)}", "several columns could name"),
        ("Name,Phone", "Fabrikam,123", "no column has the tenants"),
        ("Name,Tenant", "Fabrikam,common", "is a sign-in endpoint"),
        ("Name,Tenant", f"abc8Q~{'x' * 34},{tenant_id(1)}", "a cell that looks like a secret"),
        ("Name,Tenant", "", "no tenants are listed"),
    ],
)
def test_a_list_that_is_not_clear_is_78(desk: Desk, header: str, rows: str, error: str) -> None:
    """Nothing is guessed and nothing is written; the message names the place."""
    (desk.path / "list.csv").write_text(f"{header}\n{rows}\n")
    ran = desk.run("init", "--tenants-from", "list.csv", *LINK)
    assert (ran.status, [*files(desk)]) == (78, ["list.csv"])
    assert ran.err.startswith("list.csv:")
    assert error in ran.err
    assert "8Q~" not in ran.err


def test_the_customers_column_is_used(desk: Desk) -> None:
    """Of two tenant columns, the one whose heading says customer; joined rows are a warning."""
    home = tenant_id(99)
    (desk.path / "gdap.csv").write_text(
        "Partner tenant ID,Customer tenant ID,Customer,Role\n"
        f"{home},{tenant_id(1)},Fabrikam,A\n{home},{tenant_id(1)},Fabrikam,B\n"
        f"{home},{tenant_id(2)},Northwind,A\n"
    )
    ran = desk.run("init", "--tenants-from", "gdap.csv", *LINK, "--out", "sub.yaml")
    assert ran.status == 0
    assert "warning: gdap.csv: 3 rows became 2 tenants: several rows name Fabrikam" in ran.err
    text = Path(desk.path / "sub.yaml").read_text()
    assert text.endswith(
        f"tenants:\n  - name: Fabrikam\n    tenant: {tenant_id(1)}\n"
        f"  - name: Northwind\n    tenant: {tenant_id(2)}\n"
    )
