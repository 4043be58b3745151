"""`incident-mcp logs deploy/checkout -n shop`: the cluster's logs as `analyze_logs` and `follow_logs` read them."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from incident_mcp.cli.options import complain
from incident_mcp.cli.reading import Where, answer, kind_and_name
from incident_mcp.vocabulary.errors import BadRequest

if TYPE_CHECKING:
    from incident_mcp.workflow.desk import Desk
    from incident_mcp.workflow.log_following import FollowReply
    from incident_mcp.workflow.log_lines import PatternLine
    from incident_mcp.workflow.log_patterns import LogsReply
    from incident_mcp.workflow.log_scope import LogsAsked


def named(files: list[str]) -> tuple[str | None, str | None]:
    """The kind and the name that stand where a file's would; neither where there is none."""
    import typer

    if len(files) > 1:
        raise typer.BadParameter("One KIND/NAME at a time.", param_hint="FILE")
    try:
        return kind_and_name(files[0]) if files else (None, None)
    except BadRequest as error:
        complain(error)
        raise typer.Exit(1) from error


def read(where: Where, asked: "LogsAsked", onset: str | None, follow: int | None, *, as_json: bool) -> None:
    """Prints the answer, or ends with a failure told."""
    from dataclasses import replace

    async def analyzed(desk: "Desk") -> "LogsReply":
        from incident_mcp.workflow.log_patterns import analyze_logs

        meant = replace(asked, namespace=asked.namespace or desk.api.default_namespace)
        return await analyze_logs(desk, desk.person, meant, incident=None, onset=onset)

    async def followed(desk: "Desk") -> "FollowReply":
        from incident_mcp.workflow.log_following import follow_logs

        meant = replace(asked, namespace=asked.namespace or desk.api.default_namespace)
        return await follow_logs(desk, desk.person, meant, seconds=follow or 0, incident=None, progress=_told)

    if follow is None:
        answer(where, analyzed, _analyzed_lines, as_json=as_json)
    else:
        answer(where, followed, _followed_lines, as_json=as_json)


async def _told(done: float, total: float, message: str) -> None:
    print(f"{done:.0f} of {total:.0f} s: {message}", file=sys.stderr)


def _analyzed_lines(reply: "LogsReply") -> Iterator[str]:
    yield from reply.summary
    yield f"  {reply.read}"
    if reply.compared:
        yield f"  compared {reply.compared}"
    yield from _patterns(reply.patterns, reply.more)
    yield from (f"not checked: {one}" for one in reply.not_checked)


def _followed_lines(reply: "FollowReply") -> Iterator[str]:
    yield from reply.summary
    yield f"  {reply.read}"
    yield from _patterns(reply.patterns, reply.more)
    yield from (f"not checked: {one}" for one in reply.not_checked)


def _patterns(patterns: tuple["PatternLine", ...], more: str) -> Iterator[str]:
    for line in patterns:
        code = f" [{line.code}]" if line.code is not None else ""
        yield f"{line.count:>9,}  {line.new or line.level:<11}  {line.pattern}{code}"
        rest = (f"{line.first} to {line.last}" if line.last else "", line.burst, line.means, line.at)
        if told := "; ".join(part for part in rest if part):
            yield f"{'':24}{told}"
    if more:
        yield more
