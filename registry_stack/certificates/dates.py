"""When certificates end, and who has to know in time."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

_TIME_TO_ROTATE = timedelta(days=60)


def moment(time: datetime) -> str:
    """A moment as text, in UTC: 2027-01-31T12:00:00Z."""
    return time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def earlier(text: str, by: timedelta = timedelta(0)) -> str:
    """The moment that is `by` earlier than another, which is text in ISO 8601, of any time zone."""
    return moment(datetime.fromisoformat(text) - by)


def warnings(ends: Mapping[str, str], renew_before: timedelta, now: datetime) -> list[str]:
    """A line for each authority that has to be replaced by now; `ends` has the moment of each one's end, by name."""
    lines = []
    for name, text in ends.items():
        end = datetime.fromisoformat(text)
        if end - renew_before - _TIME_TO_ROTATE <= now:
            ended = "ended" if end <= now else "ends"
            lines.append(f"the certificate authority {name} {ended} on {text}: see docs/certificates.md: rotation")
    return lines
