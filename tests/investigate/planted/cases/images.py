"""Images that don't come: one symptom, ImagePullBackOff, and the registry's own words for why."""

from typing import Any

from tests.investigate.planted.fault import Fault
from tests.investigate.planted.kubelet import Told, pull_fails, waiting
from tests.investigate.planted.objects import SHOP, deployment, secret, served

API = "Deployment api"
IMAGE = f"{SHOP}/api:1.9.2"
_PULL = 'rpc error: code = {code} desc = failed to pull and unpack image "{{image}}": {why}'
_RESOLVE = 'failed to resolve reference "{{image}}": '
NOT_FOUND = _PULL.format(code="NotFound", why=f"{_RESOLVE}{{{{image}}}}: not found").replace("{{image}}", "{image}")
DENIED = _PULL.format(
    code="Unknown",
    why=f"{_RESOLVE}failed to authorize: failed to fetch oauth token: unexpected status from GET request to "
    "https://registry.example/token?scope=repository%3Ashop%2Fapi%3Apull&service=registry.example: 401 Unauthorized",
).replace("{{image}}", "{image}")
NO_ANSWER = _PULL.format(
    code="Unknown",
    why=f'{_RESOLVE}failed to do request: Head "https://registry.example/v2/shop/api/manifests/1.9.2": '
    "dial tcp 10.0.4.17:443: i/o timeout",
).replace("{{image}}", "{image}")
NO_NAME = NO_ANSWER.replace("dial tcp 10.0.4.17:443: i/o timeout", "dial tcp: lookup registry.example: no such host")
LIMITED = _PULL.format(
    code="Unknown",
    why="failed to copy: httpReadSeeker: failed open: unexpected status code "
    "https://registry-1.docker.io/v2/library/api/manifests/sha256:0a5c: 429 Too Many Requests - Server message: "
    "toomanyrequests: You have reached your unauthenticated pull rate limit.",
).replace("{{image}}", "{image}")
PLATFORM = _PULL.format(code="NotFound", why="no match for platform in manifest: not found").replace(
    "{{image}}", "{image}"
)
NO_SECRET = Told(
    "FailedToRetrieveImagePullSecret",
    "Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed.",
    6,
    container="",
)


def _api(why: str, *events: Told, **spec: Any) -> tuple[dict[str, Any], ...]:
    return served(deployment("api", pull_fails(why, IMAGE, *events).name, container={"image": IMAGE}, **spec))


FAULTS = (
    Fault("a tag that was never pushed", ("image-not-found", API), _api(NOT_FOUND), twins="image"),
    Fault("a registry that does not answer", ("registry-unreachable", API), _api(NO_ANSWER), twins="image"),
    Fault(
        "a pull secret that the registry refuses",
        ("image-pull-denied", API),
        (secret("regcred", password="old"), *_api(DENIED, imagePullSecrets=[{"name": "regcred"}])),
        twins="image",
    ),
    Fault(
        "a pull secret that does not exist",
        ("missing-config", "Secret regcred"),
        _api(DENIED, NO_SECRET, imagePullSecrets=[{"name": "regcred"}]),
        twins="image",
    ),
    Fault("a registry whose name does not resolve", ("registry-unreachable", API), _api(NO_NAME)),
    Fault("a registry that limits pulls", ("registry-unreachable", API), _api(LIMITED)),
    Fault("an image without a build for the node", ("image-not-found", API), _api(PLATFORM)),
    Fault(
        "an image name in capitals",
        ("image-name-invalid", API),
        served(
            deployment(
                "api",
                waiting(
                    "InvalidImageName",
                    'Failed to apply default image tag "registry.example/Shop/API:1": couldn\'t parse image name '
                    '"registry.example/Shop/API:1": invalid reference format: repository name must be lowercase',
                    Told(
                        "InspectFailed",
                        'Failed to apply default image tag "registry.example/Shop/API:1": couldn\'t '
                        'parse image name "registry.example/Shop/API:1": invalid reference format: repository name '
                        "must be lowercase",
                    ),
                    Told("Failed", "Error: InvalidImageName"),
                ).name,
                container={"image": "registry.example/Shop/API:1"},
            )
        ),
    ),
    Fault(
        "an image that may not be pulled and is not there",
        ("image-not-present", API),
        served(
            deployment(
                "api",
                waiting(
                    "ErrImageNeverPull",
                    f'Container image "{IMAGE}" is not present with pull policy of Never',
                    Told("ErrImageNeverPull", f'Container image "{IMAGE}" is not present with pull policy of Never'),
                    Told("Failed", "Error: ErrImageNeverPull"),
                ).name,
                container={"image": IMAGE, "imagePullPolicy": "Never"},
            )
        ),
    ),
)
