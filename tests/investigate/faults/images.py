"""Images that can't be pulled. Twins: the same waiting reason, another message."""

from incident_mcp.vocabulary.observation import Observation
from tests.investigate.faults.fault import API, Fault, api
from tests.investigate.observations import event, observation, pod, ref, waiting

IMAGE = "registry.example/certificate-service:9"
CANT = f"image {IMAGE} can't be pulled in 1 pod"
PULL = f'Failed to pull image "{IMAGE}": rpc error: code = Unknown desc = '


def pulling(message: str = "", reason: str = "ImagePullBackOff") -> Observation:
    broken = pod("api", "api-1", waiting(reason, image=IMAGE), phase="Pending")
    return observation(api(), broken, *([event(broken, "Failed", f"{PULL}{message}")] if message else []))


def without_secret() -> Observation:
    broken = pod("api", "api-1", waiting("ErrImagePull", image=IMAGE), phase="Pending")
    return observation(
        api(),
        broken,
        event(broken, "Failed", f"{PULL}failed to authorize: 401 Unauthorized"),
        event(
            broken, "FailedToRetrieveImagePullSecret", "Unable to retrieve some image pull secrets (regcred); attempt"
        ),
    )


FAULTS = [
    Fault(pulling(), "image-pull", API, CANT),
    Fault(pulling("not found"), "image-not-found", API, f"{CANT}: the registry has no such image or tag"),
    Fault(
        pulling("no match for platform in manifest: not found"),
        "image-not-found",
        API,
        f"{CANT}: the image has no build for the node's platform",
    ),
    Fault(
        pulling("pull access denied, repository does not exist or may require authorization"),
        "image-pull-denied",
        API,
        f"{CANT}: the registry wants other credentials, or has no such repository",
    ),
    Fault(
        without_secret(),
        "missing-config",
        ref("Secret", "regcred"),
        "the kubelet can't read it, and Deployment shop/api can't pull its image without it",
    ),
    Fault(
        pulling("dial tcp: lookup registry.example on 10.96.0.10:53: no such host"),
        "registry-unreachable",
        API,
        f"{CANT}: the registry's name does not resolve",
    ),
    Fault(
        pulling("tls: failed to verify certificate: x509: certificate has expired"),
        "registry-unreachable",
        API,
        f"{CANT}: the registry's certificate is not accepted",
    ),
    Fault(
        pulling("toomanyrequests: You have reached your pull rate limit"),
        "registry-unreachable",
        API,
        f"{CANT}: the registry limits the number of pulls",
    ),
    Fault(
        pulling(reason="InvalidImageName"),
        "image-name-invalid",
        API,
        f"{CANT}: the image's name is malformed",
    ),
    Fault(
        pulling(reason="ErrImageNeverPull"),
        "image-not-present",
        API,
        f"{CANT}: it is not on the node and its pull policy is Never",
    ),
]
