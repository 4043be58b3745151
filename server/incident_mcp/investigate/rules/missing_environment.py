"""A program that wants an environment variable which it is not given: its log names the variable, the template and the
ConfigMaps behind it say that nobody gives it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from incident_mcp.investigate.kinds.containers import MISSING_ENVIRONMENT
from incident_mcp.investigate.log_evidence import Said, said_of
from incident_mcp.investigate.sufferers import finding, gravity, workload_of
from incident_mcp.text.words import count, listed
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import ConfigSeen, Observation
from incident_mcp.vocabulary.refs import Ref


@dataclass(frozen=True, slots=True)
class _Environment:
    """What a container's template gives it: variables by name, and the objects whose keys become variables."""

    image: str = ""
    variables: frozenset[str] = frozenset()
    sources: tuple[Ref, ...] = ()


def find(seen: Observation) -> Iterator[Finding]:
    for said in said_of(seen, "missing-environment"):
        variable = said.meaning.parts["variable"]
        environment = _environment(seen, said.target, said.container)
        configs = [config for config in seen.configs if config.ref in environment.sources]
        given = variable in environment.variables or any(variable in (config.keys or ()) for config in configs)
        if not given:
            yield _finding(seen, said, variable, environment, configs)


def _finding(
    seen: Observation, said: Said, variable: str, environment: _Environment, configs: list[ConfigSeen]
) -> Finding:
    who = environment.image.rpartition("/")[2] or f"container {said.container}"
    return finding(
        MISSING_ENVIRONMENT,
        target=said.target,
        severity=gravity(seen, said.target),
        summary=f"{who} wants {variable}; {_lacking(environment, configs)}",
        evidence=(*said.evidence, *(_of_config(config, variable) for config in configs)),
        next_step=_next_step(variable, environment),
        follow_up=f"{_remedy(variable, environment)} before {who} ships again",
        since=said.first,
    )


def _lacking(environment: _Environment, configs: list[ConfigSeen]) -> str:
    """`ConfigMap shop/checkout-config, its environment, has no such key`."""
    known = [config for config in configs if config.keys is not None]
    gone = [config for config in known if not config.exists]
    unread = [str(ref) for ref in environment.sources if ref not in {config.ref for config in known}]
    but = f" ({listed(unread)}: keys not read)" if unread else ""
    if gone:
        return f"{listed([str(config.ref) for config in gone])}, its environment, does not exist{but}"
    if len(known) == 1:
        return f"{known[0].ref}, its environment, has no such key{but}"
    if known:
        return f"none of {listed([str(config.ref) for config in known])}, its environment, has such a key{but}"
    return f"its template does not set it{but}"


def _of_config(config: ConfigSeen, variable: str) -> Evidence:
    if config.keys is None:
        return Evidence(source=str(config.ref), value="keys not read", at=config.changed)
    return Evidence(source=str(config.ref), value=_keys(config, variable), at=config.changed)


def _keys(config: ConfigSeen, variable: str) -> str:
    keys = config.keys or ()
    names = listed(sorted(keys), most=6) if keys else "none"
    return f"no key {variable}; {count(len(keys), 'key')}: {names}" if config.exists else "does not exist"


def _next_step(variable: str, environment: _Environment) -> str:
    remedy = _remedy(variable, environment)
    return f"Roll back if a rollout began to ask for it; else {remedy[:1].lower()}{remedy[1:]} and restart."


def _remedy(variable: str, environment: _Environment) -> str:
    maps = [str(ref) for ref in environment.sources if ref.kind == "ConfigMap"]
    return f"Add {variable} to {maps[0]}" if maps else f"Set {variable} in the template"


def _environment(seen: Observation, target: Ref, container: str) -> _Environment:
    workload = workload_of(seen, target)
    spec: dict[str, Any] = (workload.template.get("spec") or {}) if workload else {}
    for each in (*_list(spec, "containers"), *_list(spec, "initContainers")):
        if each.get("name") == container:
            names = frozenset(str(variable.get("name")) for variable in _list(each, "env"))
            return _Environment(str(each.get("image", "")), names, _sources(each, target.namespace))
    return _Environment()


def _sources(container: dict[str, Any], namespace: str | None) -> tuple[Ref, ...]:
    found: list[Ref] = []
    for source in _list(container, "envFrom"):
        for key, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
            origin: dict[str, Any] = source.get(key) or {}
            if "name" in origin:
                found.append(Ref(kind=kind, namespace=namespace, name=str(origin["name"])))
    return tuple(found)


def _list(thing: dict[str, Any], key: str) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", thing.get(key) or [])
