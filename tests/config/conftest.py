"""A folder for tenants.yaml files, and a valid file that tests change in one place."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from reconciler.config.load import Config, load
from reconciler.core.errors import BadFile

TODAY = date(2026, 11, 23)

SOUND = """\
version: 1
cloud: public
partners:
  contoso-uk: {id: "4936128", name: Contoso Consulting UK}
  contoso-old: {id: "1158331"}
identities:
  automation:
    kind: client_secret
    client_id: 6F1C0A52-8a86-4b6f-9b43-0f4c5f4f7a11
    secret: {env: PAL_AUTOMATION_SECRET}
  alice: {kind: azure_cli}
defaults: {partner: contoso-uk, identities: [automation]}
tenants:
  - name: Fabrikam
    tenant: 2F0A1F6E-5b0c-4d3e-9c57-0d8f4a3c1b11
  - name: Northwind
    tenant: Northwind.OnMicrosoft.com
    tags: [emea, powerapps]
"""

Loader = Callable[[str], Config]
Complainer = Callable[[str], list[str]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder as the current folder: paths in errors stay short."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def loaded(folder: Path) -> Loader:
    """Write a text as tenants.yaml, and load it."""

    def write_and_load(text: str) -> Config:
        (folder / "tenants.yaml").write_text(text, encoding="utf-8")
        return load(Path("tenants.yaml"), TODAY)

    return write_and_load


@pytest.fixture
def complaints(loaded: Loader) -> Complainer:
    """Write a text as tenants.yaml, and return the reported errors."""

    def write_and_complain(text: str) -> list[str]:
        with pytest.raises(BadFile) as caught:
            loaded(text)
        return list(caught.value.complaints)

    return write_and_complain
