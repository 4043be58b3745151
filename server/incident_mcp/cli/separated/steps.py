"""The steps of the set-up in their order. Each is written once, for printing, doing, looking and undoing alike."""

import grp
import pwd
import shlex
import stat
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from incident_mcp.cli.separated import rights
from incident_mcp.cli.separated.layout import Layout
from incident_mcp.cli.separated.step import Command, Step, command
from incident_mcp.cli.separated.unit import unit

_SYSTEMD = Path("/run/systemd/system")

_SETTINGS = """\
# The executor's settings; examples/settings.toml lists every key. Tokens of outside services belong here, too.
home = "{state}"
kubeconfig = "{kubeconfig}"
policy = "{policy}"
allow_writes = true

[listen] # clients may propose, approvers may answer, and who is in both may only propose
socket = "{socket}"
clients = "{clients}"
approvers = "{approvers}"
"""
_POLICY = """\
# What may be changed, by whom and when: examples/policy.toml explains every key and has the defaults of all others.
[doors] # the chat is no door of the executor's
normal = ["terminal", "console"]
high = ["terminal", "console"]
"""


def steps(
    layout: Layout, assistants: Sequence[str] = (), persons: Sequence[str] = (), *, purge: bool = False
) -> list[Step]:
    """All steps. `assistants` may propose, `persons` may answer; with `purge` undoing spares nothing."""
    return [
        _user(layout),
        _group(layout.clients, "who may propose: the assistant's user"),
        _group(layout.approvers, "who may answer: persons, each as a user that no assistant runs as"),
        *(_member(name, layout.clients) for name in assistants),
        *(_member(name, layout.approvers) for name in persons),
        _folder(layout, layout.config, "what the executor is told", purge=purge),
        _folder(layout, layout.state, "the record, the passphrases' hashes", purge=purge),
        _file(layout.settings, _settings(layout), "the executor's settings"),
        _file(layout.policy, _POLICY, "the policy", kept=not purge),
        _unit(layout),
        *_credentials(layout, assistants),
        _owned(layout, purge=purge),
        _started(layout),
        _passphrases(layout, persons),
        *(
            _told(layout, name, f'kubeconfig = "{_home(name) / rights.READER}"\nallow_writes = true')
            for name in assistants
        ),
        *(_told(layout, name) for name in persons),
    ]


def _user(layout: Layout) -> Step:
    words = ("useradd", "--system", "--user-group", "--no-create-home", "--home-dir", layout.state)
    there = partial(_has_user, layout.user)
    return Step(
        f"user {layout.user}: runs the executor, and nobody logs in as it",
        look=there,
        do=(command(*words, "--shell", "/usr/sbin/nologin", layout.user),),
        undo=(command("userdel", layout.user),),
        there=there,
    )


def _group(name: str, what: str) -> Step:
    there = partial(_has_group, name)
    made, gone = command("groupadd", "--system", name), command("groupdel", name)
    return Step(f"group {name}: {what}", look=there, do=(made,), undo=(gone,), there=there)


def _member(user: str, group: str) -> Step:
    """Undone with the group."""
    joined = command("usermod", "--append", "--groups", group, user)
    return Step(f"{user} in {group}", look=partial(_is_member, user, group), do=(joined,))


def _folder(layout: Layout, path: Path, what: str, *, purge: bool) -> Step:
    made = command("install", "-d", "-m", "0700", "-o", layout.user, "-g", layout.user, path)
    return Step(
        f"folder {path}: {what}, for {layout.user} alone",
        look=partial(_is_private, path, layout.user),
        do=(made,),
        undo=(command("rm", "-r", path),) if purge else (),
        there=path.exists,
    )


def _file(path: Path, text: str, what: str, *, kept: bool = False) -> Step:
    """Written where there is none: later it is the operator's."""
    return Step(
        f"file {path}: {what}",
        look=path.exists,
        do=(command("install", "-m", "0600", "/dev/stdin", path, text=text),),
        undo=() if kept else (command("rm", path),),
        there=path.exists,
    )


def _settings(layout: Layout) -> str:
    return _SETTINGS.format(
        state=layout.state,
        kubeconfig=layout.kubeconfig,
        policy=layout.policy,
        socket=layout.socket,
        clients=layout.clients,
        approvers=layout.approvers,
    )


def _unit(layout: Layout) -> Step:
    path, text = layout.unit_file, unit(layout)
    return Step(
        f"systemd unit {path}",
        look=lambda: path.exists() and path.read_text() == text,
        do=(command("install", "-m", "0644", "/dev/stdin", path, text=text), *_if_systemd("daemon-reload")),
        undo=(command("rm", path), *_if_systemd("daemon-reload")),
        there=path.exists,
    )


def _credentials(layout: Layout, assistants: Sequence[str]) -> Iterator[Step]:
    yield Step(
        "both roles in the cluster, by hand, as an administrator of it",
        look=layout.kubeconfig.exists,
        by_hand=rights.manifests(),
    )
    yield Step(
        f"the credential that writes, by hand: {layout.kubeconfig}",
        look=layout.kubeconfig.exists,
        by_hand=rights.writer(layout),
    )
    for name in assistants:
        home = _home(name)
        yield Step(
            f"the credential that reads, by hand: for {name}, who keeps no other one",
            look=(home / rights.READER).exists,
            by_hand=rights.reader(name, home),
        )


def _owned(layout: Layout, *, purge: bool) -> Step:
    """Whatever was put there by root belongs to the executor; when it goes, what is kept goes to root."""
    folders = (layout.config, layout.state)

    def given(to: str) -> Command:
        return command("chown", "--recursive", "--no-dereference", f"{to}:{to}", *folders)

    closed = command("chmod", "--recursive", "go=", *folders)
    return Step(
        f"all of it {layout.user}'s, and closed to everybody else",
        look=lambda: all(_is_private(path, layout.user) for folder in folders for path in _all(folder)),
        do=(given(layout.user), closed),
        undo=() if purge else (given("root"),),
        there=lambda: all(folder.exists() and folder.stat().st_uid != 0 for folder in folders),
    )


def _started(layout: Layout) -> Step:
    wanted = Path("/etc/systemd/system/multi-user.target.wants", layout.unit)
    if not _SYSTEMD.is_dir():
        line = shlex.join(layout.as_executor("executor"))
        make = shlex.join(command("install", "-d", "-m", "0755", "-o", layout.user, layout.run).words)
        return Step("no systemd runs here: start it by hand", look=layout.socket.exists, by_hand=f"sudo {make}\n{line}")
    return Step(
        "the executor started, now and with the machine",
        look=lambda: wanted.exists() and (layout.socket.exists() or not layout.kubeconfig.exists()),
        do=(command("systemctl", "enable", layout.unit), command("systemctl", "restart", layout.unit)),
        undo=(command("systemctl", "disable", "--now", layout.unit),),
        there=wanted.exists,
    )


def _if_systemd(word: str) -> tuple[Command, ...]:
    return (command("systemctl", word),) if _SYSTEMD.is_dir() else ()


def _passphrases(layout: Layout, persons: Sequence[str]) -> Step:
    lines = [shlex.join(layout.as_executor("init", "--as", name)) for name in persons or ("NAME",)]
    return Step(
        "a passphrase for each person, by hand, in a terminal that no assistant reaches",
        look=(layout.state / "approvers.json").exists,
        by_hand="\n".join(lines),
    )


def _told(layout: Layout, user: str, more: str = "") -> Step:
    """Where a user's own commands, or an assistant's server, find the executor."""
    file = _home(user) / ".config/incident-mcp/settings.toml"
    lines = f'executor = "{layout.socket}"\n{more}'.rstrip()
    return Step(
        f"the executor named to {user}, by hand",
        look=lambda: file.exists() and str(layout.socket) in file.read_text(),
        by_hand=f"sudo -u {user} mkdir -p {file.parent}\nsudo -u {user} tee -a {file} <<'END'\n{lines}\nEND",
    )


def _home(user: str) -> Path:
    return Path(pwd.getpwnam(user).pw_dir) if _has_user(user) else Path("/home", user)


def _all(folder: Path) -> Iterator[Path]:
    yield folder
    yield from folder.rglob("*")


def _has_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _has_group(name: str) -> bool:
    try:
        grp.getgrnam(name)
    except KeyError:
        return False
    return True


def _is_member(user: str, group: str) -> bool:
    return _has_group(group) and user in grp.getgrnam(group).gr_mem


def _is_private(path: Path, user: str) -> bool:
    if not path.exists() or not _has_user(user):
        return False
    at = path.lstat()
    return at.st_uid == pwd.getpwnam(user).pw_uid and not stat.S_IMODE(at.st_mode) & 0o077
