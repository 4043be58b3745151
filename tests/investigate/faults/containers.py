"""Containers that don't start, don't stay or don't serve."""

from datetime import timedelta

from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.untrusted import Untrusted
from tests.investigate.faults.fault import API, Fault, api
from tests.investigate.observations import (
    NOW,
    at,
    bad_rollout,
    config,
    container,
    crashing,
    deployment,
    event,
    observation,
    pod,
    ref,
    waiting,
)


def starting(reason: str, message: str) -> Observation:
    """A container that waits while its pod's events say why."""
    broken = pod("api", "api-1", waiting("ContainerCreating"), phase="Pending")
    return observation(api(), broken, event(broken, reason, message))


def probed(probe: str, words: str, **fields: object) -> Observation:
    """A container whose probe fails; `fields` are those of its template's container."""
    killed = crashing(last_reason="Error", last_exit_code=137)
    broken = pod("api", "api-1", killed)
    return observation(
        api(container=fields), broken, event(broken, "Unhealthy", f"{probe} probe failed: {words}", container="app")
    )


def running_unready(words: str, **fields: object) -> Observation:
    running = container(state="running", started=NOW - timedelta(minutes=5))
    broken = pod("api", "api-1", running, ready_since=at("02:09:00"))
    return observation(
        api(container=fields), broken, event(broken, "Unhealthy", f"Readiness probe failed: {words}", count=20)
    )


NO_KEY = waiting("CreateContainerConfigError", "couldn't find key TOKEN in ConfigMap shop/api-config")
NO_SECRET = waiting("CreateContainerConfigError", 'secret "db-credentials" not found')
HANGS = container(name="wait", init=True, state="running", started=NOW - timedelta(minutes=12))
TWICE = [{"name": "MODE", "value": "a"}, {"name": "MODE", "value": "b"}]
LIMITED = {"resources": {"limits": {"memory": "512Mi"}}}
FAULTS = [
    Fault(
        observation(api(container={"env": TWICE}), pod("api", "api-1", crashing())),
        "variable-shadowed",
        API,
        "container app is given MODE twice; the later value wins",
    ),
    Fault(
        observation(
            api(container=LIMITED), pod("api", "api-1", crashing(last_reason="OOMKilled", memory_limit="64Mi"))
        ),
        "out-of-memory",
        API,
        "container app is killed at its memory limit of 64Mi (OOMKilled) in 1 pod; its template says 512Mi: "
        "something rewrites its pods when they are made",
    ),
    Fault(
        observation(api(), pod("api", "api-1", crashing()), pod("api", "api-2", crashing())),
        "crash-loop",
        API,
        "2 pods in CrashLoopBackOff: container app ends with exit code 1",
    ),
    Fault(
        observation(api(), pod("api", "api-1", crashing(last_exit_code=139))),
        "crash-loop",
        API,
        "1 pod in CrashLoopBackOff: container app ends with exit code 139 (SIGSEGV)",
    ),
    Fault(
        observation(
            api(),
            pod("api", "api-1", crashing(last_reason="OOMKilled", last_exit_code=137, memory_limit="96Mi")),
        ),
        "out-of-memory",
        API,
        "container app is killed at its memory limit of 96Mi (OOMKilled) in 1 pod",
    ),
    Fault(
        observation(api(), pod("api", "api-1", crashing(last_exit_code=127))),
        "bad-command",
        API,
        "the command of container app is not in the image (exit code 127) in 1 pod",
    ),
    Fault(
        observation(api(), pod("api", "api-1", crashing(last_exit_code=126))),
        "bad-command",
        API,
        "the command of container app is not executable (exit code 126) in 1 pod",
    ),
    Fault(
        bad_rollout(),
        "missing-environment",
        deployment("checkout"),
        "checkout:1.42 wants PAYMENT_URL; ConfigMap shop/checkout-config, its environment, has no such key",
    ),
    Fault(
        observation(api(), pod("api", "api-1", NO_KEY, phase="Pending"), config("api-config", "OTHER")),
        "missing-config",
        ref("ConfigMap", "api-config"),
        "it has no key TOKEN, and Deployment shop/api can't start without it",
    ),
    Fault(
        observation(api(), pod("api", "api-1", NO_SECRET, phase="Pending")),
        "missing-config",
        ref("Secret", "db-credentials"),
        "it does not exist, and Deployment shop/api can't start without it",
    ),
    Fault(
        starting("FailedMount", 'MountVolume.SetUp failed for volume "c" : configmap "api-files" not found'),
        "missing-config",
        ref("ConfigMap", "api-files"),
        "it does not exist, and Deployment shop/api can't start without it",
    ),
    Fault(
        starting(
            "FailedMount", 'MountVolume.SetUp failed for volume "c" : references non-existent config key: app.yaml'
        ),
        "missing-config",
        API,
        "container app can't start in 1 pod: a volume names the key app.yaml, which its source does not have",
    ),
    Fault(
        starting(
            "FailedMount", 'MountVolume.SetUp failed for volume "pv": mount failed: exit status 32, access denied'
        ),
        "volume-mount",
        API,
        "a volume can't be mounted, so 1 pod can't start: the storage refuses the node",
    ),
    Fault(
        starting("FailedAttachVolume", 'Multi-Attach error for volume "pvc-1": already used by pod(s) api-0'),
        "volume-attach",
        API,
        "a volume can't be attached, so 1 pod can't start: another node still holds it",
    ),
    Fault(
        starting("FailedCreatePodSandBox", "failed to set up sandbox: cni: no IP addresses available in range set"),
        "sandbox-failed",
        API,
        "the network or sandbox of 1 pod can't be made: no pod address is left",
    ),
    Fault(
        observation(api(), pod("api", "api-1", waiting("RunContainerError", 'exec: "/bin/serve": no such file'))),
        "container-not-created",
        API,
        "container app can't be started (RunContainerError) in 1 pod",
    ),
    Fault(
        observation(
            api(),
            pod(
                "api",
                "api-1",
                crashing(
                    last_reason="StartError",
                    last_exit_code=128,
                    last_message=Untrusted('exec: "serve": executable file not found in $PATH'),
                ),
            ),
        ),
        "container-not-created",
        API,
        "container app can't be started (StartError) in 1 pod: its command is not in the image",
    ),
    Fault(
        observation(
            api(),
            pod(
                "api",
                "api-1",
                waiting("CreateContainerConfigError", "container has runAsNonRoot and image will run as root"),
            ),
        ),
        "container-not-created",
        API,
        "container app can't be started (CreateContainerConfigError) in 1 pod: "
        "it must not run as root, and the image does",
    ),
    Fault(
        running_unready("HTTP probe failed with statuscode: 404"),
        "readiness-failing",
        API,
        "container app runs but is not ready in 1 pod: its readiness probe fails, its path is not there (404)",
    ),
    Fault(
        running_unready("dial tcp 10.0.0.4:8081: connect: connection refused"),
        "readiness-failing",
        API,
        "container app runs but is not ready in 1 pod: its readiness probe fails, nothing listens on its port",
    ),
    Fault(
        probed("Liveness", 'Get "http://10.0.0.4:8081/live": connect: connection refused'),
        "killed-by-probe",
        API,
        "the liveness probe kills container app in 1 pod: nothing listens on its port",
    ),
    Fault(
        probed("Startup", 'Get "http://10.0.0.4:8080/": context deadline exceeded'),
        "killed-by-probe",
        API,
        "the startup probe kills container app in 1 pod: no answer within its timeout",
    ),
    Fault(
        observation(api(), pod("api", "api-1", crashing(init=True, name="migrate"), phase="Pending")),
        "init-container",
        API,
        "init container migrate ends with exit code 1, and 1 pod can't start before it is done",
    ),
    Fault(
        observation(api(), pod("api", "api-1", HANGS, phase="Pending")),
        "init-container",
        API,
        "init container wait has been running for 12 min, and 1 pod can't start before it is done",
    ),
]
