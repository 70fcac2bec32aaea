"""Shell completion of option values and of names in the file."""

from pathlib import Path

import pytest

from reconciler.cli.main import app

FILE = """version: 1
partners: {uk: {id: "4936128"}}
identities:
  app: {kind: client_secret, client_id: 6f1c0a52-8a86-4b6f-9b43-0f4c5f4f7a11, secret: {env: X}}
  alice: {kind: user, username: alice@contoso.com}
defaults: {partner: uk, identities: [app]}
tenants:
  - {name: Fabrikam, tenant: fabrikam.com, tags: [emea]}
  - {name: Northwind, tenant: northwind.com, tags: [apac], identities: [alice]}
"""


def complete(
    line: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    """What bash completes for the last word of a command line."""
    monkeypatch.setenv("_PAL_RECONCILE_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", f"pal-reconcile {line}")
    monkeypatch.setenv("COMP_CWORD", str(len(line.split(" "))))
    with pytest.raises(SystemExit):
        app([], prog_name="pal-reconcile", standalone_mode=False)
    shown = capsys.readouterr()
    assert shown.err == ""
    return shown.out.split()


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("apply --allow remove", ["remove-count", "remove-share"]),
        ("show --by par", ["partner", "partner_name"]),
        ("show --where sta", ["state="]),
        ("show --where state=un", ["state=unknown", "state=unreadable"]),
        ("show --where tag=", ["tag=emea", "tag=apac"]),
        ("plan --only Fab", ["Fabrikam"]),
        ("plan --exclude tag:", ["tag:emea", "tag:apac"]),
        ("plan --only identity:", ["identity:app", "identity:alice"]),
        ("plan --only partner:", ["partner:uk"]),
        ("plan -c other.yaml --only Fab", []),
        ("login al", ["alice"]),
        ("login app", []),
        ("discover --identity a", ["app", "alice"]),
        ("validate --explain No", ["Northwind"]),
        ("history show Nor", ["Northwind"]),
        ("plan --format j", ["json"]),
        ("help-me", []),
    ],
)
def test_values_are_completed(
    line: str,
    offered: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Guards, fields, selectors, identities and formats; nothing without a readable file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tenants.yaml").write_text(FILE)
    assert complete(line, capsys, monkeypatch) == offered
