"""The policy decides what may be asked at all, and how: by its file as it is now."""

import os
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from incident_mcp.gate.policy_file import PolicyError, PolicyFile
from incident_mcp.gate.risk import under_policy
from incident_mcp.vocabulary.policy import Policy
from tests.cli.running import incident_mcp
from tests.surface.test_approval import checkout, image, untouched
from tests.surface.world import ACCEPT, CHECKOUT, always, at_once, data_of, text_of, world
from tests.text.plans import MADE, draft

EXAMPLE = Path(__file__).parents[2] / "examples" / "policy.toml"
MODE = "2026-07-28"


def test_without_a_file_the_shipped_default_holds(tmp_path: Path) -> None:
    file = PolicyFile(tmp_path / "policy.toml", named=False)
    assert file() == Policy()
    assert file.shipped


def test_the_example_file_names_every_key_and_holds_the_defaults() -> None:
    text = EXAMPLE.read_text()
    assert Policy.model_validate(tomllib.loads(text)) == Policy()
    for key in Policy.model_fields:
        assert f"{key} = " in text or f"[{key}]" in text, key


def test_the_examples_that_are_commented_out_are_right_when_somebody_uncomments_them() -> None:
    lines = EXAMPLE.read_text().splitlines()
    keys = [
        line.removeprefix("# ") for line in lines if line.startswith(("# [", "# incident =", "# until =", "# begins"))
    ]
    keys += ["ends = 2027-01-02T00:00:00Z", 'why = "x"']
    policy = Policy.model_validate(tomllib.loads("[writing]\n" + "\n".join(keys)))
    assert policy.writing.incident
    assert policy.freezes[0].begins < policy.freezes[0].ends


@pytest.mark.parametrize(
    "text",
    [
        "actions = 3",
        "actons = []",
        "x = ",
        "[doors]\nnormal = ['window']",
        "fastest_answer = -1",
        "[writing]\nuntil = 2026-11-25T00:00:00",
        "largest_unready_share = 0.9",
        "\x00",
        "\n",
    ],
    ids=["type", "unknown key", "no TOML", "no door", "negative", "no zone", "looser than shipped", "no text", "empty"],
)
def test_a_broken_file_allows_nothing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(text)
    with pytest.raises(PolicyError, match="nothing is allowed"):
        PolicyFile(path, named=False)()


def test_a_file_that_was_there_and_goes_allows_nothing(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text("read_only = true")
    file = PolicyFile(path, named=False)
    assert file().read_only
    path.unlink()
    with pytest.raises(PolicyError, match="it is not there"):
        file()


def test_a_file_that_everybody_may_write_allows_nothing(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text("read_only = false")
    file = PolicyFile(path, named=True)
    assert not file().read_only
    path.chmod(0o666)
    with pytest.raises(PolicyError, match="others may write"):
        file()
    path.chmod(0o664)
    assert not file().read_only


def test_a_link_that_leads_nowhere_is_a_policy_that_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.symlink_to(tmp_path / "not mounted" / "policy.toml")
    file = PolicyFile(path, named=False)
    assert not file.shipped
    with pytest.raises(PolicyError, match="it is not there"):
        file()


def test_an_older_file_of_the_same_size_and_date_in_its_place_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text("read_only = false")
    file, then = PolicyFile(path, named=True), path.stat()
    assert not file().read_only
    path.write_text("read_only = true ")
    os.utime(path, ns=(then.st_atime_ns, then.st_mtime_ns))
    assert file().read_only


def test_a_change_that_moves_more_traffic_than_one_step_may_wants_the_name_typed() -> None:
    policy = Policy(largest_weight_step=20)
    for moved, risk in ((20.0, "normal"), (20.5, "high")):
        judged = under_policy(draft(moved=moved), "redirect_traffic", policy, now=MADE, carried_out=0)
        assert (judged.risk, "per cent of the traffic move at once" in judged.high_because) == (risk, risk == "high")


def test_a_change_of_the_file_holds_at_once(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text("read_only = false")
    file = PolicyFile(path, named=True)
    assert not file().read_only
    path.write_text("read_only = true ")
    assert file().read_only


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("read_only = true", "the policy is read-only"),
        ('actions = ["scale_*"]', "the policy does not allow rollback_workload"),
        ('namespaces = ["payments"]', "the policy does not allow changes in namespace shop"),
        ('clusters = ["prod-*"]', "the policy does not allow changes of cluster sandbox"),
        ('[writing]\nincident = "another"', "for incident another only"),
        ("[writing]\nuntil = 2026-01-01T00:00:00Z", "allowed writing until 2026-01-01"),
        ("actions = 3", "nothing is allowed"),
    ],
)
async def test_what_the_policy_forbids_is_not_asked(tmp_path: Path, line: str, told: str) -> None:
    async with world(tmp_path, MODE, always(ACCEPT), policy=at_once(tmp_path, line)) as here:
        answer = await here.rollback()
        assert answer.is_error
        assert told in text_of(answer)
        assert "Nothing was changed" in text_of(answer)
        assert here.questions == []
        assert untouched(here)


async def test_what_becomes_forbidden_while_the_person_reads_is_not_done(tmp_path: Path) -> None:
    async def meanwhile() -> object:
        at_once(tmp_path, 'namespaces = ["payments"]')
        return ACCEPT

    async with world(tmp_path, MODE, meanwhile) as here:  # pyright: ignore[reportArgumentType]
        assert "the policy does not allow changes in namespace shop" in text_of(await here.rollback())
        assert untouched(here)


def scaled(replicas: int) -> dict[str, Any]:
    return CHECKOUT | {"replicas": replicas}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            '[[freezes]]\nbegins = 2026-01-01T00:00:00Z\nends = 2100-01-01T00:00:00Z\nwhy = "year end"',
            "frozen: year end",
        ),
        ("mutations_an_incident = 0", "the policy's budget is over"),
        ('protected_namespaces = ["shop"]', "namespace shop is protected"),
    ],
    ids=["freeze", "budget", "protected"],
)
async def test_a_freeze_or_a_used_up_budget_wants_the_name_typed_except_to_take_back(
    tmp_path: Path, line: str, told: str
) -> None:
    async with world(tmp_path, MODE, always(ACCEPT), policy=at_once(tmp_path, line)) as here:
        await here.call("scale_workload", **scaled(4))
        assert list(here.forms[-1]["properties"]) == ["name"]
        assert told in "\n".join(
            data_of(await here.call("preview_change", tool="scale_workload", arguments=scaled(4)))["page"]
        )
        assert untouched(here)
        await here.rollback()
        assert list(here.forms[-1]["properties"]) == (["name"] if "protected" in line else ["approve"])


async def test_a_smaller_share_of_pods_at_once_than_the_shipped_half_can_be_wanted(tmp_path: Path) -> None:
    async with world(
        tmp_path, MODE, always(ACCEPT), scenario="healthy", policy=at_once(tmp_path, "largest_unready_share = 0.2")
    ) as here:
        await here.call("scale_workload", **scaled(2))
        assert list(here.forms[-1]["properties"]) == ["name"]


async def test_scaling_obeys_the_limits_of_the_policy_as_it_is_now(tmp_path: Path) -> None:
    async with world(tmp_path, MODE, always(ACCEPT)) as here:
        at_once(tmp_path, "largest_scale = 3")
        assert "look like a slip" in text_of(await here.call("scale_workload", **scaled(4)))


async def test_writing_for_one_incident_ends_with_its_time(tmp_path: Path) -> None:
    until = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    policy = at_once(tmp_path, f"[writing]\nuntil = {until}")
    async with world(tmp_path, MODE, always(ACCEPT), policy=policy) as here:
        assert data_of(await here.rollback())["changed"] is True
        here.clock.forward(minutes=6)
        assert "allowed writing until" in text_of(await here.call("scale_workload", **scaled(4)))
        assert image(here) == "1.41"
        assert checkout(here)["spec"]["replicas"] == 3


async def test_doctor_prints_the_policy_that_holds_as_a_file(tmp_path: Path) -> None:
    done = await incident_mcp("doctor", "--policy")
    assert Policy.model_validate(tomllib.loads(done.stdout)) == Policy()
    path = tmp_path / "mine.toml"
    path.write_text("read_only = true\n" + EXAMPLE.read_text().partition("read_only = false")[2])
    done = await incident_mcp("doctor", "--policy", environment={"INCIDENT_POLICY": str(path)})
    assert f"# From {path}" in done.stdout
    assert Policy.model_validate(tomllib.loads(done.stdout)).read_only


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_an_unreadable_file_allows_nothing(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text("read_only = false")
    path.chmod(0)
    with pytest.raises(PolicyError):
        PolicyFile(path, named=False)()
