"""Wrong usage: one error in plain words, what the option takes, and where to find help."""

from pathlib import Path

import pytest

from reconciler.cli.main import run


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("plan --format xml", "--format takes one of table, json, markdown, csv, html, not 'xml'"),
        ("doctor --format html", "--format takes one of table, json, markdown, csv, not 'html'"),
        ("plan --log-level loud", "--log-level takes one of debug, info, warning, error, not "
         "'loud'"),
        ("plan --concurrency 0", "--concurrency takes a number from 1 to 1024, not '0'"),
        ("plan --concurrency many", "--concurrency takes a number from 1 to 1024, not 'many'"),
        ("plan --deadline -1", "--deadline takes a number from 0 to 604800, not '-1'"),
        ("plan --deadline inf", "--deadline takes a number from 0 to 604800, not 'inf'"),
        ("nightly --splay inf", "--splay takes a number from 0 to 604800, not 'inf'"),
        ("plan --at=", "--at has an empty value"),
        ("plan --only", "--only needs a value"),
        ("plan --foo", "plan has no option --foo"),
        ("-c x.yaml plan", "pal-reconcile has no option -c; options follow the command: "),
        ("--verison", "pal-reconcile has no option --verison; did you mean --version?"),
        ("plan --fromat json", "plan has no option --fromat; did you mean --format?"),
        ("validate --verbose", "validate has no option --verbose"),
        ("plan extra", "plan does not take the argument extra"),
        ("schema a b", "schema does not take the argument a b"),
        ("plann", "plann is not a command; did you mean plan?"),
        ("frobnicate", "frobnicate is not a command"),
        ("journal verfy", "verfy is not a command; did you mean verify?"),
        ("login", "login needs IDENTITY"),
        ("report", "report needs --out"),
        ("apply --allow everything", "--allow everything is not a guard"),
    ],
)  # fmt: skip
def test_the_message_is_plain(line: str, error: str, capsys: pytest.CaptureFixture[str]) -> None:
    """64, nothing on stdout, and the first line of stderr begins with the error."""
    assert run(line.split()) == 64
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.splitlines()[0].startswith(f"error: {error}")
    assert "Value error" not in shown.err


@pytest.mark.parametrize("option", ["--at", "--out", "--since", "--only", "-c", "--deadline"])
def test_an_empty_value_is_wrong_usage(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    """An unset variable in a script must not turn an option off."""
    assert run(["plan", option, ""]) == 64
    assert f"{option} has an empty value" in capsys.readouterr().err


FILE = """version: 1
partners: {uk: {id: "4936128"}}
identities:
  app: {kind: client_secret, client_id: 6f1c0a52-8a86-4b6f-9b43-0f4c5f4f7a11, secret: {env: X}}
  the alice: {kind: user, username: alice@contoso.com}
defaults: {partner: uk, identities: [app]}
tenants:
  - {name: Fabrikam 3, tenant: fabrikam.com, tags: [big ones]}
  - {name: Contoso & Co. (contoso.com), tenant: contoso.com, identities: [the alice]}
"""


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("history Fabrikam 3", "; quote the name: 'Fabrikam 3'"),
        ("history show fabrikam 3", "; quote the name: 'Fabrikam 3'"),
        ("history Contoso & Co. (contoso.com)", "; quote the name: 'Contoso & Co. (contoso.com)'"),
        ("login the alice", "; quote the name: 'the alice'"),
        ("login alice --tenant Fabrikam 3", "; quote the name: 'Fabrikam 3'"),
        ("plan --only tag:x --only tag:big ones -q", "; quote the name: 'tag:big ones'"),
        ("attest my report.json", "; quote the name: 'my report.json'"),
        ("apply my report.json --yes", "; quote the name: 'my report.json'"),
        ("history Fabrikam 3/app", "; quote LINK if it contains spaces"),
        ("history Former Customer", "; quote LINK if it contains spaces"),
        ("history Fabrikam 3 -c none.yaml", ""),
        ("plan --only Fabrikam 4", ""),
        ("apply one.json two.json", ""),
        ("plan extra", ""),
    ],
)
def test_a_name_without_quotes_is_recognised(
    line: str,
    hint: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """If the words are a name in the file, or a file, the message shows it in quotes."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tenants.yaml").write_text(FILE)
    (tmp_path / "my report.json").write_text("{}")
    assert run(line.split()) == 64
    first = capsys.readouterr().err.splitlines()[0]
    assert "does not take the argument" in first
    assert first.partition("; ")[2] == hint.removeprefix("; ")
