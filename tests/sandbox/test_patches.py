"""The three kinds of patches and the books on field ownership, without a server."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident_sandbox.writes.field_paths import all_fields, changed_fields, subtract, union
from incident_sandbox.writes.json_patch import PatchFailed, apply_json_patch
from incident_sandbox.writes.merge_patch import apply_merge_patch
from incident_sandbox.writes.strategic_patch import apply_strategic_patch


@pytest.mark.parametrize(
    ("operations", "result"),
    [
        ([{"op": "add", "path": "/a/-", "value": 3}], {"a": [1, 2, 3], "b~/": "x"}),
        ([{"op": "add", "path": "/a/0", "value": 3}], {"a": [3, 1, 2], "b~/": "x"}),
        ([{"op": "remove", "path": "/b~0~1"}], {"a": [1, 2]}),
        ([{"op": "move", "from": "/b~0~1", "path": "/c"}], {"a": [1, 2], "c": "x"}),
        ([{"op": "copy", "from": "/a/1", "path": "/a/0"}], {"a": [2, 1, 2], "b~/": "x"}),
        ([{"op": "test", "path": "/nothing", "value": None}], {"a": [1, 2], "b~/": "x"}),
        ([{"op": "replace", "path": "", "value": "all"}], "all"),
    ],
)
def test_json_patch(operations: list[Any], result: Any) -> None:
    document: Any = {"a": [1, 2], "b~/": "x"}
    assert apply_json_patch(document, operations) == result
    assert document == {"a": [1, 2], "b~/": "x"}


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "test", "path": "/a/0", "value": True},
        {"op": "test", "path": "/a", "value": [2, 1]},
        {"op": "add", "path": "/a/5", "value": 0},
        {"op": "replace", "path": "/missing", "value": 0},
        {"op": "remove", "path": "/a/2"},
        {"op": "add", "path": "/b/c/d", "value": 0},
        {"op": "add", "value": 0},
        {"path": "/a"},
        "not an operation",
    ],
)
def test_json_patch_refuses(operation: Any) -> None:
    with pytest.raises(PatchFailed):
        apply_json_patch({"a": [1, 2], "b": 1}, [operation])


def test_merge_patch_is_the_example_of_rfc_7396() -> None:
    document = {"title": "Goodbye!", "author": {"given": "John", "family": "Doe"}, "tags": ["a", "b"], "content": "x"}
    patch = {"title": "Hello!", "phone": "+01", "author": {"family": None}, "tags": ["a"]}
    assert apply_merge_patch(document, patch) == {
        "title": "Hello!",
        "author": {"given": "John"},
        "tags": ["a"],
        "content": "x",
        "phone": "+01",
    }


def _spec(**fields: Any) -> Any:
    return {"containers": [{"name": "a", **fields}, {"name": "b", "image": "b:1"}]}


@pytest.mark.parametrize(
    ("patch", "result"),
    [
        ({"containers": [{"name": "a", "image": "a:2"}]}, _spec(image="a:2")),
        ({"containers": [{"name": "a", "$patch": "delete"}]}, {"containers": [{"name": "b", "image": "b:1"}]}),
        (
            {"containers": [{"name": "b", "image": None}]},
            {"containers": [{"name": "a", "image": "a:1"}, {"name": "b"}]},
        ),
        ({"containers": [{"$patch": "replace"}, {"name": "c"}]}, {"containers": [{"name": "c"}]}),
        ({"$patch": "replace", "nodeName": "n"}, {"nodeName": "n"}),
        (
            {
                "$setElementOrder/containers": [{"name": "b"}, {"name": "a"}],
                "containers": [{"name": "a", "image": "a:2"}],
            },
            {"containers": [{"name": "b", "image": "b:1"}, {"name": "a", "image": "a:2"}]},
        ),
    ],
)
def test_strategic_merge_of_containers(patch: Any, result: Any) -> None:
    assert apply_strategic_patch(_spec(image="a:1"), patch) == result


def test_strategic_merge_puts_new_items_before_those_it_does_not_name() -> None:
    """As measured on kube-apiserver 1.37."""
    found = apply_strategic_patch({"env": [{"name": "A", "value": "1"}]}, {"env": [{"name": "C", "value": "2"}]})
    assert [item["name"] for item in found["env"]] == ["C", "A"]


def test_strategic_merge_knows_primitive_lists_and_retained_keys() -> None:
    document: Any = {"finalizers": ["a", "b"], "strategy": {"type": "RollingUpdate", "rollingUpdate": {}}}
    assert apply_strategic_patch(document, {"finalizers": ["c"]})["finalizers"] == ["c", "a", "b"]
    assert apply_strategic_patch(document, {"$deleteFromPrimitiveList/finalizers": ["a"]})["finalizers"] == ["b"]
    recreate = {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}
    assert apply_strategic_patch(document, recreate)["strategy"] == {"type": "Recreate"}


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text("abc", min_size=1, max_size=2),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1, max_size=2), inner, max_size=3)
    ),
    max_leaves=12,
)
_maps = st.dictionaries(st.text("abc", min_size=1, max_size=2), _json, max_size=4)


@given(_maps, _maps)
def test_what_changed_accounts_for_every_field(old: Any, new: Any) -> None:
    """Whoever owns all of the old, less what is gone and what was set anew, and the writer together own the new."""
    added, removed = changed_fields(old, new)
    if not added and not removed:
        assert old == new
    kept = subtract(all_fields(old), union(added, removed))
    owned = union(kept, added)
    assert set(owned) >= {f"f:{key}" for key in new if key not in old or new[key] != old[key]}
    assert set(owned) <= {f"f:{key}" for key in new} | {"."}


@given(_maps)
def test_nothing_is_left_when_all_is_taken(value: Any) -> None:
    fields = all_fields(value)
    assert subtract(fields, fields) == {}
    assert union(fields, fields) == fields


@given(_maps, _maps)
def test_a_merge_patch_does_not_touch_its_document(document: Any, patch: Any) -> None:
    import copy

    before = copy.deepcopy(document)
    apply_merge_patch(document, patch)
    assert document == before
