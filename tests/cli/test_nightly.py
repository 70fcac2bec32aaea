"""Internal errors of a nightly run are reported like any other failure."""

import json
from pathlib import Path

import pytest

from reconciler.cli.flows import nightly
from reconciler.cli.main import run
from tests.receivers import listening

FILE = """version: 1
identities: {me: {kind: azure_cli}}
heartbeat: {env: PAL_HEARTBEAT}
notify: [{to: {env: PAL_NOTIFY}}]
tenants: [{name: Fabrikam, tenant: fabrikam.com, identities: [me], partner: "4936128"}]
"""


def test_an_internal_error_is_reported_to_heartbeat_and_subscribers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check gets status 1, the subscriber a failed run; then the error is raised."""

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr(nightly, "read_file", broken)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tenants.yaml").write_text(FILE)
    with listening() as receiver:
        monkeypatch.setenv("PAL_HEARTBEAT", f"{receiver.url}/ping")
        monkeypatch.setenv("PAL_NOTIFY", receiver.url.replace("http://", "json://") + "/notify")
        monkeypatch.setenv("PAL_RECONCILE_STATE_DIR", str(tmp_path / "state"))
        with pytest.raises(ZeroDivisionError):
            run(["nightly", "-q"])
        assert [path.rstrip("/") for path in receiver.paths] == [
            "/ping/start",
            "/notify",
            "/ping/1",
        ]
        assert json.loads(receiver.got[1][1])["title"] == "pal-reconcile: the run failed"
