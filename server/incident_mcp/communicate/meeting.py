"""The postmortem meeting as an invitation (RFC 5545; the method is RFC 5546's REQUEST)."""

from datetime import UTC, datetime, timedelta

from incident_mcp.vocabulary.errors import BadRequest

LENGTH = timedelta(hours=1)
LATEST = timedelta(days=90)


def begins(text: str, now: datetime) -> datetime:
    """When it is, UTC where no zone is given. Raises `BadRequest` for what is no time to come."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise BadRequest(f"{text[:40]!r} is no time.", "Write 2026-11-26T14:00; it is UTC.") from error
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    if not now < at <= now + LATEST:
        raise BadRequest("A meeting is in the next 90 days.", f"It is {now:%Y-%m-%d %H:%M} UTC.")
    return at.astimezone(UTC)


def invitation(
    title: str, text: str, at: datetime, *, organizer: str, invited: list[str], uid: str, now: datetime
) -> str:
    """The `.ics`. `uid` names the meeting for good."""
    from icalendar import Calendar, Event, vCalAddress

    event = Event()
    for key, value in (
        ("uid", uid), ("dtstamp", now), ("dtstart", at), ("dtend", at + LENGTH), ("summary", title),
        ("description", text), ("sequence", 0), ("organizer", vCalAddress(f"MAILTO:{organizer}")),
    ):  # fmt: skip
        event.add(key, value)
    for address in invited:
        event.add("attendee", vCalAddress(f"MAILTO:{address}"))
    calendar = Calendar()
    for key, value in (("prodid", "-//incident-mcp//EN"), ("version", "2.0"), ("method", "REQUEST")):
        calendar.add(key, value)
    calendar.add_component(event)
    return calendar.to_ical().decode()
