"""Feature flags in objects, set through the whole gate on a real API server: only the one value changes, undo gives
back every character, and who will not see it is named before anybody is asked.
"""

import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp.types import ElicitRequestParams, ElicitResult

from incident_mcp.cluster.writes import rehearse
from incident_mcp.mitigate.flags.flagd import switch
from incident_mcp.mitigate.flags.json_text import with_value
from incident_mcp.mitigate.flags.readers import Readers, readers
from incident_mcp.mitigate.pointers import value_at
from incident_mcp.mitigate.warnings.flags import unread, unseen
from incident_mcp.vocabulary.errors import BadRequest
from tests.contract.cluster import Asked, Cluster, real_cluster
from tests.contract.desk import agrees, desk
from tests.controlplane.control_plane import ControlPlane
from tests.investigate.planted.objects import Json, thing
from tests.mitigate.installed import FLAGS, installed

FILE = """{
  "$schema": "https://flagd.dev/schema/v0/flags.json",
  "flags": {
    "new-checkout": { "state": "ENABLED", "variants": {"on": true, "off": false},   "defaultVariant": "on" },
    "fast-cart": {
      "state": "ENABLED",
      "variants": {"big": {"size": 3}, "small": {"size": 1}},
      "defaultVariant": "big"
    }
  }
}
"""
TARGETED: Json = {"if": [{"in": ["@example.com", {"var": "email"}]}, "on", "off"]}


def flag(**more: Any) -> Json:
    return {"state": "ENABLED", "variants": {"on": True, "off": False}, "defaultVariant": "on", **more}


@pytest.fixture(scope="module")
def cluster(control_plane: ControlPlane) -> Iterator[Cluster]:
    with installed(control_plane, FLAGS):
        yield real_cluster(control_plane)


@pytest.fixture
def place(cluster: Cluster) -> Iterator[str]:
    with cluster.plane.new_namespace("flags") as name:
        yield name


@dataclass(frozen=True)
class Kept:
    """One place where a flag is kept: the object, the call, the field, what it becomes, and what else may change."""

    thing: Json
    path: str
    wanted: Json
    field: str
    becomes: str
    elsewhere: str
    headline: str

    def call(self, namespace: str) -> Json:
        return {"kind": self.thing["kind"], "namespace": namespace, "name": "shop", **self.wanted}

    def read(self, cluster: Cluster, namespace: str) -> Json:
        return cluster.read(f"{self.path.format(namespace)}/shop")


CONFIG_MAPS = "/api/v1/namespaces/{}/configmaps"
FEATURE_FLAGS = "/apis/core.openfeature.dev/v1beta1/namespaces/{}/featureflags"
PLACES = {
    "a ConfigMap's key": Kept(
        thing("ConfigMap", "shop", data={"NEW_CHECKOUT": "true", "LIMIT": "10"}),
        CONFIG_MAPS,
        {"key": "NEW_CHECKOUT", "to": "false"},
        "/data/NEW_CHECKOUT",
        "false",
        "/data/LIMIT",
        "NEW_CHECKOUT «true» -> «false»",
    ),
    "flagd's file": Kept(
        thing("ConfigMap", "shop", data={"flags.json": FILE, "other": "1"}),
        CONFIG_MAPS,
        {"key": "flags.json", "flag": "new-checkout", "to": "off"},
        "/data/flags.json",
        FILE.replace('"defaultVariant": "on"', '"defaultVariant": "off"'),
        "/data/other",
        "new-checkout defaultVariant «on» -> «off»",
    ),
    "a FeatureFlag": Kept(
        thing(
            "FeatureFlag",
            "shop",
            "core.openfeature.dev/v1beta1",
            spec={"flagSpec": {"flags": {"new-checkout": flag(), "fast/cart": flag()}}},
        ),
        FEATURE_FLAGS,
        {"flag": "new-checkout", "to": "off"},
        "/spec/flagSpec/flags/new-checkout/defaultVariant",
        "off",
        "/spec/flagSpec/flags/fast~1cart/defaultVariant",
        "new-checkout defaultVariant «on» -> «off»",
    ),
}


@pytest.fixture(params=PLACES)
def kept(request: pytest.FixtureRequest, cluster: Cluster, place: str) -> Kept:
    found = PLACES[request.param]
    cluster.plane.apply(json.loads(json.dumps(found.thing)), place)
    return found


def body(one: Json) -> Json:
    return {key: one[key] for key in ("data", "spec") if key in one}


def patch(cluster: Cluster, namespace: str, kind: str, pointer: str, value: str) -> None:
    changes = json.dumps([{"op": "replace", "path": pointer, "value": value}])
    cluster.plane.kubectl(
        "-n", namespace, "patch", kind.lower(), "shop", "--type=json", "-p", changes, "--field-manager=tuner"
    )


def written(cluster: Cluster, namespace: str) -> list[Asked]:
    return [one for one in cluster.ours(namespace) if one.wrote]


async def test_only_the_one_value_changes_and_undo_gives_back_every_character(
    cluster: Cluster, place: str, kept: Kept, tmp_path: Path
) -> None:
    before = kept.read(cluster, place)
    async with desk(cluster, tmp_path) as here, cluster.connected() as api:
        plan = await here.planned("set_feature_flag", **kept.call(place))
        assert kept.headline in plan.draft.headline
        [write] = plan.draft.writes
        tried = await rehearse(api, write)
        changed = await here.call("set_feature_flag", **kept.call(place))
        assert (changed["plan"], changed["changed"]) == (plan.id, True)
        live = kept.read(cluster, place)
        assert value_at(live, kept.field) == kept.becomes
        assert body(live) == body(tried)
        patch(cluster, place, kept.thing["kind"], kept.elsewhere, "small")
        assert (await here.call("undo_action", plan=plan.id))["changed"] is True
        restored = kept.read(cluster, place)
        assert value_at(restored, kept.elsewhere) == "small"
        assert value_at(restored, kept.field) == value_at(before, kept.field)
        assert "undone already" in await here.refused("undo_action", plan=plan.id)
    assert len(here.questions) == 2
    assert len(written(cluster, place)) == 2


def pausing(act: Callable[[], None]) -> Callable[[ElicitRequestParams], ElicitResult]:
    def person(params: ElicitRequestParams) -> ElicitResult:
        act()
        return agrees(params)

    return person


async def test_the_same_value_set_by_somebody_else_in_the_human_pause_leads_to_a_new_question(
    cluster: Cluster, place: str, kept: Kept, tmp_path: Path
) -> None:
    other = FILE.replace("big", "large") if "json" in kept.field else "other"
    person = pausing(lambda: patch(cluster, place, kept.thing["kind"], kept.field, other))
    async with desk(cluster, tmp_path, person, mode="legacy") as here:
        answer = await here.call("set_feature_flag", **kept.call(place))
        assert "Not applied. Since the plan was made" in answer["summary"][0]
        assert "field manager tuner" in answer["summary"][0]
        assert (await here.planned("set_feature_flag", **kept.call(place))).id != answer["plan"]
    assert value_at(kept.read(cluster, place), kept.field) == other
    assert written(cluster, place) == []


async def test_another_key_or_flag_that_changes_in_the_human_pause_does_not_disturb(
    cluster: Cluster, place: str, kept: Kept, tmp_path: Path
) -> None:
    person = pausing(lambda: patch(cluster, place, kept.thing["kind"], kept.elsewhere, "small"))
    async with desk(cluster, tmp_path, person) as here:
        answer = await here.call("set_feature_flag", **kept.call(place))
    assert answer["changed"] is True
    assert len(here.questions) == 1
    assert value_at(kept.read(cluster, place), kept.elsewhere) == "small"


async def test_who_may_not_change_it_is_told_before_anybody_is_asked(
    cluster: Cluster, place: str, kept: Kept, tmp_path: Path
) -> None:
    cluster.let_view(place)
    async with desk(cluster, tmp_path, kubeconfig=cluster.viewer) as here:
        refused = await here.refused("set_feature_flag", **kept.call(place))
    verb = "get" if kept.thing["kind"] == "FeatureFlag" else "patch"
    assert f"may not {verb}" in refused
    assert here.questions == []


async def test_pods_that_read_it_once_are_named_and_those_that_mount_it_are_not_warned_of(
    cluster: Cluster, place: str, tmp_path: Path
) -> None:
    cluster.plane.apply(thing("ConfigMap", "shop", data={"NEW_CHECKOUT": "true", "LIMIT": "10"}), place)
    volume = {"name": "config", "configMap": {"name": "shop"}}
    pods = {
        "env": {"containers": [container(env=[variable("NEW_CHECKOUT")])]},
        "other": {"containers": [container(env=[variable("LIMIT")])]},
        "file": {"containers": [container(volumeMounts=[mount()])], "volumes": [volume]},
        "part": {"containers": [container(volumeMounts=[mount(subPath="NEW_CHECKOUT")])], "volumes": [volume]},
    }
    cluster.plane.apply([thing("Pod", name, spec=spec) for name, spec in pods.items()], place)
    async with desk(cluster, tmp_path) as here:
        plan = await here.planned("set_feature_flag", **PLACES["a ConfigMap's key"].call(place))
    assert plan.draft.warnings == (
        f"Pod {place}/env reads it as environment: no pod of it sees the change before it is restarted "
        "(restart_workload)",
        f"Pod {place}/part mounts it by subPath: no pod of it sees the change before it is restarted "
        "(restart_workload)",
    )
    assert plan.draft.pods == f"No pod is replaced; Pod {place}/file sees it within 2 min"


def container(**more: Any) -> Json:
    return {"name": "app", "image": "registry.example/team/app:1", **more}


def variable(key: str) -> Json:
    return {"name": "FLAG", "valueFrom": {"configMapKeyRef": {"name": "shop", "key": key}}}


def mount(**more: Any) -> Json:
    return {"name": "config", "mountPath": "/etc/shop", **more}


WRONG: list[tuple[str, Json, str]] = [
    ("a ConfigMap's key", {"to": "false"}, "has 2 keys"),
    ("a ConfigMap's key", {"key": "NEW_CHEKOUT", "to": "false"}, "has no key NEW_CHEKOUT"),
    ("a ConfigMap's key", {"key": "LIMIT", "to": "10"}, "has exactly that"),
    ("a ConfigMap's key", {"key": "LIMIT", "flag": "x", "to": "10"}, "is not flagd's JSON"),
    ("flagd's file", {"key": "flags.json", "flag": "new-chekout", "to": "off"}, "There is no flag new-chekout"),
    ("flagd's file", {"key": "flags.json", "flag": "new-checkout", "to": "of"}, "has no variant of"),
    ("flagd's file", {"key": "flags.json", "flag": "new-checkout", "to": "on"}, "is at on already"),
    ("a FeatureFlag", {"to": "on"}, "Which flag"),
    ("a ConfigMap's key", {"key": "LIMIT", "to": "1\u202e0"}, "can't be shown to a person"),
    ("a FeatureFlag", {"flag": "new-checkout", "to": "on\u200b"}, "can't be shown to a person"),
    ("a ConfigMap's key", {"key": "LIMIT", "to": "password=SuperSecret12345"}, "looks like a secret"),
]


@pytest.mark.parametrize(("where", "wanted", "words"), WRONG, ids=[each[2] for each in WRONG])
async def test_a_call_that_makes_no_sense_says_what_would(
    cluster: Cluster, place: str, tmp_path: Path, where: str, wanted: Json, words: str
) -> None:
    cluster.plane.apply(json.loads(json.dumps(PLACES[where].thing)), place)
    call = {"kind": PLACES[where].thing["kind"], "namespace": place, "name": "shop", **wanted}
    async with desk(cluster, tmp_path) as here:
        assert words in await here.refused("set_feature_flag", **call)
    assert here.questions == []


@pytest.mark.parametrize(
    ("value", "shown", "warnings"),
    [
        ("x" * 200, "«true» -> «xxx", 0),
        ("true\nDELETE=yes", "«true» -> «true…»", 0),
        ("true ", "«true» -> «true»", 1),
    ],
)
async def test_a_value_that_the_question_does_not_show_whole_wants_the_name_typed(
    cluster: Cluster, place: str, tmp_path: Path, value: str, shown: str, warnings: int
) -> None:
    kept = PLACES["a ConfigMap's key"]
    cluster.plane.apply(json.loads(json.dumps(kept.thing)), place)
    async with desk(cluster, tmp_path) as here:
        short = await here.planned("set_feature_flag", **kept.call(place))
        plan = await here.planned("set_feature_flag", **{**kept.call(place), "to": value})
    assert (short.draft.risk, short.question.typed) == ("normal", None)
    assert (plan.draft.risk, plan.question.typed) == ("high", "shop")
    assert shown in plan.draft.headline
    assert sum("blanks that are not drawn" in warning for warning in plan.draft.warnings) == warnings


async def test_what_somebody_set_since_the_incident_opened_is_told(
    cluster: Cluster, place: str, tmp_path: Path
) -> None:
    kept = PLACES["a ConfigMap's key"]
    cluster.plane.apply(json.loads(json.dumps(kept.thing)), place)
    async with desk(cluster, tmp_path) as here:
        calm = await here.planned("set_feature_flag", **kept.call(place))
        with anyio.fail_after(10):
            while not any("changed since" in warning for warning in calm.draft.warnings):
                value = secrets.token_hex(4)  # until a second has begun that is later than the incident's
                patch(cluster, place, "ConfigMap", "/data/LIMIT", value)
                calm = await here.planned("set_feature_flag", **{**kept.call(place), "to": value})
    assert "by tuner at" in calm.draft.warnings[-1]


async def test_an_immutable_config_map_is_not_asked_about(cluster: Cluster, place: str, tmp_path: Path) -> None:
    cluster.plane.apply(thing("ConfigMap", "shop", data={"a": "1"}, immutable=True), place)
    async with desk(cluster, tmp_path) as here:
        call = {"kind": "ConfigMap", "namespace": place, "name": "shop", "to": "2"}
        assert "is immutable" in await here.refused("set_feature_flag", **call)


async def test_the_config_map_of_a_feature_flag_is_its_operators(cluster: Cluster, place: str, tmp_path: Path) -> None:
    made, above = PLACES["flagd's file"], PLACES["a FeatureFlag"]
    cluster.plane.apply(json.loads(json.dumps(above.thing)), place)
    uid = above.read(cluster, place)["metadata"]["uid"]
    owner = {"apiVersion": "core.openfeature.dev/v1beta1", "kind": "FeatureFlag", "name": "shop", "uid": uid}
    for owned in (True, False):
        one = json.loads(json.dumps(made.thing))
        one["metadata"]["ownerReferences"] = [{**owner, "controller": owned}]
        cluster.plane.kubectl("-n", place, "delete", "configmap", "shop", "--ignore-not-found")
        cluster.plane.apply(one, place)
        async with desk(cluster, tmp_path / str(owned)) as here:
            plan = await here.planned("set_feature_flag", **made.call(place))
        told = [warning for warning in plan.draft.warnings if "FeatureFlag shop controls it" in warning]
        assert bool(told) is owned


# The pieces by themselves.


def test_one_value_of_a_text_is_set_and_the_rest_is_left_to_the_letter() -> None:
    new = with_value(FILE, ("flags", "fast-cart", "defaultVariant"), "small")
    assert new == FILE.replace('"defaultVariant": "big"', '"defaultVariant": "small"')
    assert with_value('{"a": {}}', ("a", "b"), "c") == '{"a": {"b": "c"}}'
    assert with_value('{"a":{"x":1}}', ("a", "b"), "c") == '{"a":{"b": "c", "x":1}}'
    assert with_value('{"a":1,"a":2}', ("a",), 3) == '{"a":1,"a":3}'


@pytest.mark.parametrize("text", ["", "flags: {}", '{"a": [1]}', '{"a": 1} 2', "[]"])
def test_what_is_no_json_object_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        with_value(text, ("a", "b"), 1)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)


@given(
    st.dictionaries(st.text(max_size=4), JSON, max_size=4), st.text(max_size=4), JSON, st.sampled_from([None, 2, "\t"])
)
def test_any_member_of_any_object_can_be_set(thing: Json, key: str, value: Any, indent: Any) -> None:
    text = json.dumps(thing, indent=indent)
    assert json.loads(with_value(text, (key,), value)) == {**thing, key: value}


@pytest.mark.parametrize(
    ("one", "to", "words"),
    [
        (flag(targeting=TARGETED), "off", ["its targeting decides before the default variant"]),
        (flag(targeting={}), "off", []),
        (flag(state="DISABLED"), "off", ["it is DISABLED: every caller gets the caller's own default"]),
        (flag(), "DISABLED", ["DISABLED is not off: every caller gets the caller's own default"]),
        (flag(state="DISABLED"), "ENABLED", []),
        (flag(state="DISABLED", targeting=TARGETED), "ENABLED", ["its targeting decides"]),
        (flag(), "off", []),
    ],
)
def test_what_setting_a_flag_does_not_do_is_said(one: Json, to: str, words: list[str]) -> None:
    told = switch({"new-checkout": one}, "new-checkout", to).warnings
    assert len(told) == len(words)
    assert all(warning.startswith(word) for warning, word in zip(told, words, strict=True))


def test_a_flag_without_a_default_variant_is_at_the_callers_own() -> None:
    found = switch({"x": flag(defaultVariant=None)}, "x", "on")
    assert (found.before, found.after) == ("the caller's own default", "«on»")


def test_a_variant_that_is_there_is_listed_where_another_was_meant() -> None:
    with pytest.raises(BadRequest, match="has no variant maybe") as raised:
        switch({"x": flag()}, "x", "maybe")
    assert "«on» and «off»" in raised.value.next_step


def pod(spec: Json, phase: str = "Running") -> Json:
    return {**thing("Pod", "p", spec=spec), "status": {"phase": phase}}


WHOLE: Json = {"containers": [container(envFrom=[{"configMapRef": {"name": "shop"}}])]}
PROJECTED: Json = {
    "containers": [container(volumeMounts=[mount()])],
    "volumes": [{"name": "config", "projected": {"sources": [{"configMap": {"name": "shop"}}]}}],
}
OTHER_KEY: Json = {
    "containers": [container(volumeMounts=[mount()])],
    "volumes": [{"name": "config", "configMap": {"name": "shop", "items": [{"key": "b", "path": "b"}]}}],
}


@pytest.mark.parametrize(
    ("one", "found"),
    [
        (pod(WHOLE), Readers(environment=["Pod p"])),
        (pod(WHOLE, "Succeeded"), Readers()),
        (pod(PROJECTED), Readers(mounted=["Pod p"])),
        (pod(OTHER_KEY), Readers()),
        (pod({"containers": [container(envFrom=[{"configMapRef": {"name": "other"}}])]}), Readers()),
        (pod({"containers": [container(envFrom=[{"secretRef": {"name": "shop"}}])]}), Readers()),
    ],
)
def test_who_reads_a_key(one: Json, found: Readers) -> None:
    assert readers([one], "shop", "a") == found


def test_nobody_reads_it_is_only_said_when_all_pods_were_seen() -> None:
    assert len(list(unread(Readers()))) == 1
    assert list(unread(Readers(all_seen=False))) == []
    assert list(unread(Readers(mounted=["Deployment shop/a"]))) == []
    assert list(unseen(Readers(mounted=["Deployment shop/a"]))) == []
