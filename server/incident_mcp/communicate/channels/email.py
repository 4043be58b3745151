"""A mail to the stakeholders, by SMTP.

Nobody can ask a mail server what became of a mail, so the steps are taken one by one: until the text itself is sent, a
failure means that no mail left; from then on, only the server's own word tells (RFC 5321, 3.3).
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from contextlib import suppress
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import TYPE_CHECKING

from pydantic import JsonValue

from incident_mcp.cluster.writes import check_permit
from incident_mcp.communicate.channel import CantTell, Said, Sent, members
from incident_mcp.communicate.places import EmailPlace
from incident_mcp.text.cleaning import one_line
from incident_mcp.text.fencing import quote
from incident_mcp.text.words import count
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.errors import (
    ClusterError,
    CredentialsError,
    Invalid,
    SettingsError,
    Throttled,
    Unreachable,
)
from incident_mcp.vocabulary.permit import Permit
from incident_mcp.vocabulary.plan import Write
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.untrusted import Untrusted

if TYPE_CHECKING:  # met with the first mail
    import ssl

    from aiosmtplib import SMTP as Connection

KIND = "e-mail"
SUBJECT = 120


class Email:
    """One mail server and one list of people."""

    kind = KIND
    name = "e-mail"

    def __init__(self, place: EmailPlace, environment: Mapping[str, str], clock: Clock) -> None:
        self._place = place
        self._environment = environment
        self._clock = clock

    def message(
        self, text: str, *, subject: str, status: str, marker: str, to: tuple[str, ...] = (), calendar: str = ""
    ) -> Write:
        """To the stakeholders of the settings, or `to`. `calendar` is an invitation (text/calendar) that goes along."""
        place = self._place
        to = to or place.to
        body: dict[str, JsonValue] = {
            "from": place.sender,
            "to": list(to),
            "subject": one_line(subject, SUBJECT),
            "date": format_datetime(self._clock()),
            "message_id": f"<{marker}@{place.sender.partition('@')[2]}>",
            "status": status,
            "text": text,
        }
        if calendar:
            body["calendar"] = calendar
        whom = to[0] if len(to) == 1 else count(len(to), "person", "people")
        return Write(
            method="MAIL",
            path=f"{place.host}:{place.port}",
            content_type="text/plain",
            body=body,
            target=Ref(kind=KIND, name=place.host),
            shown=f"mail {whom}",
            box=f"Mail {whom}",
            looks="No server tells: ask one of those who should have got it.",
        )

    async def send(self, write: Write, permit: Permit) -> Sent:
        """Raises `Unreachable` (`sent`: after the text had left), `CredentialsError`, `Throttled` for a refusal that is
        for now, `Invalid` for one that is final.
        """
        check_permit(write, permit, self._clock())
        message = _composed(members(write.body))
        client = self._client()
        try:
            refused = await self._ready(client, write)
            await self._step(client.data(message.as_bytes(policy=SMTP)), last=True)
            with suppress(ClusterError):  # it is taken: a broken farewell changes nothing
                await self._step(client.quit())
        finally:
            client.close()
        more = f"refused: {', '.join(refused)}" if refused else ""
        return Sent(id=str(message["Message-ID"]), more=more)

    async def _ready(self, client: Connection, write: Write) -> list[str]:
        """Everything up to the text. Returns the recipients that the server refuses; raises where it takes none."""
        await self._step(client.connect())
        if self._place.user is not None:
            await self._step(client.login(self._place.user, self._password()))
        await self._step(client.mail(self._place.sender))
        addresses, refused = _addresses(write), list[str]()
        for address in addresses:
            try:
                await self._step(client.rcpt(address))
            except (Invalid, Throttled):
                refused.append(address)
        if len(refused) == len(addresses):
            raise Invalid(f"{self._place.host} takes mail for none of them: {', '.join(refused)[:300]}.")
        return refused

    async def _step(self, step: Awaitable[object], *, last: bool = False) -> None:
        """One command. `last`: the mail itself, after which a silence says nothing."""
        import aiosmtplib

        try:
            await step
        except aiosmtplib.SMTPResponseException as error:
            raise self._refusal(error.code, str(error.message)) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            said = one_line(str(error), 160) or type(error).__name__
            raise Unreachable(
                f"{self._place.host} can't be reached, or broke off: {said}.", "Check [email].", sent=last
            ) from error

    def _refusal(self, code: int, said: str) -> ClusterError:
        if code in (530, 534, 535, 538):  # RFC 4954, 6
            kind: type[ClusterError] = CredentialsError
        else:
            kind = Throttled if code < 500 else Invalid
        advice = "It is for now: call the tool again." if code < 500 else "Check [email] in the settings."
        return kind(f"{self._place.host} answered {code}: {quote(Untrusted(said), 160)}.", advice)

    def _client(self) -> Connection:
        from aiosmtplib import SMTP as Connection

        place = self._place
        return Connection(
            hostname=place.host,
            port=place.port,
            timeout=place.timeout,
            use_tls=place.security == "tls",
            start_tls=place.security == "starttls",
            tls_context=self._trust() if place.security != "none" else None,
        )

    def _trust(self) -> ssl.SSLContext:
        import ssl

        ca = self._place.ca
        try:
            return ssl.create_default_context(cafile=str(ca.expanduser()) if ca else None)
        except OSError as error:
            raise SettingsError(f"The authority {ca} can't be read.", "Correct `ca` of [email].") from error

    def _password(self) -> str:
        """Raises `CredentialsError`, which never shows it."""
        place, password = self._place, ""
        if place.password_file:
            with suppress(OSError, UnicodeDecodeError):
                password = place.password_file.expanduser().read_text(encoding="utf-8").strip()
        elif place.password_variable:
            password = self._environment.get(place.password_variable, "").strip()
        if not password:
            origin = place.password_file or place.password_variable
            raise CredentialsError(f"{origin} holds no password for {place.host}.", "Correct it in [email].")
        return password

    async def find(self, write: Write, since: datetime) -> Sent | None:
        raise CantTell

    def said(self, write: Write) -> Said:
        body = members(write.body)
        return Said(marker=str(body.get("message_id")), status=str(body.get("status")), text=str(body.get("text")))


def _addresses(write: Write) -> list[str]:
    to = members(write.body).get("to")
    return [str(one) for one in to] if isinstance(to, list) else []


def _composed(body: dict[str, JsonValue]) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"], message["Subject"] = str(body["from"]), str(body["subject"])
    # Each of them need not know of the others.
    message["To"] = "undisclosed-recipients:;"
    message["Date"], message["Message-ID"] = str(body["date"]), str(body["message_id"])
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    message.set_content(str(body["text"]))
    if calendar := str(body.get("calendar", "")):
        message.add_attachment(
            calendar.encode(),
            maintype="text",
            subtype="calendar",
            filename="invitation.ics",
            params={"method": "REQUEST"},
        )
    return message
