"""Every key of `policy.toml` holds a change back once, and lets the same change through once."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from mcp.types import ElicitResult

from incident_mcp.gate.approvers import Approvers
from incident_mcp.vocabulary.policy import Doors, Policy, Window
from incident_sandbox.model.resources import DEPLOYMENTS
from tests.gate.test_doors import SECRET
from tests.surface.test_approval import checkout
from tests.surface.world import ACCEPT, CHECKOUT, MODES, Mode, World, at_once, data_of, text_of, world

MODE: Mode = "2026-07-28"
OTHER = "payments"
TYPED = "an answer that fits its box"
"""What a tick is told where the target's name is wanted."""


@dataclass(frozen=True)
class Key:
    """What a line of the policy does: `held` holds a change back with these words, `free` does not."""

    held: str
    told: str
    free: str
    replicas: int = 2
    """Fewer are there at once; more must start first."""


def span(begins: int, ends: int) -> str:
    now = datetime.now(UTC)
    times = [(now + timedelta(hours=each)).isoformat() for each in (begins, ends)]
    return f'[[freezes]]\nbegins = {times[0]}\nends = {times[1]}\nwhy = "year end"'


def until(hours: int) -> str:
    return f"[writing]\nuntil = {(datetime.now(UTC) + timedelta(hours=hours)).isoformat()}"


HIGH = 'protected_namespaces = ["shop"]\n[doors]\nhigh = ["{}"]'
KEYS = {
    "read_only": Key("read_only = true", "the policy is read-only", "read_only = false"),
    "actions": Key('actions = ["roll*"]', "does not allow scale_workload", 'actions = ["scale_*"]'),
    "namespaces": Key(f'namespaces = ["{OTHER}"]', "changes in namespace shop", 'namespaces = ["sh*"]'),
    "clusters": Key('clusters = ["prod-*"]', "changes of cluster sandbox", 'clusters = ["sandbox"]'),
    "protected_namespaces": Key('protected_namespaces = ["shop"]', TYPED, f'protected_namespaces = ["{OTHER}"]'),
    "two_approvers": Key('two_approvers = ["scale_*"]', "One of 2 persons", 'two_approvers = ["roll*"]'),
    "plan_life": Key("plan_life = 2.0", "which is expired", "plan_life = 60.0"),
    "fastest_answer": Key("fastest_answer = 10.0", "faster than a person", "fastest_answer = 5.0"),
    "largest_scale": Key("largest_scale = 3", "look like a slip", "largest_scale = 4", 4),
    "largest_scale_factor": Key("largest_scale_factor = 3.0", "may go up to 10", "largest_scale_factor = 4.0", 11),
    "largest_unready_share": Key("largest_unready_share = 0.2", TYPED, "largest_unready_share = 0.4"),
    "mutations_an_incident": Key("mutations_an_incident = 0", TYPED, "mutations_an_incident = 100"),
    "doors.normal": Key('[doors]\nnormal = ["terminal"]', "by terminal only", '[doors]\nnormal = ["chat"]'),
    "freezes": Key(span(-1, 1), TYPED, span(-2, -1)),
    "writing.incident": Key('[writing]\nincident = "another"', "for incident another only", ""),
    "writing.until": Key(until(-1), "the policy allowed writing until", until(1)),
}
ELSEWHERE = {"doors.high", "largest_weight_step"}
"""These two want another change or another answer: see below."""


def test_no_key_is_left_out() -> None:
    keys = {*Policy.model_fields} - {"doors", "writing"}
    nested = {f"doors.{name}" for name in Doors.model_fields} | {f"writing.{name}" for name in Window.model_fields}
    assert KEYS.keys() | ELSEWHERE == keys | nested


async def scaled(here: World, replicas: int) -> Any:
    return await here.call("scale_workload", **CHECKOUT, replicas=replicas)


def replicas_of(here: World) -> int:
    return int(checkout(here)["spec"]["replicas"])


async def test_each_key_holds_a_change_back_and_lets_it_through(tmp_path: Path) -> None:
    policy, held = at_once(tmp_path), list[World]()

    async def after_seven_seconds() -> ElicitResult:
        held[0].clock.forward(seconds=7)
        return ACCEPT

    async with world(tmp_path, MODE, after_seven_seconds, scenario="healthy", policy=policy) as here:
        held.append(here)
        for done, (name, key) in enumerate(KEYS.items()):
            _says(policy, key.held)
            assert key.told in text_of(await scaled(here, key.replicas)), name
            assert (len(here.writes()), replicas_of(here)) == (done, 3), name
            _says(policy, key.free)
            told = await scaled(here, key.replicas)
            assert not told.is_error, (name, text_of(told))
            assert (len(here.writes()), replicas_of(here)) == (done + 1, key.replicas), name
            here.sandbox.cluster.edit(DEPLOYMENTS, "shop", "checkout", {"spec": {"replicas": 3}}, manager="eve")


@pytest.mark.parametrize("mode", MODES)
async def test_what_a_key_forbids_while_the_person_reads_is_not_done(tmp_path: Path, mode: Mode) -> None:
    policy, now = at_once(tmp_path), list[Key]()

    async def meanwhile() -> ElicitResult:
        _says(policy, now[-1].held)
        return ACCEPT

    async with world(tmp_path, mode, meanwhile, scenario="healthy", policy=policy) as here:
        for asked, (name, key) in enumerate((each for each in KEYS.items() if each[0] != "plan_life"), 1):
            now.append(key)  # but for a plan's end, which stands in its question and stays
            _says(policy, "")
            await scaled(here, key.replicas)
            assert len(here.questions) == asked, name
            assert (here.writes(), replicas_of(here)) == ([], 3), name


def _says(policy: Path, text: str) -> None:
    policy.write_text(text if "fastest_answer" in text else f"fastest_answer = 0.0\n{text}")


async def test_the_doors_of_high_risk_are_their_own(tmp_path: Path) -> None:
    async def typed() -> ElicitResult:
        return ElicitResult(action="accept", content={"name": "checkout"})

    policy = at_once(tmp_path, HIGH.format("terminal"))
    async with world(tmp_path, MODE, typed, scenario="healthy", policy=policy) as here:
        assert "for a plan of high risk the policy takes answers by terminal only" in text_of(await scaled(here, 2))
        assert here.questions == []
        at_once(tmp_path, HIGH.format("chat"))
        assert data_of(await scaled(here, 2))["changed"] is True
        assert list(here.forms[-1]["properties"]) == ["name"]


async def test_another_number_of_approvers_makes_a_new_plan_and_not_an_endless_question(tmp_path: Path) -> None:
    policy = at_once(tmp_path, 'two_approvers = ["scale_*"]')

    async def yes() -> ElicitResult:
        return ACCEPT

    async with world(tmp_path, MODE, yes, scenario="healthy", policy=policy, user="ada") as here:
        Approvers(tmp_path).set("ada", SECRET)
        first = data_of(await scaled(here, 2))
        at_once(tmp_path)
        second = data_of(await scaled(here, 2))
        assert second["changed"] is True
        assert second["plan"] != first["plan"]
