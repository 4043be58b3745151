"""What every namespace has from the start: a default ServiceAccount and the cluster's certificate authority."""

from __future__ import annotations

from collections.abc import Iterable

from incident_sandbox.controllers.context import MANAGER, Context
from incident_sandbox.model import resources as r
from incident_sandbox.model.objects import name_of
from incident_sandbox.store.store import Change, Key

AUTHORITY = "-----BEGIN CERTIFICATE-----\n(the sandbox's; see a kubeconfig)\n-----END CERTIFICATE-----\n"


class NamespaceController:
    def __init__(self, context: Context) -> None:
        self._context = context

    def concerns(self, change: Change) -> Iterable[Key]:
        if change.resource is r.NAMESPACES and change.kind == "ADDED":
            yield "", name_of(change.obj)

    def reconcile(self, key: Key) -> None:
        if self._context.store.get(r.NAMESPACES, *key) is None:
            return
        for resource, name, data in (
            (r.SERVICE_ACCOUNTS, "default", {}),
            (r.CONFIG_MAPS, "kube-root-ca.crt", {"data": {"ca.crt": AUTHORITY}}),
        ):
            if self._context.store.get(resource, key[1], name) is None:
                self._context.writer.create(
                    resource, {"metadata": {"name": name, "namespace": key[1]}, **data}, MANAGER
                )
