"""Containers of a pod, spec and status together: init containers first, in their order."""

import re
from typing import Any, Literal

from incident_mcp.cluster.json_parts import items, part
from incident_mcp.cluster.moments import moment
from incident_mcp.vocabulary.observation import ContainerSeen
from incident_mcp.vocabulary.untrusted import Untrusted

State = Literal["running", "waiting", "terminated", "unknown"]
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_STATES: tuple[State, ...] = ("running", "waiting", "terminated")


def containers_seen(pod: dict[str, Any]) -> tuple[ContainerSeen, ...]:
    init = _by_name(items(pod, "status", "initContainerStatuses"))
    main = _by_name(items(pod, "status", "containerStatuses"))
    return (
        *(
            _seen(each, init.get(each["name"], {}), init=each.get("restartPolicy") != "Always")
            for each in items(pod, "spec", "initContainers")  # one that always restarts is a sidecar, and stays
        ),
        *(_seen(each, main.get(each["name"], {}), init=False) for each in items(pod, "spec", "containers")),
    )


def _by_name(statuses: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {str(status["name"]): status for status in statuses}


def _seen(spec: dict[str, Any], status: dict[str, Any], *, init: bool) -> ContainerSeen:
    state, detail = _state(part(status, "state"))
    last, limits = part(status, "lastState", "terminated"), part(spec, "resources", "limits")
    return ContainerSeen(
        name=str(spec["name"]),
        image=str(spec.get("image", "")),
        init=init,
        ready=bool(status.get("ready")),
        restarts=int(status.get("restartCount", 0)),
        state=state,
        reason=str(detail.get("reason", "")),
        message=Untrusted(str(detail.get("message", ""))),
        exit_code=detail.get("exitCode"),
        started=moment(detail.get("startedAt")) if state == "running" else None,
        last_reason=str(last.get("reason", "")),
        last_message=Untrusted(str(last.get("message", ""))),
        last_exit_code=last.get("exitCode"),
        last_started=moment(last.get("startedAt")),
        last_finished=moment(last.get("finishedAt")) or moment(detail.get("finishedAt")),
        memory_limit=str(limits["memory"]) if "memory" in limits else None,
        image_id=_digest(str(status.get("imageID", ""))),
    )


def _digest(image_id: str) -> str:
    found = _DIGEST.search(image_id)
    return found[0] if found else ""


def _state(state: dict[str, Any]) -> tuple[State, dict[str, Any]]:
    for name in _STATES:
        if state.get(name) is not None:
            return name, state[name]
    return "unknown", {}
