"""Kinds that a cluster has only where somebody installed them, on the control plane of the tests."""

from collections.abc import Generator
from contextlib import contextmanager

from tests.controlplane.api import Json
from tests.controlplane.control_plane import ControlPlane
from tests.investigate.real_routes import GATEWAY_API, crd

ISTIO = "networking.istio.io"
TRAFFIC = (
    crd(GATEWAY_API, "v1", "HTTPRoute", "httproutes"),
    crd(GATEWAY_API, "v1beta1", "ReferenceGrant", "referencegrants"),
    crd(ISTIO, "v1", "VirtualService", "virtualservices"),
    crd(ISTIO, "v1", "DestinationRule", "destinationrules"),
)
SYNCS = (crd("kustomize.toolkit.fluxcd.io", "v1", "Kustomization", "kustomizations"),)
FLAGS = (crd("core.openfeature.dev", "v1beta1", "FeatureFlag", "featureflags"),)


@contextmanager
def installed(control_plane: ControlPlane, kinds: tuple[Json, ...]) -> Generator[None]:
    """They are gone again afterwards: other tests see a cluster that does not have them."""
    control_plane.require("controllers", "faults", "users")
    control_plane.apply([*kinds])
    names = [each["metadata"]["name"] for each in kinds]
    control_plane.kubectl("wait", "--for=condition=Established", "--timeout=30s", *(f"crd/{name}" for name in names))
    control_plane.wait("they are served", lambda: all(name in _served(control_plane) for name in names))
    yield
    control_plane.kubectl("delete", "crd", "--ignore-not-found", *names)


def _served(control_plane: ControlPlane) -> set[str]:
    return set(control_plane.kubectl("api-resources", "-o", "name").split())
