"""An error from Azure that repeats the request: its secret and token are stored nowhere."""

import base64
import json
from urllib.parse import quote

import pytest

from tests.e2e.command import APP, OLD, OURS, Desk, tenant_id
from tests.e2e.test_secrecy import kept

SECRET = 'Contoso~"8\\ü& secret'.replace(" ", "-")
OTHER = "secret-of-a-proxy-that-nobody-here-knows"
JWT = "eyJhbGciOiJub25lIn0.eyJ0aWQiOiJmYWJyaWthbSJ9.c2lnbmF0dXJl"

ECHOES = {
    "form": f"unknown field in client_id={APP}&client_secret={quote(SECRET, safe='')}&scope=x",
    "as is": f"bad value {SECRET} in the request",
    "json": f"bad value {json.dumps(SECRET)}",
    "base64": base64.b64encode(f"{APP}:{SECRET}".encode()).decode(),
    "unknown": f"client_secret={OTHER}; Authorization: Bearer {JWT}",
}


def forms(secret: str) -> list[bytes]:
    """The forms in which a secret can appear in a file."""
    inside = base64.b64encode(f"{APP}:{secret}".encode()).decode()
    written = (secret, quote(secret, safe=""), json.dumps(secret)[1:-1], inside[-20:-4])
    return [text.encode() for text in written]


@pytest.mark.parametrize(
    ("operation", "echoes"),
    [("token", list(ECHOES)), ("read", list(ECHOES)), ("update", ["as is", "unknown"])],
)
def test_a_repeated_secret_is_removed(desk: Desk, operation: str, echoes: list[str]) -> None:
    """From the report, the saved plan, the journal, the history, the log and the page."""
    desk.env["PAL_SECRET"] = SECRET
    desk.seed(dict.fromkeys(range(1, 7), OLD))
    desk.customers(6)
    for number, echo in enumerate(echoes, start=1):
        fault = {"status": 400, "code": "invalid_request", "message": f"before {ECHOES[echo]}."}
        desk.azure.state.add_fault({"operation": operation, "tenant": tenant_id(number), **fault})
    runs = [
        desk.run("plan", "--out", "plan.json", "--log-format=json", "--log-level=debug"),
        desk.run("nightly", "--repair", "--report", "report.html", "--format=json"),
        desk.run("show", "--format=html"),
        desk.run("evidence", "--only", "C1", "--out", "evidence"),
        desk.run("doctor"),
    ]
    everything = "".join(ran.out + ran.err for ran in runs).encode() + kept(desk)
    assert b"[hidden]" in everything
    assert b"before " in everything
    assert OURS.encode() in everything
    for hidden in (*forms(SECRET), OTHER.encode(), JWT.encode()):
        assert hidden not in everything, hidden
    assert desk.run("journal", "verify").status == 0
