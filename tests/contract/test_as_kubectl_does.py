"""Our rollback and kubectl's, side by side: the objects are alike to the last field, for all three kinds.

Left out are the annotations (kubectl swaps them all, and so loses those that are newer than the revision) and what the
API server keeps of each object: names, uids, times, versions and managed fields.
"""

import threading
from pathlib import Path
from typing import Any, cast

import pytest
from mcp.types import ElicitRequestParams, ElicitResult

from tests.contract.cluster import Cluster
from tests.contract.desk import agrees, desk
from tests.contract.shop import Json, Workload, workload
from tests.contract.test_changes import KINDS, SPECS

OF_ITS_OWN = ("name", "uid", "resourceVersion", "creationTimestamp", "annotations", "managedFields")


def plain(one: Workload) -> Json:
    live = one.live()
    meta = {key: value for key, value in live["metadata"].items() if key not in OF_ITS_OWN}
    return {"metadata": meta, "spec": unnamed(live["spec"], one.ref.name)}


def unnamed(value: Any, name: str) -> Any:
    """Without the workload's own name, which is in its labels."""
    if isinstance(value, dict):
        return {key: unnamed(each, name) for key, each in cast("Json", value).items()}
    if isinstance(value, list):
        return [unnamed(each, name) for each in cast("list[Any]", value)]
    return "NAME" if value == name else value


@pytest.mark.parametrize("kind", KINDS)
async def test_what_it_leaves_is_what_kubectl_leaves(cluster: Cluster, place: str, tmp_path: Path, kind: str) -> None:
    pair = [workload(cluster, place, kind, name=name, **SPECS[kind]) for name in ("ours", "theirs")]
    for one in pair:
        one.kubectl("set", "env", one.typed, "LEVEL=debug", "--field-manager=deploy-bot")
        one.wait_observed()
        one.set_image("2")
        one.wait_ready()
        one.kubectl("annotate", one.typed, "note=newer than the revision")
    ours, theirs = pair
    async with desk(cluster, tmp_path) as here:
        assert (await here.call("rollback_workload", **ours.arguments, revision=1))["changed"] is True
    theirs.kubectl("rollout", "undo", theirs.typed, "--to-revision=1")
    for one in pair:
        one.wait_ready()
    assert plain(ours) == plain(theirs)
    assert ours.live()["metadata"]["annotations"]["note"] == "newer than the revision"


class Busy:
    """An autoscaler and an annotation writer that never rest, in a thread of their own."""

    def __init__(self, one: Workload) -> None:
        self._one = one
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work)
        self.rounds = 0

    def _work(self) -> None:
        while not self._over.is_set():
            count = 2 + self.rounds % 2
            self._one.kubectl("scale", self._one.typed, f"--replicas={count}")
            self._one.kubectl("annotate", "--overwrite", self._one.typed, f"seen={self.rounds}")
            self.rounds += 1

    def __enter__(self) -> "Busy":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


@pytest.fixture
def rolled(cluster: Cluster, place: str) -> Workload:
    made = workload(cluster, place, "Deployment", replicas=2)
    made.set_image("2")
    made.wait_ready()
    return made


@pytest.mark.parametrize("mode", ["2026-07-28", "legacy"])
async def test_with_an_autoscaler_and_an_annotator_at_work_it_is_asked_once_and_applied(
    rolled: Workload, tmp_path: Path, mode: Any
) -> None:
    busy = Busy(rolled)

    def slow(params: ElicitRequestParams) -> ElicitResult:
        reached = busy.rounds + 3
        rolled.cluster.plane.wait("they were busy", lambda: busy.rounds >= reached)
        return agrees(params)

    with busy:
        async with desk(rolled.cluster, tmp_path, slow, mode=mode) as here:
            changed = await here.call("rollback_workload", **rolled.arguments, revision=1)
    assert changed["changed"] is True
    assert len(here.questions) == 1
    [container] = rolled.live()["spec"]["template"]["spec"]["containers"]
    assert container["image"].endswith(":1")
