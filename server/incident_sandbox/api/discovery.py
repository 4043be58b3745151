"""Discovery: which groups, versions and resources there are, in the old form and in the aggregated one."""

from __future__ import annotations

from incident_sandbox.api.openapi import openapi_document, openapi_index
from incident_sandbox.model import resources as r
from incident_sandbox.model.objects import Object
from incident_sandbox.model.resources import Resource

_SUBRESOURCE_VERBS = {"log": ["get"], "eviction": ["create"]}
_SUBRESOURCE_KINDS = {"scale": ("autoscaling", "v1", "Scale"), "eviction": ("policy", "v1", "Eviction")}
VERSION: Object = {
    "major": "1",
    "minor": "37",
    "emulationMajor": "1",
    "emulationMinor": "37",
    "minCompatibilityMajor": "1",
    "minCompatibilityMinor": "36",
    "gitVersion": "v1.37.2",
    "gitCommit": "sandbox",
    "gitTreeState": "clean",
    "buildDate": "2026-11-11T12:00:00Z",
    "goVersion": "go1.26.3",
    "compiler": "gc",
    "platform": "linux/amd64",
}


class Discovery:
    def __init__(self, *, has_metrics: bool) -> None:
        served = [*r.RESOURCES, *(r.METRICS if has_metrics else ())]
        self._served = served
        self.known = {(item.group, item.version, item.plural): item for item in served}
        self._groups: dict[str, dict[str, list[Resource]]] = {}
        for item in served:
            self._groups.setdefault(item.group, {}).setdefault(item.version, []).append(item)

    def has(self, group: str, version: str = "") -> bool:
        return version in self._groups.get(group, {}) if version else group in self._groups

    def answer(self, path: str, *, aggregated: bool) -> Object | None:
        """The document at `path`, or None if there is none."""
        parts = [part for part in path.split("/") if part]
        if parts[:2] == ["openapi", "v3"]:
            place = "/".join(parts[2:])
            return openapi_document(self._served, place) if place else openapi_index(self._served)
        if parts in (["api"], ["apis"]):
            if aggregated:
                return self._aggregated(core=parts == ["api"])
            return _core_versions() if parts == ["api"] else self._group_list()
        if parts[:1] == ["api"] and len(parts) == 2 and self.has("", parts[1]):
            return self._resource_list("", parts[1])
        if parts[:1] == ["apis"] and len(parts) == 2 and parts[1] in self._groups:
            return {"kind": "APIGroup", "apiVersion": "v1", **self._group(parts[1])}
        if parts[:1] == ["apis"] and len(parts) == 3 and self.has(parts[1], parts[2]):
            return self._resource_list(parts[1], parts[2])
        return None

    def _group(self, group: str) -> Object:
        versions = [{"groupVersion": f"{group}/{version}", "version": version} for version in self._groups[group]]
        return {"name": group, "versions": versions, "preferredVersion": versions[0]}

    def _group_list(self) -> Object:
        groups = [self._group(group) for group in self._groups if group]
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}

    def _resource_list(self, group: str, version: str) -> Object:
        entries: list[Object] = []
        for item in self._groups[group][version]:
            entries.append(_entry(item))
            entries += [_sub_entry(item, name) for name in item.subresources]
        group_version = f"{group}/{version}" if group else version
        return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version, "resources": entries}

    def _aggregated(self, *, core: bool) -> Object:
        groups = [group for group in self._groups if (group == "") is core]
        items = [
            {
                "metadata": {"name": group, "creationTimestamp": None},
                "versions": [
                    {"version": version, "freshness": "Current", "resources": [_aggregate(item) for item in resources]}
                    for version, resources in self._groups[group].items()
                ],
            }
            for group in groups
        ]
        return {"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items}


def _core_versions() -> Object:
    return {
        "kind": "APIVersions",
        "versions": ["v1"],
        "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1"}],
    }


def _entry(item: Resource) -> Object:
    entry: Object = {
        "name": item.plural,
        "singularName": item.singular,
        "namespaced": item.namespaced,
        "kind": item.kind,
        "verbs": list(item.verbs),
    }
    entry |= {"shortNames": list(item.short)} if item.short else {}
    return entry | ({"categories": list(item.categories)} if item.categories else {})


def _sub_kind(item: Resource, name: str) -> tuple[str, str, str]:
    return _SUBRESOURCE_KINDS.get(name, (item.group, item.version, item.kind))


def _sub_entry(item: Resource, name: str) -> Object:
    group, version, kind = _sub_kind(item, name)
    entry: Object = {
        "name": f"{item.plural}/{name}",
        "singularName": "",
        "namespaced": item.namespaced,
        "kind": kind,
        "verbs": _SUBRESOURCE_VERBS.get(name, ["get", "patch", "update"]),
    }
    return entry | ({"group": group, "version": version} if (group, version) != (item.group, item.version) else {})


def _kind(group: str, version: str, kind: str) -> Object:
    return {"group": group, "version": version, "kind": kind}


def _aggregate(item: Resource) -> Object:
    entry: Object = {
        "resource": item.plural,
        "responseKind": _kind("", "", item.kind),  # empty: the group and version it stands in
        "scope": "Namespaced" if item.namespaced else "Cluster",
        "singularResource": item.singular,
        "verbs": list(item.verbs),
    }
    entry |= {"shortNames": list(item.short)} if item.short else {}
    entry |= {"categories": list(item.categories)} if item.categories else {}
    subresources: list[Object] = []
    for name in item.subresources:
        other = _SUBRESOURCE_KINDS.get(name, ("", "", item.kind))
        subresources.append(
            {
                "subresource": name,
                "responseKind": _kind(*other),
                "verbs": _SUBRESOURCE_VERBS.get(name, ["get", "patch", "update"]),
            }
        )
    return entry | ({"subresources": subresources} if subresources else {})
