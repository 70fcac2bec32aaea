"""The Dask deployment of docs/scale.md is made of resources that Kubernetes accepts.

`DaskCluster` is the operator's own kind, which holds two pods and a service: those are checked as
such, with Kubernetes's own schema.
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
    """The page's cluster and its job."""
    block = next(
        block
        for block in re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
        if "DaskCluster" in block
    )
    cluster, job = yaml.safe_load_all(block)
    return cluster, job


def standing_alone() -> dict[str, dict[str, Any]]:
    """Each part, as a resource that Kubernetes knows."""
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
    """It fits the schema, without a key too many."""
    path = tmp_path / "part.yaml"
    path.write_text(yaml.safe_dump(standing_alone()[part]), encoding="utf-8")
    ran = subprocess.run(
        [tool("kubernetes-validate"), "--strict", path], capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_cluster_has_what_the_operator_asks_for() -> None:
    """`worker` and `scheduler`, and in them no field that the operator's definition lacks."""
    cluster, _ = resources()
    assert (cluster["apiVersion"], cluster["kind"]) == ("kubernetes.dask.org/v1", "DaskCluster")
    assert set(cluster["spec"]) == {"worker", "scheduler"}
    assert set(cluster["spec"]["worker"]) == {"replicas", "spec"}
    assert set(cluster["spec"]["scheduler"]) == {"spec", "service"}


def test_dask_and_we_accept_the_arguments() -> None:
    """Scheduler, worker and coordinator know every option that they are started with."""
    parts = standing_alone()
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
