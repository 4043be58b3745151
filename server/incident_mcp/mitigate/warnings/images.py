"""An image tag that moved: two pods run the same name with two different digests, so *the old image* may be another."""

from collections.abc import Iterator

from incident_mcp.cluster.json_parts import items, text
from incident_mcp.cluster.template_diff import short_image
from incident_mcp.mitigate.surroundings import Surroundings


def moved_tags(around: Surroundings) -> Iterator[str]:
    """For each image of the template that is named by its tag."""
    seen: dict[str, set[str]] = {}
    for pod in around.pods:
        wanted = {text(one, "name"): text(one, "image") for one in items(pod, "spec", "containers")}
        for status in items(pod, "status", "containerStatuses"):
            _, at, digest = text(status, "imageID").rpartition("@")
            if at:
                seen.setdefault(wanted.get(text(status, "name"), ""), set()).add(digest)
    for container in items(around.template or {}, "spec", "containers"):
        image = text(container, "image")
        if "@" not in image and len(seen.get(image, ())) > 1:
            yield f"image tag {short_image(image)} has moved: {len(seen[image])} digests run under it"
