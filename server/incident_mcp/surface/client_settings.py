"""Whether the chat can be a door: an `Elicitation` or `ElicitationResult` hook in the client's settings, or in a plugin
of its, answers a form in the person's place, and on the wire that looks like a person (Claude Code 2.1, where a hook
of an untrusted folder's settings did so too).

Looked at are the files from which Claude Code takes hooks. What can't be seen from here, such as `--settings` on the
client's command line, is why an answer in the chat is recorded as *client-reported*.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from errno import EINVAL
from pathlib import Path
from typing import Any, cast

MANAGED = (Path("/etc/claude-code"), Path("/Library/Application Support/ClaudeCode"))
HOOKS = ("Elicitation", "ElicitationResult")
_IN_TEXT = re.compile(r"""(?m)["']?\bElicitation(?:Result)?["']?\s*:""")
_SKIPPED = {"node_modules", ".git", ".venv", "__pycache__"}
LARGEST = 4_000_000
"""Bytes of one file."""
MOST_FILES = 20_000


def chat_closed(environment: Mapping[str, str]) -> str:
    """Why forms in the chat may be answered by a program, and so the chat is no door; empty: nothing was found."""
    try:
        for looked, path in enumerate(_files(environment)):
            if looked > MOST_FILES:
                return "the client has too many plugin files to look through for hooks that answer forms"
            if why := _holds_hook(path):
                return f"{path} {why}"
    except OSError as error:
        return f"{error.filename} {_unread(error.strerror)}"
    return ""


def _unread(why: str | None) -> str:
    return f"can't be read ({why}), so nobody can tell whether a hook answers forms"


def settings_files(environment: Mapping[str, str]) -> Iterator[Path]:
    """The client's settings, of which not all need be there: managed, the user's, the project's."""
    for folder in MANAGED:
        yield folder / "managed-settings.json"
        yield from _under(folder / "managed-settings.d", ".json")
    for folder in _folders(environment):
        yield folder / "settings.json"
        yield folder / "settings.local.json"


def _folders(environment: Mapping[str, str]) -> Iterator[Path]:
    home = Path(environment.get("HOME") or Path.home())
    projects = {Path(environment.get("CLAUDE_PROJECT_DIR") or Path.cwd()), Path.cwd()}
    yield Path(environment.get("CLAUDE_CONFIG_DIR") or home / ".claude")
    yield from (project / ".claude" for project in sorted(projects))


def _files(environment: Mapping[str, str]) -> Iterator[Path]:
    yield from settings_files(environment)
    users, *projects = _folders(environment)
    for folder in (users, *projects):
        for part in ("agents", "commands", "skills"):
            yield from _under(folder / part, ".md")
    for plugin in _plugins(users / "plugins", environment):
        yield from _under(plugin, ".json", ".md")


def _plugins(folder: Path, environment: Mapping[str, str]) -> Iterator[Path]:
    """Where plugins lie: the client's own folder, and those elsewhere that its lists of plugins and markets name."""
    yield folder
    if root := environment.get("CLAUDE_PLUGIN_ROOT"):
        yield Path(root)
    for name in ("installed_plugins.json", "known_marketplaces.json"):
        path = folder / name
        try:
            listed = json.loads(path.read_text())
        except (FileNotFoundError, NotADirectoryError):
            continue
        except ValueError as error:
            raise OSError(EINVAL, "it is no JSON", str(path)) from error
        for text in set(_texts(listed)):
            if text.startswith("/") and not Path(text).is_relative_to(folder) and Path(text).is_dir():
                yield Path(text)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in cast("dict[str, Any]", value).values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in cast("list[Any]", value):
            yield from _texts(each)


def _under(folder: Path, *endings: str) -> Iterator[Path]:
    seen = set[tuple[int, int]]()  # links are followed, each folder once
    for place, folders, files in os.walk(folder, onerror=_unless_missing, followlinks=True):
        told = os.stat(place)
        folders[:] = sorted(name for name in folders if name not in _SKIPPED)
        if (told.st_dev, told.st_ino) in seen:
            folders.clear()
            continue
        seen.add((told.st_dev, told.st_ino))
        yield from (Path(place) / name for name in sorted(files) if name.endswith(endings))


def _unless_missing(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        raise error


def _holds_hook(path: Path) -> str:
    """What is wrong with one file, in words; empty: nothing."""
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST).decode(errors="replace")
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        return _unread(error.strerror)
    if not any(name in text for name in HOOKS):
        return ""
    if path.suffix == ".md":
        found = text.startswith("---") and _IN_TEXT.search(text.partition("---")[2].partition("\n---")[0])
        return "holds a hook that can answer forms" if found else ""
    try:
        told = _keys(json.loads(text))
    except ValueError:  # the client may read it more leniently than we do
        told = {*HOOKS} if _IN_TEXT.search(text) else set[str]()
    return "holds a hook that can answer forms" if told & {*HOOKS} else ""


def _keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        given = cast("dict[str, Any]", value)
        return {*given}.union(*(_keys(each) for each in given.values()))
    if isinstance(value, list):
        return set[str]().union(*(_keys(each) for each in cast("list[Any]", value)))
    return set()
