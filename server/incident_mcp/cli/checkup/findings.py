"""All that a checkup found: as one screen for a person, and as JSON for a script."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import groupby

from incident_mcp import __version__
from incident_mcp.cli.checkup.check import SIGNS, Check, Mark
from incident_mcp.cli.checkup.cluster import ClusterReport
from incident_mcp.text.fencing import plain
from incident_mcp.text.words import listed
from incident_mcp.workflow.permissions import Needs, ToolAccess

_COLUMN = 14
NAMED = 4
"""Resources named beside one verb; `--json` has them all."""
_PAST = (
    "this credential can carry them out past the executor: whoever has it, an assistant with a shell too, needs no yes"
)
_DECIDES = "check_health"
"""The tool that must be of use: everything begins with it."""


@dataclass(frozen=True, slots=True)
class Findings:
    own: list[Check]
    cluster: ClusterReport
    writing: bool
    separated: bool = False
    """Whether an executor writes, so that this credential should not be able to."""

    @property
    def reading(self) -> bool:
        """Whether the reading tools work, be it in part: without settings or record they do not even start."""
        usable = {tool.tool for tool in self.cluster.tools if tool.state != "does not work"}
        return _DECIDES in usable and all(check.mark != "bad" for check in self.own)

    @property
    def checks(self) -> list[Check]:
        return [*self.own, *self.cluster.checks]

    def page(self) -> str:
        return "\n".join([f"incident-mcp {__version__}", *self._lines()])

    def _lines(self) -> Iterator[str]:
        for check in self.checks:
            yield f"{SIGNS[check.mark]} {check.name:{_COLUMN}}{check.text}"
            if check.next_step:
                yield f"  {'':{_COLUMN}}-> {check.next_step}"
        yield from self._tools()
        yield self._verdict()

    def _tools(self) -> Iterator[str]:
        """One line for tools that fare alike."""
        fares = sorted(self.cluster.tools, key=_fare)
        for _, tools in groupby(fares, key=_fare):
            alike = list(tools)
            names, text = listed([tool.tool for tool in alike]), self._fares(alike[0])
            yield f"{SIGNS[self._mark(alike[0])]} {'tools':{_COLUMN}}{names}: {text}"
        if any(tool.lacks and (not tool.writer or (self.writing and not self.separated)) for tool in fares):
            yield f"  {'':{_COLUMN}}-> An administrator can grant what is lacking: `incident-mcp doctor --rbac`."

    def _mark(self, tool: ToolAccess) -> Mark:
        if self.separated and tool.writer:
            return "ok" if tool.state == "does not work" else "bad"
        if tool.writer and not self.writing and (tool.changes or tool.state == "does not work"):
            return "off"
        return "bad" if tool.state == "does not work" else "ok"

    def _fares(self, tool: ToolAccess) -> str:
        if self.separated and tool.writer:
            return _PAST if tool.state != "does not work" else "the executor's to carry out; this credential can't"
        where = "" if tool.everywhere else f" in namespace {plain(self.cluster.namespace)}"
        rights = {
            "works": f"work{where}",
            "works in part": f"work{where}, without {needed(tool.lacks)}",
            "does not work": f"lack {needed(tool.lacks)}",
        }[tool.state]
        if tool.changes and not self.writing:
            return f"not offered, since writing is off; by these rights they would {rights}"
        if tool.writer and not tool.changes and tool.state == "does not work":
            return f"{rights}, since a dry run takes the right itself"
        return rights

    def _verdict(self) -> str:
        on = f" on {plain(self.cluster.name)}" if self.cluster.name else ""
        if self.reading:
            return f"Reading works{on}."
        return f"Reading does not work{on}: mend what is marked {SIGNS['bad']}, from the top."

    def as_json(self) -> str:
        tools = [
            {
                "tool": tool.tool,
                "state": tool.state,
                "lacks": [str(need) for need in tool.lacks],
                "everywhere": tool.everywhere,
                "writer": tool.writer,
                "changes": tool.changes,
            }
            for tool in self.cluster.tools
        ]
        found = {
            "version": __version__,
            "cluster": self.cluster.name,
            "reading": self.reading,
            "writing": self.writing,
            "checks": [asdict(check) for check in self.checks],
            "tools": tools,
        }
        return json.dumps(found, ensure_ascii=False, indent=2)


def needed(needs: Needs) -> str:
    """Rights by their verb: `patch deployments.apps and statefulsets.apps; list nodes`."""
    by_verb: dict[str, list[str]] = {}
    for need in needs:
        by_verb.setdefault(need.verb, []).append(need.name)
    return "; ".join(f"{verb} {listed(names, most=NAMED)}" for verb, names in by_verb.items())


def _fare(tool: ToolAccess) -> tuple[bool, str, Needs, bool]:
    return tool.changes, tool.state, tool.lacks, tool.everywhere
