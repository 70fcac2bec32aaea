"""The Dask deployment in docs/scale.md: Kubernetes and Dask accept its resources and arguments.

`DaskCluster` is a kind of the operator. The two pods and the service in it are checked with the
Kubernetes schema.
"""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from reconciler.cli.main import app
from tests.tools import tool

PAGE = Path(__file__).parents[2] / "docs" / "scale.md"


def resources() -> tuple[dict[str, Any], dict[str, Any]]:
    """The cluster and the job on the page."""
    block = next(
        block
        for block in re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
        if "DaskCluster" in block
    )
    cluster, job = yaml.safe_load_all(block)
    return cluster, job


def standalone_resources() -> dict[str, dict[str, Any]]:
    """Each part as a Kubernetes resource."""
    cluster, job = resources()
    worker, scheduler = cluster["spec"]["worker"], cluster["spec"]["scheduler"]
    named = {"apiVersion": "v1", "metadata": {"name": "pal"}}
    return {
        "worker": {**named, "kind": "Pod", "spec": worker["spec"]},
        "scheduler": {**named, "kind": "Pod", "spec": scheduler["spec"]},
        "service": {**named, "kind": "Service", "spec": scheduler["service"]},
        "job": job,
    }


@pytest.mark.parametrize("part", ["worker", "scheduler", "service", "job"])
def test_kubernetes_accepts_each_part(tmp_path: Path, part: str) -> None:
    """Each part matches the schema and has no unknown keys."""
    path = tmp_path / "part.yaml"
    path.write_text(yaml.safe_dump(standalone_resources()[part]), encoding="utf-8")
    ran = subprocess.run(
        [tool("kubernetes-validate"), "--strict", path], capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_cluster_has_the_fields_of_the_operator() -> None:
    """`worker` and `scheduler`, with fields of the operator's definition only."""
    cluster, _ = resources()
    assert (cluster["apiVersion"], cluster["kind"]) == ("kubernetes.dask.org/v1", "DaskCluster")
    assert set(cluster["spec"]) == {"worker", "scheduler"}
    assert set(cluster["spec"]["worker"]) == {"replicas", "spec"}
    assert set(cluster["spec"]["scheduler"]) == {"spec", "service"}


def test_dask_and_the_program_accept_the_arguments() -> None:
    """Scheduler, worker and coordinator have every option that they are started with."""
    parts = standalone_resources()
    for name in ("worker", "scheduler"):
        _, command, *arguments = parts[name]["spec"]["containers"][0]["args"]
        ran = subprocess.run(
            [tool("dask"), command, "--help"], capture_output=True, text=True, check=True
        )
        options = [argument for argument in arguments if argument.startswith("--")]
        assert [o for o in options if not re.search(rf"{o}\b", ran.stdout)] == []
    pod = parts["job"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    program, command, *arguments = pod["containers"][0]["args"]
    assert program == "pal-reconcile"
    known = typer.main.get_command(app).commands[command]  # type: ignore[attr-defined]
    known.make_context(command, list(arguments), resilient_parsing=False)
