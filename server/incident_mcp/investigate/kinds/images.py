"""Images that can't be pulled, by the reason that the kubelet reports."""

from incident_mcp.investigate.kinds.kind import Kind

IMAGE_PULL = Kind(
    "INC103",
    "image-pull",
    "An image can't be pulled, and no message says why",
    72,
    "The kubelet waits in ImagePullBackOff. The event that tells the reason may have expired.",
)
IMAGE_NOT_FOUND = Kind(
    "INC116",
    "image-not-found",
    "The registry has no such image, tag or platform",
    73,
    "A misspelled name or tag, a tag that was never pushed, or no build for the node's architecture.",
    "Check that the image of {target} is in the registry before a rollout",
)
IMAGE_PULL_DENIED = Kind(
    "INC117",
    "image-pull-denied",
    "The registry refuses the credentials",
    73,
    "The pull secret is missing, wrong or expired, or the repository does not exist (some registries answer alike).",
    "Watch the age of the pull credentials of {target}",
)
REGISTRY_UNREACHABLE = Kind(
    "INC118",
    "registry-unreachable",
    "The registry does not answer as it should",
    73,
    "Its name does not resolve, nobody listens, its certificate is not accepted, or it limits pulls.",
    "Keep the images of {target} where a registry that is down does not matter",
)
IMAGE_NAME_INVALID = Kind(
    "INC119",
    "image-name-invalid",
    "The image's name is malformed",
    73,
    "Upper case, a space, or an empty tag.",
    "Check the image name of {target} before a rollout",
)
IMAGE_NOT_PRESENT = Kind(
    "INC120",
    "image-not-present",
    "The pull policy is Never, and the image is not on the node",
    73,
    "Load the image onto the node, or allow pulling it.",
)
ALL = (
    IMAGE_PULL,
    IMAGE_NOT_FOUND,
    IMAGE_PULL_DENIED,
    REGISTRY_UNREACHABLE,
    IMAGE_NAME_INVALID,
    IMAGE_NOT_PRESENT,
)
