"""The policy that holds, which doors are open, and whether somebody stopped all changes."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from incident_mcp.cli.checkup.check import Check, bad, failed, good, off
from incident_mcp.gate.approvers import Approvers
from incident_mcp.gate.brake import Brake
from incident_mcp.settings import Settings
from incident_mcp.surface.client_permissions import undermining
from incident_mcp.surface.client_settings import chat_closed
from incident_mcp.text.words import count, duration, listed
from incident_mcp.vocabulary.errors import IncidentError
from incident_mcp.vocabulary.policy import Policy
from incident_mcp.wiring import policy_of


def policy_checks(settings: Settings) -> Iterator[Check]:
    file = policy_of(settings)
    try:
        policy = file()
    except IncidentError as error:
        yield failed("policy", error)
    else:
        source = f"shipped default (there is no {file.path})" if file.shipped else str(file.path)
        yield good("policy", f"{source}: {_in_words(policy)}")
    yield _doors(settings)
    yield _client()
    if stopped := Brake(settings.home).pulled():
        yield bad("stop", stopped, "incident-mcp stop --lift allows changes again.")


def _doors(settings: Settings) -> Check:
    closed = chat_closed(os.environ)
    chat = f"the chat is closed: {closed}" if closed else "the chat"
    try:
        names = Approvers(settings.home).names()
    except IncidentError as error:
        return failed("doors", error)
    if not names:
        return off("doors", f"{chat}; no passphrase is set", "incident-mcp init sets one, and opens your terminal.")
    return good("doors", f"{chat}, and the terminal of {listed(names)}")


def _client() -> Check:
    """What in the settings of the chat's client makes the gate less than it is."""
    found = [*undermining(os.environ)]
    if closed := chat_closed(os.environ):
        found.insert(0, closed)
    if found:
        return bad(
            "client", listed(found, 3), "Name each tool by itself: incident-mcp init --permissions prints the rules."
        )
    return good("client", "no setting of Claude Code that is seen from here lets a change past the gate")


def _in_words(policy: Policy) -> str:
    def all_or(names: tuple[str, ...]) -> str:
        return "all" if names == ("*",) else listed([*names], 5)

    parts = [
        "read-only"
        if policy.read_only
        else f"actions {all_or(policy.actions)}, namespaces {all_or(policy.namespaces)}",
        f"protected {listed([*policy.protected_namespaces], 5) or 'none'}",
        f"a plan lives {duration(policy.plan_life)}",
        f"{count(policy.mutations_an_incident, 'change')} an incident",
    ]
    return "; ".join([*parts, *([count(len(policy.freezes), "freeze")] if policy.freezes else [])])


async def policy_in_full(settings: Settings) -> None:
    """Print the policy as a file that could be put in its place. Raises `PolicyError`."""
    file = policy_of(settings)
    policy = file()
    print(f"# {'The shipped default: there is no' if file.shipped else 'From'} {file.path}")
    sections: list[tuple[str, Any]] = []
    for name in Policy.model_fields:
        value = getattr(policy, name)
        if name in ("doors", "freezes", "writing"):
            sections.append((name, value))
        else:
            print(f"{name} = {_toml(value)}")
    for name, value in sections:
        for one in value if isinstance(value, tuple) else (value,):  # pyright: ignore[reportUnknownVariableType]
            print(f"\n[[{name}]]" if isinstance(value, tuple) else f"\n[{name}]")
            for key in type(one).model_fields:  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
                if (given := getattr(one, key)) is not None:  # pyright: ignore[reportUnknownArgumentType]
                    print(f"{key} = {_toml(given)}")


def _toml(value: Any) -> str:
    import json

    match value:
        case timedelta():
            return str(value.total_seconds())
        case datetime():
            return value.isoformat()
        case _:
            return json.dumps(value, ensure_ascii=False)
