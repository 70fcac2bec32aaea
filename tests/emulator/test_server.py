"""Start and stop of the emulator."""

from __future__ import annotations

import gc
import os
import signal
import socket
import ssl
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import requests

from reconciler.emulator.seed.fields import BadSeed
from reconciler.emulator.seed.seed import Seed
from reconciler.emulator.server import Emulator, serve
from reconciler.emulator.state.clock import Clock
from tests.emulator.caller import CONTOSO, Caller

SERVE = """
import sys
from pathlib import Path
from reconciler.emulator.server import serve

def ready(endpoint, ca_path):
    print(endpoint, ca_path, flush=True)

serve(ready, seed=Path(sys.argv[1]), ca_dir=Path(sys.argv[2]))
print("stopped")
"""


def test_the_emulator_listens_inside_its_block() -> None:
    """After the block the port is closed, and the private directory is removed."""
    with Emulator() as azure:
        with Caller(azure.endpoint, azure.ca_path) as caller:
            assert caller.arm("GET").status_code == 404
        ca_path = azure.ca_path
        mode = stat.S_IMODE(ca_path.parent.stat().st_mode)
        assert (ca_path.is_file(), mode) == (True, 0o700)
    assert not ca_path.parent.exists()
    with pytest.raises(requests.ConnectionError):
        requests.get(azure.endpoint, timeout=2)


def test_only_tls_on_loopback_is_served(azure: Emulator) -> None:
    """Without its CA the certificate is not trusted; plain HTTP gets no answer."""
    with Caller(azure.endpoint, azure.ca_path) as caller:
        caller.session.verify = True
        with pytest.raises(requests.exceptions.SSLError):
            caller.send("GET", "/metadata/endpoints")
    with pytest.raises(requests.ConnectionError):
        requests.get(azure.endpoint.replace("https", "http"), timeout=2)
    assert azure.endpoint.startswith("https://127.0.0.1:")


def test_the_host_name_may_be_localhost(azure: Emulator) -> None:
    """The certificate is valid for the name and the address."""
    context = ssl.create_default_context(cafile=str(azure.ca_path))
    port = int(azure.endpoint.rpartition(":")[2])
    with (
        socket.create_connection(("127.0.0.1", port), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as wrapped,
    ):
        assert wrapped.version() == "TLSv1.3"


def test_the_ca_is_written_to_a_given_directory_without_a_key(tmp_path: Path) -> None:
    """The directory is created, gets only the CA's certificate, and stays."""
    with Emulator(ca_dir=tmp_path / "new") as azure:
        assert azure.ca_path == tmp_path / "new" / "ca.pem"
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["ca.pem"]
    assert "PRIVATE" not in azure.ca_path.read_text()


def test_a_taken_port_is_an_error() -> None:
    """Another program has the port; no files are left."""
    with Emulator() as azure:
        port = int(azure.endpoint.rpartition(":")[2])
        before = set(Path(tempfile.gettempdir()).glob("pal-emulator-*"))
        with pytest.raises(OSError, match="in use"), Emulator(port=port):
            pass
        assert set(Path(tempfile.gettempdir()).glob("pal-emulator-*")) == before


def test_a_seed_is_a_file_a_mapping_or_a_value(tmp_path: Path) -> None:
    """All three are accepted; a bad one is an error before the emulator listens."""
    (tmp_path / "seed.yaml").write_text("latency_s: 1\n")
    frozen = Clock(lambda: 1_000)
    assert Emulator(seed=tmp_path / "seed.yaml", clock=frozen).state.latency_s == 1
    assert Emulator(seed={"latency_s": 2}).state.latency_s == 2
    assert Emulator(seed=Seed(latency_s=3)).state.latency_s == 3
    with pytest.raises(BadSeed, match="latency"):
        Emulator(seed={"latency": 2})


def test_a_slow_request_does_not_delay_the_end(recwarn: pytest.WarningsRecorder) -> None:
    """Requests under way get a second, then the block ends."""
    with Emulator(seed={"latency_s": 30}) as azure, Caller(azure.endpoint, azure.ca_path) as caller:
        with pytest.raises(requests.Timeout):
            caller.arm("GET", token="", timeout=0.2)
        assert azure.state.requests.total == 1
    assert not recwarn.list


def test_kept_connections_are_closed_at_the_end(recwarn: pytest.WarningsRecorder) -> None:
    """A client that keeps its connection leaves no socket of the emulator behind."""
    with Emulator() as azure:
        caller = Caller(azure.endpoint, azure.ca_path)
        assert caller.arm("GET", token="").status_code == 401
    del azure
    gc.collect()  # reports transports that were not closed
    assert not recwarn.list
    caller.session.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serving_ends_cleanly_on_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    """SIGINT and SIGTERM end it with status 0 and without output."""
    seed = tmp_path / "seed.yaml"
    seed.write_text(f'partners: {{"{CONTOSO}": Contoso}}\n')
    command = [sys.executable, "-c", SERVE, str(seed), str(tmp_path)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ}
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        endpoint, ca_path = process.stdout.readline().split()
        with Caller(endpoint, Path(ca_path)) as caller:
            name = caller.arm("PUT", f"/{CONTOSO}").json()["properties"]["partnerName"]
            assert name == "Contoso"
            process.send_signal(number)
            assert process.stdout.read() == "stopped\n"
        assert process.stderr.read() == ""
    assert process.returncode == 0


def test_serving_restores_the_signal_handlers(tmp_path: Path) -> None:
    """It is ready once; after its end a signal has its earlier handler."""
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    ready: list[Path] = []

    def stop(endpoint: str, ca_path: Path) -> None:
        assert endpoint.startswith("https://127.0.0.1:")
        ready.append(ca_path)
        os.kill(os.getpid(), signal.SIGTERM)

    serve(stop, ca_dir=tmp_path)
    assert ready == [tmp_path / "ca.pem"]
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
