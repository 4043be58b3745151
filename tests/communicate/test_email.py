"""Mail to stakeholders, by a real SMTP server: what it took, what it refused, and what nobody knows."""

import asyncio
import email
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope

from incident_mcp.communicate.places import EmailPlace
from tests.communicate.telling import talk
from tests.controlplane.processes import free_ports
from tests.surface.world import ACCEPT

SECRET = "correct-horse"


@dataclass
class Mailbox:
    """What the server does with a mail: `says` is its last word, `breaks` cuts the connection before or after it."""

    mails: list[Message] = field(default_factory=list[Message])
    tries: int = 0
    says: str = ""
    refuses: str = ""
    breaks: str = ""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]) -> str:
        if self.refuses and self.refuses in address:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        self.tries += 1
        if self.says:
            return self.says
        assert isinstance(envelope.content, bytes)
        if self.breaks != "before":
            self.mails.append(email.message_from_bytes(envelope.content))
        if self.breaks:
            server.transport.abort()
            await asyncio.sleep(0)
        return "250 taken"


def known(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=data.password == SECRET.encode(), handled=False)


@contextmanager
def serving(mailbox: Mailbox, **more: Any) -> Generator[Controller]:
    (port,) = free_ports(1)
    controller = Controller(mailbox, hostname="127.0.0.1", port=port, **more)
    controller.start()
    try:
        yield controller
    finally:
        controller.stop()


def place(controller: Controller, **more: Any) -> EmailPlace:
    given: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": controller.port,
        "security": "none",
        "sender": "ops@example.com",
        "timeout": 2,
    }
    given["to"] = ("cto@example.com", "sales@example.com")
    return EmailPlace.model_validate(given | more)


async def test_a_mail_reaches_the_stakeholders_once_with_the_public_words(tmp_path: Path) -> None:
    mailbox = Mailbox()
    with serving(mailbox) as controller:
        async with talk(tmp_path, channels=(), email=place(controller)) as told:
            page = await told.shown()
            done = await told.post(ACCEPT)
            [entry] = told.sent()
    [mail] = mailbox.mails
    assert done["changed"] is True
    assert mail["Subject"] == "Investigating: Payments fail for about half of the shoppers."
    assert mail["Message-ID"] == entry.data["marker"]
    assert mail["To"] == "undisclosed-recipients:;"
    body = mail.get_payload(decode=True)
    assert isinstance(body, bytes)
    for line in body.decode().split("\r\n"):
        assert line.strip() in page


@pytest.mark.parametrize(
    ("ill", "said", "changed", "arrived"),
    [
        ({"says": "451 later"}, "answered 451", False, 0),
        ({"says": "554 no"}, "answered 554", False, 0),
        ({"refuses": "@"}, "takes mail for none of them", False, 0),
        ({"refuses": "sales@"}, "sent.", True, 1),
        ({"breaks": "before"}, "unknown, sent but not confirmed", "unknown", 0),
        ({"breaks": "after"}, "unknown, sent but not confirmed", "unknown", 1),
    ],
)
async def test_what_came_of_a_mail_is_told_truly(
    tmp_path: Path, ill: dict[str, Any], said: str, changed: object, arrived: int
) -> None:
    mailbox = Mailbox(**ill)
    with serving(mailbox) as controller:
        async with talk(tmp_path, channels=("slack",), email=place(controller)) as told:
            done = await told.post()
            assert len(told.slack.messages) == 1
            entries = [entry.text for entry in told.sent()]
    assert said in done["summary"][0]
    assert done["changed"] == (changed if changed is not False else True)  # Slack was told
    assert ("e-mail" in str(done)) or "Mail 2 people" in done["summary"][0]
    assert len(mailbox.mails) == arrived
    assert mailbox.tries <= 1
    assert len(entries) == (2 if changed is True else 1)
    assert ill.get("refuses") != "sales@" or "refused: sales@example.com" in entries[1]


@pytest.mark.filterwarnings("ignore:Requiring AUTH:UserWarning")
async def test_a_wrong_password_and_a_server_that_is_away_leave_nothing_sent(tmp_path: Path) -> None:
    mailbox, password = Mailbox(), tmp_path / "password"
    password.write_text("wrong")
    login = {"authenticator": known, "auth_required": True, "auth_require_tls": False}
    with serving(mailbox, **login) as controller:
        where = place(controller, user="ops", password_file=password)
        async with talk(tmp_path, channels=(), email=where) as told:
            refused = await told.post(ACCEPT)
            assert "answered 535" in refused["summary"][0]
            assert refused["changed"] is False
            password.write_text(SECRET)
            assert (await told.post(ACCEPT))["changed"] is True
    with serving(Mailbox()) as controller:
        gone = place(controller)
    async with talk(tmp_path / "gone", channels=(), email=gone) as told:
        away = await told.post(ACCEPT)
    assert away["changed"] is False
    assert "not sent" in away["summary"][0]
    assert len(mailbox.mails) == 1
    assert SECRET not in str(refused) + str(away)
