"""`kubectl logs ... | incident-mcp logs -`: what `sort | uniq -c` should have been.

Reads files or standard input in pieces, so a log of any length needs the same memory, and prints a few ranked patterns
with exact counts; no cluster is asked. `incident-mcp logs deploy/checkout -n shop` reads the cluster's logs instead, as
`analyze_logs` does.
"""

import os
import sys
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from incident_mcp.cli.options import Context, Kubeconfig

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from incident_mcp.cli.kept import Kept
    from incident_mcp.logs.analysis import LogAnalysis
    from incident_mcp.logs.patterns import Reading
    from incident_mcp.vocabulary.log_source import AtLeast
    from incident_mcp.workflow.host_lines import HostLine

NAME = "logs"
LEVELS = ("error", "warning", "info")
TOP = 20
_PIECE = 2 * 1024 * 1024
_LONG = 16 * _PIECE
"""From this size on a bar shows how far it is."""


def command(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILE...", help="Log files; - is standard input. Or KIND/NAME, with -n."),
    ] = None,
    since_onset: Annotated[
        str | None, typer.Option(metavar="TIME", help="What is new since then comes first: 02:10, or a full UTC time.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What is new against this log comes first.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    assign: Annotated[
        Path | None, typer.Option(metavar="OUT", help="Write each line's template number there, in input order.")
    ] = None,
    top: Annotated[int | None, typer.Option(min=1, help="Patterns of files to print; else 20.")] = None,
    kubeconfig: Kubeconfig = None,
    context: Context = None,
    namespace: Annotated[str | None, typer.Option("--namespace", "-n", help="Its pods; else KIND/NAME's.")] = None,
    selector: Annotated[str | None, typer.Option("--selector", "-l", help="Pods with these labels.")] = None,
    container: Annotated[str | None, typer.Option("--container", "-c", help="Only this container.")] = None,
    since: Annotated[str | None, typer.Option(metavar="SPAN|TIME", help="2h, or 02:10; else 60m.")] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Else now.")] = None,
    previous: Annotated[bool, typer.Option("--previous", "-p", help="Only instances before a restart.")] = False,
    level: Annotated[str, typer.Option(help="error, warning or info, and above.")] = "info",
    match: Annotated[str | None, typer.Option(help="Texts, | between them; case is ignored.")] = None,
    follow: Annotated[int | None, typer.Option("--follow", "-f", metavar="SECONDS", help="As they come.")] = None,
) -> None:
    """Group the lines of logs into a few ranked patterns: counts, first and last time, what is new, what it means."""
    from incident_mcp.vocabulary.errors import IncidentError

    if level not in LEVELS:
        raise typer.BadParameter(f"{level!r} is none of {', '.join(LEVELS)}.", param_hint="--level")
    if _of_cluster(files or [], namespace, selector):
        _refuse("a cluster's logs", {"--baseline": baseline, "--assign": assign, "--top": top})
        from incident_mcp.cli.cluster_logs import named, read  # a filter needs no cluster, and is there at once
        from incident_mcp.cli.reading import Where
        from incident_mcp.workflow.log_scope import SINCE, LogsAsked

        kind, name = named(files or [])
        which = (namespace, kind, name, selector, container)
        asked = LogsAsked(*which, since or SINCE, until, previous=previous, level=level, match=match)
        read(Where(kubeconfig, context, namespace), asked, since_onset, follow, as_json=as_json)
        return
    if not files:
        raise typer.BadParameter("Name log files, - for standard input, or KIND/NAME with -n.", param_hint="FILE")
    others = {"--since": since, "--until": until, "--match": match, "--container": container}
    _refuse("files", {**others, "--previous": previous or None, "--follow": follow})
    try:
        _run(files, since_onset, baseline, as_json, assign, top or TOP, level)
    except BrokenPipeError:  # `| head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit from None
    except IncidentError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    except OSError as error:
        typer.echo(f"{error.filename or 'The log'}: {error.strerror or error}. Nothing was counted.", err=True)
        raise typer.Exit(1) from None


def _refuse(what: str, options: "Mapping[str, object]") -> None:
    """Options that would say nothing here must not look as if they did."""
    if given := [name for name, value in options.items() if value is not None]:
        raise typer.BadParameter(f"It is not for {what}. Nothing was counted.", param_hint=", ".join(given))


def _of_cluster(files: list[str], namespace: str | None, selector: str | None) -> bool:
    """Whether a cluster's logs are meant: `deploy/checkout` is a file only if there is one."""
    if namespace or selector or not files:
        return bool(namespace or selector)
    kind, slash, _ = files[0].partition("/")
    if len(files) > 1 or not (kind and slash) or Path(files[0]).exists():
        return False
    from incident_mcp.cluster.kinds import kind_of

    return kind_of(kind) is not None


def _run(
    files: list[str],
    since_onset: str | None,
    baseline: Path | None,
    as_json: bool,
    assign: Path | None,
    top: int,
    level: "AtLeast",
) -> None:
    import tempfile

    from incident_mcp.cli.kept import Kept
    from incident_mcp.cli.log_report import as_text, as_value
    from incident_mcp.logs.analysis import LogAnalysis
    from incident_mcp.logs.patterns import at_level
    from incident_mcp.text.moments import moment_said
    from incident_mcp.vocabulary.clock import system_clock

    now = system_clock()
    onset = moment_said(since_onset, now) if since_onset else None
    with tempfile.TemporaryFile() as kinds:
        analysis = LogAnalysis(today=now, onset=onset, into=kinds)
        if baseline is not None:
            _feed(analysis, kinds, [str(baseline)], baseline=True)
            kinds.seek(0)
            kinds.truncate()
        kept = Kept()
        _feed(analysis, kinds, files, kept=kept)
        reading = analysis.read()
        if kept.whole:
            kinds.seek(0)
            reading = analysis.valued(reading, kept.logs(), kinds.read(), top)
        if assign is not None:
            _assign(analysis, kinds, assign)
    hosts = _hosts(reading, kept)
    reading = at_level(reading, level)
    print(as_value(reading, hosts) if as_json else as_text(reading, top, hosts), flush=True)


def _hosts(reading: "Reading", kept: "Kept") -> "tuple[HostLine, ...]":
    """Of an access log."""
    from incident_mcp.logs.hosts import HOUR, RECENT, AccessLog, is_access_log

    stretches = list(kept.stretches())
    mine = {log for log, body in dict(stretches).items() if is_access_log(body)}
    if reading.last is None or not mine:
        return ()
    from incident_mcp.workflow.host_lines import host_lines

    since = reading.onset or reading.last - RECENT
    access = AccessLog(since, since - HOUR)
    for log, body in stretches:
        if log in mine:
            access.add(body, replica=log)
    return host_lines(access.hosts())


def _feed(
    analysis: "LogAnalysis",
    kinds: BinaryIO,
    files: list[str],
    *,
    baseline: bool = False,
    kept: "Kept | None" = None,
) -> None:
    from incident_mcp.cli.log_progress import progress

    sizes = [0 if name == "-" else Path(name).stat().st_size for name in files]
    with progress(sum(sizes) if "-" not in files else None, least=_LONG) as advance:
        for name in files:
            if kept is not None:
                kept.next_log()
            with _opened(name) as log:
                for lines in _read(analysis, kinds, _pieces(log, advance), baseline=baseline):
                    if kept is not None:
                        kept.add(lines)


def _pieces(log: BinaryIO, advance: "Callable[[int], None]") -> "Iterator[bytes]":
    while piece := log.read(_PIECE):
        yield piece
        advance(len(piece))


def _read(analysis: "LogAnalysis", kinds: BinaryIO, pieces: "Iterator[bytes]", *, baseline: bool) -> "Iterator[bytes]":
    """One log, which is given back as it was read: without the prefixes that say whose each line is."""
    from incident_mcp.cli.by_pod import ByPod, is_prefixed

    first = next(pieces, b"")
    if is_prefixed(first):
        pods = ByPod(analysis, kinds, baseline=baseline)
        for piece in chain([first], pieces):
            yield pods.feed(piece)
        yield pods.close()
        return
    source = analysis.source(baseline=baseline)
    for piece in chain([first], pieces):
        analysis.feed(source, piece)
        yield piece
    analysis.close(source)


def _opened(name: str) -> BinaryIO:
    return open(0, "rb", closefd=False) if name == "-" else open(name, "rb")


def _assign(analysis: "LogAnalysis", kinds: BinaryIO, out: Path) -> None:
    import numpy as np

    numbers = analysis.numbers()
    words = np.array([b"%d\n" % number for number in range(int(numbers.max(initial=0)) + 1)], object)
    kinds.seek(0)
    with out.open("wb") as target:
        while piece := kinds.read(_PIECE):
            target.write(b"".join(words[numbers[np.frombuffer(piece, "<i4")]].tolist()))
