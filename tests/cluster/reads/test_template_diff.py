"""What differs between two pod templates, in words, and without a secret."""

from typing import Any

import pytest

from incident_mcp.cluster.template_diff import differences, image_change, same_template


def template(**container: Any) -> dict[str, Any]:
    return {
        "metadata": {"labels": {"app": "a"}},
        "spec": {"containers": [{"name": "app", "image": "r/a:1", **container}]},
    }


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("r.io/shop/checkout:1.41", "r.io/shop/checkout:1.42", "checkout:1.41 -> 1.42"),
        ("r.io/shop/checkout:1.41", "r.io/other/checkout:1.41", "r.io/shop/checkout:1.41 -> r.io/other/checkout:1.41"),
        ("r.io:5000/checkout", "r.io:5000/checkout:2", "checkout -> checkout:2"),
        ("checkout:1", "basket:1", "checkout:1 -> basket:1"),
        ("c@sha256:" + "a" * 64, "c@sha256:" + "b" * 64, "c@sha256:aaaaaaa -> c@sha256:bbbbbbb"),
    ],
)
def test_images(old: str, new: str, words: str) -> None:
    assert image_change(old, new) == words


def test_the_controllers_hash_is_no_difference() -> None:
    other = template()
    other["metadata"]["labels"]["pod-template-hash"] = "abc"
    assert same_template(template(), other)
    assert differences(template(), other) == ()


def test_environment_by_name_only_when_it_comes_or_goes() -> None:
    before = template(env=[{"name": "OLD", "value": "x"}])
    after = template(env=[{"name": "NEW", "value": "hunter2"}], envFrom=[{"configMapRef": {"name": "c"}}])
    assert differences(before, after) == ("env NEW added", "env OLD removed", "envFrom ConfigMap c added")


def test_plain_values_are_shown_and_secrets_masked() -> None:
    before = template(env=[{"name": "LEVEL", "value": "info"}, {"name": "DB_PASSWORD", "value": "old-hunter2-secret"}])
    after = template(env=[{"name": "LEVEL", "value": "debug"}, {"name": "DB_PASSWORD", "value": "new-hunter2-secret"}])
    found = differences(before, after)
    assert found[0] == "env LEVEL info -> debug"
    assert "hunter2" not in " ".join(found)
    assert found[1].startswith("env DB_PASSWORD ")


def test_a_variable_that_moves_into_a_secret_is_told_by_names() -> None:
    before = template(env=[{"name": "TOKEN_FILE", "value": "/t"}])
    reference = {"name": "TOKEN_FILE", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}
    assert differences(before, template(env=[reference])) == ("env TOKEN_FILE /t -> Secret s key k",)


def test_resources_ports_and_probes() -> None:
    before = template(
        resources={"limits": {"memory": "256Mi"}},
        ports=[{"containerPort": 8080, "name": "http"}],
        readinessProbe={"httpGet": {"path": "/ready", "port": 8080}},
    )
    after = template(resources={"limits": {"memory": "96Mi"}}, ports=[{"containerPort": 9090}], command=["x"])
    assert differences(before, after) == (
        "command added",
        "ports 8080 (http) -> 9090",
        "readiness probe GET :8080/ready every 10 s, 3 failures -> none",
        "memory limit 256Mi -> 96Mi",
    )


def test_containers_volumes_labels_and_the_rest_of_the_spec() -> None:
    before, after = template(), template()
    after["spec"]["containers"].append({"name": "proxy", "image": "r/proxy:2"})
    after["spec"]["volumes"] = [{"name": "data", "emptyDir": {}}]
    after["spec"]["serviceAccountName"] = "other"
    after["metadata"]["labels"]["version"] = "2"
    assert differences(before, after) == (
        "container proxy added (proxy:2)",
        "volume data added",
        "serviceAccountName added",
        "label version added",
    )
