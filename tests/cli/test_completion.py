"""Shell completion of subcommands, option values and names in the file."""

import re
from pathlib import Path

import pytest

from reconciler.cli.main import run

FILE = """version: 1
partners: {uk: {id: "4936128"}}
identities:
  app: {kind: client_secret, client_id: 6f1c0a52-8a86-4b6f-9b43-0f4c5f4f7a11, secret: {env: X}}
  alice: {kind: user, username: alice@contoso.com}
defaults: {partner: uk, identities: [app]}
tenants:
  - {name: Fabrikam, tenant: fabrikam.com, tags: [emea]}
  - {name: Contoso & Co. (nw.com), tenant: contoso.com}
  - {name: O'Brien $(id) \\`id`, tenant: northwind.com, tags: [apac], identities: [alice]}
"""


def complete(
    line: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    """What bash completes for the last word of a command line. It splits words at : = and @."""
    words = [
        piece
        for word in re.findall(r"(?:[\"'].*|\\.|[^ ])+|(?<= )$", line)
        for piece in ([word] if word[:1] in ("'", '"') else re.findall("[:=@]+|[^:=@]+|^$", word))
    ]
    monkeypatch.setenv("_PAL_RECONCILE_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "\n".join(["pal-reconcile", *words]))
    monkeypatch.setenv("COMP_CWORD", str(len(words)))
    assert run([]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    return [line for line in shown.out.splitlines() if line]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("apply --allow remove", ["remove-count", "remove-share"]),
        ("show --by par", ["partner", "partner_name"]),
        ("show --where sta", ["state="]),
        ("show --where state=un", ["unknown", "unreadable"]),
        ("show --where tag=", ["emea", "apac"]),
        ("plan --only Fab", ["Fabrikam"]),
        ("plan --exclude tag:", ["emea", "apac"]),
        ("plan --only=tag:e", ["emea"]),
        ("plan --only identity:", ["app", "alice"]),
        ("plan --only partner:", ["uk"]),
        ("plan -c other.yaml --only Fab", []),
        ("login al", ["alice"]),
        ("login app", []),
        ("discover --identity a", ["app", "alice"]),
        ("validate --explain Fa", ["Fabrikam"]),
        ("history show Fa", ["Fabrikam"]),
        ("history Fa", ["Fabrikam"]),
        ("history re", ["rebuild"]),
        ("history -c other.yaml re", []),
        ("history --si", ["--since"]),
        ("journal ", ["verify"]),
        ("help jo", ["journal"]),
        ("plan --format j", ["json"]),
        ("plan --format=j", ["json"]),
        ("help-me", []),
        ("plan --only Con", [r"Contoso\ \&\ Co.\ \(nw.com\)"]),
        (r"plan --only Contoso\ \&", [r"Contoso\ \&\ Co.\ \(nw.com\)"]),
        ("plan --only 'Contoso &", ["Contoso & Co. (nw.com)"]),
        ("plan --only O", [r"O\'Brien\ \$\(id\)\ \\\`id\`"]),
        ("plan --only 'O", [r"O'\''Brien $(id) \`id`"]),
        ('plan --only "O', [r"O'Brien \$(id) \\\`id\`"]),
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


def test_zsh_gets_no_name_that_it_would_evaluate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its script evaluates what is offered: a name in the file must not run as a command."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tenants.yaml").write_text(FILE)
    monkeypatch.setenv("_PAL_RECONCILE_COMPLETE", "complete_zsh")
    monkeypatch.setenv("_TYPER_COMPLETE_ARGS", "pal-reconcile history ")
    with pytest.raises(SystemExit):
        run([])
    shown = capsys.readouterr().out
    assert '"Contoso & Co. (nw.com)"' in shown
    assert '"rebuild"' in shown
    assert "Brien" not in shown
    assert "(id)" not in shown


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("", ["Fabrikam", "'Contoso & Co. (nw.com)'", r"'O''Brien $(id) \`id`'", "tag:emea"]),
        ("Con", ["'Contoso & Co. (nw.com)'"]),
        ("'Con", ["'Contoso & Co. (nw.com)'"]),
        ("O", [r"'O''Brien $(id) \`id`'", "'O\u2019\u2019Neil; id'"]),
    ],
)
def test_powershell_gets_names_in_quotes(
    typed: str,
    offered: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It inserts what is offered as it is: a name in the file must not run as a command."""
    monkeypatch.chdir(tmp_path)
    more = "  - {name: O\u2019Neil; id, tenant: x.com}\n  - {name: 'O:::x', tenant: y.com}\n"
    (tmp_path / "tenants.yaml").write_text(FILE + more)
    monkeypatch.setenv("_PAL_RECONCILE_COMPLETE", "complete_powershell")
    monkeypatch.setenv("_TYPER_COMPLETE_ARGS", f"pal-reconcile plan --only {typed}")
    monkeypatch.setenv("_TYPER_COMPLETE_WORD_TO_COMPLETE", typed)
    assert run([]) == 0
    found = [line.partition(":::")[0] for line in capsys.readouterr().out.splitlines()]
    assert [word for word in found if word in offered] == offered
    assert not typed or found == offered
