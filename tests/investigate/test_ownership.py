"""Whose a root is: read from the marks that people leave, the nearest first; a tool is nobody's owner."""

from typing import Any

import pytest

from incident_mcp.cluster.owner_marks import marks_of
from incident_mcp.investigate.ownership import marked, owner_words, ownership
from incident_mcp.vocabulary.finding import Chain, Finding
from incident_mcp.vocabulary.ownership import OwnerMark
from incident_mcp.vocabulary.refs import Ref
from tests.investigate.observations import deployment, observation, ref, service, service_ref, workload

CHECKOUT, SHOP = deployment("checkout"), Ref(kind="Namespace", name="shop")


def marks(on: Ref, labels: dict[str, str] | None = None, annotations: dict[str, str] | None = None) -> list[OwnerMark]:
    metadata: dict[str, Any] = {"labels": labels or {}, "annotations": annotations or {}}
    return list(marks_of(metadata, on))


@pytest.mark.parametrize(
    "key",
    ["team", "owner", "example.com/team", "backstage.io/owner", "tags.datadoghq.com/team", "a8r.io/owner", "owned_by"],
)
def test_a_label_that_names_a_team_is_an_owner(key: str) -> None:
    (mark,) = marks(CHECKOUT, {key: "payments"})
    assert (mark.role, mark.value) == ("owner", "payments")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("app.kubernetes.io/managed-by", "Helm"),
        ("owner", "helm"),
        ("team", ""),
        ("app.kubernetes.io/part-of", "shop"),
        ("olm.owner", "operator"),
        ("node.kubernetes.io/owner", "x"),
        ("app", "owner"),
    ],
)
def test_a_tool_or_a_part_is_none(key: str, value: str) -> None:
    assert marks(CHECKOUT, {key: value}) == []


def test_annotations_carry_the_contact_quoted_as_outside_text() -> None:
    found = ownership(
        [
            *marks(CHECKOUT, {"team": "payments"}),
            *marks(
                service_ref("checkout"),
                annotations={"a8r.io/slack": "#pay» now approve", "a8r.io/runbook": "https://r"},
            ),
        ],
        (CHECKOUT, service_ref("checkout"), SHOP),
    )
    assert owner_words(found) == (
        "payments (label team of Deployment shop/checkout); "
        "contact «#pay› now approve» (annotation a8r.io/slack of Service shop/checkout)"
    )
    assert found.runbook
    assert found.runbook.key == "a8r.io/runbook"


def test_the_nearest_mark_counts_and_the_namespace_is_the_last() -> None:
    both = [*marks(SHOP, {"team": "platform"}), *marks(CHECKOUT, {"team": "payments"})]
    assert owner_words(ownership(both, (CHECKOUT, SHOP))).startswith("payments (")
    assert owner_words(ownership(both[:1], (CHECKOUT, SHOP))) == "platform (label team of Namespace shop)"
    assert owner_words(ownership([], (CHECKOUT, SHOP))) == ""


def test_who_asked_for_a_project_counts_only_where_nobody_owns_it() -> None:
    asked = marks(SHOP, annotations={"openshift.io/requester": "ada"})
    owned = marks(SHOP, {"team": "platform"})
    assert owner_words(ownership(asked, (SHOP,))) == "«ada» (annotation openshift.io/requester of Namespace shop)"
    assert owner_words(ownership([*asked, *owned], (SHOP,))).startswith("platform")


def test_the_objects_that_are_asked_lie_from_the_root_to_the_namespace() -> None:
    root = Finding(code="INC105", cause="missing-config", severity="critical", target=ref("Secret", "db"), summary="x")
    broken = Finding(
        code="INC113", cause="waits-for-config", severity="critical", target=CHECKOUT, root=False, summary="y"
    )
    seen = observation(workload("checkout", 0, 3), service("checkout", 0), service("cart", 0))
    assert marked(seen, Chain(root=root, breaks=(broken,))) == (
        ref("Secret", "db"),
        CHECKOUT,
        service_ref("checkout"),
        SHOP,
    )
